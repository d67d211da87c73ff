"""What a sitting figure sits on, one for each place."""

from collections.abc import Callable

import numpy as np

from stages.conversation.body_prompts import Place
from stages.models.compositor.body import SEAT_HEIGHT, Joints
from stages.models.compositor.relief import Cloth, Fold, Layer
from stages.sources.studio.brush import box, curve, ellipse

WOOD = Cloth((150, 104, 66), wrinkle=0.003, grain=0.03)
DARK_WOOD = Cloth((104, 66, 42), wrinkle=0.003, grain=0.03)
METAL = Cloth((66, 70, 74), wrinkle=0.0, grain=0.01, gloss=0.06)
TOP = SEAT_HEIGHT - 0.16  # where the seat's surface meets its back


def draw_seat(layer: Layer, place: Place, joints: Joints) -> None:
    """Draw the seat behind a figure that is about to be drawn."""
    SEATS[place](layer, joints.height - 0.30)


def _legs(layer: Layer, cloth: Cloth, xs, foot: float, width: float = 0.09) -> None:
    for x in xs:
        layer.solid(box(x - width / 2, SEAT_HEIGHT, x + width / 2, foot), cloth, 0.04)


def _bench(wood: Cloth, reach: float = 1.9) -> Callable[[Layer, float], None]:
    def draw(layer: Layer, foot: float) -> None:
        for x in (-reach + 0.25, reach - 0.25):
            layer.solid(box(x - 0.06, 2.1, x + 0.06, TOP + 0.1), METAL, 0.04)
        _legs(layer, METAL, (-reach + 0.25, reach - 0.25), foot, 0.12)
        for y in (2.12, 2.42, 2.72):
            layer.solid(box(-reach, y, reach, y + 0.21), wood, 0.05)
        for y in (TOP, TOP + 0.13):
            layer.solid(box(-reach - 0.04, y, reach + 0.04, y + 0.11), wood, 0.04, shadow=0.2)
        layer.solid(box(-reach - 0.05, TOP + 0.25, reach + 0.05, TOP + 0.40), wood, 0.05, shadow=0.2)

    return draw


def _deck_chair(layer: Layer, foot: float) -> None:
    for sign in (-1, 1):
        layer.solid(_bar((sign * 0.82, 1.7), (sign * 1.06, foot)), WOOD, 0.04)
    for k in range(8):
        x = -0.96 + k * 0.24
        cloth = Cloth((214, 92, 74) if k % 2 else (240, 232, 216), wrinkle=0.006)
        layer.solid(
            np.array([(x, 1.52), (x + 0.24, 1.52), (x * 1.05 + 0.25, TOP + 0.3), (x * 1.05, TOP + 0.3)]), cloth, 0.3
        )
    layer.solid(box(-1.06, 1.46, 1.06, 1.56), WOOD, 0.04, shadow=0.2)
    layer.solid(box(-1.14, TOP + 0.24, 1.14, TOP + 0.36), WOOD, 0.04, shadow=0.3)


def _bar(a, b, width: float = 0.1) -> np.ndarray:
    a, b = np.asarray(a), np.asarray(b)
    side = np.array([width / 2, 0])
    return np.array([a - side, a + side, b + side, b - side])


def _sofa(layer: Layer, foot: float) -> None:
    cloth = Cloth((92, 116, 128), wrinkle=0.003, grain=0.03)
    _legs(layer, DARK_WOOD, (-1.9, 1.9), foot, 0.14)
    layer.solid(_rounded(-2.1, 1.95, 2.1, foot - 0.22), cloth, 0.22)
    for x0, x1 in ((-1.72, 0.0), (0.0, 1.72)):
        layer.solid(_rounded(x0 + 0.01, 2.05, x1 - 0.01, TOP + 0.1), cloth, 0.25, shadow=0.2)
    for x0, x1 in ((-1.72, 0.0), (0.0, 1.72)):
        layer.solid(_rounded(x0 + 0.01, TOP - 0.05, x1 - 0.01, TOP + 0.52), cloth, 0.18, shadow=0.35)
    for x0, x1 in ((-2.2, -1.68), (1.68, 2.2)):
        layer.solid(_rounded(x0, 2.62, x1, foot - 0.18), cloth, 0.2, shadow=0.35)
    layer.solid(_rounded(-1.62, 2.35, -0.98, 3.02), Cloth((214, 160, 84), wrinkle=0.003), 0.25, shadow=0.4)


def _rounded(x0: float, y0: float, x1: float, y1: float, corner: float = 0.12) -> np.ndarray:
    c = min(corner, (x1 - x0) / 2, (y1 - y0) / 2)
    points = []
    for cx, cy, start in ((x1 - c, y0 + c, -90), (x1 - c, y1 - c, 0), (x0 + c, y1 - c, 90), (x0 + c, y0 + c, 180)):
        for degrees in np.linspace(start, start + 90, 6):
            points.append((cx + c * np.cos(np.radians(degrees)), cy + c * np.sin(np.radians(degrees))))
    return np.array(points)


def _office_chair(layer: Layer, foot: float) -> None:
    fabric = Cloth((62, 68, 78), wrinkle=0.006, grain=0.04)
    low = foot - 0.12
    layer.solid(box(-0.05, SEAT_HEIGHT, 0.05, low), METAL, 0.03)
    for x in (-0.72, -0.38, 0.4, 0.74):
        layer.solid(_bar((0, low - 0.16), (x, low), 0.1), METAL, 0.04)
        layer.solid(ellipse((x, low + 0.06), (0.08, 0.08)), Cloth((30, 30, 32)), 0.05)
    layer.solid(_rounded(-0.84, 1.60, 0.84, 3.0, 0.25), fabric, 0.18)
    layer.solid(_rounded(-0.94, TOP, 0.94, TOP + 0.34, 0.14), fabric, 0.14, shadow=0.3)
    for sign in (-1, 1):
        layer.solid(_rounded(sign * 1.06 - 0.09, 2.74, sign * 1.06 + 0.09, 2.86, 0.06), fabric, 0.05)
        layer.solid(box(sign * 1.06 - 0.04, 2.84, sign * 1.06 + 0.04, TOP + 0.15), METAL, 0.03)


def _chair(cloth: Cloth) -> Callable[[Layer, float], None]:
    def draw(layer: Layer, foot: float) -> None:
        for sign in (-1, 1):
            layer.solid(_bar((sign * 0.84, 1.72), (sign * 0.80, foot - 0.25), 0.11), cloth, 0.04)
        for y in (1.82, 2.2, 2.58):
            slat = curve(
                [(-0.8, y), (0, y - 0.05), (0.8, y), (0.8, y + 0.17), (0, y + 0.12), (-0.8, y + 0.17)], 6, closed=True
            )
            layer.solid(slat, cloth, 0.05)
        _legs(layer, cloth, (-0.86, 0.86), foot + 0.05)
        layer.solid(_rounded(-0.96, TOP, 0.96, TOP + 0.30, 0.06), cloth, 0.06, shadow=0.3)

    return draw


def _rock(layer: Layer, foot: float) -> None:
    outline = curve(
        [
            (-1.25, foot),
            (-1.30, 4.3),
            (-1.0, 3.55),
            (-0.45, TOP),
            (0.4, TOP + 0.02),
            (1.05, 3.5),
            (1.38, 4.2),
            (1.42, foot),
        ],
        10,
    )
    cracks = [
        Fold(np.array([(-1.0, 3.7), (-0.5, 4.0), (-0.7, 4.6)]), 0.10, -0.10),
        Fold(np.array([(0.3, 3.6), (0.9, 3.9), (1.1, 4.5)]), 0.10, -0.10),
        Fold(np.array([(-0.4, 4.2), (0.2, 4.35), (0.5, foot)]), 0.08, 0.08),
    ]
    layer.solid(outline, Cloth((134, 130, 124), wrinkle=0.018, grain=0.05), 0.5, cracks)


def _stool(layer: Layer, foot: float) -> None:
    for x, w in ((-0.62, 0.1), (0.62, 0.1), (-0.2, 0.08), (0.24, 0.08)):
        layer.solid(_bar((x * 0.7, SEAT_HEIGHT), (x, foot + (0.0 if abs(x) > 0.3 else -0.12)), w), DARK_WOOD, 0.04)
    layer.solid(box(-0.55, 4.4, 0.55, 4.48), DARK_WOOD, 0.04)
    layer.solid(
        _rounded(-0.86, TOP + 0.02, 0.86, TOP + 0.32, 0.14), Cloth((70, 44, 34), wrinkle=0.004, gloss=0.05), 0.12
    )


SEATS: dict[Place, Callable[[Layer, float], None]] = {
    Place.PARK: _bench(WOOD),
    Place.BEACH: _deck_chair,
    Place.CITY_STREET: _bench(DARK_WOOD),
    Place.LIVING_ROOM: _sofa,
    Place.OFFICE: _office_chair,
    Place.LIBRARY: _chair(DARK_WOOD),
    Place.CAFE_TERRACE: _chair(METAL),
    Place.MOUNTAIN_PATH: _rock,
    Place.SNOWY_SQUARE: _bench(WOOD),
    Place.STAGE: _stool,
}
