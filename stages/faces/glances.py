"""Find the faces of a stretch of frames by looking at some of them whole, and at the others only where faces are known.

People who talk stay where they are. A whole look costs a detector several times what it costs to look at a few small
tiles, each cut around a place where a face is expected: where it was in the whole look before and will be in the one
after. Where nobody is found in a tile, the frame is looked at whole after all. Who is seen in no
whole look is there for less than the time between two.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

import numpy as np

from stages.faces.quality import size
from stages.models.faces import Detection
from stages.tracking.boxes import area, intersection, overlap

Box = tuple[float, float, float, float]

TILE_PIXELS = 96
TILE_FACES = 2.2  # side of a tile in sizes of its face, which so has 44 px
TILE_MIN_FACE_PIXELS = 30.0  # that the detector needs to see in a tile
MAX_WAY_FACES = 4.0  # a face moves no farther between two whole looks, in its own sizes
MAX_GROWTH = 1.6  # nor does it become larger or smaller by more
CUT_OFF_SHARE = 0.05  # of a face that may lie outside its tile
SAME_FACE_OVERLAP, SAME_FACE_SHARE = 0.4, 0.7  # of what two tiles find: over the union, over the smaller

Detect = Callable[[np.ndarray], list[list[Detection]]]


def faces_of(
    pictures: np.ndarray, shots: Sequence[int], every: int, whole: Detect, glance: Detect
) -> list[list[Detection]]:
    """Find the faces in `pictures` (N, H, W, 3 uint8 RGB), which belong to `shots`, from left to right.

    Those that `whole_looks` names are given to `whole`, the others become tiles (TILE_PIXELS square) for `glance`, and
    are given to `whole` where a tile shows no face. All results are in pixels of the pictures.
    """
    looked = whole_looks(shots, every)
    found = dict(zip(looked, whole(pictures[looked]), strict=True))
    expected = [
        (number, box)
        for first, last in pairwise(looked)
        for number in range(first + 1, last)
        for box in between(found[first], found[last], (number - first) / (last - first))
    ]
    squares = [tile_around(box, pictures.shape[2], pictures.shape[1]) for _, box in expected]
    tiles = [_cut(pictures[number], square) for (number, _), square in zip(expected, squares, strict=True)]
    seen: dict[int, list[Detection]] = {number: [] for number in range(len(pictures)) if number not in found}
    missed: dict[int, None] = {}
    for (number, _), square, faces in zip(expected, squares, glance(np.array(tiles)) if tiles else [], strict=True):
        x, y, side = square
        moved = [_moved(face, x, y, side / TILE_PIXELS) for face in faces]
        uncut = [face for face in moved if _whole(face.box, square, pictures.shape[2], pictures.shape[1])]
        seen[number] += uncut
        if not uncut:
            missed[number] = None
    if missed:
        for number, faces in zip(missed, whole(pictures[list(missed)]), strict=True):
            seen[number] += faces
    found |= {number: _each_once(faces) for number, faces in seen.items()}
    return [found[number] for number in range(len(pictures))]


def whole_looks(shots: Sequence[int], every: int) -> list[int]:
    """Return which of the frames, that belong to `shots`, are looked at whole.

    The first and the last of each shot, and others at even distances of at most `every` frames.
    """
    looked: list[int] = []
    for _, group in groupby(range(len(shots)), key=lambda number: shots[number]):
        numbers = list(group)
        steps = -(-(len(numbers) - 1) // every)
        looked += [numbers[round(i * (len(numbers) - 1) / steps)] for i in range(steps)] + numbers[-1:]
    return looked


def between(before: Sequence[Detection], after: Sequence[Detection], share: float) -> list[Box]:
    """Return where to expect faces at a `share` of the way from one whole look to the next.

    Faces are taken for one from the nearest on; one that has no counterpart is expected where it was, or will be.
    """
    ways = sorted(
        (way, i, j)
        for i, a in enumerate(before)
        for j, b in enumerate(after)
        if (way := _way(a.box, b.box)) <= MAX_WAY_FACES and _growth(a.box, b.box) <= MAX_GROWTH
    )
    ends: dict[int, int] = {}
    for _, i, j in ways:
        if i not in ends and j not in ends.values():
            ends[i] = j
    moved = [_at(before[i].box, after[j].box, share) for i, j in ends.items()]
    return [
        *moved,
        *(face.box for i, face in enumerate(before) if i not in ends),
        *(face.box for j, face in enumerate(after) if j not in ends.values()),
    ]


def tile_around(box: Box, width: int, height: int) -> tuple[int, int, int]:
    """Return the tile around a face in a picture, (left, top, side) in whole pixels; it lies within the picture."""
    side = max(min(round(TILE_FACES * size(box)), width, height), 1)
    left, top = (round((low + high - side) / 2) for low, high in ((box[0], box[2]), (box[1], box[3])))
    return min(max(left, 0), width - side), min(max(top, 0), height - side), side


def _cut(picture: np.ndarray, square: tuple[int, int, int]) -> np.ndarray:
    import cv2

    x, y, side = square
    method = cv2.INTER_AREA if side > TILE_PIXELS else cv2.INTER_LINEAR
    return cv2.resize(picture[y : y + side, x : x + side], (TILE_PIXELS, TILE_PIXELS), interpolation=method)


def _moved(face: Detection, x: float, y: float, scale: float) -> Detection:
    """Return a face of a tile as it lies in the picture."""
    x0, y0, x1, y1 = (v * scale for v in face.box)
    points = tuple(v * scale + (x, y)[i % 2] for i, v in enumerate(face.landmarks))
    return Detection((x0 + x, y0 + y, x1 + x, y1 + y), points, face.score)


def _whole(box: Box, square: tuple[int, int, int], width: int, height: int) -> bool:
    """Return whether a face is not cut off by its tile, where the picture goes on."""
    x, y, side = square
    slack = CUT_OFF_SHARE * size(box)
    return (
        (box[0] >= x - slack or x == 0)
        and (box[1] >= y - slack or y == 0)
        and (box[2] <= x + side + slack or x + side == width)
        and (box[3] <= y + side + slack or y + side == height)
    )


def _each_once(faces: Iterable[Detection]) -> list[Detection]:
    """Return the faces that tiles found, each once, the one with the better score, from left to right."""
    kept: list[Detection] = []
    for face in sorted(faces, key=lambda face: (-face.score, face.box)):
        if not any(_same(face.box, other.box) for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: face.box)


def _same(a: Box, b: Box) -> bool:
    shared = area(intersection(a, b))
    return overlap(a, b) >= SAME_FACE_OVERLAP or shared >= SAME_FACE_SHARE * min(area(a), area(b))


def _at(a: Box, b: Box, share: float) -> Box:
    x0, y0, x1, y1 = (v + (w - v) * share for v, w in zip(a, b, strict=True))
    return x0, y0, x1, y1


def _way(a: Box, b: Box) -> float:
    """Return how far a face has gone, in its sizes."""
    dx, dy = (a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2
    return float(np.hypot(dx, dy)) / max(size(a), size(b), 1e-9)


def _growth(a: Box, b: Box) -> float:
    return max(size(a), size(b)) / max(min(size(a), size(b)), 1e-9)
