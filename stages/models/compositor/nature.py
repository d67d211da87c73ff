"""Places under the open sky: park, beach, mountain path, snowy square."""

import numpy as np

from stages.models.compositor.painter import HORIZON, Painter
from stages.sources.studio.brush import box, curve, glow, shape_mask


def park(p: Painter) -> None:
    """Paint lawns, trees and a path."""
    p.sky(0.5)
    for x in np.arange(-0.05, 1.1, 0.085):
        p.foliage(
            (x, HORIZON - p.rng.uniform(0.03, 0.09)), (0.09, p.rng.uniform(0.06, 0.12)), (46, 74, 46), (132, 160, 96)
        )
    p.ground((92, 136, 54), (138, 172, 88), 9, 0.25)
    p.blur(0.006)
    for aside, away in ((-3.6, 8.0), (3.9, 9.0), (-1.9, 6.2)):
        p.tree(aside + p.rng.normal(0, 0.3), away, 4.6)
    p.blur(0.004)
    bend = p.rng.choice([-1, 1])
    edge = [p.floor(bend * a, z) for a, z in ((0.0, 40), (1.6, 14), (1.0, 7), (0.6, 4), (-0.2, 2.4), (-1.2, 1.6))]
    other = [p.floor(bend * a, z) for a, z in ((1.4, 1.6), (1.3, 2.4), (1.6, 4), (1.9, 7), (2.3, 14), (0.6, 40))]
    p.fill(np.concatenate([curve(edge), curve(other)]), (196, 176, 142), 0.95, 0.004)
    for _ in range(9):  # sun through the leaves
        x, y = p.rng.uniform(0, 1), p.rng.uniform(0.62, 0.98)
        glow(p.canvas, (x, y), (0.07, 0.014), p.lit((250, 244, 180)), 0.28 * (1 - p.daytime.night))
    p.tree(2.05 * -bend + p.rng.normal(0, 0.1), 3.6, 4.4)
    _grass(p, 170, (70, 112, 40), (150, 184, 84))


def beach(p: Painter) -> None:
    """Paint sea, sand and a parasol."""
    p.sky(0.45)
    if p.daytime.night < 1:
        p.shine((0.78, HORIZON - 0.10), 0.05, (255, 244, 214), 0.75)
        p.shine((0.78, HORIZON - 0.10), 0.16, (255, 232, 190), 0.4)
    sea = 0.5 * p.lit((70, 150, 176)) + 0.25 * np.asarray(p.daytime.sky_low)
    p.down(HORIZON, 0.66, sea * 0.92, sea * 1.12)
    for _ in range(70):
        y = HORIZON + 0.19 * p.rng.uniform(0.02, 1) ** 1.5
        x, w = p.rng.uniform(-0.1, 1), p.rng.uniform(0.05, 0.22)
        p.stroke(
            curve([(x, y), (x + w / 2, y - 0.002), (x + w, y)]),
            0.0025 + 0.01 * (y - HORIZON),
            (214, 234, 238),
            0.35,
            0.001,
        )
    for x in (0.2, 0.31):
        sail = x + p.rng.normal(0, 0.03)
        p.fill(
            [(sail, HORIZON - 0.045), (sail + 0.018, HORIZON - 0.004), (sail - 0.006, HORIZON - 0.004)], (244, 242, 236)
        )
    p.blur(0.005)
    shore = curve([(-0.05, 0.66), (0.2, 0.635), (0.45, 0.665), (0.75, 0.63), (1.05, 0.65)])
    sand = np.concatenate([shore, [(1.05, 1.05), (-0.05, 1.05)]])
    wet = p.canvas.pixels.copy()
    p.ground((226, 196, 146), (214, 184, 138), 6, 0.16, 2.0)
    p.canvas.pixels[:] = wet + (p.canvas.pixels - wet) * shape_mask(p.canvas, sand, 0.004)[..., None]
    p.stroke(shore + (0, 0.022), 0.05, (168, 134, 96), 0.4, 0.012)
    p.stroke(shore, 0.014, (250, 250, 246), 0.9, 0.003)
    p.stroke(shore + (0.02, -0.02), 0.006, (250, 250, 246), 0.6, 0.003)
    x = p.rng.choice([0.14, 0.86])
    p.stroke([(x, 0.70), (x + 0.012, 0.37)], 0.007, (214, 208, 196))
    top = curve([(x - 0.12, 0.42), (x - 0.07, 0.375), (x + 0.01, 0.355), (x + 0.09, 0.375), (x + 0.145, 0.42)])
    p.fill(np.concatenate([top, curve([(x + 0.145, 0.42), (x + 0.01, 0.405), (x - 0.12, 0.42)])]), (214, 84, 66))
    for a, b in ((0.22, 0.4), (0.6, 0.78)):
        i, j = int(a * len(top)), int(b * len(top))
        p.fill(np.concatenate([top[i:j], [(top[j, 0], 0.41), (top[i, 0], 0.41)]]), (244, 236, 220), 0.9, 0.001)
    glow(p.canvas, (x + 0.02, 0.705), (0.1, 0.012), p.lit((120, 92, 64)), 0.6)
    p.blur(0.002)


def mountain_path(p: Painter) -> None:
    """Paint a path that winds towards snowy mountains."""
    p.sky(0.6)
    for depth, (colour, base, rough) in enumerate(
        (((150, 172, 196), 0.26, 0.16), ((112, 138, 160), 0.36, 0.11), ((84, 114, 104), 0.44, 0.07))
    ):
        steps = 33
        line = np.zeros(steps)
        for octave in (4, 8, 16, 32):
            line += (
                np.interp(np.linspace(0, 1, steps), np.linspace(0, 1, octave + 1), p.rng.normal(0, 1, octave + 1))
                * rough
                / octave**0.9
                * 2.2
            )
        x = np.linspace(-0.02, 1.02, steps)
        ridge = np.stack([x, base + line - line.mean()], 1)
        p.fill(np.concatenate([ridge, [(1.02, 0.6), (-0.02, 0.6)]]), colour)
        if depth == 0:
            snow = ridge[:, 1] < base + 0.02
            for i in np.flatnonzero(snow[:-1]):
                a, b = ridge[i], ridge[i + 1]
                drop = max(0.0, base + 0.03 - (a[1] + b[1]) / 2) * 0.6 + 0.008
                p.fill(
                    [
                        a,
                        b,
                        b + (-0.004, drop * p.rng.uniform(0.6, 1)),
                        (a + b) / 2 + (0.002, drop * 0.5),
                        a + (0.004, drop * p.rng.uniform(0.6, 1)),
                    ],
                    (246, 248, 252),
                    0.95,
                    0.0015,
                )
        shade = ridge + (0.0, 0.0)
        p.stroke(shade + (0, 0.03), 0.05, np.asarray(colour) * 0.82, 0.35, 0.015)
        p.fill(box(-0.02, base + 0.05, 1.02, 0.56), p.daytime.sky_low, 0.22, 0.04)
    p.blur(0.0045)
    for x in p.rng.uniform(0, 1, 16):
        y = HORIZON + p.rng.uniform(0.005, 0.03)
        _fir(p, x, y, p.rng.uniform(0.05, 0.10), snow=False)
    p.blur(0.003)
    p.ground((112, 128, 70), (136, 148, 92), 10, 0.22)
    side = p.rng.choice([-1, 1])
    edge = [p.floor(side * a, z) for a, z in ((1.2, 30), (0.4, 12), (1.0, 7), (0.2, 4), (-0.5, 2.6), (-1.0, 1.7))]
    other = [p.floor(side * a, z) for a, z in ((1.1, 1.7), (1.0, 2.6), (1.3, 4), (1.8, 7), (1.0, 12), (1.5, 30))]
    p.fill(np.concatenate([curve(edge), curve(other)]), (182, 160, 128), 0.95, 0.006)
    p.blur(0.0025)
    for _ in range(16):
        aside, away = p.rng.uniform(-2.4, 2.4), p.rng.uniform(1.95, 7)
        if abs(aside) < 0.7:
            continue
        _rock(p, p.floor(aside, away), p.rng.uniform(0.08, 0.28) / away)
    _grass(p, 130, (84, 100, 48), (170, 172, 96))


def snowy_square(p: Painter) -> None:
    """Paint old houses and firs in the snow."""
    p.sky(0.6)
    walls = ((214, 170, 120), (190, 110, 90), (226, 206, 170), (150, 160, 170), (204, 148, 96))
    x = -0.03
    while x < 1.0:
        width, tall = p.rng.uniform(0.16, 0.22), p.rng.uniform(0.20, 0.28)
        top = 0.52 - tall
        wall = box(x, top, x + width, 0.53)
        p.fill(wall, walls[p.rng.integers(len(walls))])
        p.windows(wall + (0, 0.0), 3, 3, (92, 104, 116))
        peak = top - p.rng.uniform(0.07, 0.11)
        p.fill([(x - 0.012, top + 0.008), (x + width / 2, peak), (x + width + 0.012, top + 0.008)], (236, 240, 247))
        p.fill(
            [(x + width / 2, peak), (x + width + 0.012, top + 0.008), (x + width * 0.55, top + 0.008)],
            (204, 214, 230),
            0.8,
            0.004,
        )
        p.fill(box(x + width * 0.72, peak + 0.0, x + width * 0.82, top - 0.015), (130, 84, 70))
        p.fill(box(x + width * 0.71, peak - 0.008, x + width * 0.83, peak + 0.004), (244, 247, 251))
        x += width + 0.004
    p.blur(0.004)
    p.ground((232, 237, 245), (216, 224, 238), 3.5, 0.5)
    p.fill(box(-0.05, 0.52, 1.05, 0.55), (206, 216, 232), 0.7, 0.01)
    for x in (0.09, 0.20, 0.83, 0.93):
        _fir(p, x + p.rng.normal(0, 0.012), 0.60 + p.rng.uniform(-0.02, 0.03), p.rng.uniform(0.22, 0.34), snow=True)
    for x in (0.30, 0.72):
        p.stroke([(x, 0.62), (x, 0.33)], 0.008, (44, 48, 54))
        p.fill([(x - 0.016, 0.33), (x + 0.016, 0.33), (x + 0.022, 0.29), (x - 0.022, 0.29)], (250, 226, 168))
        p.fill([(x - 0.026, 0.292), (x, 0.27), (x + 0.026, 0.292)], (240, 244, 250))
        p.shine((x, 0.31), 0.03 + 0.05 * p.daytime.night, opacity=0.25 + 0.6 * p.daytime.night)
    p.blur(0.003)
    for _ in range(10):
        x, y = p.rng.uniform(0, 1), p.rng.uniform(0.6, 1)
        glow(p.canvas, (x, y), (0.12, 0.012), p.lit((176, 192, 222)), 0.35)
    for x, y, s in p.rng.uniform(0, 1, (110, 3)):
        p.shine((x, y), 0.0015 + 0.003 * s, (250, 252, 255), 0.75)


def _grass(p: Painter, count: int, dark, light) -> None:
    for x, y, t, lean in p.rng.uniform(0, 1, (count, 4)):
        y = 0.60 + 0.42 * y**0.8
        tall = 0.012 + 0.03 * (y - 0.5)
        colour = np.asarray(dark) * (1 - t) + np.asarray(light) * t
        p.stroke([(x, y), (x + (lean - 0.5) * tall, y - tall)], (0.003, 0.001), colour, 0.55)


def _rock(p: Painter, at: np.ndarray, r: float) -> None:
    glow(p.canvas, at + (0, r * 0.1), (r * 1.3, r * 0.25), p.lit((50, 48, 40)), 0.5)
    angle = np.linspace(np.pi, 2 * np.pi, 8)
    bumpy = p.rng.uniform(0.75, 1.1, 8)
    outline = np.stack([at[0] + np.cos(angle) * r * bumpy, at[1] + np.sin(angle) * r * 0.75 * bumpy + r * 0.08], 1)
    p.fill(outline, (128, 124, 118))
    p.fill((outline - at) * (0.7, 0.6) + at + (-r * 0.12, -r * 0.22), (176, 172, 164), 0.8, r * 0.15)


def _fir(p: Painter, x: float, y: float, tall: float, snow: bool) -> None:
    p.fill(box(x - 0.03 * tall, y - 0.12 * tall, x + 0.03 * tall, y), (64, 48, 38))
    for k in range(4):
        top, foot = y - tall * (1.0 - 0.2 * k), y - tall * (0.62 - 0.19 * k)
        half = tall * (0.13 + 0.065 * k)
        p.fill(
            [
                (x, top),
                (x + half, foot),
                (x + half * 0.3, foot - 0.02 * tall),
                (x - half * 0.4, foot + 0.01 * tall),
                (x - half, foot),
            ],
            np.asarray((40, 70, 54)) * (0.85 + 0.07 * k),
        )
        if snow:
            p.fill(
                [
                    (x, top),
                    (x + half * 0.75, foot - 0.06 * tall),
                    (x + half * 0.2, foot - 0.12 * tall),
                    (x - half * 0.4, foot - 0.07 * tall),
                    (x - half * 0.7, foot - 0.07 * tall),
                ],
                (240, 244, 250),
                0.9,
                0.003,
            )
