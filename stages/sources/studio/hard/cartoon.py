"""People and places of an animated film: flat fields of colour inside dark lines, nothing shaded."""

import cv2
import numpy as np

from stages.sources.studio.brush import Canvas, box, curve, ellipse, fill, new_canvas, shape_mask, stroke
from stages.sources.studio.face import Sprite
from stages.sources.studio.figure import CLOTHES_COLOURS, Outfit, torso_of
from stages.sources.studio.people import IRIS_COLOURS, Person
from stages.sources.studio.scene import Scene
from stages.sources.studio.script import Pose

SPRITE_BOX = (-3.8, -2.9, 3.8, 7.6)  # face units around the middle between the eyes
INK = (26.0, 20.0, 24.0)
LINE = 0.075  # face units
LONG_HAIR = ("bob", "long", "wavy", "fringe_bob", "bun")
WALLS = ((246, 208, 128), (150, 204, 214), (238, 172, 158), (176, 210, 150), (200, 186, 226), (250, 234, 196))
TURN = 0.0115  # face units that features move for a degree of yaw


def draw_flat_scene(scene: Scene, width: int, height: int) -> np.ndarray:
    """Draw a place in a few flat colours; uint8 RGB (height, width, 3)."""
    rng = np.random.default_rng((0xF1A7, scene.seed))
    aspect = width / height
    first, second, third = (np.array(WALLS[k], np.float64) for k in rng.choice(len(WALLS), 3, replace=False))
    canvas = new_canvas((scene.pan, 0.0, aspect + scene.pan, 1.0), height, first)
    fill(canvas, box(-2, 0.72, 4, 1.2), second * 0.86)
    stroke(canvas, np.array([(-2, 0.72), (4, 0.72)]), 0.010, INK)
    x = float(rng.uniform(0.2, aspect - 0.6))
    _outlined(canvas, box(x, 0.10, x + 0.42, 0.46), third)
    stroke(canvas, np.array([(x + 0.21, 0.10), (x + 0.21, 0.46)]), 0.010, INK)
    for _ in range(2):
        spot = (float(rng.uniform(0, aspect)), float(rng.uniform(0.5, 0.66)))
        _outlined(canvas, ellipse(spot, (0.09, 0.15)), np.array([96, 168, 104.0]))
    return np.clip(canvas.pixels, 0, 255).astype(np.uint8)[:height, :width]


def draw_cartoon(person: Person, outfit: Outfit, at: Pose, scale: float) -> Sprite:
    """Draw somebody as a cartoon, head, hair and body. `scale`: pixels per face unit; the head's turn is in it."""
    canvas = new_canvas(SPRITE_BOX, scale, INK)
    skin = np.array([min(v * 1.06 + 6, 255) for v in person.skin])
    hair = person.hair * 1.1 + 10
    cloth = np.array(outfit.cloth, np.float64)
    torso = torso_of(person)
    head = _head(person)
    outlines = [torso, head]
    w, chin = person.head_width, person.chin_y
    long_hair = person.hair_style in LONG_HAIR
    if long_hair:
        back = curve([(-1.30 * w, -0.9), (0, -2.0), (1.30 * w, -0.9), (1.36 * w, 1.9), (-1.36 * w, 1.9)], 10, True)
        _outlined(canvas, back, hair * 0.8)
        outlines.append(back)
    _outlined(canvas, torso, cloth)
    neck = 0.46
    _outlined(canvas, box(-neck, 0.9, neck, chin + 0.5), skin * 0.86)
    collar = curve([(-0.9, chin + 0.36), (0, chin + 0.95), (0.9, chin + 0.36)], 8)
    _outlined(canvas, np.concatenate([collar, [(0.7, chin + 0.2), (-0.7, chin + 0.2)]]), skin * 0.86)
    stroke(canvas, collar, 0.16, np.array(CLOTHES_COLOURS[outfit.accent], np.float64))
    dx, dy = TURN * at.yaw, 0.010 * at.pitch
    _outlined(canvas, head, skin)
    _features(canvas, person, at, dx, dy, skin)
    if person.hair_style != "bald":
        cap = curve(
            [
                (-1.10 * w, 0.10), (-1.20 * w, -0.8), (-0.75 * w, -1.75), (0, -1.98), (0.75 * w, -1.75),
                (1.20 * w, -0.8), (1.10 * w, 0.10), (0.92 * w, -0.55), (0.35 + dx, -0.92), (-0.25 + dx, -0.72),
                (-0.92 * w, -0.5),
            ],
            8,
            True,
        )  # fmt: skip
        _outlined(canvas, cap, hair)
        outlines.append(cap)
    alpha = np.max([shape_mask(canvas, outline) for outline in outlines], axis=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    alpha = cv2.dilate(alpha, kernel)  # the ink outside the shapes belongs to them
    return Sprite(np.clip(canvas.pixels, 0, 255).astype(np.uint8), alpha, SPRITE_BOX[:2], scale)


def _head(person: Person) -> np.ndarray:
    w, chin = person.head_width * 1.04, person.chin_y
    right = [(0.62 * w, -1.5), (1.0 * w, -0.6), (1.0 * w, 0.3), (0.72 * w, 0.95 * chin - 0.25), (0.25 * w, chin)]
    return curve([(-x, y) for x, y in reversed(right)] + right, 8, True)


def _features(c: Canvas, p: Person, at: Pose, dx: float, dy: float, skin: np.ndarray) -> None:
    e = at.expression
    for side in (-1, 1):
        x, y = side * p.eye_x * 1.02 + dx, dy
        wide, tall = p.eye_width * 1.12, max(0.26 * (1 - e.eyes_closed), 0.02)
        if e.eyes_closed > 0.7:
            stroke(c, curve([(x - wide, y), (x, y + 0.07), (x + wide, y)], 8), 0.055, INK)
        else:
            _outlined(c, ellipse((x, y), (wide, tall)), np.array([252.0, 252, 250]), 0.045)
            pupil = (x + 0.06 * e.gaze + 0.4 * dx, y + 0.02)
            fill(c, ellipse(pupil, (0.13, min(0.15, tall))), IRIS_COLOURS[p.iris])
            fill(c, ellipse(pupil, (0.065, min(0.08, tall))), (8, 8, 10))
            fill(c, ellipse((pupil[0] - 0.05, pupil[1] - 0.06), (0.035, 0.035)), (255, 255, 255))
        brow = p.brow_y - 0.06 - 0.08 * e.brows_up + dy
        line = [(x - side * wide, brow + 0.04), (x, brow - p.brow_arch), (x + side * wide, brow + 0.03)]
        stroke(c, curve(line, 8), 0.05 + p.brow_thick * 0.6, p.hair * 0.6)
    nose = curve(
        [(dx * 1.6 - 0.02, 0.25 + dy), (dx * 1.9 + 0.15 * np.sign(dx + 1e-6), p.nose_y - 0.05), (dx * 1.5, p.nose_y)], 8
    )
    stroke(c, nose, 0.05, skin * 0.55)
    y, w = p.mouth_y + dy, p.mouth_width * (1 + 0.2 * e.smile)
    corner = y - 0.08 * e.smile
    x = 1.1 * dx
    if e.mouth_open > 0.12:
        hole = curve([(x - w, corner), (x, y - 0.03), (x + w, corner), (x, y + 0.08 + 0.45 * e.mouth_open)], 8, True)
        _outlined(c, hole, np.array([150.0, 40, 48]), 0.05)
    else:
        stroke(c, curve([(x - w, corner), (x, y + 0.05), (x + w, corner)], 8), 0.065, (120, 36, 40))


def _outlined(canvas: Canvas, polygon: np.ndarray, colour, line: float = LINE) -> None:
    fill(canvas, polygon, colour)
    width = line if canvas.origin == SPRITE_BOX[:2] else 0.010
    stroke(canvas, np.concatenate([polygon, polygon[:1]]), width, INK)
