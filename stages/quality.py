"""What can be measured of a face without a model: size, pose, sharpness.

Landmarks are five points, x and y: the eye on the viewer's left, the eye on the viewer's right, the tip of the nose,
and the corners of the mouth in the same order.
"""

import math
from collections.abc import Sequence

import numpy as np

PATCH_PIXELS = 96  # sharpness is measured at one size, so that a small face scaled up counts as soft

# The tip of the nose lies about 27 mm before the plane of the eyes, and the eyes 63 mm apart: rough figures of an
# adult head, good to some ten degrees.
_NOSE_DEPTH = 27 / 63


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


def pose_gap_degrees(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return how far two poses (yaw, roll) are apart, in degrees."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def upright_patch(
    image: np.ndarray, box: Sequence[float], landmarks: Sequence[float], pixels: int, margin: float = 0.0
) -> np.ndarray:
    """Cut a face out of `image` (H, W, 3), turned upright, as a square of `pixels` (pixels, pixels, 3).

    `margin` is the space on each side, as a share of the longer side of the box. What lies outside the image repeats
    its edge.
    """
    import cv2

    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0, 1.0) * (1 + 2 * margin)
    turn = cv2.getRotationMatrix2D(((x0 + x1) / 2, (y0 + y1) / 2), roll_degrees(landmarks), pixels / side)
    turn[:, 2] += np.array([pixels / 2 - (x0 + x1) / 2, pixels / 2 - (y0 + y1) / 2])
    flags = cv2.INTER_AREA if pixels < side else cv2.INTER_LINEAR
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


def merit(face_pixels: float, sharpness: float, yaw_degrees: float, roll_degrees: float, score: float) -> float:
    """Weigh a face as a picture of its person: 0 to 1, higher is better.

    A product, so that one bad property cannot be made good by another: detector score, how much of a frontal view
    remains, and size and sharpness, both of which saturate (half of it is reached at 40 px and at 15).
    """
    frontal = math.cos(math.radians(min(abs(yaw_degrees), 90.0))) * math.cos(math.radians(min(abs(roll_degrees), 90.0)))
    return score * frontal * _saturate(face_pixels, 40.0) * _saturate(sharpness, 15.0)


def _saturate(value: float, half: float) -> float:
    return value / (value + half)


def _axes(landmarks: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    points = np.asarray(landmarks, np.float64).reshape(5, 2)
    return points[1] - points[0], (points[3] + points[4]) / 2 - (points[0] + points[1]) / 2
