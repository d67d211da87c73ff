"""A face's own coordinates.

Lengths are in head heights, chin to crown. The origin lies between the eyes, u runs to the right and v down along the
face, which may be tilted in the picture. The eyes are in the middle of a head, so the chin is at v = CHIN.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from stages.models.synthesizer import Reference

CHIN = 0.50
EYES_TO_MOUTH = 0.30  # of a head's height, in faces seen from the front or half from the side
BOX_HEIGHT = 0.79  # of MTCNN's box, in the same


@dataclass(frozen=True)
class FaceFrame:
    """Where a face is in its picture: `eyes` in pixels, `roll` in radians, `unit` pixels to a head.

    `centre` is the u of the face's middle and `half` half its width. `turn` is -1 for a face that looks to the viewer's
    left .. 1 to the right; `reach` how far the hair goes above the chin.
    """

    eyes: np.ndarray
    roll: float
    unit: float
    centre: float
    half: float
    turn: float
    person: np.ndarray  # (H, W) bool: the mask's part that the face is in
    reach: float

    @classmethod
    def of(cls, reference: Reference) -> "FaceFrame":
        """Measure a face from its landmarks, its box and the mask around it."""
        points = np.asarray(reference.landmarks, np.float64).reshape(5, 2)
        box = np.asarray(reference.face_box, np.float64)
        eyes, mouth = points[:2].mean(0), points[3:].mean(0)
        across = points[1] - points[0]
        roll = float(np.arctan2(across[1], across[0]))
        unit = 0.5 * float(np.linalg.norm(mouth - eyes) / EYES_TO_MOUTH + (box[3] - box[1]) / BOX_HEIGHT)
        right = np.array([np.cos(roll), np.sin(roll)])
        middle = (box[:2] + box[2:]) / 2 - eyes
        bare = cls(
            eyes=eyes,
            roll=roll,
            unit=unit,
            centre=float(np.clip(middle @ right / unit, -0.12, 0.12)),
            half=float(np.clip((box[2] - box[0]) / 2 / unit, 0.28, 0.36)),
            turn=float(np.clip((points[2] - eyes) @ right / unit / 0.10, -1, 1)),
            person=_person(reference.mask, (eyes + mouth) / 2),
            reach=1.0,
        )
        u, v = bare.coordinates
        above = bare.person & (np.abs(u) < 0.45) & (v < 0)
        return replace(bare, reach=CHIN - float(np.percentile(v[above], 1))) if above.any() else bare

    @cached_property
    def coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        """Return u, counted from the face's middle, and v of every pixel, (H, W) each."""
        y, x = np.mgrid[: self.person.shape[0], : self.person.shape[1]].astype(np.float32)
        right, down = np.cos(self.roll), np.sin(self.roll)
        x, y = x - self.eyes[0], y - self.eyes[1]
        return (x * right + y * down) / self.unit - self.centre, (y * right - x * down) / self.unit


def shrunk(reference: Reference, scale: float) -> Reference:
    """Return the reference with smaller pictures; as it is when `scale` is 1 or more."""
    if scale >= 1:
        return reference
    height, width = reference.mask.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    x, y = size[0] / width, size[1] / height
    x0, y0, x1, y1 = reference.face_box
    return replace(
        reference,
        picture=cv2.resize(reference.picture, size, interpolation=cv2.INTER_AREA),
        mask=cv2.resize(reference.mask, size, interpolation=cv2.INTER_AREA),
        face_box=(x0 * x, y0 * y, x1 * x, y1 * y),
        landmarks=tuple(value * (y if i % 2 else x) for i, value in enumerate(reference.landmarks)),
    )


def _person(mask: np.ndarray, inside: np.ndarray) -> np.ndarray:
    _, labels = cv2.connectedComponents((mask > 127).astype(np.uint8))
    x, y = np.clip(inside.astype(int), 0, np.array(mask.shape[::-1]) - 1)
    return labels == labels[y, x] if labels[y, x] else mask > 127
