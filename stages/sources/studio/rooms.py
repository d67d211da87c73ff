"""The rooms people sit in. Lengths are in picture heights, as in `scene.py`."""

import itertools

import numpy as np

from stages.sources.studio.brush import Canvas, box, curve, fill, glow, stroke
from stages.sources.studio.props import (
    FABRIC,
    PAPER,
    WOOD,
    books,
    curtain,
    lamp,
    picture,
    plant,
    shelf,
    wall,
    window,
)


def living_room(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    paper = PAPER[rng.integers(len(PAPER))].astype(float)
    wall(c, rng, aspect, paper)
    left = rng.random() < 0.5
    x = 0.10 if left else aspect - 0.68
    window(c, rng, x, 0.06, 0.55, 0.5)
    drape = FABRIC[rng.integers(len(FABRIC))] * 0.5 + 105
    curtain(c, rng, x - 0.13, 0.13, drape)
    curtain(c, rng, x + 0.55, 0.13, drape)
    other = aspect - 0.60 if left else 0.12
    if rng.random() < 0.5:
        shelf(c, rng, other, other + 0.46, 0.10, 3, 0.19)
    else:
        picture(c, rng, other, 0.10, 0.28, 0.22)
        picture(c, rng, other + 0.32, 0.16, 0.17, 0.17)
    lamp(c, aspect / 2 + rng.uniform(-0.06, 0.06), 0.30)
    plant(c, rng, 0.06 if not left else aspect - 0.07, 0.95, 0.9)
    sofa = FABRIC[rng.integers(len(FABRIC))]
    back = curve(
        [
            (0.05, 1.1),
            (0.07, 0.70),
            (0.16, 0.64),
            (aspect / 2, 0.625),
            (aspect - 0.16, 0.64),
            (aspect - 0.07, 0.70),
            (aspect - 0.05, 1.1),
        ],
        8,
    )
    fill(c, back + (0.01, -0.012), sofa * 0.45, 0.5, 0.012)
    fill(c, back, sofa, 1.0, 0.004)
    for k in (1, 2):
        stroke(c, [(aspect * k / 3, 0.645), (aspect * k / 3, 1.0)], 0.012, sofa * 0.6, 0.8, 0.006)
    glow(c, (aspect / 2, 0.66), (0.7, 0.025), np.minimum(sofa * 1.25 + 10, 255), 0.6)
    if rng.random() < 0.7:
        cushion = FABRIC[rng.integers(len(FABRIC))] * 1.15
        fill(c, box(0.08, 0.70, 0.30, 0.92), cushion, 1.0, 0.012)


def cafe(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    brick = np.array([(142, 92, 72), (120, 84, 70), (172, 150, 130)])[rng.integers(3)].astype(float)
    wall(c, rng, aspect, brick * 0.9)
    for row in range(22):
        for column in range(-2, 20):
            x = column * 0.105 + (row % 2) * 0.052
            tone = brick * rng.uniform(0.82, 1.12)
            fill(c, box(x, row * 0.046, x + 0.099, row * 0.046 + 0.040), tone, 0.85)
    window(c, rng, 0.08 if rng.random() < 0.5 else aspect - 0.62, 0.10, 0.54, 0.46)
    counter = WOOD[rng.integers(len(WOOD))].astype(float)
    board_x = aspect / 2 - 0.17 + rng.uniform(-0.05, 0.3)
    fill(c, box(board_x, 0.20, board_x + 0.36, 0.46), counter * 0.7)
    fill(c, box(board_x + 0.012, 0.212, board_x + 0.348, 0.448), (44, 50, 48))
    for k in range(5):
        stroke(
            c,
            [(board_x + 0.04, 0.245 + 0.04 * k), (board_x + rng.uniform(0.16, 0.31), 0.245 + 0.04 * k)],
            0.009,
            (196, 196, 188),
            0.7,
        )
    fill(c, box(-1, 0.70, aspect + 1, 1.0), counter * 0.75)
    fill(c, box(-1, 0.68, aspect + 1, 0.715), counter * 1.15)
    for _ in range(9):
        x = rng.uniform(0, aspect)
        fill(c, box(x, 0.62, x + 0.035, 0.685), FABRIC[rng.integers(len(FABRIC))] * 0.6 + 90, 1.0, 0.003)
    for x in np.linspace(0.25, aspect - 0.25, 4) + rng.uniform(-0.05, 0.05, 4):
        drop = rng.uniform(0.06, 0.14)
        stroke(c, [(x, 0), (x, drop)], 0.006, (40, 34, 30))
        fill(
            c,
            curve([(x - 0.045, drop + 0.05), (x - 0.02, drop), (x + 0.02, drop), (x + 0.045, drop + 0.05)], 6),
            (50, 44, 40),
        )
        glow(c, (x, drop + 0.06), (0.03, 0.024), (255, 236, 190), 1.0)
        glow(c, (x, drop + 0.08), (0.14, 0.14), (255, 214, 150), 0.35)


def office(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    wall(c, rng, aspect, PAPER[rng.integers(len(PAPER))] * 0.5 + 110)
    start = rng.uniform(-0.2, 0.0)
    for k in range(3):
        window(c, rng, start + 0.05 + 0.74 * k, 0.05, 0.58, 0.50)
    for k in range(14):
        fill(c, box(-1, 0.05 + 0.018 * k, aspect + 1, 0.053 + 0.018 * k), (240, 238, 234), 0.55)
    desk = WOOD[rng.integers(len(WOOD))].astype(float)
    fill(c, box(-1, 0.66, aspect + 1, 0.70), np.minimum(desk * 1.2, 255))
    fill(c, box(-1, 0.70, aspect + 1, 1.0), desk * 0.65)
    x = rng.uniform(0.1, aspect - 0.5)
    fill(c, box(x, 0.44, x + 0.34, 0.64), (42, 44, 50))
    fill(c, box(x + 0.012, 0.452, x + 0.328, 0.622), (122, 152, 184))
    fill(c, box(x + 0.14, 0.64, x + 0.20, 0.67), (70, 72, 76))
    plant(c, rng, aspect - 0.16 if x < aspect / 2 else 0.16, 0.68, 0.75)
    books(c, rng, aspect * 0.55, aspect * 0.55 + 0.18, 0.66, 0.13)


def library(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    wall(c, rng, aspect, np.array([120, 96, 76.0]))
    edges = np.linspace(-0.4, aspect + 0.4, 5)
    for x0, x1 in itertools.pairwise(edges):
        shelf(c, rng, x0 + 0.03, x1 - 0.03, 0.02, 4, 0.215)
    lamp(c, rng.uniform(0.75, 1.05), 0.40, (206, 222, 190), 0.3)
    table = WOOD[rng.integers(len(WOOD))].astype(float)
    fill(c, box(-1, 0.86, aspect + 1, 1.0), table * 0.9)
    fill(c, box(-1, 0.855, aspect + 1, 0.875), np.minimum(table * 1.3, 255))


def kitchen(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    wall(c, rng, aspect, PAPER[rng.integers(len(PAPER))] * 0.6 + 88)
    for row in range(5):
        for column in range(-4, 26):
            tile = np.array([226, 226, 220]) * rng.uniform(0.93, 1.0)
            fill(c, box(column * 0.09, 0.38 + row * 0.06, column * 0.09 + 0.085, 0.435 + row * 0.06), tile, 0.9)
    cupboard = np.array([(206, 206, 198), (110, 134, 128), (94, 112, 138), (188, 156, 118)])[rng.integers(4)].astype(
        float
    )
    gap = rng.integers(1, 4)
    for k in range(-1, 6):
        x = k * 0.36
        if k == gap:
            window(c, rng, x + 0.02, 0.04, 0.32, 0.36)
            continue
        fill(c, box(x + 0.006, -0.1, x + 0.354, 0.30), cupboard, 1.0, 0.002)
        stroke(
            c,
            [(x + 0.03, 0.02), (x + 0.33, 0.02), (x + 0.33, 0.27), (x + 0.03, 0.27), (x + 0.03, 0.02)],
            0.006,
            cupboard * 0.75,
            0.7,
            0.002,
        )
        fill(c, box(x + 0.30, 0.20, x + 0.312, 0.26), (90, 84, 78))
    fill(c, box(-1, 0.30, aspect + 1, 0.335), cupboard * 0.45, 0.6, 0.012)
    fill(c, box(-1, 0.66, aspect + 1, 0.70), (232, 228, 220))
    fill(c, box(-1, 0.70, aspect + 1, 1.0), cupboard * 0.85)
    for _ in range(8):
        x, tall = rng.uniform(0, aspect), rng.uniform(0.05, 0.14)
        fill(
            c,
            box(x, 0.665 - tall, x + rng.uniform(0.03, 0.06), 0.665),
            FABRIC[rng.integers(len(FABRIC))] * 1.1,
            1.0,
            0.004,
        )
    plant(c, rng, rng.uniform(0.7, 1.1), 0.67, 0.5)
    for x in (0.5, 1.25):
        glow(c, (x, 0.36), (0.25, 0.10), (255, 244, 214), 0.45)
