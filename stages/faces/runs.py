"""Choose which faces of a stretch of frames are embedded.

A run is a chain of faces, one in each frame, that plainly overlap, look alike, and have nobody near. They are one
person's, so embedding a few of them tells as much as embedding all. Whatever ends a run, a face that moves or grows
much, that changes its look, or that comes near another one, begins another; so a face that might be somebody else's
is embedded.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from stages.faces.quality import look_gap, size
from stages.tracking.boxes import overlap

# A face stays (MIN_OVERLAP with the one before) and looks much the same, or it hardly moves and may look different: a
# head that turns by 20 degrees in a third of a second changes by 0.3 to 0.6 of a look, as do two people.
MIN_OVERLAP, MAX_LOOK_GAP = 0.55, 0.35
STILL_OVERLAP, STILL_LOOK_GAP = 0.7, 0.6
MIN_OVERLAP_WITH_FIRST = 0.4
NEAR_FACES = 1.5  # distance between the middles of two faces, in sizes of the larger: about a head's width


class Seen(Protocol):
    """What is asked of a face."""

    @property
    def box(self) -> tuple[float, float, float, float]: ...

    @property
    def look(self) -> bytes: ...


def to_embed(
    frames: Sequence[Sequence[Seen]], shots: Sequence[int], qualities: Sequence[Sequence[float]]
) -> set[tuple[int, int]]:
    """Return the faces to embed, as (frame, face): of each run the first, the last and the best by quality.

    `frames` are faces in consecutive frames, which belong to `shots`.
    """
    chosen: set[tuple[int, int]] = set()
    for run in runs(frames, shots):
        best = min(run, key=lambda at: (-qualities[at[0]][at[1]], at))
        chosen |= {run[0], run[-1], best}
    return chosen


def runs(frames: Sequence[Sequence[Seen]], shots: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Return all faces in runs, lists of (frame, face)."""
    ended: list[list[tuple[int, int]]] = []
    going: list[list[tuple[int, int]]] = []
    for number, faces in enumerate(frames):
        if number and shots[number] != shots[number - 1]:
            ended, going = ended + going, []
        crowded = contested(faces)
        continued: dict[int, list[tuple[int, int]]] = {}
        for run in going:
            first, last = (frames[frame][face] for frame, face in (run[0], run[-1]))
            touching = [i for i, face in enumerate(faces) if overlap(face.box, last.box) > 0]
            if len(touching) == 1 and not crowded[touching[0]] and _goes_on(first, last, faces[touching[0]]):
                continued[touching[0]] = run
            else:
                ended.append(run)
        going = []
        for i in range(len(faces)):
            run = [*continued.get(i, ()), (number, i)]
            (ended if crowded[i] else going).append(run)
    return ended + going


def contested(faces: Sequence[Seen]) -> list[bool]:
    """Return for each face of a frame whether another one is near."""
    return [any(i != j and _near(a.box, b.box) for j, b in enumerate(faces)) for i, a in enumerate(faces)]


def _goes_on(first: Seen, last: Seen, face: Seen) -> bool:
    shared = overlap(last.box, face.box)
    if shared < MIN_OVERLAP or overlap(first.box, face.box) < MIN_OVERLAP_WITH_FIRST:
        return False
    return look_gap(last.look, face.look) <= (STILL_LOOK_GAP if shared >= STILL_OVERLAP else MAX_LOOK_GAP)


def _near(a: Sequence[float], b: Sequence[float]) -> bool:
    apart = np.hypot(a[0] + a[2] - b[0] - b[2], a[1] + a[3] - b[1] - b[3]) / 2
    return bool(apart < NEAR_FACES * max(size(a), size(b)))
