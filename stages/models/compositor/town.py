"""Places in town: street and cafe terrace."""

import numpy as np

from stages.models.compositor.painter import HORIZON, Painter
from stages.sources.studio.brush import box, curve, ellipse, fill, glow


def city_street(p: Painter) -> None:
    """Paint a street between houses, seen from its pavement."""
    p.sky(0.4)
    p.fill(box(0.36, 0.30, 0.64, HORIZON + 0.01), (150, 160, 170), 0.8, 0.004)
    p.ground((104, 104, 108), (142, 142, 144), 5, 0.2)
    p.fill([p.floor(-2.4, 60), p.floor(2.4, 60), p.floor(2.4, 1.4), p.floor(-2.4, 1.4)], (112, 112, 116), 0.5)
    walls = ((186, 150, 122), (206, 190, 166), (150, 112, 98), (178, 176, 172), (202, 164, 120))
    for side in (-1, 1):
        edges = [2.6, 4.2, 6.4, 9.5, 15, 26]
        for i in reversed(range(len(edges) - 1)):
            near, far = edges[i], edges[i + 1]
            tall = p.rng.uniform(3.2, 5.4)
            a = side * 3.1
            near_foot, far_foot = p.floor(a, near), p.floor(a, far)
            outline = np.array([far_foot - (0, tall / far), near_foot - (0, tall / near), near_foot, far_foot])
            wall = np.asarray(walls[p.rng.integers(len(walls))]) * (1.0 if side < 0 else 0.82)
            p.fill(outline, wall)
            p.windows(outline, 4, 3)
            shop = np.array([far_foot - (0, 1.0 / far), near_foot - (0, 1.0 / near), near_foot, far_foot])
            p.fill(shop, (74, 66, 62), 0.75)
            if p.daytime.night > 0:
                fill(p.canvas, shop, (255, 208, 140), 0.4 * p.daytime.night, 0.004)
            p.fill(
                [shop[0], shop[1], shop[1] + (0, 0.18 / near), shop[0] + (0, 0.18 / far)],
                ((150, 52, 48), (46, 96, 84), (52, 72, 120))[i % 3],
            )
    for aside, away, colour in ((-1.7, 9.0, (166, 44, 40)), (1.6, 12.0, (60, 84, 130)), (-1.6, 16.0, (210, 208, 200))):
        _car(p, aside, away, colour)
    p.blur(0.006)
    for aside, away in ((-2.2, 4.6), (2.2, 6.5)):
        x, y = p.floor(aside, away)
        top = y - 3.0 / away
        p.stroke(
            curve([(x, y), (x, top), (x - np.sign(aside) * 0.35 / away, top - 0.1 / away)]), 0.08 / away, (52, 56, 58)
        )
        if p.daytime.night > 0:
            p.shine((x - np.sign(aside) * 0.35 / away, top - 0.02), 0.05, opacity=0.9 * p.daytime.night)
            p.shine((x - np.sign(aside) * 0.35 / away, top - 0.02), 0.016, (255, 246, 220), 0.9)
    p.blur(0.003)
    p.tiles(0.5, ((158, 154, 150), (176, 172, 166)), (108, 104, 100), start=0.72, fade=0.03)
    p.fill(box(0, 0.725, 1, 0.745), (198, 194, 188), 0.8, 0.002)


def cafe_terrace(p: Painter) -> None:
    """Paint a cafe with an awning, tables and a string of lamps."""
    p.sky(0.3)
    p.ground((170, 160, 148), (180, 170, 158), 4, 0.3)
    p.fill(box(0, 0, 1, 0.655), (222, 200, 168))
    for x in (0.02, 0.70):
        frame = box(x, 0.26, x + 0.28, 0.60)
        p.fill(frame, (62, 84, 74))
        inner = box(x + 0.015, 0.275, x + 0.265, 0.585)
        p.fill(inner, (88, 92, 88))
        fill(p.canvas, inner, (255, 208, 140), 0.25 + 0.5 * p.daytime.night, 0.0)
        for k in range(4):
            p.shine((x + 0.05 + 0.06 * k, 0.36 + 0.02 * (k % 2)), 0.016, (255, 232, 180), 0.8)
        p.fill(box(x + 0.135, 0.275, x + 0.143, 0.585), (62, 84, 74))
    p.fill(box(0.39, 0.24, 0.60, 0.655), (62, 84, 74))
    p.fill(box(0.41, 0.26, 0.58, 0.655), (54, 46, 40))
    fill(p.canvas, box(0.41, 0.26, 0.58, 0.655), (255, 196, 120), 0.15 + 0.35 * p.daytime.night)
    colours = ((178, 50, 46), (244, 236, 220)) if p.rng.random() < 0.5 else ((44, 104, 84), (244, 236, 220))
    for k in range(20):
        x = k * 0.05
        p.fill(
            [(x, 0.12), (x + 0.05, 0.12), (x + 0.052 + (x - 0.5) * 0.03, 0.225), (x + 0.002 + (x - 0.5) * 0.03, 0.225)],
            colours[k % 2],
        )
        p.fill(ellipse((x + 0.027 + (x - 0.5) * 0.03, 0.225), (0.026, 0.016)), colours[k % 2])
    p.fill(box(0, 0.23, 1, 0.28), (60, 48, 40), 0.35, 0.015)
    for aside, away in ((-2.2, 4.6), (2.25, 4.9), (-1.5, 5.4)):
        _cafe_table(p, aside, away)
    p.blur(0.006)
    cord = curve([(-0.02, 0.05), (0.25, 0.11), (0.5, 0.085), (0.75, 0.11), (1.02, 0.04)], 8)
    p.stroke(cord, 0.003, (50, 44, 40))
    for x, y in cord[2::3]:
        p.shine((x, y + 0.012), 0.008 + 0.012 * p.daytime.night, (255, 226, 160), 0.9)
    _cafe_table(p, p.rng.choice([-1.35, 1.4]), 3.3)
    p.blur(0.0035)
    p.tiles(0.33, ((168, 156, 142), (192, 180, 164)), (120, 108, 96), start=0.66, fade=0.10)


def _car(p: Painter, aside: float, away: float, colour) -> None:
    x, y = p.floor(aside, away)
    m = 1 / away
    glow(p.canvas, (x, y), (0.9 * m, 0.1 * m), p.lit((40, 40, 44)), 0.7)
    p.fill(
        curve(
            [
                (x - 0.8 * m, y - 0.1 * m),
                (x - 0.85 * m, y - 0.6 * m),
                (x - 0.6 * m, y - 0.75 * m),
                (x - 0.5 * m, y - 1.2 * m),
                (x + 0.5 * m, y - 1.2 * m),
                (x + 0.6 * m, y - 0.75 * m),
                (x + 0.85 * m, y - 0.6 * m),
                (x + 0.8 * m, y - 0.1 * m),
            ]
        ),
        colour,
    )
    p.fill(box(x - 0.45 * m, y - 1.1 * m, x + 0.45 * m, y - 0.78 * m), (86, 104, 118))
    for side in (-1, 1):
        p.fill(box(x + side * 0.62 * m - 0.14 * m, y - 0.24 * m, x + side * 0.62 * m + 0.14 * m, y), (28, 28, 30))
        p.shine((x + side * 0.62 * m, y - 0.48 * m), 0.05 * m + 0.05 * m * p.daytime.night, (255, 240, 200), 0.9)


def _cafe_table(p: Painter, aside: float, away: float) -> None:
    m = 1 / away
    x, y = p.floor(aside, away)
    glow(p.canvas, (x, y), (0.45 * m, 0.07 * m), p.lit((60, 50, 44)), 0.6)
    p.stroke([(x, y), (x, y - 0.72 * m)], 0.05 * m, (52, 50, 48))
    p.fill(ellipse((x, y), (0.22 * m, 0.05 * m)), (52, 50, 48))
    p.fill(ellipse((x, y - 0.73 * m), (0.42 * m, 0.10 * m)), (70, 60, 54))
    p.fill(ellipse((x, y - 0.75 * m), (0.42 * m, 0.095 * m)), (196, 170, 136))
    p.fill(box(x - 0.05 * m, y - 0.86 * m, x + 0.05 * m, y - 0.75 * m), (244, 242, 238))
    for side in (-1, 1):
        cx = x + side * 0.62 * m
        p.stroke(
            curve(
                [(cx + side * 0.18 * m, y - 0.9 * m), (cx + side * 0.14 * m, y - 0.45 * m), (cx + side * 0.18 * m, y)]
            ),
            0.04 * m,
            (58, 60, 62),
        )
        p.stroke([(cx - side * 0.15 * m, y - 0.45 * m), (cx - side * 0.18 * m, y)], 0.04 * m, (58, 60, 62))
        p.fill(ellipse((cx, y - 0.45 * m), (0.2 * m, 0.05 * m)), (84, 88, 90))
