"""Hair: where it grows, how thick it lies, what hangs, and its strands.

Hair on the skull is a part of the head's own surface, lifted and painted; what hangs past the ears is a curtain of its
own. Shapes are in face units.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio.brush import Canvas, cloud_noise, curve, fill, shape_mask
from stages.sources.studio.people import Person

CURTAIN_TOP = 2.10  # where in the texture the strands of hanging hair begin (y)
CURTAIN_ROWS = 1.2


@dataclass(frozen=True)
class HairStyle:
    """A way to wear hair."""

    top: float = 0.20  # thickness on the skull
    side: float = 0.06
    fringe: float = 0.0  # how far the hairline hangs into the forehead
    sideways: float = 0.0  # 0 symmetric .. 1 combed over from the parting
    recede: float = 0.0  # how far the corners of the forehead are bare
    lift: float = 0.0  # extra volume above the forehead
    curl: float = 0.0  # 0 straight .. 1 curly
    hangs_to: float | None = None  # lowest point of the curtain (y), None: nothing hangs
    spread: float = 0.12  # how far the curtain stands off the head
    wave: float = 0.0
    cover: float = 1.0  # 0 shaved .. 1 opaque
    bun: bool = False
    shows_ears: bool = True


STYLES = {
    "bald": HairStyle(top=0.0, side=0.0, cover=0.10),
    "buzz": HairStyle(top=0.03, side=0.02, cover=0.72),
    "crop": HairStyle(top=0.20, side=0.07, fringe=0.06),
    "side_part": HairStyle(top=0.27, side=0.09, sideways=1.0),
    "quiff": HairStyle(top=0.27, side=0.06, lift=0.20),
    "curly": HairStyle(top=0.28, side=0.14, curl=1.0, fringe=0.04),
    "receding": HairStyle(top=0.08, side=0.06, recede=0.28),
    "pixie": HairStyle(top=0.27, side=0.12, fringe=0.22, sideways=0.8),
    "bob": HairStyle(top=0.26, side=0.18, hangs_to=1.25, spread=0.20, sideways=0.6, shows_ears=False),
    "fringe_bob": HairStyle(top=0.26, side=0.18, fringe=0.36, hangs_to=1.05, spread=0.20, shows_ears=False),
    "long": HairStyle(top=0.23, side=0.16, hangs_to=2.7, wave=0.3, spread=0.20, sideways=0.4, shows_ears=False),
    "wavy": HairStyle(top=0.30, side=0.22, hangs_to=2.4, spread=0.28, wave=1.0, sideways=0.7, shows_ears=False),
    "bun": HairStyle(top=0.13, side=0.07, bun=True),
    "afro": HairStyle(top=0.52, side=0.45, curl=1.0, shows_ears=False),
}


def hairline(style: HairStyle, person: Person) -> np.ndarray:
    """Return the polygon (N, 2) of the texture in which hair grows."""
    width, line = person.head_width, person.hairline_y + 0.12 * person.age * person.masculine
    part = person.hair_part
    tilt = style.sideways * np.sign(part)
    burn = 0.28 if person.masculine else 0.12
    front = []
    for x in np.linspace(-0.78, 0.78, 13) * width:
        bare = style.recede * np.exp(-0.5 * ((abs(x) - 0.45) / 0.17) ** 2)
        y = line + style.fringe * (1 - (abs(x) / 1.0) ** 4) + 0.52 * (abs(x) / (0.78 * width)) ** 5 - bare
        if style.sideways:  # the parting rises on one side, the combed hair falls on the other
            y += tilt * 0.12 * np.tanh((x - part) * 2.2) - 0.05 * np.exp(-0.5 * ((x - part) / 0.10) ** 2)
        front.append((x, y))
    right = [
        (0.86 * width, -0.22),
        (0.885 * width, burn),
        (1.0 * width, burn + 0.02),
        (1.05 * width, -0.12),
        (1.30 * width, -0.10),
        (1.36 * width, 0.95),
    ]
    left = [(-x, y) for x, y in reversed(right)]
    outline = curve(left + front + right, 6)
    return np.concatenate([[(-2.15, 0.95), (-1.4, 0.95)], outline, [(2.15, 0.95), (2.15, -2.0), (-2.15, -2.0)]])


def hair_volume(style: HairStyle, person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how far hair lifts the surface at places (x, y) of the texture, face units."""
    if style.top == 0:
        return np.zeros_like(x)
    scale = 40.0
    canvas = Canvas(np.zeros((int(4.2 * scale), int(4.4 * scale), 3), np.float32), (-2.2, -2.2), scale)
    grows = shape_mask(canvas, hairline(style, person), soft=0.07 + 0.12 * style.top)
    column, row = ((x + 2.2) * scale).astype(np.float32), ((y + 2.2) * scale).astype(np.float32)
    grows_here = cv2.remap(grows, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    height = np.clip((0.1 - y) / (0.1 + person.skull_height), 0, 1)
    thick = style.side + (style.top - style.side) * height**0.8
    thick = thick + style.lift * np.exp(-0.5 * ((y - person.hairline_y + 0.2) / 0.22) ** 2 - (x / 0.6) ** 2)
    if style.sideways:
        thick = thick * (
            1
            + 0.35
            * style.sideways
            * np.sin(np.clip((x - person.hair_part) * np.sign(-person.hair_part), -0.4, 1.2) * 2)
        )
    if style.curl:
        rng = np.random.default_rng((0xC021, person.seed))
        lumps = cloud_noise(rng, grows.shape[0], grows.shape[1], (7, 7))
        lumps = cv2.remap(lumps, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        thick = thick * (1 + 0.22 * style.curl * lumps)
    return np.clip(grows_here * 1.3 - 0.15, 0, 1) * np.maximum(thick, 0)


def hanging_hair(
    style: HairStyle, person: Person, density: float, behind: bool
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the curtain's points (R, C, 3) and places in the texture (R, C, 2), or None where nothing hangs.

    What hangs `behind` the neck is a curtain of its own, because the shoulders stand before it.
    """
    if style.hangs_to is None:
        return None
    start = -0.75
    rows, columns = int((style.hangs_to - start) * density * 1.25), 2 * int(1.7 * density * 1.25)
    down, side = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    y = start + (style.hangs_to - start) * down
    opening = np.radians(57 + 13 * np.sin(np.clip(down * 1.6, 0, 1) * np.pi) - 24 * down)
    last = np.radians(118)
    if behind:
        theta = np.pi + side * (np.pi - last + 0.1)
    else:
        theta = np.sign(side) * (opening + (last - opening) * np.abs(side))
    swing = 0.05 * style.wave * np.sin(y * 6.5 + np.sign(side)) + 0.02 * np.sin(theta * 23)
    fullness = np.sin(np.clip(down * 1.1, 0, 1) * np.pi * 0.5)
    radius = person.head_width + 0.03 + style.spread * fullness - 0.10 * np.clip(down - 0.75, 0, 1) * 2 + swing
    x = radius * np.sin(theta)
    z = -0.12 + (0.95 + 0.2 * fullness + swing) * np.cos(theta)
    y = y + 0.06 * np.sin(theta * 9) * down
    place = np.stack([np.angle(np.exp(1j * theta)) / np.pi * 2.1, CURTAIN_TOP + CURTAIN_ROWS * 0.98 * down], -1)
    return np.stack([x, y, z], -1), place


def paint_hair(canvas: Canvas, style: HairStyle, person: Person) -> None:
    """Paint the hair that grows on the skull, and the strands of what hangs, into the texture."""
    rng = np.random.default_rng((0x4A12, person.seed))
    height, width = canvas.pixels.shape[:2]
    scale = canvas.scale
    grow = hairline(style, person)
    fill(canvas, grow + (0, 0.05), person.skin * 0.5, 0.35 * style.cover, soft=0.06)  # the shadow it casts
    strands = _strands(canvas, style, person, rng)
    mask = shape_mask(canvas, grow, soft=0.018 if style.cover > 0.9 else 0.06)
    ragged = cloud_noise(rng, height, width, (0.12 * scale, 0.03 * scale))
    mask = np.clip(mask * 1.5 - 0.25 + 0.16 * ragged * (mask > 0.02) * (mask < 0.98), 0, 1) * style.cover
    rows = slice(0, int((CURTAIN_TOP - 0.1 - canvas.origin[1]) * scale))
    canvas.pixels[rows] += (strands[rows] - canvas.pixels[rows]) * mask[rows, :, None]
    canvas.pixels[rows.stop :] = strands[rows.stop :]


def _strands(canvas: Canvas, style: HairStyle, person: Person, rng: np.random.Generator) -> np.ndarray:
    """Strands over the whole texture (H, W, 3): along the comb direction on the skull, downwards in the curtain."""
    height, width = canvas.pixels.shape[:2]
    x = np.arange(width, dtype=np.float32)[None, :] / canvas.scale + canvas.origin[0]
    y = np.arange(height, dtype=np.float32)[:, None] / canvas.scale + canvas.origin[1]
    fine = cloud_noise(rng, 64, 720, (40, 2.0))
    broad = cloud_noise(rng, 64, 720, (40, 14.0))
    crown_x = person.hair_part if style.sideways else 0.0
    angle = np.arctan2(x - crown_x, y + person.skull_height + 0.35)
    reach = np.hypot(x - crown_x, y + person.skull_height + 0.35)
    hanging = y > CURTAIN_TOP - 0.05
    across = np.where(hanging, (x + 2.2) / 4.4 * 719, (angle / np.pi * 0.5 + 0.5) * 719)
    along = np.where(hanging, (y - CURTAIN_TOP) / CURTAIN_ROWS * 63, np.clip(reach / 4, 0, 1) * 63)
    across = across + style.wave * 12 * np.sin(along / 63 * 14)
    row, column = np.clip(along.astype(int), 0, 63), np.clip(across.astype(int), 0, 719)
    tone = 0.10 * fine[row, column] + 0.13 * broad[row, column]
    if style.curl:
        tone = (
            0.2 * style.curl * cloud_noise(rng, height, width, (0.07 * canvas.scale, 0.07 * canvas.scale)) + tone * 0.4
        )
    band = (
        np.exp(-0.5 * ((reach - 0.75) / 0.22) ** 2) * ~hanging
        + np.exp(-0.5 * ((y - CURTAIN_TOP - 0.25) / 0.12) ** 2) * hanging
    )
    base = person.hair
    light = np.clip(1.0 + tone + 0.20 * band, 0.45, 1.7)
    return (base * light[..., None] + 14 * np.clip(tone + 0.5 * band, 0, 1)[..., None]).astype(np.float32)
