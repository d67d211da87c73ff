"""A head's own frame: where forehead, cheeks and mouth are in a picture, whatever its size and tilt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.conversation.colours import Lab, distance, to_lab

Rgb = npt.NDArray[np.uint8]  # (height, width, 3)
Mask = npt.NDArray[np.bool_]  # (height, width)
Box = tuple[float, float, float, float]

LEAST_PIXELS = 40  # below that a region is not measured
_MEASURED_PX = 160  # every n-th pixel is looked at, so that about so many lie along a side


@dataclass(frozen=True)
class Portrait:
    """One person's head and shoulders, decoded. Landmarks: eyes, nose, mouth corners, x and y, viewer's left first."""

    picture: Rgb
    mask: Mask
    face_box: Box
    landmarks: tuple[float, ...]
    yaw_degrees: float  # positive: turned towards the viewer's right


@dataclass(frozen=True)
class Head:
    """A picture seen from a head: u runs along the eyes, v upwards; eyes are at v = 0, the mouth at v = -1."""

    lab: Lab
    mask: Mask
    x: npt.NDArray[np.int64]  # in pixels of the picture
    y: npt.NDArray[np.int64]
    u: npt.NDArray[np.float64]
    v: npt.NDArray[np.float64]
    eye_distance: float  # in units of the distance from eyes to mouth
    mouth_width: float  # in the same units
    roll_degrees: float  # positive: the top of the head leans towards the viewer's right
    skin: Lab  # of the cheeks

    @classmethod
    def of(cls, portrait: Portrait) -> "Head":
        points = np.asarray(portrait.landmarks, np.float64).reshape(5, 2)
        eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
        up = eyes - mouth
        unit = max(float(np.hypot(*up)), 1.0)
        up /= unit
        right = np.array([-up[1], up[0]])
        step = step_of(portrait.picture)
        y, x = np.mgrid[: portrait.picture.shape[0] : step, : portrait.picture.shape[1] : step]
        u = ((x - eyes[0]) * right[0] + (y - eyes[1]) * right[1]) / unit
        v = ((x - eyes[0]) * up[0] + (y - eyes[1]) * up[1]) / unit
        lab = without_haze(to_lab(portrait.picture[::step, ::step]))
        cheeks = (np.abs(np.abs(u) - 0.4) < 0.18) & (v < -0.35) & (v > -0.75)
        return cls(
            lab=lab,
            mask=portrait.mask[::step, ::step],
            x=x,
            y=y,
            u=u,
            v=v,
            eye_distance=float(np.hypot(*(points[1] - points[0]))) / unit,
            mouth_width=float(np.hypot(*(points[4] - points[3]))) / unit,
            roll_degrees=float(np.degrees(np.arctan2(up[0], -up[1]))),
            skin=np.median(lab[cheeks], axis=0) if cheeks.any() else np.median(lab.reshape(-1, 3), axis=0),
        )

    @property
    def unlike_skin(self) -> npt.NDArray[np.bool_]:
        """Pixels whose colour is not that of this skin, in whatever light there is."""
        return distance(self.lab, self.skin) > np.clip(0.22 * self.skin[0], 6, 14)

    def behind(self, around: Mask) -> Lab | None:
        """Return the colour of what is behind the person there, None where it cannot be seen."""
        wall = ~self.mask & around
        return np.median(self.lab[wall], axis=0) if wall.sum() > LEAST_PIXELS else None


def share(found: Mask, where: Mask) -> float:
    """Return which part of a region is found, 0 for a region too small to tell."""
    return float(found[where].mean()) if where.sum() > LEAST_PIXELS / 2 else 0.0


def step_of(picture: Rgb) -> int:
    """Return n such that every n-th row and column of a picture is enough to measure it."""
    return max(1, picture.shape[0] // _MEASURED_PX)


def without_haze(lab: Lab) -> Lab:
    """Stretch a hazy picture's lightness so that its darkest parts are nearly black; at most 8 are taken away."""
    haze = float(np.clip(np.percentile(lab[..., 0], 1) - 6, 0, 8))
    return np.concatenate([(lab[..., :1] - haze) * 100 / (100 - haze), lab[..., 1:]], axis=-1)
