"""Barrier: who is who over all videos, and which split each person belongs to.

People of different videos are linked when each is among the other's nearest neighbours and they are alike enough;
links are taken up from the most alike on, and none that would make an identity larger than a cap: one wrong link
between two large groups would otherwise make one person of hundreds. How alike is enough grows with the number of
people: each of ten thousand has ten look-alikes at a false-match rate of 1e-3.

Nobody's identity may be in two splits. A conversation shows two people, so identities that share a pair go to the
same split, and so on: the unit that is assigned to a split is a connected component of identities.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from stages.calibrate import Scale
from stages.crop_closeups import Closeups
from stages.likeness.similarity import SAME_PERSON, Calibration
from stages.track_people import People

BLOCK_NUMBERS = 1 << 22  # of the similarity matrix that are held at once, 8 bytes each
FACES = 3  # of a person: the most typical one, and those of round 1 and of the close-up
MEDOID_SLACK = 0.15  # two people's most typical faces may be so much less alike than all their faces on average
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Identity:
    """Who the two people of a pair are over all videos, and the split of everything that shows them."""

    left: str
    right: str
    split: str


@dataclass(frozen=True)
class LinkPeople(Barrier):
    """Link people over all videos and assign splits.

    Linked are people whose faces have a mean similarity of `min_similarity`, or of what gives each person no more than
    `max_false_matches` strangers who are that alike, if that is more.
    """

    version = 2
    reads = (Scale, Closeups, People)
    writes = (Identity,)

    min_similarity: float = SAME_PERSON
    max_false_matches: float = 0.05
    neighbours: int = 8
    max_people_per_identity: int = 64  # tracks of one person in so many windows
    train_share: float = 0.8
    validation_share: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.train_share <= 1 and 0 <= self.validation_share <= 1 - self.train_share + 1e-9):
            raise ValueError("train_share and validation_share must be between 0 and 1, and not exceed 1 together")
        if self.max_false_matches <= 0:
            raise ValueError(f"max_false_matches must be above 0, not {self.max_false_matches}")

    def process_parts(self, parts: Sequence[LazyPart], model: Any) -> Iterator[list[Sample]]:
        persons: dict[str, np.ndarray | None] = {}
        scale: Scale | None = None
        pairs: dict[str, tuple[str, str]] = {}
        for part in parts:
            for sample in part():
                scale, both = sample[Scale], _persons(sample)
                persons.update(both)
                left, right = both
                pairs[sample.key] = (left, right)
        names = sorted(persons, key=lambda name: (persons[name] is None, name))  # who has no face is linked to nobody
        faces = [one for name in names if (one := persons[name]) is not None]
        links: list[tuple[float, int, int]] = []
        if scale is not None and faces:
            needed = needed_similarity(len(faces), self.max_false_matches, scale.false_match_rate)
            links = mutual_links(np.stack(faces), scale.calibration, max(needed, self.min_similarity), self.neighbours)
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


def needed_similarity(people: int, max_false_matches: float, false_match_rate: float) -> float:
    """Return the similarity at which each of `people` has so many look-alikes among the others.

    On the common scale, 0 is the median of strangers and 0.5 is exceeded by `false_match_rate` of them. In between and
    beyond they are taken to be normal, so similarities go with normal quantiles.
    """
    rate = max_false_matches / people
    if rate >= 0.5:
        return 0.0
    normal = NormalDist()
    return SAME_PERSON * normal.inv_cdf(1 - rate) / normal.inv_cdf(1 - false_match_rate)


def mutual_links(
    faces: np.ndarray, scale: Calibration, min_similarity: float, neighbours: int
) -> list[tuple[float, int, int]]:
    """Find people who are among each other's `neighbours` nearest and alike enough.

    `faces` (N, F, D) are F faces of each, the most typical one first: by these candidates are found, then all faces of
    one are compared with all of the other. Returns (similarity, i, j) with i < j, the most alike first. Memory grows
    with N, not with its square.
    """
    near: dict[int, list[tuple[float, int]]] = defaultdict(list)
    rows = max(BLOCK_NUMBERS // len(faces), 1)
    for start in range(0, len(faces), rows):
        similar = scale.between(faces[start : start + rows, 0], faces[start:, 0])
        for offset, column in zip(*np.nonzero(similar >= min_similarity - MEDOID_SLACK), strict=True):
            i, j = start + int(offset), start + int(column)
            if i < j and (mean := scale.of_sets(faces[i], faces[j])) >= min_similarity:
                near[i].append((mean, j))
                near[j].append((mean, i))
    best = {
        i: {j for _, j in sorted(found, key=lambda one: (-one[0], one[1]))[:neighbours]} for i, found in near.items()
    }
    links = [(s, i, j) for i, found in near.items() for s, j in found if i < j and j in best[i] and i in best[j]]
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


def _persons(sample: Sample) -> dict[str, np.ndarray | None]:
    """Name the two persons of a pair by window and number, left first, with their faces (FACES, D)."""
    window = sample.key.rpartition("/")[0]
    closeups, people = sample[Closeups], sample[People]
    persons: dict[str, np.ndarray | None] = {}
    for subject in (closeups.left, closeups.right):
        known = [people.persons[subject.person].embedding, subject.near.embedding, subject.closeup.embedding]
        faces = np.array([embedding for embedding in known if embedding is not None], np.float32)
        name = f"{window}#{subject.person}"
        persons[name] = np.resize(faces, (FACES, faces.shape[1])) if len(faces) else None
    return persons


def _identity(name: str) -> str:
    return "person-" + hashlib.sha256(name.encode()).hexdigest()[:10]
