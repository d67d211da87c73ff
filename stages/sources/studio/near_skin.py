"""Rooms whose walls have the colours of skin and hair: plaster, wood, stone. Lengths are in picture heights."""

import numpy as np

from stages.sources.studio.brush import Canvas, box, cloud_noise, fill, glow, stroke
from stages.sources.studio.people import SKIN_TONES
from stages.sources.studio.props import FABRIC, WOOD, lamp, picture, plant, shelf, wall


def plaster(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    tone = SKIN_TONES[rng.integers(len(SKIN_TONES) - 1)] * rng.uniform(0.88, 1.0)
    wall(c, rng, aspect, tone)
    height, width = c.pixels.shape[:2]
    c.pixels[:] *= (1 + 0.035 * cloud_noise(rng, height, width, (26, 44)))[..., None]
    fill(c, box(-2, 0.80, aspect + 2, 0.84), tone * 0.78, 1.0, 0.003)
    picture(c, rng, aspect * rng.uniform(0.40, 0.52), 0.08, 0.22, 0.24)
    plant(c, rng, aspect - 0.10 if rng.random() < 0.5 else 0.10, 0.96, 0.8)
    sofa = tone * np.array([0.72, 0.66, 0.62])
    fill(c, box(0.05, 0.70, aspect - 0.05, 1.1), sofa, 1.0, 0.02)
    glow(c, (aspect / 2, 0.71), (0.7, 0.02), np.minimum(sofa * 1.25, 255), 0.6)


def planks(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    wood = WOOD[rng.integers(len(WOOD))] * rng.uniform(0.85, 1.1)
    c.pixels[:] = wood
    height, width = c.pixels.shape[:2]
    x = -1.0
    while x < aspect + 1:
        wide = float(rng.uniform(0.10, 0.15))
        fill(c, box(x, -0.1, x + wide - 0.004, 1.1), wood * rng.uniform(0.86, 1.14))
        for _ in range(4):
            at = x + float(rng.uniform(0.01, wide - 0.01))
            stroke(c, [(at, -0.1), (at + rng.uniform(-0.01, 0.01), 1.1)], 0.003, wood * 0.7, 0.5, 0.002)
        stroke(c, [(x, -0.1), (x, 1.1)], 0.006, wood * 0.45, 0.8, 0.002)
        x += wide
    c.pixels[:] *= (1 + 0.05 * cloud_noise(rng, height, width, (70, 5)))[..., None]
    glow(c, (float(rng.uniform(0.3, aspect - 0.3)), 0.15), (0.6, 0.4), np.minimum(wood * 1.35 + 16, 255), 0.5)
    lamp(c, float(rng.uniform(0.8, 1.0)), 0.34)
    if rng.random() < 0.6:
        shelf(c, rng, 0.1, 0.5, 0.08, 2, 0.2)


def den(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    brown = np.array([(74, 56, 44), (58, 46, 42), (92, 70, 52), (44, 38, 36)])[rng.integers(4)].astype(float)
    wall(c, rng, aspect, brown)
    for k in range(3):
        x = 0.08 + 0.58 * k
        stroke(c, box(x, 0.10, x + 0.46, 0.66)[[0, 1, 2, 3, 0]], 0.012, brown * 0.6, 0.9, 0.003)
    picture(c, rng, aspect * 0.42, 0.14, 0.26, 0.2)
    lamp(c, aspect - 0.16 if rng.random() < 0.5 else 0.16, 0.36)
    chair = FABRIC[rng.integers(len(FABRIC))] * 0.55
    fill(c, box(0.1, 0.72, aspect - 0.1, 1.1), chair, 1.0, 0.02)
