"""Who is who from one frame to the next, and from one shot to the next. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.quality import size
from stages.similarity import Calibration

FORBIDDEN = 1e6


@dataclass(frozen=True)
class Spotted:
    """A face as the tracker sees it: where, and what the embedder says (None: nothing)."""

    box: tuple[float, float, float, float]
    embedding: np.ndarray | None


@dataclass(frozen=True)
class Gate:
    """What a face must satisfy to go on with a track.

    Faces overlap when their boxes have an intersection over union of `min_overlap`. Those that do belong together
    unless their similarity is below `min_similarity_overlapping`; those that do not (few frames are sampled, people
    move) only where it is at least `min_similarity_apart` and the face has moved by no more than `max_shift` times
    its size. Faces without embedding may move by `max_shift_unembedded` times their size. Similarities are on the
    common scale.
    """

    min_overlap: float = 0.2
    min_similarity_overlapping: float = 0.1
    min_similarity_apart: float = 0.5
    max_shift: float = 2.0
    max_shift_unembedded: float = 1.0


@dataclass
class _Open:
    """A track that may go on."""

    sightings: list[tuple[int, int]]
    last: Spotted
    seconds: float
    embeddings: list[np.ndarray] = field(default_factory=list)


def follow(
    seconds: Sequence[float],
    frames: Sequence[Sequence[Spotted]],
    scale: Calibration,
    gate: Gate,
    max_gap_seconds: float,
) -> list[list[tuple[int, int]]]:
    """Join the faces of one shot's frames into tracks, lists of (frame, face), in the order of their first faces.

    Frame by frame, faces are assigned to the tracks that were seen within `max_gap_seconds` so that the sum of overlap
    and similarity is largest (Kuhn 1955, scipy's linear_sum_assignment). A face that no track may take begins one.
    """
    tracks: list[_Open] = []
    for frame, (now, faces) in enumerate(zip(seconds, frames, strict=True)):
        recent = [track for track in tracks if now - track.seconds <= max_gap_seconds + 1e-6]
        taken = dict(assign(np.array([[_affinity(t, f, scale, gate) for f in faces] for t in recent])))
        owner = {face: recent[track] for track, face in taken.items()}
        for number, face in enumerate(faces):
            track = owner.get(number)
            if track is None:
                track = _Open([], face, now)
                tracks.append(track)
            track.sightings.append((frame, number))
            track.last, track.seconds = face, now
            if face.embedding is not None:
                track.embeddings = [*track.embeddings[-4:], face.embedding]
    return [track.sightings for track in tracks]


def assign(affinity: np.ndarray) -> list[tuple[int, int]]:
    """Pair rows with columns of `affinity` so that its sum is largest; NaN forbids a pair, and no pair is forced."""
    if affinity.size == 0:
        return []
    from scipy.optimize import linear_sum_assignment

    cost = np.where(np.isnan(affinity), FORBIDDEN, -affinity)
    rows, columns = linear_sum_assignment(cost)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if cost[r, c] < FORBIDDEN]


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the intersection over union of two boxes, 0 to 1."""
    inside = area(intersection(a, b))
    return inside / max(area(a) + area(b) - inside, 1e-9)


def intersection(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the box that two boxes share; its area is 0 where they share none."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def area(box: Sequence[float]) -> float:
    """Return the area of a box, 0 for one that is turned inside out."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def link(
    similarity: np.ndarray, apart: set[frozenset[int]], min_similarity: float, min_margin: float
) -> list[list[int]]:
    """Cluster tracks into persons by average linkage, the most alike first.

    `similarity` is (N, N), NaN where nothing is known. Two tracks of `apart` were seen at once, so they are never
    joined. Two clusters are joined when the mean similarity of their tracks is at least `min_similarity`; but when
    one of them is nearly as much like a third cluster (within `min_margin`) that cannot be the same person as the
    other, nobody can say which of the two it is, and it stays alone.
    """
    clusters = [[i] for i in range(len(similarity))]
    abstained: set[frozenset[int]] = set()  # of clusters, by their first members
    while True:
        found = _most_alike(clusters, similarity, apart, min_similarity, abstained)
        if found is None:
            return sorted(clusters)
        score, a, b = found
        rivals = [
            c
            for c in clusters
            if c is not a
            and c is not b
            and any(
                _forbidden(c, one, apart)
                and not _forbidden(c, other, apart)
                and _mean(c, other, similarity) > score - min_margin
                for one, other in ((a, b), (b, a))
            )
        ]
        if rivals:
            abstained.add(frozenset((a[0], b[0])))
            continue
        clusters = [c for c in clusters if c is not a and c is not b] + [sorted(a + b)]
        clusters.sort()


def _most_alike(
    clusters: list[list[int]],
    similarity: np.ndarray,
    apart: set[frozenset[int]],
    min_similarity: float,
    abstained: set[frozenset[int]],
) -> tuple[float, list[int], list[int]] | None:
    best = None
    for i, a in enumerate(clusters):
        for b in clusters[i + 1 :]:
            if frozenset((a[0], b[0])) in abstained or _forbidden(a, b, apart):
                continue
            score = _mean(a, b, similarity)
            if score >= min_similarity and (best is None or score > best[0]):
                best = (score, a, b)
    return best


def _mean(a: list[int], b: list[int], similarity: np.ndarray) -> float:
    return float(similarity[np.ix_(a, b)].mean())  # NaN, which no comparison holds for, where one is unknown


def _forbidden(a: list[int], b: list[int], apart: set[frozenset[int]]) -> bool:
    return any(frozenset((x, y)) in apart for x in a for y in b)


def _affinity(track: _Open, face: Spotted, scale: Calibration, gate: Gate) -> float:
    """Return how well a face goes on with a track, NaN where it cannot."""
    shared = overlap(track.last.box, face.box)
    known = face.embedding is not None and bool(track.embeddings)
    alike = scale.of_sets(np.array(track.embeddings), np.array([face.embedding])) if known else 0.0
    if shared >= gate.min_overlap:
        return np.nan if known and alike < gate.min_similarity_overlapping else shared + alike
    reachable = _shift(track.last.box, face.box) <= (gate.max_shift if known else gate.max_shift_unembedded)
    if not reachable or (known and alike < gate.min_similarity_apart):
        return np.nan
    return shared + alike


def _shift(a: Sequence[float], b: Sequence[float]) -> float:
    """Return how far a face has moved, in its own sizes."""
    dx, dy = (a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2
    return float(np.hypot(dx, dy)) / max(size(a), size(b), 1e-9)
