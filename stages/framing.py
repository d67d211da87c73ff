"""Where to cut a picture, squares around two people and around one, and the cut itself.

A square is (x0, y0, x1, y1) in pixels of the full frame. Around a face box, in its widths and heights:

    head        0.4 to each side (hair, ears), 0.5 above; a leaning head is a head all the same
    shoulders   0.9 to each side, 0.8 below
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stages.faces.quality import size
from stages.tracking.boxes import area, intersection

Box = tuple[float, float, float, float]

HEAD_WIDTHS, HEAD_HEIGHTS = 0.4, 0.5
SHOULDER_WIDTHS, CHEST_HEIGHTS = 0.9, 0.8


@dataclass(frozen=True)
class TooFarApart:
    """No square holds both heads: its side would be `sides` times the frame's shorter side."""

    sides: float


def head(face: Box) -> Box:
    """Return the box of a head, from that of its face."""
    x0, y0, x1, y1 = face
    w, h = x1 - x0, y1 - y0
    return x0 - HEAD_WIDTHS * w, y0 - HEAD_HEIGHTS * h, x1 + HEAD_WIDTHS * w, y1


def bust(face: Box) -> Box:
    """Return the box of a head with its shoulders."""
    x0, y0, x1, y1 = face
    w, h = x1 - x0, y1 - y0
    return x0 - SHOULDER_WIDTHS * w, y0 - HEAD_HEIGHTS * h, x1 + SHOULDER_WIDTHS * w, y1 + CHEST_HEIGHTS * h


def square_of_two(
    faces: Sequence[Box], frame: tuple[int, int], least_side: float, most_padding: float
) -> Box | TooFarApart:
    """Return the square that shows two people in a frame of (width, height).

    It holds both busts where the frame allows, and at least both heads. People side by side in a wide frame may be
    farther apart than the frame is high; then the square reaches above the frame (y0 < 0) by up to `most_padding` of
    its side. Above, because there is wall or sky, which can be continued, where below there are bodies, which cannot.
    The square is no smaller than `least_side`, so far as the frame is not.
    """
    width, height = frame
    busts, heads = _around(bust(face) for face in faces), _around(head(face) for face in faces)
    side = max(busts[2] - busts[0], busts[3] - busts[1], least_side)
    limit = min(width, height)
    if side <= limit:
        x0 = _slide((busts[0] + busts[2] - side) / 2, side, width)
        y0 = _slide((busts[1] + busts[3] - side) / 2, side, height)
        return x0, y0, x0 + side, y0 + side
    across = min(heads[2], width) - max(heads[0], 0)
    down = min(heads[3], height) - max(heads[1], 0)
    side = float(max(across, down, limit))
    if side > width or (side - height) / side > most_padding:
        return TooFarApart(side / limit)
    x0 = _slide((heads[0] + heads[2] - side) / 2, side, width)
    if side > height:
        return x0, height - side, x0 + side, float(height)
    y0 = min((busts[1] + busts[3] - side) / 2, heads[1])
    y0 = _slide(max(y0, heads[3] - side), side, height)
    return x0, y0, x0 + side, y0 + side


def square_of_one(face: Box, frame: tuple[int, int], faces_wide: float, others: Sequence[Box] = ()) -> Box | None:
    """Return the square that shows one person's head and shoulders in a frame of (width, height).

    Its side is `faces_wide` times the face's size. Near the frame's edge it is shifted, then shrunk; it is shifted and
    shrunk away from the faces of `others`, too. None where the head does not remain whole.
    """
    width, height = frame
    x0, y0, x1, y1 = face
    left, right = 0.0, float(width)
    for other in others:
        ow = other[2] - other[0]
        if other[0] + other[2] > x0 + x1:
            right = min(right, other[0] - 0.15 * ow)
        else:
            left = max(left, other[2] + 0.15 * ow)
    side = min(faces_wide * size(face), right - left, height)
    x = min(max((x0 + x1 - side) / 2, left), right - side)
    y = _slide(y0 - 0.65 * (y1 - y0), side, height)
    square = (x, y, x + side, y + side)
    return square if _holds(square, head(face), frame) else None


def padding_share(square: Box) -> float:
    """Return which share of a square lies above the frame, 0 to 1."""
    return max(-square[1], 0.0) / (square[3] - square[1])


def shows(square: Box, face: Box) -> bool:
    """Return whether anything of a face is in a square."""
    return area(intersection(square, face)) > 0


def square_of_face(face: Box, frame: tuple[int, int], faces_wide: float) -> Box:
    """Return the tight square around a face, its side `faces_wide` times the face's size, moved into the frame."""
    side = min(faces_wide * size(face), *frame)
    x = _slide((face[0] + face[2] - side) / 2, side, frame[0])
    y = _slide((face[1] + face[3] - side) / 2, side, frame[1])
    return x, y, x + side, y + side


def cut(picture: np.ndarray, square: Box, pixels: int, free_above: float = 0.0) -> np.ndarray:
    """Cut a square out of `picture` (H, W, 3 uint8), scaled to (pixels, pixels, 3).

    Where it reaches above the picture, the picture is continued from its `free_above` topmost rows. A mask, (H, W), is
    cut alike and ends where it ends.
    """
    import cv2

    x0, y0, x1, _ = square
    if y0 < 0:
        rows = math.ceil(-y0)
        y0 += rows
        is_mask = picture.ndim == 2
        picture = np.pad(picture, ((rows, 0), (0, 0))) if is_mask else extend_up(picture, rows, int(free_above))
    scale = pixels / (x1 - x0)
    if scale < 1:  # shrink first by averaging, which the warp cannot do
        height, width = picture.shape[:2]
        picture = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        x0, y0 = x0 * picture.shape[1] / width, y0 * picture.shape[0] / height
        scale = 1.0
    to_square = np.array([[scale, 0, (0.5 - x0) * scale - 0.5], [0, scale, (0.5 - y0) * scale - 0.5]])
    return cv2.warpAffine(picture, to_square, (pixels, pixels), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def extend_up(picture: np.ndarray, rows: int, free_rows: int) -> np.ndarray:
    """Add `rows` above `picture` (H, W, 3 uint8) that go on from its `free_rows` topmost ones.

    They are mirrored at the edge, to and fro where there are too few, and blurred the more the higher up: on a wall
    or a sky the seam is hard to see, and nothing seems to be there that was not.
    """
    import cv2

    strip = picture[: max(free_rows, 1)]
    order = np.arange(rows)[::-1] % (2 * len(strip))
    mirrored = strip[np.minimum(order, 2 * len(strip) - 1 - order)]
    both = np.concatenate([mirrored, strip])
    soft = cv2.GaussianBlur(both, (0, 0), max(rows / 6, 1.0), borderType=cv2.BORDER_REFLECT)[:rows]
    share = np.clip(np.arange(rows)[::-1] / max(rows / 3, 1), 0, 1)[:, None, None]
    above = (1 - share) * mirrored + share * soft
    return np.concatenate([above.round().astype(np.uint8), picture])


def _around(boxes: Iterable[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _slide(start: float, length: float, limit: float) -> float:
    """Move an interval into [0, limit]."""
    return min(max(start, 0.0), max(limit - length, 0.0))


def _holds(square: Box, box: Box, frame: tuple[int, int]) -> bool:
    """Return whether `box`, so far as it is in the frame, is in `square`; a tenth of its size may be missing."""
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], frame[0]), min(box[3], frame[1])
    slack = 0.1 * min(box[2] - box[0], box[3] - box[1])
    return square[0] <= x0 + slack and square[1] <= y0 + slack and square[2] >= x1 - slack and square[3] >= y1 - slack
