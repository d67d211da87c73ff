"""A forearm and a hand that may rise before a face."""

import numpy as np

from stages.sources.studio.brush import Canvas, curve, fill, glow, new_canvas, shape_mask, stroke
from stages.sources.studio.face import Sprite
from stages.sources.studio.figure import Outfit
from stages.sources.studio.head import Light
from stages.sources.studio.people import Person

HAND_BOX = (-1.0, -1.7, 1.2, 6.5)  # face units around the middle of the palm, fingers up
FINGERS = (  # (root x, tip x, tip y, width), from the little finger on
    (-0.41, -0.60, -1.02, 0.19),
    (-0.17, -0.22, -1.38, 0.215),
    (0.09, 0.12, -1.50, 0.225),
    (0.34, 0.44, -1.30, 0.22),
)
SLEEVE_FROM = 1.35  # down the arm


def draw_hand(person: Person, outfit: Outfit, light: Light, scale: float) -> Sprite:
    """Draw a right hand seen from its back, upright, with the forearm below it. `scale`: pixels per face unit."""
    canvas = new_canvas(HAND_BOX, scale, person.skin * 0.97)
    dark = person.skin * (0.62, 0.50, 0.46)
    parts = [shape_mask(canvas, part, 0.008) for part in outline()]
    arm, palm, *digits = parts
    alpha = arm.copy()
    glow(canvas, (0.75, 1.6), (0.5, 2.2), dark, 0.45)
    for digit, (root, tip_x, tip_y, width) in zip(digits[:-1], FINGERS, strict=True):
        alpha = np.maximum(alpha, digit)
        for side in (-0.5, 0.5):
            stroke(canvas, [(root + side * width, -0.45), (tip_x + side * width * 0.9, tip_y)], 0.05, dark, 0.55, 0.02)
        for joint in (0.42, 0.72):
            x, y = root + (tip_x - root) * joint, -0.45 + (tip_y + 0.45) * joint
            stroke(canvas, curve([(x - 0.07, y), (x, y - 0.03), (x + 0.07, y)], 6), 0.03, dark, 0.45, 0.012)
        glow(canvas, (tip_x, tip_y - 0.01), (0.055, 0.07), np.minimum(person.skin * 1.12 + (14, 6, 6), 255), 0.8)
        glow(canvas, (root, -0.42), (0.09, 0.07), np.minimum(person.skin * 1.08, 255), 0.5)
    for root, *_ in FINGERS:
        stroke(canvas, [(root, -0.36), (root * 0.6, 0.35)], 0.035, dark, 0.20, 0.03)
    stroke(canvas, [(0.42, 0.30), (0.80, -0.42)], 0.05, dark, 0.35, 0.03)
    alpha = np.maximum(np.maximum(alpha, palm), digits[-1])
    _sleeve(canvas, outfit)
    tint = np.asarray(light.key, np.float32) + np.asarray(light.fill, np.float32)
    pixels = np.clip(canvas.pixels * (tint / 1.13), 0, 255).astype(np.uint8)
    return Sprite(pixels, alpha, HAND_BOX[:2], scale)


def outline() -> list[np.ndarray]:
    """Return the polygons (N, 2) of forearm, palm, four fingers and thumb, face units from the middle of the palm."""
    arm = curve(
        [(-0.36, 0.4), (-0.34, 1.0), (-0.52, 2.6), (-0.66, 6.8), (0.78, 6.8), (0.58, 2.6), (0.36, 1.0)], 8, True
    )
    palm = curve(
        [(-0.50, -0.42), (0.0, -0.52), (0.47, -0.40), (0.50, 0.1), (0.36, 0.7), (-0.36, 0.7), (-0.50, 0.1)], 8, True
    )
    fingers = []
    for root, tip_x, tip_y, width in FINGERS:
        half = width / 2
        fingers.append(
            curve(
                [
                    (root - half, -0.30),
                    (tip_x - half * 0.95, tip_y + half),
                    (tip_x, tip_y - half * 0.6),
                    (tip_x + half * 0.95, tip_y + half),
                    (root + half, -0.30),
                ],
                6,
            )
        )
    thumb = curve(
        [(0.30, 0.55), (0.66, 0.06), (0.80, -0.46), (0.93, -0.50), (0.97, -0.34), (0.84, 0.22), (0.40, 0.80)], 6, True
    )
    return [arm, palm, *fingers, thumb]


def _sleeve(canvas: Canvas, outfit: Outfit) -> None:
    colour = np.array(outfit.cloth, np.float64)
    sleeve = np.array([(-0.9, SLEEVE_FROM), (0.9, SLEEVE_FROM), (1.3, 7.0), (-1.3, 7.0)])
    fill(canvas, sleeve, colour * 0.92, 1.0, 0.01)
    fill(
        canvas, np.array([(-0.9, SLEEVE_FROM), (0.9, SLEEVE_FROM), (0.9, 1.55), (-0.9, 1.55)]), colour * 0.72, 0.9, 0.02
    )
    glow(canvas, (0.55, 3.5), (0.25, 2.5), colour * 0.5, 0.7)
    glow(canvas, (-0.25, 3.0), (0.2, 2.0), np.minimum(colour * 1.12 + 6, 255), 0.5)
