"""Tell a filmed shot from a photo that is shown as film: panned, zoomed into, faded over, compressed again.

Two frames of a shot, a second apart, are laid over each other as a camera would have it: shifted, turned, scaled,
and with another exposure. A photo then is the same everywhere. Where somebody lives, something is not, be it only a
mouth: that is the local motion, found block by block as Lucas and Kanade do ("An iterative image registration
technique", IJCAI 1981, one step). While one photo is faded into the next, everything changes at once.

Frames are about 144 pixels high, (H, W, 3) uint8 RGB; a motion is in pixels of such a frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

APART_SECONDS = 1.0  # between the frames that are compared: a calm face has moved by then
EVERY_SECONDS = 0.5  # how often two frames are compared
BLOCK_PX = 16
# A block's structure tensor is evened out by this, in squared grey levels per pixel: flat parts, where nothing can be
# seen to move, then do not move.
FLAT = 4.0
TEXTURED = 4.0  # squared grey levels per pixel: in blocks with as much a change of picture can be seen
CHANGED_PX = 0.15
DISSOLVE_SHARE = 0.9  # of the textured blocks, that change where one picture fades into another
MOST_FADING_STEPS = 6  # of one fade: as many as touch one of two seconds
STILL_PX = 0.1  # local motion of a photo is less
# Resampling and compression leave errors in a photo that is moved, about as large as this line says; measured on
# photos that were panned, zoomed and shaken, at x264's rate factors 19 to 34.
MOVED_PX, MOST_MOVED_PX = 0.8, 1.4


@dataclass(frozen=True)
class Step:
    """What happened between two frames of a shot.

    `camera` is by how much the corners moved with the picture as a whole; `local` the motion beside it of the part
    that moves most, divided by what a moved photo shows of it; `changed_share`, 0 to 1, the part of what can be seen
    to move that did.
    """

    camera: float
    local: float
    changed_share: float


@dataclass(frozen=True)
class Motion:
    """Motion in a shot, as of a step, and how many times one photo fades into another."""

    camera: float
    local: float
    fades: int


def compare(before: np.ndarray, after: np.ndarray) -> Step:
    """Measure the motion between two frames of one size."""
    import cv2

    a, b = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, after))
    height, width = b.shape
    turn = _camera(a, b)
    moved = cv2.warpAffine(a, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.ones((height, width), np.float32), turn, (width, height)) > 0.99
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)], np.float64)
    camera = float(np.linalg.norm(corners @ turn.T - corners[:, :2], axis=1).mean())
    if not inside.any():
        return Step(camera, 0.0, 0.0)
    motion, texture = _local(moved, b, inside)
    share = 1 + min(camera, MOST_MOVED_PX) / MOVED_PX
    seen = texture >= TEXTURED
    changed = float((motion[seen] > CHANGED_PX * share).mean()) if seen.any() else 0.0
    return Step(camera, float(np.percentile(motion, 98)) / share, changed)


def motion_of(steps: Sequence[Step], still_px: float = STILL_PX) -> Motion | None:
    """Sum up the steps of a shot, in their order; None when there are none.

    The local motion is what nine tenths of the steps stay below. Fades are left out: a few steps in each of which
    something moves, in one of them everything, between others in which nothing does.
    """
    counted: list[Step] = []
    fades = 0
    for still, run in ((still, list(run)) for still, run in groupby(steps, lambda step: step.local < still_px)):
        inside = bool(counted) and run[-1] is not steps[-1]
        everything = max(step.changed_share for step in run) >= DISSOLVE_SHARE
        if not still and inside and everything and len(run) <= MOST_FADING_STEPS:
            fades += 1
        else:
            counted += run
    if not counted:
        return None
    return Motion(
        camera=float(np.median([step.camera for step in counted])),
        local=float(np.percentile([step.local for step in counted], 90)),
        fades=fades,
    )


def motion_in(seconds: Sequence[float], frames: Sequence[np.ndarray], still_px: float = STILL_PX) -> Motion | None:
    """Measure the motion in frames of one shot, taken about EVERY_SECONDS, each with the one APART_SECONDS later.

    Photos that fade into each other every second or two are never the same so long: where a part of the shot is still,
    and in another everything changes, frames that follow each other are compared too. A shot that is too short is
    judged by its first and last frame. None where there are fewer than two.
    """
    steps = [compare(frames[a], frames[b]) for a, b in _pairs(seconds, APART_SECONDS)]
    motion = motion_of(steps, still_px)
    if motion is None or motion.local < still_px:
        return motion
    if min(step.local for step in steps) >= still_px or max(step.changed_share for step in steps) < DISSOLVE_SHARE:
        return motion
    closer = motion_of([compare(a, b) for a, b in pairwise(frames)], still_px)
    return closer if closer is not None and closer.local < still_px else motion


def _pairs(seconds: Sequence[float], apart: float) -> list[tuple[int, int]]:
    pairs = []
    later = 0
    for number, time in enumerate(seconds):
        while later < len(seconds) and seconds[later] - time < apart - EVERY_SECONDS / 4:
            later += 1
        if later < len(seconds):
            pairs.append((number, later))
    return pairs or [(0, len(seconds) - 1)][: len(seconds) - 1]


def _camera(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the 2x3 matrix that takes a picture's pixels to where a camera, moved and turned, shows them next."""
    import cv2

    unmoved = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    points = cv2.goodFeaturesToTrack(a, 150, 0.01, 5)
    if points is None:
        return unmoved
    found, status, _ = cv2.calcOpticalFlowPyrLK(a, b, points, np.empty_like(points), winSize=(15, 15), maxLevel=3)
    kept = status[:, 0] == 1
    if kept.sum() < 8:
        return unmoved
    turn, _ = cv2.estimateAffinePartial2D(points[kept], found[kept], method=cv2.RANSAC, ransacReprojThreshold=0.7)
    return unmoved if turn is None else turn


def _local(x: np.ndarray, y: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much each block moves from `x` to `y` (H, W), in pixels, and how much texture shows it."""
    import cv2

    x, y = (cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0) for grey in (x, y))
    gain = float(np.clip(y[inside].std() / max(float(x[inside].std()), 1.0), 0.5, 2.0))
    x = (x - x[inside].mean()) * gain + y[inside].mean()
    across, down = (cv2.Sobel((x + y) / 2, cv2.CV_32F, *order, scale=1 / 8) * inside for order in ((1, 0), (0, 1)))
    change = y - x

    def blocks(values: np.ndarray) -> np.ndarray:
        half = BLOCK_PX // 2
        return cv2.boxFilter(values, -1, (BLOCK_PX, BLOCK_PX))[half::half, half::half].astype(np.float64)

    xx, xy, yy = blocks(across * across), blocks(across * down), blocks(down * down)
    xt, yt = blocks(across * change), blocks(down * change)
    texture = xx + yy
    xx, yy = xx + FLAT, yy + FLAT
    return np.hypot(yy * xt - xy * yt, xx * yt - xy * xt) / (xx * yy - xy * xy), texture
