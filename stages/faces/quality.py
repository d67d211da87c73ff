"""What can be measured of a face without a model: size, pose, sharpness, exposure, open eyes.

Landmarks are five points, x and y: the eye on the viewer's left, the eye on the viewer's right, the tip of the nose,
and the corners of the mouth in the same order.
"""

import math
from collections.abc import Sequence

import numpy as np

PATCH_PIXELS = 96  # faces are measured at one size, so that a small face scaled up counts as soft
LOOK_PIXELS = 24  # side of the small grey picture by which looks at one person are compared

# The tip of the nose lies about 27 mm before the plane of the eyes and 30 below it, the eyes 63 mm apart, the mouth 65
# below them: rough figures of an adult head, good to some ten degrees, and for pitch to some fifteen. Differences
# between faces of one person are better than that.
_NOSE_DEPTH = 27 / 63
_NOSE_DROP, _NOSE_DEPTH_IN_DROPS = 30 / 65, 27 / 65

# In a patch: where a face is skin and features rather than background, and the middle of an eye around its landmark.
_INNER = (slice(PATCH_PIXELS // 8, PATCH_PIXELS * 15 // 16), slice(PATCH_PIXELS // 6, PATCH_PIXELS * 5 // 6))
_EYE_REACH = (4, 2)  # pixels to each side, up and down
_CRUSHED, _BLOWN = 16, 250  # grey levels that hold no drawing any more
_ROWS, _COLUMNS = np.mgrid[:LOOK_PIXELS, :LOOK_PIXELS] / LOOK_PIXELS + 0.5 / LOOK_PIXELS - 0.5
_OVAL = (_COLUMNS / 0.42) ** 2 + (_ROWS / 0.5) ** 2 < 1  # of a look: the face without what is beside it
_WELL_LIT = 50.0  # grey levels from either end at which a face's median counts in full


def size(box: Sequence[float]) -> float:
    """Return the size of a face: the side, in pixels, of a square as large as its box."""
    return math.sqrt(max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0))


def roll_degrees(landmarks: Sequence[float]) -> float:
    """Return by how much a head leans, in degrees: positive when its crown is towards the viewer's right.

    The line between the eyes and the line from eyes to mouth both say so; their sum leans on whichever is longer, so
    a face in profile, whose eyes nearly coincide, keeps its angle.
    """
    eyes, mouth = _axes(landmarks)
    x, y = eyes[0] + mouth[1], eyes[1] - mouth[0]
    return math.degrees(math.atan2(y, x))


def yaw_degrees(landmarks: Sequence[float]) -> float:
    """Return by how much a head is turned, in degrees: positive towards the viewer's right, 0 frontal.

    A head turned by `yaw` shows its nose beside the middle between the eyes by depth * sin(yaw), and its eyes at
    distance * cos(yaw): their ratio is the tangent, up to a constant of the head.
    """
    points = np.asarray(landmarks, np.float64).reshape(5, 2)
    angle = math.radians(roll_degrees(landmarks))
    along = np.array([math.cos(angle), math.sin(angle)])
    middle = (points[0] + points[1]) / 2
    aside = float((points[2] - middle) @ along)
    apart = float((points[1] - points[0]) @ along)
    return math.degrees(math.atan2(aside / _NOSE_DEPTH, max(apart, 1e-6)))


def pitch_degrees(landmarks: Sequence[float]) -> float:
    """Return by how much a head nods, in degrees: positive looking down, 0 level.

    A head that nods by `pitch` moves the tip of its nose down by depth * sin(pitch) between eyes and mouth, whose
    distance shrinks by cos(pitch).
    """
    points = np.asarray(landmarks, np.float64).reshape(5, 2)
    angle = math.radians(roll_degrees(landmarks))
    down = np.array([-math.sin(angle), math.cos(angle)])
    eyes = (points[0] + points[1]) / 2
    nose = float((points[2] - eyes) @ down)
    mouth = max(float(((points[3] + points[4]) / 2 - eyes) @ down), 1e-6)
    return math.degrees(math.atan((nose / mouth - _NOSE_DROP) / _NOSE_DEPTH_IN_DROPS))


def pose_gap_degrees(a: Sequence[float], b: Sequence[float]) -> float:
    """Return how far two poses (yaw, pitch, roll) are apart, in degrees."""
    return math.dist(a, b)


def upright_patch(
    image: np.ndarray, box: Sequence[float], landmarks: Sequence[float], pixels: int, margin: float = 0.0
) -> np.ndarray:
    """Cut a face out of `image` (H, W, 3), turned upright, as a square of `pixels` (pixels, pixels, 3).

    `margin` is the space on each side, as a share of the longer side of the box. What lies outside the image repeats
    its edge.
    """
    import cv2

    turn = _to_patch(box, landmarks, pixels, margin)
    flags = cv2.INTER_AREA if turn[0, 0] ** 2 + turn[0, 1] ** 2 < 1 else cv2.INTER_LINEAR
    return cv2.warpAffine(image, turn, (pixels, pixels), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def sharpness(patch: np.ndarray) -> float:
    """Return the variance of the Laplacian of a face (H, W, 3 uint8): higher is sharper.

    Measured around the eyes, the upper three fifths: a hand before the mouth is crisp, but no better picture.
    Comparable among patches of one size only; with PATCH_PIXELS, tens are soft and several hundreds are crisp. The
    measure is Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    import cv2

    grey = cv2.cvtColor(patch[: len(patch) * 3 // 5], cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F, ksize=1).var())


def exposure(patch: np.ndarray) -> float:
    """Return how well a face (a patch, uint8 RGB) is exposed: 0 to 1, higher is better.

    The share of its pixels that are neither crushed nor blown, times how far its median grey level is from black and
    from white, which counts in full from 50 levels on: dark skin in good light has 65 and more.
    """
    import cv2

    inner = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)[_INNER]
    drawn = float(np.mean((inner > _CRUSHED) & (inner < _BLOWN)))
    level = float(np.median(inner))
    return drawn * min(level / _WELL_LIT, (255 - level) / _WELL_LIT, 1.0)


def eyes_open(patch: np.ndarray, box: Sequence[float], landmarks: Sequence[float]) -> float | None:
    """Return by what share the middle of the eyes is darker than the skin beside the nose, 0 to 1: an iris is dark.

    `patch` is the upright patch of the box. Open eyes have about 0.3 before a webcam and 0.5 where they are large or
    made up, closed ones about half of it: comparable among faces of one person (on drawn heads at 46 to 150 px, 96 to
    100 % of closed eyes have less than the same eyes open; over all heads the area under the curve is 0.89 to 0.93).
    None where an eye lies outside the patch, as in a profile.
    """
    import cv2

    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    turn = _to_patch(box, landmarks, len(patch), 0.0)
    left, right, nose = (np.reshape(landmarks, (5, 2)) @ turn[:, :2].T + turn[:, 2]).round().astype(int)[:3]
    top = max(min(left[1], right[1]) - 5, 0)
    skin = grey[top : max(nose[1], 0), max(left[0], 0) : max(right[0] + 1, 0)]
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    wide, high = _EYE_REACH
    darkness = []
    for x, y in (left, right):
        eye = soft[max(y - high, 0) : max(y + high + 1, 0), max(x - wide, 0) : max(x + wide + 1, 0)]
        if eye.shape != (2 * high + 1, 2 * wide + 1) or not skin.size:
            return None
        darkness.append(1 - np.percentile(eye, 30) / max(float(np.median(skin)), 1.0))
    return float(np.clip(np.mean(darkness), 0, 1))


def look(patch: np.ndarray) -> bytes:
    """Return a face (a patch, uint8 RGB) as a small grey picture: LOOK_PIXELS rows of as many levels, one byte each."""
    import cv2

    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (LOOK_PIXELS, LOOK_PIXELS), interpolation=cv2.INTER_AREA).tobytes()


def grey_levels(look: bytes) -> np.ndarray:
    """Return the grey levels of a look, (LOOK_PIXELS, LOOK_PIXELS) uint8."""
    return np.frombuffer(look, np.uint8).reshape(LOOK_PIXELS, LOOK_PIXELS)


def look_gap(a: bytes, b: bytes, rows: slice = slice(None)) -> float:
    """Return how different two looks are, 0 (the same, whatever the light) to 1 (nothing in common).

    1 less the correlation of their grey levels within an oval, of all rows or some. A webcam's speaker who keeps still
    has 0.02 to 0.1 from frame to frame, one who moves the head a little 0.1 to 0.3, another pose 0.4 and more.
    """
    return float(look_gaps((a, b), rows)[0, 1])


def look_gaps(looks: Sequence[bytes], rows: slice = slice(None)) -> np.ndarray:
    """Return the `look_gap` between any two of N looks, (N, N). One without contrast tells nothing: 0."""
    levels = np.array([grey_levels(look)[rows][_OVAL[rows]] for look in looks], np.float64)
    levels -= levels.mean(axis=1, keepdims=True)
    contrast = np.linalg.norm(levels, axis=1, keepdims=True)
    levels /= np.maximum(contrast, 1e-9)
    telling = (contrast > 0) & (contrast.T > 0)
    return np.where(telling, 1 - np.maximum(levels @ levels.T, 0.0), 0.0)


def quality(
    *,
    face_pixels: float,
    sharpness: float,
    yaw_degrees: float,
    pitch_degrees: float,
    roll_degrees: float,
    exposure: float,
    score: float,
    eyes_open: float | None = None,
    occlusion: float = 0.0,
) -> float:
    """Return how good a face is as a picture of its person: 0 to 1, higher is better.

    A product, so that one bad property cannot be made good by another, of
        size        s / (s + 40 px)
        sharpness   v / (v + 15); webcams have 5 to 100
        pose        cos(yaw) cos(roll), and cos of the pitch beyond 15 degrees, which it is uncertain by
        exposure    as measured
        eyes        from 0.3 (closed) to 1: `eyes_open` is relative to what is usual for the person, where closed eyes
                    have 0.5; None counts as open. Not 0, for it is a guess
        occlusion   1 less it
        score       the detector's
    """
    pose = math.prod(
        math.cos(math.radians(min(abs(angle), 90.0)))
        for angle in (yaw_degrees, roll_degrees, max(abs(pitch_degrees) - 15.0, 0.0))
    )
    opened = 1.0 if eyes_open is None else min(max((eyes_open - 0.5) / (0.85 - 0.5), 0.0), 1.0)
    size_and_sharpness = _saturate(face_pixels, 40.0) * _saturate(sharpness, 15.0)
    return score * pose * exposure * size_and_sharpness * (0.3 + 0.7 * opened) * (1 - occlusion)


def _saturate(value: float, half: float) -> float:
    return value / (value + half)


def _to_patch(box: Sequence[float], landmarks: Sequence[float], pixels: int, margin: float) -> np.ndarray:
    """Return the 2x3 matrix that takes points of a picture into the upright patch of a face."""
    import cv2

    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0, 1.0) * (1 + 2 * margin)
    turn = cv2.getRotationMatrix2D(((x0 + x1) / 2, (y0 + y1) / 2), roll_degrees(landmarks), pixels / side)
    turn[:, 2] += np.array([pixels / 2 - (x0 + x1) / 2, pixels / 2 - (y0 + y1) / 2])
    return turn


def _axes(landmarks: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    points = np.asarray(landmarks, np.float64).reshape(5, 2)
    return points[1] - points[0], (points[3] + points[4]) / 2 - (points[0] + points[1]) / 2
