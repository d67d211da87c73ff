"""The places outdoors. Lengths are in picture heights, as in `scene.py`."""

import numpy as np

from stages.sources.studio.brush import Canvas, box, curve, ellipse, fill, glow, stroke
from stages.sources.studio.props import FABRIC


def park(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    autumn = rng.random() < 0.35
    green = np.array([156, 122, 62.0]) if autumn else np.array([92, 132, 74.0])
    _sky(c, (128, 174, 216), (226, 234, 232), 0.6)
    _clouds(c, rng, aspect, 0.3)
    hills = curve([(-1, 0.52), (0.3, 0.44), (0.9, 0.50), (1.5, 0.43), (3, 0.52)], 8)
    fill(c, np.concatenate([hills, [(3, 1), (-1, 1)]]), green * 0.75 + 62, 1.0, 0.006)
    grass = np.array([124, 152, 82.0])
    fill(
        c,
        np.concatenate([curve([(-1, 0.62), (0.5, 0.59), (1.2, 0.60), (3, 0.63)], 8), [(3, 1.1), (-1, 1.1)]]),
        grass,
        1.0,
        0.004,
    )
    for x in rng.uniform(-0.1, aspect + 0.1, 5):
        _tree(c, rng, x, 0.62, 0.34, green * 0.85 + 32)
    path = curve([(aspect * 0.52, 0.60), (aspect * 0.50, 0.7), (aspect * 0.62, 1.1)], 8)
    stroke(c, path, np.linspace(0.03, 0.5, len(path)), (206, 190, 160), 0.9, 0.008)
    for x in (rng.uniform(-0.05, 0.25), aspect - rng.uniform(-0.05, 0.25)):
        _tree(c, rng, x, 0.78, 0.92, green)
    for _ in range(50):
        spot = (rng.uniform(-0.2, aspect + 0.2), rng.uniform(0.64, 1.0))
        glow(c, spot, (0.05, 0.008), grass * rng.uniform(0.75, 1.2), 0.5)
    glow(c, (rng.uniform(0, aspect), 0.0), (0.6, 0.35), (255, 246, 214), 0.35)


def street(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    _sky(c, (150, 182, 212), (228, 226, 218), 0.5)
    x = -0.4
    while x < aspect + 0.4:
        w, top = rng.uniform(0.24, 0.42), rng.uniform(-0.05, 0.22)
        front = np.array([(196, 160, 132), (178, 186, 190), (214, 196, 166), (158, 124, 108), (140, 150, 160)])[
            rng.integers(5)
        ] * rng.uniform(0.85, 1.05)
        fill(c, box(x, top, x + w, 0.75), front)
        fill(c, box(x + w - 0.02, top, x + w, 0.75), front * 0.7)
        for row in np.arange(top + 0.04, 0.46, 0.105):
            for column in np.arange(x + 0.03, x + w - 0.06, 0.085):
                fill(
                    c,
                    box(column, row, column + 0.045, row + 0.068),
                    np.array([104, 124, 146]) * rng.uniform(0.7, 1.5),
                    0.9,
                )
        fill(c, box(x + 0.02, 0.55, x + w - 0.03, 0.75), np.array([70, 74, 82]) * rng.uniform(0.8, 1.7))
        fill(c, box(x, 0.50, x + w - 0.01, 0.555), FABRIC[rng.integers(len(FABRIC))])
        x += w
    fill(c, box(-1, 0.74, aspect + 1, 1.1), (150, 148, 146))
    fill(c, box(-1, 0.735, aspect + 1, 0.755), (196, 192, 186))
    for _ in range(16):
        spot = (rng.uniform(0, aspect), rng.uniform(0.5, 0.74))
        colour = np.array([(255, 222, 170), (255, 236, 200), (250, 244, 226), (196, 222, 250)])[rng.integers(4)]
        r = rng.uniform(0.012, 0.028)
        fill(c, ellipse(spot, (r, r)), colour, 0.55, 0.003)
    _tree(c, rng, 0.06 if rng.random() < 0.5 else aspect - 0.06, 0.80, 0.85, np.array([88, 122, 70.0]))


def beach(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    dusk = rng.random() < 0.5
    _sky(c, (150, 150, 190) if dusk else (112, 172, 222), (250, 208, 164) if dusk else (216, 234, 240), 0.5)
    _clouds(c, rng, aspect, 0.34)
    if dusk:
        glow(c, (rng.uniform(0.3, 1.4), 0.44), (0.30, 0.12), (255, 232, 180), 0.8)
    sea = np.array([116, 132, 160.0]) if dusk else np.array([70, 140, 164.0])
    fill(c, box(-1, 0.49, aspect + 1, 0.75), sea)
    for _ in range(70):
        y = rng.uniform(0.495, 0.72)
        glow(
            c,
            (rng.uniform(-0.2, aspect + 0.2), y),
            (0.02 + 0.5 * (y - 0.49), 0.003 + 0.01 * (y - 0.49)),
            np.minimum(sea * rng.uniform(0.85, 1.5), 255),
            0.7,
        )
    shore = curve([(-1, 0.76), (0.4, 0.70), (1.2, 0.73), (3, 0.69)], 8)
    sand = np.array([226, 196, 152.0]) * (0.86 if dusk else 1.0)
    fill(c, np.concatenate([shore, [(3, 1.2), (-1, 1.2)]]), sand, 1.0, 0.004)
    stroke(c, shore, 0.02, (248, 248, 244), 0.8, 0.005)
    for _ in range(40):
        glow(
            c,
            (rng.uniform(-0.2, aspect + 0.2), rng.uniform(0.76, 1.0)),
            (0.06, 0.012),
            sand * rng.uniform(0.85, 1.08),
            0.5,
        )
    cliff = curve([(aspect - 0.5, 0.495), (aspect - 0.3, 0.38), (aspect - 0.1, 0.36), (aspect + 1, 0.25)], 8)
    fill(c, np.concatenate([cliff, [(aspect + 1, 0.495)]]), (120, 130, 124), 0.9, 0.005)


def _sky(c: Canvas, top, bottom, horizon: float) -> None:
    y = np.clip((np.arange(c.pixels.shape[0]) / c.scale) / horizon, 0, 1).astype(np.float32)[:, None, None]
    c.pixels[:] = np.asarray(top, np.float32) + (np.asarray(bottom, np.float32) - np.asarray(top, np.float32)) * y


def _clouds(c: Canvas, rng: np.random.Generator, aspect: float, below: float) -> None:
    for _ in range(rng.integers(3, 6)):
        x, y = rng.uniform(-0.1, aspect), rng.uniform(0.02, below)
        for _ in range(7):
            glow(
                c,
                (x + rng.normal(0, 0.11), y + rng.normal(0, 0.016)),
                (rng.uniform(0.05, 0.12), rng.uniform(0.014, 0.03)),
                (250, 250, 252),
                0.5,
            )


def _tree(c: Canvas, rng: np.random.Generator, x: float, floor: float, size: float, green: np.ndarray) -> None:
    stroke(c, [(x, floor), (x + 0.01 * size, floor - 0.6 * size)], 0.055 * size, (92, 72, 56), 1.0, 0.003)
    for _ in range(34):
        spot = np.array([x + rng.normal(0, 0.17 * size), floor - size * (0.62 + rng.normal(0, 0.13))])
        lit = 1.0 - 0.9 * (spot[1] - floor + 0.62 * size) / size - 0.5 * (spot[0] - x) / size
        radius = rng.uniform(0.05, 0.10) * size
        fill(
            c,
            ellipse(spot, (radius, radius * 0.85), 0, 14),
            np.clip(green * lit * rng.uniform(0.85, 1.12), 0, 255),
            0.85,
            0.010 * size,
        )
