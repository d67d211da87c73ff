"""Neck, shoulders and clothes: the still part of a person, drawn once as a sprite that the head sits on."""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio.brush import (
    Canvas,
    box,
    cloud_noise,
    curve,
    ellipse,
    fill,
    glow,
    new_canvas,
    shape_mask,
    stroke,
)
from stages.sources.studio.face import Sprite
from stages.sources.studio.head import Light
from stages.sources.studio.people import Person

BODY_BOX = (-3.6, 0.6, 3.6, 8.0)  # face units around the middle between the eyes
GARMENTS = ("tee", "shirt", "sweater", "turtleneck", "hoodie", "jacket", "vneck")
PATTERNS = ("plain", "plain", "stripes", "checks", "dots")
CLOTHES_COLOURS = {
    "white": (232, 230, 224),
    "cream": (222, 204, 172),
    "grey": (142, 146, 150),
    "black": (44, 44, 48),
    "navy": (42, 56, 92),
    "blue": (76, 122, 178),
    "teal": (52, 128, 130),
    "green": (74, 116, 78),
    "olive": (122, 122, 76),
    "mustard": (206, 160, 62),
    "orange": (206, 116, 62),
    "brown": (124, 88, 64),
    "red": (172, 56, 56),
    "burgundy": (112, 42, 56),
    "pink": (216, 152, 160),
    "purple": (116, 84, 138),
}


@dataclass(frozen=True)
class Outfit:
    """What a person wears."""

    garment: str
    colour: str
    accent: str
    pattern: str
    seed: int
    dye: tuple[int, int, int] | None = None  # RGB, in place of the named colour

    @property
    def cloth(self) -> tuple[int, int, int]:
        """Colour of the cloth, RGB 0..255."""
        return self.dye or CLOTHES_COLOURS[self.colour]

    @classmethod
    def from_seed(cls, seed: int) -> "Outfit":
        """Draw an outfit."""
        rng = np.random.default_rng((0xC107, seed))
        colour, accent = rng.choice(list(CLOTHES_COLOURS), 2, replace=False)
        return cls(str(rng.choice(GARMENTS)), str(colour), str(accent), str(rng.choice(PATTERNS)), seed)


def draw_figure(person: Person, outfit: Outfit, light: Light, scale: float) -> Sprite:
    """Draw neck, shoulders and clothes of a person."""
    rng = np.random.default_rng((0xB0D4, person.seed, outfit.seed))
    canvas = new_canvas(BODY_BOX, scale, outfit.cloth)
    neck, broad, slope, base = _measures(person)
    torso = _torso(neck, broad, slope, base)
    body = shape_mask(canvas, torso, 0.01)
    _pattern(canvas, outfit)
    _folds(canvas, rng, broad, slope, light)
    neck_shape = _neck(neck, base)
    neck_mask = shape_mask(canvas, neck_shape, 0.01)
    opening = _opening(outfit.garment, neck, base)
    if outfit.garment == "turtleneck":
        neck_mask *= 0
    else:
        skin = Canvas(np.empty_like(canvas.pixels), canvas.origin, canvas.scale)
        skin.pixels[:] = person.skin * 0.90
        _neck_shadow(skin, person, neck, base)
        cover = np.maximum(shape_mask(canvas, opening, 0.008), neck_mask * _above(canvas, base - 0.08))[..., None]
        fill(canvas, opening + (0, 0.07), (20, 16, 16), 0.30, 0.05)
        canvas.pixels[:] += (skin.pixels - canvas.pixels) * cover
    _collar(canvas, outfit, neck, base, broad)
    alpha = np.maximum(body, shape_mask(canvas, neck_shape, 0.01))
    if outfit.garment == "turtleneck":
        tube = curve(
            [
                (-neck * 1.08, base - 0.62),
                (0, base - 0.55),
                (neck * 1.08, base - 0.62),
                (neck * 1.25, base + 0.15),
                (0, base + 0.3),
                (-neck * 1.25, base + 0.15),
            ],
            8,
            True,
        )
        alpha = np.maximum(alpha, shape_mask(canvas, tube, 0.01))
    tint = np.asarray(light.key, np.float32) + np.asarray(light.fill, np.float32)
    pixels = np.clip(canvas.pixels * (tint / 1.13), 0, 255).astype(np.uint8)
    return Sprite(pixels, alpha, BODY_BOX[:2], scale)


def torso_of(person: Person) -> np.ndarray:
    """Return the outline (N, 2) of a person's shoulders and body, face units from the middle between the eyes."""
    return _torso(*_measures(person))


def _measures(person: Person) -> tuple[float, float, float, float]:
    """Return half the neck's and the shoulders' width, where the shoulders slope, and where the neck meets them."""
    neck = 0.66 if person.masculine else 0.50
    broad = (2.62 if person.masculine else 2.18) * (0.94 + 0.12 * person.head_width)
    slope = person.chin_y + 0.70 + (0.0 if person.masculine else 0.06)
    return neck, broad, slope, person.chin_y + 0.33


def _torso(neck: float, broad: float, slope: float, base: float) -> np.ndarray:
    right = [
        (neck * 1.02, base - 0.10),
        (neck * 1.35, base + 0.10),
        (broad * 0.60, slope - 0.02),
        (broad * 0.88, slope + 0.22),
        (broad * 1.02, slope + 0.75),
        (broad * 1.08, slope + 1.9),
        (broad * 1.12, slope + 3.4),
        (broad * 1.1, 8.4),
    ]
    return curve([(-x, y) for x, y in reversed(right)] + right, 8)


def _neck(neck: float, base: float) -> np.ndarray:
    right = [(neck * 0.96, 0.9), (neck * 0.94, base - 0.3), (neck * 1.1, base + 0.05), (neck * 1.5, base + 0.3)]
    return curve([(-x, y) for x, y in reversed(right)] + right, 8)[::1]


def _opening(garment: str, neck: float, base: float) -> np.ndarray:
    """The part of the chest that a garment leaves bare."""
    depth = {"vneck": 1.15, "shirt": 0.75, "jacket": 0.62, "hoodie": 0.40}.get(garment, 0.36)
    wide = neck * {"vneck": 1.38, "shirt": 1.12, "jacket": 1.15}.get(garment, 1.30)
    if garment in ("vneck", "shirt"):
        return np.array(
            [
                (-wide, base - 0.12),
                (wide, base - 0.12),
                (wide * 0.55, base + depth * 0.45),
                (0, base + depth),
                (-wide * 0.55, base + depth * 0.45),
            ]
        )
    return curve(
        [
            (-wide, base - 0.12),
            (wide, base - 0.12),
            (wide * 0.72, base + depth * 0.72),
            (0, base + depth),
            (-wide * 0.72, base + depth * 0.72),
        ],
        8,
        True,
    )


def _neck_shadow(c: Canvas, p: Person, neck: float, base: float) -> None:
    dark = p.skin * (0.50, 0.44, 0.42)
    glow(c, (0.12, p.chin_y + 0.10), (0.75, 0.30), dark, 0.85)
    glow(c, (neck * 1.15, base - 0.4), (0.22, 0.7), dark, 0.65)
    glow(c, (-neck * 1.2, base - 0.4), (0.14, 0.7), dark, 0.45)
    for side in (-1, 1):
        stroke(
            c,
            curve([(side * neck * 0.80, base - 0.55), (side * 0.32, base + 0.05), (side * 0.12, base + 0.25)], 6),
            0.07,
            dark,
            0.28,
            0.04,
        )
        stroke(c, [(side * 0.2, base + 0.33), (side * 1.2, base + 0.16)], 0.06, dark, 0.25, 0.04)
    glow(c, (-0.15, base + 0.12), (0.10, 0.3), np.minimum(p.skin * 1.08, 255), 0.3)


def _above(canvas: Canvas, y: float) -> np.ndarray:
    rows = np.arange(canvas.pixels.shape[0]) / canvas.scale + canvas.origin[1]
    return np.clip((y - rows) / 0.05, 0, 1).astype(np.float32)[:, None]


def _pattern(c: Canvas, outfit: Outfit) -> None:
    colour, accent = (np.array(k, np.float32) for k in (outfit.cloth, CLOTHES_COLOURS[outfit.accent]))
    height, width = c.pixels.shape[:2]
    x = (np.arange(width) / c.scale + c.origin[0])[None, :]
    y = (np.arange(height) / c.scale + c.origin[1])[:, None]
    y = y + 0.05 * np.abs(x) ** 1.5  # cloth falls over the shoulders

    def line(at, period, thick):
        return np.clip((thick - np.abs((at / period) % 1 - 0.5) * period) * c.scale * 0.5 + 0.5, 0, 1)

    mask = {
        "plain": lambda: np.zeros((height, width)),
        "stripes": lambda: line(y, 0.56, 0.13) + 0 * x,
        "checks": lambda: 0.5 * line(x + 0 * y, 0.62, 0.12) + 0.5 * line(y + 0 * x, 0.62, 0.12),
        "dots": lambda: np.clip(
            (0.07 - np.hypot((x / 0.42 + np.floor(y / 0.36) % 2 * 0.5) % 1 * 0.42 - 0.21, y % 0.36 - 0.18))
            * c.scale
            * 0.7,
            0,
            1,
        ),
    }[outfit.pattern if outfit.garment in ("tee", "shirt", "sweater", "vneck") else "plain"]()
    c.pixels[:] = colour + (accent - colour) * mask.astype(np.float32)[..., None] * 0.85


def _folds(c: Canvas, rng: np.random.Generator, broad: float, slope: float, light: Light) -> None:
    height, width = c.pixels.shape[:2]
    x = np.arange(width, dtype=np.float32)[None, :] / c.scale + c.origin[0]
    y = np.arange(height, dtype=np.float32)[:, None] / c.scale + c.origin[1]
    side = -np.sign(light.direction[0])
    round_off = 1.0 - 0.30 * np.clip(np.abs(x) / broad, 0, 1.2) ** 3 - 0.10 * side * x / broad
    top_light = 0.16 * np.exp(-0.5 * ((y - slope - 0.1 - 0.10 * np.abs(x)) / 0.35) ** 2)
    chest = 0.05 * np.exp(-0.5 * (((np.abs(x) - 0.9) / 0.7) ** 2 + ((y - slope - 1.3) / 0.7) ** 2))
    arm = (
        -0.22
        * np.exp(-0.5 * ((np.abs(x) - broad * 0.76 - 0.03 * (y - slope)) / 0.07) ** 2)
        * np.clip((y - slope - 0.7) / 0.6, 0, 1)
    )
    crumple = cloud_noise(rng, height, width, (1.0 * c.scale, 0.38 * c.scale))
    crumple = cv2.GaussianBlur(crumple, (0, 0), 0.1 * c.scale) * 0.045
    lower = -0.05 * np.clip(y - slope, 0, 4)
    shade = round_off + top_light + chest + arm + crumple + lower
    c.pixels[:] *= np.clip(shade, 0.3, 1.25)[..., None]
    weave = rng.normal(size=(height, width)).astype(np.float32) * 2.2
    c.pixels[:] += weave[..., None]


def _collar(c: Canvas, outfit: Outfit, neck: float, base: float, broad: float) -> None:
    colour = np.array(outfit.cloth, np.float64)
    accent = np.array(CLOTHES_COLOURS[outfit.accent], np.float64)
    edge = _opening(outfit.garment, neck, base)
    if outfit.garment in ("tee", "sweater"):
        line = curve(
            [
                (-neck * 1.30, base - 0.10),
                (-neck * 0.94, base + 0.26),
                (0, base + 0.38),
                (neck * 0.94, base + 0.26),
                (neck * 1.30, base - 0.10),
            ],
            8,
        )
        stroke(c, line + (0, 0.03), 0.15 if outfit.garment == "sweater" else 0.10, colour * 0.86, 1.0, 0.01)
        stroke(c, line + (0, 0.10), 0.03, colour * 0.6, 0.6, 0.015)
    elif outfit.garment == "vneck":
        stroke(c, edge[[0, 4, 3, 2, 1]], 0.09, colour * 0.82, 1.0, 0.01)
    elif outfit.garment == "turtleneck":
        tube = curve(
            [
                (-neck * 1.08, base - 0.60),
                (0, base - 0.52),
                (neck * 1.08, base - 0.60),
                (neck * 1.25, base + 0.15),
                (0, base + 0.32),
                (-neck * 1.25, base + 0.15),
            ],
            8,
            True,
        )
        fill(c, tube, colour * 0.88, 1.0, 0.01)
        glow(c, (0.1, base - 0.5), (0.7, 0.16), colour * 0.4, 0.8)
        glow(c, (-0.25, base - 0.05), (0.2, 0.2), np.minimum(colour * 1.12 + 6, 255), 0.6)
        stroke(
            c,
            curve([(-neck * 1.22, base + 0.10), (0, base + 0.30), (neck * 1.22, base + 0.10)], 8),
            0.05,
            colour * 0.55,
            0.7,
            0.03,
        )
    elif outfit.garment == "shirt":
        for side in (-1, 1):
            flap = np.array(
                [
                    (side * neck * 1.02, base - 0.34),
                    (side * neck * 1.42, base + 0.02),
                    (side * neck * 1.05, base + 0.62),
                    (side * 0.06, base + 0.74),
                    (side * neck * 0.62, base + 0.20),
                ]
            )
            fill(c, flap + (0, 0.05), colour * 0.35, 0.4, 0.04)
            fill(c, flap, np.minimum(colour * 1.04 + 4, 255), 1.0, 0.008)
            stroke(c, flap[1:4], 0.02, colour * 0.7, 0.6, 0.006)
        stroke(c, [(0, base + 0.76), (0, 8)], 0.03, colour * 0.6, 0.7, 0.012)
        for k in range(5):
            fill(c, ellipse((0.07, base + 1.2 + 0.8 * k), (0.05, 0.05)), np.minimum(colour * 0.6 + 70, 255), 0.9, 0.006)
    elif outfit.garment == "hoodie":
        for side in (-1, 1):
            hood = curve(
                [
                    (side * neck * 0.98, base - 0.42),
                    (side * neck * 1.9, base - 0.06),
                    (side * neck * 1.75, base + 0.42),
                    (side * 0.30, base + 0.74),
                    (side * neck * 0.75, base + 0.34),
                    (side * neck * 1.0, base + 0.02),
                ],
                8,
                True,
            )
            fill(c, hood + (0, 0.08), colour * 0.3, 0.45, 0.07)
            fill(c, hood, colour * 0.96, 1.0, 0.015)
            stroke(c, hood[24:44], 0.04, colour * 0.6, 0.5, 0.02)
            stroke(
                c,
                curve([(side * 0.26, base + 0.6), (side * 0.30, base + 1.3), (side * 0.24, base + 1.8)], 8),
                0.05,
                (226, 222, 212),
                0.9,
                0.008,
            )
    elif outfit.garment == "jacket":
        inner = np.array(
            [
                (-neck * 1.1, base + 0.05),
                (neck * 1.1, base + 0.05),
                (0.5, base + 1.6),
                (0, base + 2.6),
                (-0.5, base + 1.6),
            ]
        )
        inside = 1 - shape_mask(c, edge, 0.01)
        fill(c, inner, accent, 1.0, 0.01, inside)
        stroke(c, edge[8:34], 0.06, accent * 0.75, 0.8, 0.015, inside)
        glow(c, (0, base + 0.5), (0.5, 0.3), accent * 0.5, 0.35, inside)
        for side in (-1, 1):
            lapel = np.array(
                [
                    (side * neck * 1.02, base - 0.28),
                    (side * neck * 1.38, base - 0.04),
                    (side * broad * 0.42, base + 0.85),
                    (side * broad * 0.30, base + 0.98),
                    (side * broad * 0.36, base + 1.14),
                    (side * 0.05, base + 2.75),
                    (side * neck * 0.86, base + 0.5),
                ]
            )
            fill(c, lapel + (0, 0.06), colour * 0.25, 0.5, 0.06)
            fill(c, lapel, np.minimum(colour * 0.92 + 5, 255), 1.0, 0.008)
            stroke(c, lapel[1:6], 0.025, colour * 0.55, 0.7, 0.008)
        stroke(c, [(0, base + 2.7), (-0.1, 8)], 0.05, colour * 0.4, 0.8, 0.02)
        fill(c, box(0.1, base + 3.2, 0.22, base + 3.32), colour * 0.5 + 40, 0.9, 0.02)
