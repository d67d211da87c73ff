"""Solids from outlines: a flat shape is inflated to a height field, folded, and lit.

Shapes drawn this way look modelled instead of cut from paper, and cost one distance transform and two small blurs.
Lengths are in units of the canvas; the figure's unit is the height of its head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio.brush import SUBPIXEL_BITS, Canvas, curve


@dataclass(frozen=True)
class Lamp:
    """The light on a scene: a key light from `direction` (x right, y down, z to the viewer) and an even rest.

    `key` and `ambient` are RGB factors; a surface that faces the viewer gets about key * direction z + ambient.
    """

    direction: tuple[float, float, float]
    key: tuple[float, float, float]
    ambient: tuple[float, float, float]

    @property
    def facing(self) -> np.ndarray:
        """What a surface that faces the viewer is multiplied by, RGB."""
        return np.asarray(self.key) * self.direction[2] + np.asarray(self.ambient)


@dataclass(frozen=True)
class Fold:
    """A ridge (height > 0) or crease (< 0) along a line (N, 2); width and height in units."""

    line: np.ndarray
    width: float
    height: float

    @classmethod
    def along(cls, points, width: float, height: float) -> "Fold":
        """Make a fold that runs smoothly through points (N, 2)."""
        return cls(curve(points, 6), width, height)


@dataclass(frozen=True)
class Cloth:
    """What a surface is made of.

    `colour` is RGB 0..255 in white light. `wrinkle` is the height of its fine unrest and `rib` the period of its
    knit (0: none), in units. `grain` is noise as a share of the colour, `gloss` the strength of highlights 0..1, and
    `relief` scales how round its solids are.
    """

    colour: tuple[float, float, float]
    wrinkle: float = 0.007
    rib: float = 0.0
    grain: float = 0.02
    gloss: float = 0.0
    relief: float = 1.0


class Layer:
    """A transparent picture of a figure: premultiplied RGB on a canvas, and its coverage (H, W)."""

    def __init__(self, canvas: Canvas, lamp: Lamp, rng: np.random.Generator):
        self.canvas = canvas
        self.alpha: np.ndarray = np.zeros(canvas.pixels.shape[:2], np.float32)
        self.lamp = lamp
        height, width = canvas.pixels.shape[:2]
        coarse = rng.normal(size=(height // 14 + 3, width // 9 + 3)).astype(np.float32)
        self._unrest = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        self._grain = rng.standard_normal((height, width), np.float32)

    def solid(
        self,
        outline: np.ndarray,
        cloth: Cloth,
        roundness: float,
        folds: Sequence[Fold] = (),
        shadow: float = 0.0,
        fade=None,
    ) -> None:
        """Draw an outline (N, 2) as a solid whose edges fall away over `roundness` units.

        `shadow` (0..1) is cast on what the figure already holds below the shape. `fade` is a pair of points: the shape
        is invisible before the first and full after the second, so that it grows out of what lies below.
        """
        scale = self.canvas.scale
        points = self.canvas.to_pixels(outline)
        rows, columns = self._window(points, margin=3 + (0.25 if shadow > 0 else 0.05) * scale)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        corner = np.array([columns.start, rows.start])
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        cv2.fillPoly(mask, [_fixed(points - corner)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        whole = mask
        if fade is not None:
            mask = _faded(mask, self.canvas.to_pixels(fade) - corner)
        if shadow > 0:
            self._cast(mask, (rows, columns), shadow)
        height = _inflate(whole, roundness * scale) * cloth.relief
        if folds:
            height += _ridges(folds, self.canvas, corner, mask.shape)
        height += self._unrest[rows, columns] * (cloth.wrinkle * scale)
        if cloth.rib > 0:
            across = (np.arange(columns.start, columns.stop) / scale) * (2 * np.pi / cloth.rib)
            height += np.sin(across)[None, :].astype(np.float32) * (0.1 * cloth.rib * scale)
        colour = self._lit(cv2.GaussianBlur(height, (0, 0), max(0.012 * scale, 0.6)), cloth)
        colour *= 1 + self._grain[rows, columns, None] * cloth.grain
        cover = mask.astype(np.float32)[..., None] / 255
        target = self.canvas.pixels[rows, columns]
        target += (colour - target) * cover
        alpha = self.alpha[rows, columns]
        alpha += (1 - alpha) * cover[..., 0]

    def _lit(self, height: np.ndarray, cloth: Cloth) -> np.ndarray:
        slope_x, slope_y = (cv2.Sobel(height, cv2.CV_32F, dx, 1 - dx, ksize=3, scale=1 / 8) for dx in (1, 0))
        norm = 1 / np.sqrt(slope_x**2 + slope_y**2 + 1)
        x, y, z = self.lamp.direction
        facing = np.clip((z - slope_x * x - slope_y * y) * norm, 0, 1)
        ambient = 0.72 + 0.28 * norm  # edges that turn away see less of the surroundings
        key, rest = np.asarray(self.lamp.key, np.float32), np.asarray(self.lamp.ambient, np.float32)
        light = facing[..., None] * key + ambient[..., None] * rest
        colour = light * np.asarray(cloth.colour, np.float32)
        if cloth.gloss > 0:
            colour += (np.clip(facing, 0, 1) ** 14 * cloth.gloss * 255)[..., None] * key
        return colour

    def _cast(self, mask: np.ndarray, window: tuple[slice, slice], strength: float) -> None:
        scale = self.canvas.scale
        shift = np.array([[1, 0, -self.lamp.direction[0] * 0.10 * scale], [0, 1, 0.05 * scale]])
        dark = cv2.warpAffine(mask, shift, mask.shape[::-1])
        dark = cv2.GaussianBlur(dark, (0, 0), 0.07 * scale).astype(np.float32) * (strength / 255)
        self.canvas.pixels[window] *= (1 - dark)[..., None]

    def _window(self, points: np.ndarray, margin: float) -> tuple[slice, slice]:
        height, width = self.alpha.shape
        low, high = np.floor(points.min(0) - margin).astype(int), np.ceil(points.max(0) + margin).astype(int)
        return slice(max(low[1], 0), min(high[1], height)), slice(max(low[0], 0), min(high[0], width))


def _inflate(mask: np.ndarray, radius: float) -> np.ndarray:
    depth = np.minimum(cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 5), radius)
    depth = cv2.GaussianBlur(depth, (0, 0), max(0.14 * radius, 0.8)) / radius
    return (radius * 0.75) * depth * (2 - depth)


def _faded(mask: np.ndarray, ends: np.ndarray) -> np.ndarray:
    along = (ends[1] - ends[0]) / np.sum((ends[1] - ends[0]) ** 2)
    y, x = np.ogrid[: mask.shape[0], : mask.shape[1]]
    ramp = np.clip((x - ends[0][0]) * along[0] + (y - ends[0][1]) * along[1], 0, 1)
    return (mask * (ramp * ramp * (3 - 2 * ramp))).astype(np.uint8)


def _ridges(folds: Sequence[Fold], canvas: Canvas, corner: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    lines = np.zeros(shape, np.float32)
    for fold in folds:
        points = _fixed(canvas.to_pixels(fold.line) - corner)
        thickness = max(1, round(fold.width * canvas.scale * 0.6))
        cv2.polylines(lines, [points], False, fold.height * canvas.scale, thickness, cv2.LINE_8, SUBPIXEL_BITS)
    width = float(np.mean([fold.width for fold in folds])) * canvas.scale
    return cv2.GaussianBlur(lines, (0, 0), max(0.45 * width, 0.6))


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
