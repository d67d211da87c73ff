"""A head as a sprite: the surface, the texture and the light put together, with what was seen before kept.

A `HeadArtist` belongs to one person in one light. Views (angle) and textures (expression) are rounded to small steps
and kept, so that a frame costs a look-up and a warp.
"""

from dataclasses import dataclass, field, fields

import cv2
import numpy as np

from stages.sources.studio.hair import STYLES
from stages.sources.studio.head import VIEW_BOX, Light, View, build_back_hair, build_surface, project, see, turn
from stages.sources.studio.paint import Expression, paint_base, paint_expression
from stages.sources.studio.people import Person

YAW_STEP_DEGREES, PITCH_STEP_DEGREES = 3.0, 4.0
FACE_DEPTH = 0.9  # face units from the axis of turning to what the eye follows, the face
EXPRESSION_STEPS = 5
GLASSES_SHAPES = {  # exponent of the superellipse, half width, half height, thickness (face units), colour
    "round": (2.0, 0.29, 0.26, 0.032, (52, 40, 34)),
    "square": (3.6, 0.30, 0.205, 0.040, (30, 29, 32)),
    "thin": (2.6, 0.29, 0.21, 0.025, (150, 128, 84)),
}


@dataclass(frozen=True)
class Sprite:
    """A picture with soft edges: `pixels` (H, W, 3) uint8 RGB, `alpha` (H, W) float32 0..1."""

    pixels: np.ndarray
    alpha: np.ndarray
    origin: tuple[float, float]  # where pixel (0, 0) lies, face units from the middle between the eyes
    scale: float  # pixels per face unit


@dataclass
class HeadArtist:
    """Draws one person's head. `scale`: pixels of a sprite per face unit."""

    person: Person
    scale: float
    light: Light = field(default_factory=Light)
    _views: dict = field(default_factory=dict)
    _textures: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        style = STYLES[self.person.hair_style]
        self._surface = build_surface(self.person, style, 0.62 * self.scale)
        self._back = build_back_hair(self.person, style, 0.62 * self.scale)
        self._base = paint_base(self.person, style, self.scale)

    def draw(self, yaw_degrees: float, pitch_degrees: float, expression: Expression) -> Sprite:
        """Draw the head from one angle with one expression; both are rounded to the nearest step."""
        key = (round(yaw_degrees / YAW_STEP_DEGREES), round(pitch_degrees / PITCH_STEP_DEGREES))
        if key not in self._views:
            self._views[key] = self._see(key[0] * YAW_STEP_DEGREES, key[1] * PITCH_STEP_DEGREES)
        view, overlay, origin = self._views[key]
        texture = self._texture(expression)
        pixels = cv2.remap(texture, view.map_x, view.map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        pixels = cv2.add(cv2.multiply(pixels, view.shade, dtype=cv2.CV_8U), view.shine)
        if overlay is not None:
            colour, cover = overlay
            pixels = cv2.blendLinear(colour, pixels, cover, 1 - cover)
        # What rounding left out is made up for by a shift, so that a slow turn does not stutter.
        left_out = np.radians([yaw_degrees - key[0] * YAW_STEP_DEGREES, pitch_degrees - key[1] * PITCH_STEP_DEGREES])
        shift = FACE_DEPTH * np.sin(left_out)
        return Sprite(pixels, view.alpha, (origin[0] + shift[0], origin[1] + shift[1]), self.scale)

    def draw_behind(self, yaw_degrees: float) -> Sprite | None:
        """Draw the hair that hangs behind the shoulders, or None; it turns in coarse steps."""
        if self._back is None:
            return None
        step = 4 * YAW_STEP_DEGREES
        key = round(yaw_degrees / step)
        if ("behind", key) not in self._views:
            view = see(self._back, key * step, 0.0, self.light, self.scale)
            map_x, map_y = self._in_texture(view)
            texture = np.clip(self._base.pixels, 0, 255)
            pixels = cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            self._views["behind", key] = Sprite((pixels * 0.42).astype(np.uint8), view.alpha, VIEW_BOX[:2], self.scale)
        return self._views["behind", key]

    def _see(self, yaw: float, pitch: float) -> tuple[View, tuple[np.ndarray, np.ndarray] | None, tuple[float, float]]:
        view = see(self._surface, yaw, pitch, self.light, self.scale)
        map_x, map_y = self._in_texture(view)
        glasses = _glasses(self.person, yaw, pitch, view.alpha.shape, self.scale)
        alpha = view.alpha if glasses is None else np.maximum(view.alpha, glasses[0].astype(np.float32) / 255)
        shine = np.repeat(np.clip(view.shine, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
        view = View(map_x, map_y, view.shade, shine, alpha)
        rows, columns = (
            slice(max(at[0] - 2, 0), at[-1] + 3) for at in (np.flatnonzero(view.alpha.any(axis)) for axis in (1, 0))
        )
        view = View(*(np.ascontiguousarray(getattr(view, f.name)[rows, columns]) for f in fields(View)))
        overlay = None if glasses is None else _glasses_overlay(self.person, *(part[rows, columns] for part in glasses))
        return view, overlay, (VIEW_BOX[0] + columns.start / self.scale, VIEW_BOX[1] + rows.start / self.scale)

    def _in_texture(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Turn a view's places into pixels of the texture."""
        x0, y0 = self._base.origin
        return (view.map_x - x0) * self.scale, (view.map_y - y0) * self.scale

    def _texture(self, expression: Expression) -> np.ndarray:
        steps = tuple(
            round(v * EXPRESSION_STEPS)
            for v in (
                expression.smile,
                expression.mouth_open,
                expression.eyes_closed,
                expression.brows_up,
                expression.gaze,
            )
        )
        if steps not in self._textures:
            rounded = Expression(*(s / EXPRESSION_STEPS for s in steps))
            painted = paint_expression(self._base, self.person, rounded)
            self._textures[steps] = np.clip(painted.pixels, 0, 255).astype(np.uint8)
        return self._textures[steps]


def face_box(person: Person, yaw_degrees: float, pitch_degrees: float, roll_degrees: float) -> np.ndarray:
    """Return the box (x0, y0, x1, y1) of the face in face units, from mid-forehead to chin, as detectors draw it."""
    w = person.head_width
    rim = np.array(
        [
            (-1.0 * w, 0.0, 0.45),
            (1.0 * w, 0.0, 0.45),
            (-0.74 * w, 0.85, 0.55),
            (0.74 * w, 0.85, 0.55),
            (0, -1.0, 1.05),
            (0, person.chin_y - 0.04, 0.95),
            (0, person.nose_y - 0.1, 1.05 + person.nose_forward * 0.8),
        ]
    )
    flat = project(turn(rim, yaw_degrees, pitch_degrees))
    roll = np.radians(roll_degrees)
    flat = flat @ np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    return np.concatenate([flat.min(0), flat.max(0)])


def _glasses_overlay(person: Person, frame: np.ndarray, lens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the colour (H, W, 3) uint8 and the coverage (H, W) float32 of glasses from the masks of their parts."""
    solid = frame.astype(np.float32) * (0.95 / 255)
    glass = lens.astype(np.float32) * (0.03 / 255) * (1 - solid)
    cover = solid + glass
    share = (glass / np.maximum(cover, 1e-3))[..., None]
    dark = np.array(GLASSES_SHAPES[person.glasses][4], np.float32)
    return (dark + (np.array([225, 235, 245], np.float32) - dark) * share).astype(np.uint8), cover


def _glasses(
    person: Person, yaw: float, pitch: float, shape: tuple[int, int], scale: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the masks of the frame and of the lenses (H, W) uint8 of the person's glasses, or None."""
    if person.glasses == "none":
        return None
    exponent, rx, ry, thick, _ = GLASSES_SHAPES[person.glasses]
    rx *= 0.55 + person.eye_x  # narrow faces wear narrow glasses
    angle = np.linspace(0, 2 * np.pi, 48)
    cover = np.zeros(shape, np.uint8)
    lens = np.zeros(shape, np.uint8)
    x0, y0 = VIEW_BOX[:2]

    def place(points: np.ndarray) -> np.ndarray:
        flat = (project(turn(points, yaw, pitch)) - (x0, y0)) * scale
        return np.round(flat * 16).astype(np.int32)

    width = max(1, round(thick * scale))
    for side in (-1, 1):
        bend = [np.sign(f) * np.abs(f) ** (2 / exponent) for f in (np.cos(angle), np.sin(angle))]
        x = side * (person.eye_x + 0.02) + rx * bend[0]
        rim = np.stack([x, 0.04 + ry * bend[1], 1.23 - 0.26 * x**2], 1)
        cv2.fillPoly(lens, [place(rim)], 255, cv2.LINE_AA, 4)
        cv2.polylines(cover, [place(rim)], True, 255, width, cv2.LINE_AA, 4)
        hinge = side * (person.eye_x + 0.02 + rx)
        if side * yaw < 22:
            temple = np.array(
                [
                    (hinge, -0.04, 1.23 - 0.26 * hinge**2),
                    (side * person.head_width * 1.03, -0.03, 0.35),
                    (side * person.head_width * 1.04, -0.02, 0.0),
                ]
            )
            cv2.polylines(cover, [place(temple)], False, 255, width, cv2.LINE_AA, 4)
    bridge = np.array([(-person.eye_x + rx * 0.85, 0.0, 1.23), (0, -0.03, 1.27), (person.eye_x - rx * 0.85, 0.0, 1.23)])
    cv2.polylines(cover, [place(bridge)], False, 255, width, cv2.LINE_AA, 4)
    return cover, lens
