"""Where people sit and stand: rooms and places outdoors, drawn softly out of focus.

A scene is measured in picture heights: y runs from 0 (top) to 1, x from 0 to the aspect ratio (1.78).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio.brush import Canvas, box, cloud_noise, curve, ellipse, fill, glow, new_canvas, stroke
from stages.sources.studio.head import Light

SCENES = ("living_room", "cafe", "office", "library", "kitchen", "park", "street", "beach")
PAPER = np.array([  # walls; many are near skin or clothes on purpose, as in real rooms
    (214, 198, 176), (186, 200, 204), (196, 178, 160), (168, 182, 166), (222, 206, 196), (150, 162, 178), (202, 170, 140), (176, 160, 176)])
FABRIC = np.array([  # what things are made of: seen often, never loud
    (96, 112, 128), (142, 124, 108), (84, 108, 96), (168, 108, 84), (186, 168, 140), (110, 84, 96), (196, 184, 170), (70, 82, 104)], np.float64)
WOOD = np.array([(132, 92, 60), (162, 118, 78), (96, 66, 46), (186, 148, 106)])


@dataclass(frozen=True)
class Scene:
    """A place. `pan` moves the camera sideways (picture heights): another view of the same place."""

    kind: str
    seed: int
    pan: float = 0.0


def light_of(scene: Scene) -> Light:
    """Return the light that falls on people in this scene."""
    rng = np.random.default_rng((0x11617, scene.seed))
    side = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.3, 0.6))
    if scene.kind in ("park", "street", "beach"):
        return Light((side, -0.75, 0.55), (0.66, 0.63, 0.58), (0.52, 0.52, 0.53))
    if scene.kind in ("cafe", "library"):
        return Light((side, -0.55, 0.70), (0.68, 0.62, 0.54), (0.53, 0.49, 0.46))
    return Light((side, -0.50, 0.75), (0.65, 0.62, 0.58), (0.52, 0.51, 0.50))


def draw_scene(scene: Scene, width: int = 640, height: int = 360) -> np.ndarray:
    """Draw a scene; returns uint8 RGB (height, width, 3)."""
    rng = np.random.default_rng((0x5CE4E, scene.seed))
    aspect = width / height
    canvas = new_canvas((scene.pan, 0.0, aspect + scene.pan, 1.0), height)
    canvas = Canvas(canvas.pixels[:height, :width], canvas.origin, canvas.scale)
    painter = {
        "living_room": _living_room, "cafe": _cafe, "office": _office, "library": _library, "kitchen": _kitchen,
        "park": _park, "street": _street, "beach": _beach,
    }[scene.kind]
    painter(canvas, rng, aspect)
    pixels = cv2.GaussianBlur(canvas.pixels, (0, 0), 0.0065 * height)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    vignette = 1 - 0.20 * (((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2)
    return np.clip(pixels * vignette[..., None], 0, 255).astype(np.uint8)


def _wall(c: Canvas, rng: np.random.Generator, aspect: float, colour: np.ndarray) -> None:
    height, width = c.pixels.shape[:2]
    c.pixels[:] = colour
    c.pixels[:] *= (1 + 0.02 * cloud_noise(rng, height, width, (60, 60)))[..., None]
    lit = rng.uniform(0, aspect)
    glow(c, (lit, 0.2), (0.7, 0.5), np.minimum(colour * 1.18, 255), 0.7)
    glow(c, (aspect - lit, 0.95), (0.9, 0.35), colour * 0.66, 0.6)


def _window(c: Canvas, rng: np.random.Generator, x: float, y: float, w: float, h: float) -> None:
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


def _curtain(c: Canvas, rng: np.random.Generator, x: float, w: float, colour) -> None:
    for k in range(6):
        tone = 0.86 + 0.2 * (k % 2) + rng.uniform(-0.03, 0.03)
        fill(c, box(x + w * k / 6, 0, x + w * (k + 1) / 6 + 0.004, 0.95), np.minimum(np.asarray(colour) * tone, 255), 1.0, 0.006)


def _lamp(c: Canvas, x: float, y: float, colour=(250, 226, 178), stand: float = 0.5) -> None:
    stroke(c, [(x, y), (x, y + stand)], 0.014, (92, 76, 62))
    shade = np.array([(x - 0.06, y - 0.09), (x + 0.06, y - 0.09), (x + 0.10, y + 0.06), (x - 0.10, y + 0.06)])
    fill(c, shade, colour, 1.0, 0.004)
    glow(c, (x, y), (0.07, 0.06), (255, 248, 226), 0.8)
    glow(c, (x, y), (0.26, 0.26), (255, 232, 186), 0.30)


def _plant(c: Canvas, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    pot = np.array([(x - 0.07 * size, y - 0.14 * size), (x + 0.07 * size, y - 0.14 * size), (x + 0.05 * size, y), (x - 0.05 * size, y)])
    for _ in range(26):
        angle = rng.uniform(-1.25, 1.25)
        reach = size * rng.uniform(0.18, 0.46)
        tip = np.array([x + np.sin(angle) * reach, y - 0.13 * size - np.cos(angle) * reach * 0.95])
        mid = np.array([x + np.sin(angle) * reach * 0.35, y - 0.13 * size - reach * 0.6])
        green = np.array([74, 116, 66]) * rng.uniform(0.65, 1.35)
        line = curve([(x, y - 0.13 * size), mid, tip], 6)
        stroke(c, line, np.interp(np.linspace(0, 1, len(line)), [0, 0.6, 1], [0.008, 0.045, 0.004]) * size, green, 1.0, 0.002)
    fill(c, pot, (186, 138, 108) if rng.random() < 0.5 else (216, 212, 204), 1.0, 0.003)


def _books(c: Canvas, rng: np.random.Generator, x0: float, x1: float, floor: float, tall: float) -> None:
    x = x0
    while x < x1 - 0.015:
        w = rng.uniform(0.014, 0.038)
        h = tall * rng.uniform(0.6, 0.92)
        if rng.random() < 0.10:
            x += rng.uniform(0.03, 0.08)
            continue
        colour = np.array([(150, 60, 52), (52, 76, 112), (196, 172, 128), (86, 110, 84), (120, 96, 120), (212, 204, 190), (64, 60, 60), (190, 132, 70)])[rng.integers(8)]
        fill(c, box(x, floor - h, min(x + w - 0.002, x1), floor), colour * rng.uniform(0.75, 1.1))
        fill(c, box(x, floor - h * 0.8, min(x + w - 0.002, x1), floor - h * 0.74), np.minimum(colour * 1.4 + 20, 255), 0.6)
        x += w


def _shelf(c: Canvas, rng: np.random.Generator, x0: float, x1: float, y0: float, rows: int, gap: float) -> None:
    wood = WOOD[rng.integers(len(WOOD))]
    fill(c, box(x0 - 0.02, y0 - 0.02, x1 + 0.02, y0 + rows * gap + 0.02), wood * 0.42)
    for k in range(rows):
        floor = y0 + (k + 1) * gap - 0.012
        _books(c, rng, x0, x1, floor, gap)
        fill(c, box(x0 - 0.02, floor, x1 + 0.02, floor + 0.018), wood)
        fill(c, box(x0, floor + 0.018, x1, floor + 0.045), wood * 0.2, 0.5, 0.008)
    for x in (x0 - 0.02, x1 + 0.002):
        fill(c, box(x, y0 - 0.02, x + 0.018, y0 + rows * gap + 0.02), wood * 1.08)


def _picture(c: Canvas, rng: np.random.Generator, x: float, y: float, w: float, h: float) -> None:
    fill(c, box(x + 0.01, y + 0.015, x + w + 0.012, y + h + 0.02), (40, 36, 34), 0.35, 0.012)
    fill(c, box(x, y, x + w, y + h), (238, 234, 226) if rng.random() < 0.6 else (70, 54, 44))
    a, b = FABRIC[rng.choice(len(FABRIC), 2, replace=False)] * 1.1
    fill(c, box(x + 0.02, y + 0.02, x + w - 0.02, y + h - 0.02), a)
    hills = curve([(x + 0.02, y + h * 0.7), (x + w * 0.35, y + h * 0.5), (x + w * 0.7, y + h * 0.68), (x + w - 0.02, y + h * 0.55)], 6)
    fill(c, np.concatenate([hills, [(x + w - 0.02, y + h - 0.02), (x + 0.02, y + h - 0.02)]]), b)


def _living_room(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    wall = PAPER[rng.integers(len(PAPER))].astype(float)
    _wall(c, rng, aspect, wall)
    left = rng.random() < 0.5
    x = 0.10 if left else aspect - 0.68
    _window(c, rng, x, 0.06, 0.55, 0.5)
    drape = FABRIC[rng.integers(len(FABRIC))] * 0.5 + 105
    _curtain(c, rng, x - 0.13, 0.13, drape)
    _curtain(c, rng, x + 0.55, 0.13, drape)
    other = aspect - 0.60 if left else 0.12
    if rng.random() < 0.5:
        _shelf(c, rng, other, other + 0.46, 0.10, 3, 0.19)
    else:
        _picture(c, rng, other, 0.10, 0.28, 0.22)
        _picture(c, rng, other + 0.32, 0.16, 0.17, 0.17)
    _lamp(c, aspect / 2 + rng.uniform(-0.06, 0.06), 0.30)
    _plant(c, rng, 0.06 if not left else aspect - 0.07, 0.95, 0.9)
    sofa = FABRIC[rng.integers(len(FABRIC))]
    back = curve([(0.05, 1.1), (0.07, 0.70), (0.16, 0.64), (aspect / 2, 0.625), (aspect - 0.16, 0.64), (aspect - 0.07, 0.70), (aspect - 0.05, 1.1)], 8)
    fill(c, back + (0.01, -0.012), sofa * 0.45, 0.5, 0.012)
    fill(c, back, sofa, 1.0, 0.004)
    for k in (1, 2):
        stroke(c, [(aspect * k / 3, 0.645), (aspect * k / 3, 1.0)], 0.012, sofa * 0.6, 0.8, 0.006)
    glow(c, (aspect / 2, 0.66), (0.7, 0.025), np.minimum(sofa * 1.25 + 10, 255), 0.6)
    if rng.random() < 0.7:
        cushion = FABRIC[rng.integers(len(FABRIC))] * 1.15
        fill(c, box(0.08, 0.70, 0.30, 0.92), cushion, 1.0, 0.012)


def _cafe(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    brick = np.array([(142, 92, 72), (120, 84, 70), (172, 150, 130)])[rng.integers(3)].astype(float)
    _wall(c, rng, aspect, brick * 0.9)
    for row in range(22):
        for column in range(-2, 20):
            x = column * 0.105 + (row % 2) * 0.052
            tone = brick * rng.uniform(0.82, 1.12)
            fill(c, box(x, row * 0.046, x + 0.099, row * 0.046 + 0.040), tone, 0.85)
    _window(c, rng, 0.08 if rng.random() < 0.5 else aspect - 0.62, 0.10, 0.54, 0.46)
    counter = WOOD[rng.integers(len(WOOD))].astype(float)
    board_x = aspect / 2 - 0.17 + rng.uniform(-0.05, 0.3)
    fill(c, box(board_x, 0.20, board_x + 0.36, 0.46), counter * 0.7)
    fill(c, box(board_x + 0.012, 0.212, board_x + 0.348, 0.448), (44, 50, 48))
    for k in range(5):
        stroke(c, [(board_x + 0.04, 0.245 + 0.04 * k), (board_x + rng.uniform(0.16, 0.31), 0.245 + 0.04 * k)], 0.009, (196, 196, 188), 0.7)
    fill(c, box(-1, 0.70, aspect + 1, 1.0), counter * 0.75)
    fill(c, box(-1, 0.68, aspect + 1, 0.715), counter * 1.15)
    for _ in range(9):
        x = rng.uniform(0, aspect)
        fill(c, box(x, 0.62, x + 0.035, 0.685), FABRIC[rng.integers(len(FABRIC))] * 0.6 + 90, 1.0, 0.003)
    for x in np.linspace(0.25, aspect - 0.25, 4) + rng.uniform(-0.05, 0.05, 4):
        drop = rng.uniform(0.06, 0.14)
        stroke(c, [(x, 0), (x, drop)], 0.006, (40, 34, 30))
        fill(c, curve([(x - 0.045, drop + 0.05), (x - 0.02, drop), (x + 0.02, drop), (x + 0.045, drop + 0.05)], 6), (50, 44, 40))
        glow(c, (x, drop + 0.06), (0.03, 0.024), (255, 236, 190), 1.0)
        glow(c, (x, drop + 0.08), (0.14, 0.14), (255, 214, 150), 0.35)


def _office(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    _wall(c, rng, aspect, PAPER[rng.integers(len(PAPER))] * 0.5 + 110)
    start = rng.uniform(-0.2, 0.0)
    for k in range(3):
        _window(c, rng, start + 0.05 + 0.74 * k, 0.05, 0.58, 0.50)
    for k in range(14):
        fill(c, box(-1, 0.05 + 0.018 * k, aspect + 1, 0.053 + 0.018 * k), (240, 238, 234), 0.55)
    desk = WOOD[rng.integers(len(WOOD))].astype(float)
    fill(c, box(-1, 0.66, aspect + 1, 0.70), np.minimum(desk * 1.2, 255))
    fill(c, box(-1, 0.70, aspect + 1, 1.0), desk * 0.65)
    x = rng.uniform(0.1, aspect - 0.5)
    fill(c, box(x, 0.44, x + 0.34, 0.64), (42, 44, 50))
    fill(c, box(x + 0.012, 0.452, x + 0.328, 0.622), (122, 152, 184))
    fill(c, box(x + 0.14, 0.64, x + 0.20, 0.67), (70, 72, 76))
    _plant(c, rng, aspect - 0.16 if x < aspect / 2 else 0.16, 0.68, 0.75)
    _books(c, rng, aspect * 0.55, aspect * 0.55 + 0.18, 0.66, 0.13)


def _library(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    _wall(c, rng, aspect, np.array([120, 96, 76.0]))
    edges = np.linspace(-0.4, aspect + 0.4, 5)
    for x0, x1 in zip(edges[:-1], edges[1:], strict=True):
        _shelf(c, rng, x0 + 0.03, x1 - 0.03, 0.02, 4, 0.215)
    _lamp(c, rng.uniform(0.75, 1.05), 0.40, (206, 222, 190), 0.3)
    table = WOOD[rng.integers(len(WOOD))].astype(float)
    fill(c, box(-1, 0.86, aspect + 1, 1.0), table * 0.9)
    fill(c, box(-1, 0.855, aspect + 1, 0.875), np.minimum(table * 1.3, 255))


def _kitchen(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    _wall(c, rng, aspect, PAPER[rng.integers(len(PAPER))] * 0.6 + 88)
    for row in range(5):
        for column in range(-4, 26):
            tile = np.array([226, 226, 220]) * rng.uniform(0.93, 1.0)
            fill(c, box(column * 0.09, 0.38 + row * 0.06, column * 0.09 + 0.085, 0.435 + row * 0.06), tile, 0.9)
    cupboard = np.array([(206, 206, 198), (110, 134, 128), (94, 112, 138), (188, 156, 118)])[rng.integers(4)].astype(float)
    gap = rng.integers(1, 4)
    for k in range(-1, 6):
        x = k * 0.36
        if k == gap:
            _window(c, rng, x + 0.02, 0.04, 0.32, 0.36)
            continue
        fill(c, box(x + 0.006, -0.1, x + 0.354, 0.30), cupboard, 1.0, 0.002)
        stroke(c, [(x + 0.03, 0.02), (x + 0.33, 0.02), (x + 0.33, 0.27), (x + 0.03, 0.27), (x + 0.03, 0.02)], 0.006, cupboard * 0.75, 0.7, 0.002)
        fill(c, box(x + 0.30, 0.20, x + 0.312, 0.26), (90, 84, 78))
    fill(c, box(-1, 0.30, aspect + 1, 0.335), cupboard * 0.45, 0.6, 0.012)
    fill(c, box(-1, 0.66, aspect + 1, 0.70), (232, 228, 220))
    fill(c, box(-1, 0.70, aspect + 1, 1.0), cupboard * 0.85)
    for _ in range(8):
        x, tall = rng.uniform(0, aspect), rng.uniform(0.05, 0.14)
        fill(c, box(x, 0.665 - tall, x + rng.uniform(0.03, 0.06), 0.665), FABRIC[rng.integers(len(FABRIC))] * 1.1, 1.0, 0.004)
    _plant(c, rng, rng.uniform(0.7, 1.1), 0.67, 0.5)
    for x in (0.5, 1.25):
        glow(c, (x, 0.36), (0.25, 0.10), (255, 244, 214), 0.45)


def _sky(c: Canvas, top, bottom, horizon: float) -> None:
    y = np.clip((np.arange(c.pixels.shape[0]) / c.scale) / horizon, 0, 1).astype(np.float32)[:, None, None]
    c.pixels[:] = np.asarray(top, np.float32) + (np.asarray(bottom, np.float32) - np.asarray(top, np.float32)) * y


def _clouds(c: Canvas, rng: np.random.Generator, aspect: float, below: float) -> None:
    for _ in range(rng.integers(3, 6)):
        x, y = rng.uniform(-0.1, aspect), rng.uniform(0.02, below)
        for _ in range(7):
            glow(c, (x + rng.normal(0, 0.11), y + rng.normal(0, 0.016)), (rng.uniform(0.05, 0.12), rng.uniform(0.014, 0.03)), (250, 250, 252), 0.5)


def _tree(c: Canvas, rng: np.random.Generator, x: float, floor: float, size: float, green: np.ndarray) -> None:
    stroke(c, [(x, floor), (x + 0.01 * size, floor - 0.6 * size)], 0.055 * size, (92, 72, 56), 1.0, 0.003)
    for _ in range(34):
        spot = np.array([x + rng.normal(0, 0.17 * size), floor - size * (0.62 + rng.normal(0, 0.13))])
        lit = 1.0 - 0.9 * (spot[1] - floor + 0.62 * size) / size - 0.5 * (spot[0] - x) / size
        radius = rng.uniform(0.05, 0.10) * size
        fill(c, ellipse(spot, (radius, radius * 0.85), 0, 14), np.clip(green * lit * rng.uniform(0.85, 1.12), 0, 255), 0.85, 0.010 * size)


def _park(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    autumn = rng.random() < 0.35
    green = np.array([156, 122, 62.0]) if autumn else np.array([92, 132, 74.0])
    _sky(c, (128, 174, 216), (226, 234, 232), 0.6)
    _clouds(c, rng, aspect, 0.3)
    hills = curve([(-1, 0.52), (0.3, 0.44), (0.9, 0.50), (1.5, 0.43), (3, 0.52)], 8)
    fill(c, np.concatenate([hills, [(3, 1), (-1, 1)]]), green * 0.75 + 62, 1.0, 0.006)
    grass = np.array([124, 152, 82.0])
    fill(c, np.concatenate([curve([(-1, 0.62), (0.5, 0.59), (1.2, 0.60), (3, 0.63)], 8), [(3, 1.1), (-1, 1.1)]]), grass, 1.0, 0.004)
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


def _street(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    _sky(c, (150, 182, 212), (228, 226, 218), 0.5)
    x = -0.4
    while x < aspect + 0.4:
        w, top = rng.uniform(0.24, 0.42), rng.uniform(-0.05, 0.22)
        front = np.array([(196, 160, 132), (178, 186, 190), (214, 196, 166), (158, 124, 108), (140, 150, 160)])[rng.integers(5)] * rng.uniform(0.85, 1.05)
        fill(c, box(x, top, x + w, 0.75), front)
        fill(c, box(x + w - 0.02, top, x + w, 0.75), front * 0.7)
        for row in np.arange(top + 0.04, 0.46, 0.105):
            for column in np.arange(x + 0.03, x + w - 0.06, 0.085):
                fill(c, box(column, row, column + 0.045, row + 0.068), np.array([104, 124, 146]) * rng.uniform(0.7, 1.5), 0.9)
        fill(c, box(x + 0.02, 0.55, x + w - 0.03, 0.75), np.array([70, 74, 82]) * rng.uniform(0.8, 1.7))
        fill(c, box(x, 0.50, x + w - 0.01, 0.555), FABRIC[rng.integers(len(FABRIC))])
        x += w
    fill(c, box(-1, 0.74, aspect + 1, 1.1), (150, 148, 146))
    fill(c, box(-1, 0.735, aspect + 1, 0.755), (196, 192, 186))
    for _ in range(16):
        spot = (rng.uniform(0, aspect), rng.uniform(0.5, 0.74))
        colour = np.array([(255, 214, 150), (255, 236, 200), (240, 150, 120), (180, 220, 255)])[rng.integers(4)]
        r = rng.uniform(0.012, 0.028)
        fill(c, ellipse(spot, (r, r)), colour, 0.55, 0.003)
    _tree(c, rng, 0.06 if rng.random() < 0.5 else aspect - 0.06, 0.80, 0.85, np.array([88, 122, 70.0]))


def _beach(c: Canvas, rng: np.random.Generator, aspect: float) -> None:
    dusk = rng.random() < 0.5
    _sky(c, (150, 150, 190) if dusk else (112, 172, 222), (250, 208, 164) if dusk else (216, 234, 240), 0.5)
    _clouds(c, rng, aspect, 0.34)
    if dusk:
        glow(c, (rng.uniform(0.3, 1.4), 0.44), (0.30, 0.12), (255, 232, 180), 0.8)
    sea = np.array([116, 132, 160.0]) if dusk else np.array([70, 140, 164.0])
    fill(c, box(-1, 0.49, aspect + 1, 0.75), sea)
    for _ in range(70):
        y = rng.uniform(0.495, 0.72)
        glow(c, (rng.uniform(-0.2, aspect + 0.2), y), (0.02 + 0.5 * (y - 0.49), 0.003 + 0.01 * (y - 0.49)), np.minimum(sea * rng.uniform(0.85, 1.5), 255), 0.7)
    shore = curve([(-1, 0.76), (0.4, 0.70), (1.2, 0.73), (3, 0.69)], 8)
    sand = np.array([226, 196, 152.0]) * (0.86 if dusk else 1.0)
    fill(c, np.concatenate([shore, [(3, 1.2), (-1, 1.2)]]), sand, 1.0, 0.004)
    stroke(c, shore, 0.02, (248, 248, 244), 0.8, 0.005)
    for _ in range(40):
        glow(c, (rng.uniform(-0.2, aspect + 0.2), rng.uniform(0.76, 1.0)), (0.06, 0.012), sand * rng.uniform(0.85, 1.08), 0.5)
    cliff = curve([(aspect - 0.5, 0.495), (aspect - 0.3, 0.38), (aspect - 0.1, 0.36), (aspect + 1, 0.25)], 8)
    fill(c, np.concatenate([cliff, [(aspect + 1, 0.495)]]), (120, 130, 124), 0.9, 0.005)
