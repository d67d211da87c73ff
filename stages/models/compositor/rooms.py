"""Places with a roof: living room, office, library, stage."""

import numpy as np

from stages.models.compositor.painter import Painter
from stages.sources.studio.brush import box, curve, ellipse, fill, glow


def living_room(p: Painter) -> None:
    """Paint a wall with window, pictures, lamp and sideboard."""
    wall = ((206, 196, 178), (176, 188, 178), (198, 178, 164))[p.rng.integers(3)]
    p.planks(0.16, ((150, 108, 72), (182, 136, 92)))
    _room_shell(p, wall)
    flip = p.rng.random() < 0.5
    at = (lambda x: 1 - x) if flip else (lambda x: x)
    x0, x1 = sorted((at(0.05), at(0.30)))
    _window(p, x0, 0.08, x1, 0.42)
    for edge in (x0 - 0.03, x1 + 0.03):
        for k in range(5):
            x = edge + (k - 2) * 0.012
            p.stroke(
                curve([(x, 0.04), (x + 0.004, 0.3), (x - 0.004, 0.62)]),
                0.013,
                np.asarray((206, 178, 150)) * (0.8 + 0.09 * (k % 3)),
            )
    for k, (x, y, w, h) in enumerate(((0.66, 0.12, 0.11, 0.15), (0.80, 0.15, 0.09, 0.11))):
        a, b = sorted((at(x), at(x + w)))
        p.fill(box(a - 0.004, y - 0.002, b + 0.010, y + h + 0.012), (60, 50, 40), 0.35, 0.006)
        p.fill(box(a, y, b, y + h), (70, 52, 38))
        p.fill(box(a + 0.01, y + 0.01, b - 0.01, y + h - 0.01), ((220, 206, 178), (96, 128, 140))[k])
        p.fill(ellipse(((a + b) / 2, y + h / 2), (w * 0.22, h * 0.2)), ((176, 92, 62), (226, 196, 132))[k], 0.9, 0.004)
    a, b = sorted((at(0.64), at(0.98)))
    p.fill(box(a, 0.53, b, 0.65), (104, 74, 50))
    p.fill(box(a, 0.525, b, 0.54), (138, 100, 68))
    for k in range(8):
        p.fill(
            box(a + 0.02 + k * 0.018, 0.465 + 0.012 * (k % 3), a + 0.035 + k * 0.018, 0.525),
            ((150, 60, 50), (52, 84, 110), (196, 170, 110), (70, 100, 74))[k % 4],
        )
    x = b - 0.06
    p.fill([(x - 0.03, 0.48), (x + 0.03, 0.48), (x + 0.022, 0.525), (x - 0.022, 0.525)], (226, 222, 212))
    p.foliage((x, 0.42), (0.05, 0.07), (36, 70, 40), (104, 150, 80))
    lamp = at(0.40)
    p.stroke([(lamp, 0.67), (lamp, 0.26)], 0.007, (60, 52, 46))
    p.fill([(lamp - 0.035, 0.18), (lamp + 0.035, 0.18), (lamp + 0.055, 0.26), (lamp - 0.055, 0.26)], (236, 218, 184))
    p.shine((lamp, 0.23), 0.05 + 0.10 * p.daytime.night, (255, 226, 168), 0.35 + 0.45 * p.daytime.night)
    p.blur(0.0055)
    rug = ellipse(p.floor(0.0, 2.25), (0.44, 0.085))
    p.fill(rug, (122, 62, 58), 0.95, 0.002)
    p.fill(ellipse(p.floor(0.0, 2.25), (0.40, 0.074)), (196, 164, 128), 0.95, 0.002)
    p.fill(ellipse(p.floor(0.0, 2.25), (0.38, 0.068)), (138, 76, 68), 0.95, 0.002)


def office(p: Painter) -> None:
    """Paint a bright floor above the city."""
    p.ground((104, 112, 122), (128, 136, 146), 4, 0.06)
    _room_shell(p, (222, 224, 226), (150, 154, 160))
    low, top = np.asarray(p.daytime.sky_low), np.asarray(p.daytime.sky_top)
    for x0 in (0.03, 0.275, 0.52, 0.765):
        _window(p, x0, 0.06, x0 + 0.205, 0.44)
        for k in range(4):
            h = p.rng.uniform(0.06, 0.2)
            x = x0 + k * 0.05
            tower = box(x, 0.44 - h, x + 0.045, 0.44)
            fill(p.canvas, tower, np.asarray((120, 134, 150)) * p.daytime.tint * 0.9 + low * 0.08 + top * 0.05)
            p.windows(tower, 6, 2, (98, 112, 128))
    for x in (0.2, 0.5, 0.8):
        p.fill(box(x - 0.09, 0.0, x + 0.09, 0.014), (255, 255, 252))
        p.shine((x, 0.012), 0.05, (255, 255, 246), 0.5)
    for aside, away in ((-1.65, 4.6), (1.7, 4.4), (-2.6, 6.0), (2.7, 6.2)):
        _desk(p, aside, away)
    p.blur(0.0055)
    x = p.rng.choice([0.07, 0.93])
    p.fill([(x - 0.04, 0.66), (x + 0.04, 0.66), (x + 0.03, 0.76), (x - 0.03, 0.76)], (236, 234, 230))
    for k in range(9):
        lean = (k - 4) * 0.028
        p.stroke(
            curve([(x, 0.67), (x + lean * 0.6, 0.55), (x + lean * 1.4, 0.46 + 0.012 * abs(k - 4))]),
            (0.012,),
            np.asarray((52, 98, 58)) * (0.8 + 0.08 * (k % 4)),
        )
    p.blur(0.003)


def library(p: Painter) -> None:
    """Paint shelves full of books."""
    p.planks(0.2, ((112, 72, 46), (146, 98, 62)))
    p.down(0, 0.66, p.lit((104, 78, 56)), p.lit((88, 62, 44)))
    spines = np.array(
        [
            (122, 42, 38),
            (46, 70, 98),
            (62, 86, 58),
            (176, 140, 84),
            (88, 58, 40),
            (196, 182, 152),
            (70, 50, 80),
            (150, 84, 48),
        ]
    )
    for x0, x1 in ((-0.02, 0.31), (0.345, 0.655), (0.69, 1.02)):
        p.fill(box(x0, 0.0, x1, 0.66), (62, 42, 28))
        for row in range(6):
            top, foot = 0.012 + row * 0.108, 0.108 + row * 0.108
            x = x0 + 0.014
            while x < x1 - 0.022:
                width = p.rng.uniform(0.007, 0.018)
                tall = p.rng.uniform(0.058, 0.084)
                colour = spines[p.rng.integers(len(spines))] * p.rng.uniform(0.75, 1.2)
                p.fill(box(x, foot - tall, x + width, foot), colour)
                x += width + (0.03 if p.rng.random() < 0.04 else 0.0008)
            p.fill(box(x0 + 0.01, top - 0.012, x1 - 0.01, top + 0.018), (26, 17, 12), 0.55, 0.008)
            p.fill(box(x0, foot, x1, foot + 0.011), (132, 92, 60))
        for x in (x0, x1 - 0.013):
            p.fill(box(x, 0, x + 0.013, 0.66), (120, 82, 54))
    p.fill(box(0, 0.655, 1, 0.685), (30, 20, 14), 0.5, 0.01)
    side = p.rng.choice([0.2, 0.8])
    for x in (side - 0.035, side + 0.035):
        p.stroke([(x * 0.9 + side * 0.1, 0.02), (x, 0.70)], 0.009, (168, 120, 74))
    for y in np.arange(0.08, 0.68, 0.075):
        p.stroke([(side - 0.034, y), (side + 0.034, y)], 0.007, (150, 104, 64))
    for x in (0.16, 0.5, 0.84):
        p.shine((x, 0.04), 0.13, (255, 214, 150), 0.30)
    p.blur(0.0055)
    p.shine((0.5, 0.86), 0.22, (255, 206, 140), 0.10)


def stage(p: Painter) -> None:
    """Paint curtain, boards and spotlights."""
    p.planks(0.18, ((92, 60, 40), (120, 80, 52)), (30, 20, 14))
    hue = np.asarray(((150, 24, 34), (92, 26, 96), (28, 54, 120))[p.rng.integers(3)])
    size = p.canvas.pixels.shape[0]
    rows = int(0.66 * size)
    x = np.arange(size) / size
    wave = 0.5 + 0.5 * np.sin(x * 70 + 2.2 * np.sin(x * 9 + p.rng.uniform(0, 6)))
    fall = np.linspace(0.55, 1.0, rows)[:, None]
    p.canvas.pixels[:rows] = ((0.30 + 0.75 * wave[None, :] ** 1.4) * fall)[..., None] * hue * np.sqrt(p.tint)
    p.fill(box(0, 0.0, 1, 0.09), hue * 0.35)
    for k in range(9):
        p.fill(ellipse((k * 0.125, 0.085), (0.068, 0.035)), hue * 0.55)
    p.fill(box(0, 0.64, 1, 0.69), (16, 10, 8), 0.6, 0.012)
    p.blur(0.004)
    for top, foot, colour in (
        (0.12, 0.42, (255, 236, 190)),
        (0.88, 0.58, (255, 236, 190)),
        (0.35, 0.62, (190, 210, 255)),
        (0.65, 0.38, (255, 190, 210)),
    ):
        beam = np.array([(top - 0.008, -0.02), (top + 0.008, -0.02), (foot + 0.16, 0.86), (foot - 0.16, 0.86)])
        before = p.canvas.pixels.copy()
        fill(p.canvas, beam, colour, 0.10, 0.02)
        p.canvas.pixels[:] = np.maximum(before, p.canvas.pixels)
        p.shine((top, 0.0), 0.022, colour, 0.9)
    before = p.canvas.pixels.copy()
    fill(p.canvas, ellipse((0.5, 0.9), (0.40, 0.10)), (255, 226, 176), 0.42, 0.03)
    p.canvas.pixels[:] = np.maximum(before, p.canvas.pixels)
    p.blur(0.0015)


def _room_shell(p: Painter, wall, skirting=(232, 228, 220), foot: float = 0.66) -> None:
    """Paint a wall down to `foot`; its floor must be there already."""
    p.down(0, foot, p.lit(np.asarray(wall) * 1.05), p.lit(np.asarray(wall) * 0.92))
    p.fill(box(0, foot - 0.028, 1, foot), skirting)
    p.fill(box(0, foot, 1, foot + 0.02), (40, 30, 24), 0.35, 0.008)
    side = 0.0 if p.daytime.indoors.direction[0] < 0 else 1.0
    glow(p.canvas, (side, 0.25), (0.5, 0.35), p.lit((255, 250, 236)), 0.28)
    glow(p.canvas, (1 - side, 0.5), (0.35, 0.4), p.lit(np.asarray(wall) * 0.5), 0.35)


def _window(p: Painter, x0: float, y0: float, x1: float, y1: float) -> None:
    """Paint a window through which the sky of the hour is seen."""
    p.fill(box(x0 - 0.012, y0 - 0.012, x1 + 0.012, y1 + 0.016), (244, 242, 236))
    step = (y1 - y0) / 8
    low, top = np.asarray(p.daytime.sky_low), np.asarray(p.daytime.sky_top)
    for i in range(8):
        t, y = i / 7, y0 + i * step
        fill(p.canvas, box(x0, y, x1, y + step + 0.003), (top * (1 - t) + low * t) * 0.98 + 3)
    green = np.asarray((92, 124, 78)) * p.daytime.tint
    at = np.array([(0.0, -0.05), (0.3, -0.085), (0.65, -0.045), (1.0, -0.08)])
    hill = curve(at * (x1 - x0, 1) + (x0, y1))
    fill(p.canvas, np.concatenate([hill, [(x1, y1), (x0, y1)]]), green, 0.9, 0.004)
    for x in np.linspace(x0, x1, 3)[1:-1]:
        p.fill(box(x - 0.005, y0, x + 0.005, y1), (240, 238, 232))
    p.fill(box(x0, (y0 + y1) / 2 - 0.004, x1, (y0 + y1) / 2 + 0.004), (240, 238, 232))


def _desk(p: Painter, aside: float, away: float) -> None:
    m = 1 / away
    x, y = p.floor(aside, away)
    p.fill(box(x - 0.75 * m, y - 0.76 * m, x + 0.75 * m, y - 0.70 * m), (206, 178, 140))
    for side in (-0.7, 0.66):
        p.fill(box(x + side * m, y - 0.70 * m, x + (side + 0.05) * m, y), (120, 122, 126))
    p.fill(box(x - 0.32 * m, y - 1.25 * m, x + 0.32 * m, y - 0.86 * m), (34, 36, 40))
    fill(p.canvas, box(x - 0.29 * m, y - 1.22 * m, x + 0.29 * m, y - 0.89 * m), (120, 164, 196), 0.9)
    p.fill(box(x - 0.04 * m, y - 0.86 * m, x + 0.04 * m, y - 0.76 * m), (60, 62, 66))
    p.fill(box(x + 0.42 * m, y - 0.86 * m, x + 0.60 * m, y - 0.76 * m), (226, 224, 216))
