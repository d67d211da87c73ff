"""What rooms are furnished with: walls, windows, lamps, plants, shelves.

Lengths are in picture heights, as in `scene.py`.
"""

import numpy as np

from stages.sources.studio.brush import Canvas, box, cloud_noise, curve, fill, glow, stroke

PAPER = np.array(
    [  # walls; many are near skin or clothes on purpose, as in real rooms
        (214, 198, 176),
        (186, 200, 204),
        (196, 178, 160),
        (168, 182, 166),
        (222, 206, 196),
        (150, 162, 178),
        (202, 170, 140),
        (176, 160, 176),
    ]
)
FABRIC = np.array(
    [  # what things are made of: seen often, never loud
        (96, 112, 128),
        (142, 124, 108),
        (84, 108, 96),
        (168, 108, 84),
        (186, 168, 140),
        (110, 84, 96),
        (196, 184, 170),
        (70, 82, 104),
    ],
    np.float64,
)
WOOD = np.array([(132, 92, 60), (162, 118, 78), (96, 66, 46), (186, 148, 106)])


def wall(c: Canvas, rng: np.random.Generator, aspect: float, colour: np.ndarray) -> None:
    height, width = c.pixels.shape[:2]
    c.pixels[:] = colour
    c.pixels[:] *= (1 + 0.02 * cloud_noise(rng, height, width, (60, 60)))[..., None]
    lit = rng.uniform(0, aspect)
    glow(c, (lit, 0.2), (0.7, 0.5), np.minimum(colour * 1.18, 255), 0.7)
    glow(c, (aspect - lit, 0.95), (0.9, 0.35), colour * 0.66, 0.6)


def window(c: Canvas, rng: np.random.Generator, x: float, y: float, w: float, h: float) -> None:
    fill(c, box(x - 0.025, y - 0.025, x + w + 0.025, y + h + 0.025), (236, 232, 224))
    sky, far = np.array([206, 226, 240.0]), np.array([150, 178, 150.0])
    for k in range(12):
        fill(c, box(x, y + h * k / 12, x + w, y + h * (k + 1) / 12 + 0.002), sky + (far - sky) * (k / 11) ** 2)
    for _ in range(7):
        spot = (rng.uniform(x + 0.08, x + w - 0.08), y + h * rng.uniform(0.62, 0.88))
        glow(c, spot, (0.05, 0.04), np.array([104, 140, 96]) * rng.uniform(0.8, 1.2), 0.7)
    fill(c, box(x + w / 2 - 0.008, y, x + w / 2 + 0.008, y + h), (236, 232, 224))
    fill(c, box(x, y + h * 0.5 - 0.006, x + w, y + h * 0.5 + 0.006), (236, 232, 224))
    fill(c, box(x - 0.05, y + h + 0.02, x + w + 0.05, y + h + 0.05), (214, 208, 198))
    glow(c, (x + w / 2, y + h / 2), (w * 0.8, h * 0.7), (250, 248, 240), 0.22)


def curtain(c: Canvas, rng: np.random.Generator, x: float, w: float, colour) -> None:
    for k in range(6):
        tone = 0.86 + 0.2 * (k % 2) + rng.uniform(-0.03, 0.03)
        fill(
            c,
            box(x + w * k / 6, 0, x + w * (k + 1) / 6 + 0.004, 0.95),
            np.minimum(np.asarray(colour) * tone, 255),
            1.0,
            0.006,
        )


def lamp(c: Canvas, x: float, y: float, colour=(250, 226, 178), stand: float = 0.5) -> None:
    stroke(c, [(x, y), (x, y + stand)], 0.014, (92, 76, 62))
    shade = np.array([(x - 0.06, y - 0.09), (x + 0.06, y - 0.09), (x + 0.10, y + 0.06), (x - 0.10, y + 0.06)])
    fill(c, shade, colour, 1.0, 0.004)
    glow(c, (x, y), (0.07, 0.06), (255, 248, 226), 0.8)
    glow(c, (x, y), (0.26, 0.26), (255, 232, 186), 0.30)


def plant(c: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    pot = np.array(
        [
            (x - 0.07 * size, y - 0.14 * size),
            (x + 0.07 * size, y - 0.14 * size),
            (x + 0.05 * size, y),
            (x - 0.05 * size, y),
        ]
    )
    for _ in range(26):
        angle = rng.uniform(-1.25, 1.25)
        reach = size * rng.uniform(0.18, 0.46)
        tip = np.array([x + np.sin(angle) * reach, y - 0.13 * size - np.cos(angle) * reach * 0.95])
        mid = np.array([x + np.sin(angle) * reach * 0.35, y - 0.13 * size - reach * 0.6])
        green = np.array([74, 116, 66]) * rng.uniform(0.65, 1.35)
        line = curve([(x, y - 0.13 * size), mid, tip], 6)
        stroke(
            c,
            line,
            np.interp(np.linspace(0, 1, len(line)), [0, 0.6, 1], [0.008, 0.045, 0.004]) * size,
            green,
            1.0,
            0.002,
        )
    fill(c, pot, (186, 138, 108) if rng.random() < 0.5 else (216, 212, 204), 1.0, 0.003)


def books(c: Canvas, rng: np.random.Generator, x0: float, x1: float, floor: float, tall: float) -> None:
    x = x0
    while x < x1 - 0.015:
        w = rng.uniform(0.014, 0.038)
        h = tall * rng.uniform(0.6, 0.92)
        if rng.random() < 0.10:
            x += rng.uniform(0.03, 0.08)
            continue
        colour = np.array(
            [
                (150, 60, 52),
                (52, 76, 112),
                (196, 172, 128),
                (86, 110, 84),
                (120, 96, 120),
                (212, 204, 190),
                (64, 60, 60),
                (190, 132, 70),
            ]
        )[rng.integers(8)]
        fill(c, box(x, floor - h, min(x + w - 0.002, x1), floor), colour * rng.uniform(0.75, 1.1))
        fill(
            c,
            box(x, floor - h * 0.8, min(x + w - 0.002, x1), floor - h * 0.74),
            np.minimum(colour * 1.4 + 20, 255),
            0.6,
        )
        x += w


def shelf(c: Canvas, rng: np.random.Generator, x0: float, x1: float, y0: float, rows: int, gap: float) -> None:
    wood = WOOD[rng.integers(len(WOOD))]
    fill(c, box(x0 - 0.02, y0 - 0.02, x1 + 0.02, y0 + rows * gap + 0.02), wood * 0.42)
    for k in range(rows):
        floor = y0 + (k + 1) * gap - 0.012
        books(c, rng, x0, x1, floor, gap)
        fill(c, box(x0 - 0.02, floor, x1 + 0.02, floor + 0.018), wood)
        fill(c, box(x0, floor + 0.018, x1, floor + 0.045), wood * 0.2, 0.5, 0.008)
    for x in (x0 - 0.02, x1 + 0.002):
        fill(c, box(x, y0 - 0.02, x + 0.018, y0 + rows * gap + 0.02), wood * 1.08)


def picture(c: Canvas, rng: np.random.Generator, x: float, y: float, w: float, h: float) -> None:
    fill(c, box(x + 0.01, y + 0.015, x + w + 0.012, y + h + 0.02), (40, 36, 34), 0.35, 0.012)
    fill(c, box(x, y, x + w, y + h), (238, 234, 226) if rng.random() < 0.6 else (70, 54, 44))
    a, b = FABRIC[rng.choice(len(FABRIC), 2, replace=False)] * 1.1
    fill(c, box(x + 0.02, y + 0.02, x + w - 0.02, y + h - 0.02), a)
    hills = curve(
        [
            (x + 0.02, y + h * 0.7),
            (x + w * 0.35, y + h * 0.5),
            (x + w * 0.7, y + h * 0.68),
            (x + w - 0.02, y + h * 0.55),
        ],
        6,
    )
    fill(c, np.concatenate([hills, [(x + w - 0.02, y + h - 0.02), (x + 0.02, y + h - 0.02)]]), b)
