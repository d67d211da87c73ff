"""Barrier: who is who over all videos, and which split each person belongs to.

People of different videos are linked when each is among the other's nearest neighbours and they are alike enough;
links are taken up from the most alike on, and none that would make an identity larger than a cap: one wrong link
between two large groups would otherwise make one person of hundreds.

Nobody's identity may be in two splits. A conversation shows two people, so identities that share a pair go to the
same split, and so on: the unit that is assigned to a split is a connected component of identities.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from stages.crop_closeups import Closeups
from stages.similarity import CALIBRATIONS, Calibration
from stages.track_people import People

BLOCK = 2048  # rows of the similarity matrix held at once
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Identity:
    """Who the two people of a pair are over all videos, and the split of everything that shows them."""

    left: str
    right: str
    split: str


@dataclass(frozen=True)
class LinkPeople(Barrier):
    """Link people over all videos and assign splits."""

    reads = (Closeups, People)
    writes = (Identity,)

    embedder: str = "dlib"  # the one that detect_faces used
    min_similarity: float = 0.5  # common scale
    neighbours: int = 8
    max_people_per_identity: int = 64  # tracks of one person in so many windows
    train_share: float = 0.8
    validation_share: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.train_share <= 1 and 0 <= self.validation_share <= 1 - self.train_share + 1e-9):
            raise ValueError("train_share and validation_share must be between 0 and 1, and not exceed 1 together")

    def process_parts(self, parts: Sequence[LazyPart], model: Any) -> Iterator[list[Sample]]:
        persons: dict[str, Sequence[float] | None] = {}
        pairs: dict[str, tuple[str, str]] = {}
        for part in parts:
            for sample in part():
                both = _persons(sample)
                persons.update(both)
                left, right = both
                pairs[sample.key] = (left, right)
        names = sorted(persons, key=lambda name: (persons[name] is None, name))  # who has no face is linked to nobody
        vectors = np.array([vector for name in names if (vector := persons[name]) is not None], np.float32)
        links = mutual_links(vectors, CALIBRATIONS[self.embedder], self.min_similarity, self.neighbours)
        number = {name: i for i, name in enumerate(names)}
        apart = {frozenset((number[a], number[b])) for a, b in pairs.values()}
        roots = clusters(len(names), links, self.max_people_per_identity, apart)
        identity = {name: _identity(names[root]) for name, root in zip(names, roots, strict=True)}
        shares = dict(zip(SPLITS, (self.train_share, self.validation_share, 1.0), strict=True))
        shares["test"] = 1 - self.train_share - self.validation_share
        splits = assign_splits([(identity[a], identity[b]) for a, b in pairs.values()], shares)
        for part in parts:
            found = part()
            yield [
                sample.put(Identity(identity[left], identity[right], splits[identity[left]]))
                for sample in found
                for left, right in [pairs[sample.key]]
            ]


def mutual_links(
    vectors: np.ndarray, scale: Calibration, min_similarity: float, neighbours: int
) -> list[tuple[float, int, int]]:
    """Find pairs of rows of `vectors` (N, D) that are among each other's `neighbours` nearest and alike enough.

    Returns (similarity, i, j) with i < j, the most alike first. Memory grows with N, not with its square.
    """
    nearest: dict[int, dict[int, float]] = {}
    for start in range(0, len(vectors), BLOCK):
        similar = scale.between(vectors[start : start + BLOCK], vectors)
        similar[np.arange(len(similar)), np.arange(start, start + len(similar))] = -np.inf
        for offset, row in enumerate(similar):
            best = np.argsort(-row, kind="stable")[:neighbours]
            nearest[start + offset] = {int(j): float(row[j]) for j in best if row[j] >= min_similarity}
    links = [(s, i, j) for i, found in nearest.items() for j, s in found.items() if i < j and i in nearest[j]]
    return sorted(links, key=lambda link: (-link[0], link[1], link[2]))


def clusters(
    count: int, links: Sequence[tuple[float, int, int]], most: int, apart: Collection[frozenset[int]] = frozenset()
) -> list[int]:
    """Join linked items, the best links first, into clusters of at most `most`. Returns each item's smallest member.

    Two items of `apart` were seen together, so they are never joined.
    """
    members = {i: [i] for i in range(count)}
    root = list(range(count))
    for _, i, j in links:
        a, b = sorted((root[i], root[j]))
        if a == b or len(members[a]) + len(members[b]) > most:
            continue
        if any(frozenset((x, y)) in apart for x in members[a] for y in members[b]):
            continue
        for item in members[b]:
            root[item] = a
        members[a] += members.pop(b)
    return root


def assign_splits(pairs: Sequence[tuple[str, str]], shares: Mapping[str, float]) -> dict[str, str]:
    """Give every identity a split so that the two of a pair share theirs: identity -> split.

    Components are taken in the order of a hash and each goes to the split that lacks most of its share of the pairs.
    """
    root: dict[str, str] = {}

    def find(name: str) -> str:
        root.setdefault(name, name)
        while root[name] != name:
            name = root[name]
        return name

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    weight = Counter(find(a) for a, _ in pairs)
    filled = dict.fromkeys(shares, 0)
    split_of: dict[str, str] = {}
    for component in sorted(weight, key=lambda name: hashlib.sha256(name.encode()).hexdigest()):
        total = sum(filled.values()) + weight[component]
        split = max(shares, key=lambda s: (shares[s] * total - filled[s], shares[s]))
        split_of[component] = split
        filled[split] += weight[component]
    return {name: split_of[find(name)] for name in root}


def _persons(sample: Sample) -> dict[str, Sequence[float] | None]:
    """Name the two persons of a pair by window and number, left first, with their embeddings."""
    window = sample.key.rpartition("/")[0]
    closeups, people = sample[Closeups], sample[People]
    return {
        f"{window}#{subject.person}": people.persons[subject.person].embedding or subject.near.embedding
        for subject in (closeups.left, closeups.right)
    }


def _identity(name: str) -> str:
    return "person-" + hashlib.sha256(name.encode()).hexdigest()[:10]
