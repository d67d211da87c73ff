"""OpenCV's GrabCut (Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004), told by the face where to begin.

GrabCut learns the colours of what is marked as person and as background, and cuts where they part. So everything
rests on the marks: the face is the person; the head around it and the trunk below it probably are; above the head,
beside it, and wherever somebody else's head is, there is background.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from stages.models.faces import Detection
from stages.quality import roll_degrees

SIDE_PIXELS = 224  # of the longer side while cutting: the colours need no more, and the time grows with the area
ITERATIONS = 4
EDGE_PIXELS = 2  # how far the soft edge follows the picture, in pixels of that size
SEED = 20260101  # GrabCut's first clusters are drawn from OpenCV's generator

# Where things are around a face, in widths and heights of its box.
HEAD_WIDTHS, HEAD_HEIGHTS = 0.72, 0.86  # half axes of the ellipse of hair and ears, around a point above the middle
SHOULDER_WIDTHS = 1.6  # from the middle of the face to the end of a shoulder
FREE_WIDTHS, FREE_HEIGHTS = 0.95, 1.1  # beyond, beside and above the head, there is nothing of the person


class GrabCut:
    """Cuts out the person around a face, by colour."""

    def segment(self, picture: np.ndarray, face: Detection, others: Sequence[Detection] = ()) -> np.ndarray:
        factor = min(1.0, SIDE_PIXELS / max(picture.shape[:2]))
        size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        marks = draw_marks(size, _scaled(face, factor), [_scaled(other, factor) for other in others])
        cv2.setRNGSeed(SEED)
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        colours = np.zeros((1, 65)), np.zeros((1, 65))  # of background and person, for GrabCut to fill
        cv2.grabCut(bgr, marks, (0, 0, 0, 0), *colours, ITERATIONS, cv2.GC_INIT_WITH_MASK)
        person = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
        x, y = _centre(_scaled(face, factor).box)
        piece = whole(person, (int(x), int(y))).astype(np.float32)
        mask = cv2.resize(piece, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return soften(mask, picture, radius=round(EDGE_PIXELS / factor))


def draw_marks(size: tuple[int, int], face: Detection, others: Sequence[Detection]) -> np.ndarray:
    """Mark a picture of `size` (width, height) for GrabCut: (H, W) uint8 of OpenCV's GC_ constants.

    The head leans as the face does; the trunk hangs straight down from where that puts the neck.
    """
    width, height = size
    x0, y0, x1, y1 = face.box
    w, h = x1 - x0, y1 - y0
    centre, angle = _centre(face.box), roll_degrees(face.landmarks)
    up = np.array([np.sin(np.radians(angle)), -np.cos(np.radians(angle))])  # from the chin to the crown
    neck_x, neck_y = centre - 0.85 * h * up
    marks = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    trunk = [
        (neck_x - 0.5 * w, neck_y - 0.4 * h),
        (neck_x + 0.5 * w, neck_y - 0.4 * h),
        (neck_x + SHOULDER_WIDTHS * w, neck_y + 0.55 * h),
        (neck_x + SHOULDER_WIDTHS * w, height),
        (neck_x - SHOULDER_WIDTHS * w, height),
        (neck_x - SHOULDER_WIDTHS * w, neck_y + 0.55 * h),
    ]
    cv2.fillPoly(marks, [np.array(trunk).round().astype(np.int32)], cv2.GC_PR_FGD)
    above = np.zeros_like(marks)
    above[: max(round(centre[1]), 0)] = 1
    _ellipse(above, centre + 0.12 * h * up, (FREE_WIDTHS * w, FREE_HEIGHTS * h), angle, 0)
    marks[above == 1] = cv2.GC_BGD
    beside = max(round(neck_y - 0.2 * h), 0)
    marks[:beside, : max(round(min(centre[0], neck_x) - FREE_WIDTHS * w), 0)] = cv2.GC_BGD
    marks[:beside, max(round(max(centre[0], neck_x) + FREE_WIDTHS * w), 0) :] = cv2.GC_BGD
    _ellipse(marks, centre + 0.12 * h * up, (HEAD_WIDTHS * w, HEAD_HEIGHTS * h), angle, cv2.GC_PR_FGD)
    for other in others:
        there = _centre(other.box)
        ow, oh = other.box[2] - other.box[0], other.box[3] - other.box[1]
        for share, mark in ((0.5, cv2.GC_PR_BGD), (0.68, cv2.GC_BGD)):  # of the way to them
            border = max(round(centre[0] + share * (there[0] - centre[0])), 0)
            marks[:, slice(border, None) if there[0] > centre[0] else slice(border)] = mark
        _ellipse(marks, there, (0.75 * ow, 0.8 * oh), roll_degrees(other.landmarks), cv2.GC_BGD)
    _ellipse(marks, centre, (0.42 * w, 0.5 * h), angle, cv2.GC_FGD)
    _ellipse(marks, centre - 0.6 * h * up, (0.22 * w, 0.2 * h), angle, cv2.GC_FGD)
    return marks


def whole(mask: np.ndarray, inside: tuple[int, int]) -> np.ndarray:
    """Return the one piece of `mask` (H, W, 0 or 1) at the point `inside` (x, y), smoothed and without holes."""
    small = max(round(max(mask.shape) / 75), 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * small + 1, 2 * small + 1))
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(opened)
    x, y = (min(max(v, 0), n - 1) for v, n in zip(inside, mask.shape[::-1], strict=True))
    piece = (labels == labels[y, x]).astype(np.uint8) if opened[y, x] else opened
    outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 1, cv2.FILLED)


def soften(mask: np.ndarray, picture: np.ndarray, radius: int, flatness: float = 2e-4) -> np.ndarray:
    """Give `mask` (H, W float32, 0 to 1) a soft edge that follows the edges of `picture` (H, W, 3 uint8): (H, W), 0
    to 1.

    A guided filter (He, Sun, Tang, "Guided Image Filtering", TPAMI 2013) with the picture's grey values as guide.
    Variances of the grey values (0 to 1) below `flatness` count as no edge.
    """
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    window = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(mask, window)
    slope = (cv2.blur(guide * mask, window) - mean_guide * mean_mask) / (
        cv2.blur(guide * guide, window) - mean_guide**2 + flatness
    )
    offset = mean_mask - slope * mean_guide
    return np.clip(cv2.blur(slope, window) * guide + cv2.blur(offset, window), 0, 1)


def _ellipse(marks: np.ndarray, centre: np.ndarray, axes: tuple[float, float], angle: float, value: int) -> None:
    x, y = (round(float(v)) for v in centre)
    a, b = (max(round(v), 1) for v in axes)
    cv2.ellipse(marks, (x, y), (a, b), angle, 0, 360, value, cv2.FILLED)


def _centre(box: Sequence[float]) -> np.ndarray:
    return np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])


def _scaled(face: Detection, factor: float) -> Detection:
    x0, y0, x1, y1 = (v * factor for v in face.box)
    return Detection((x0, y0, x1, y1), tuple(v * factor for v in face.landmarks), face.score)
