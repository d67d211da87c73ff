"""Where people sit and stand: rooms and places outdoors, drawn softly out of focus.

A scene is measured in picture heights: y runs from 0 (top) to 1, x from 0 to the aspect ratio (1.78).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio import near_skin, outdoors, rooms
from stages.sources.studio.brush import Canvas, new_canvas
from stages.sources.studio.head import Light

PAINTERS = {
    "living_room": rooms.living_room,
    "cafe": rooms.cafe,
    "office": rooms.office,
    "library": rooms.library,
    "kitchen": rooms.kitchen,
    "park": outdoors.park,
    "street": outdoors.street,
    "beach": outdoors.beach,
}
SCENES = tuple(PAINTERS)
NEAR_SKIN_PAINTERS = {"plaster": near_skin.plaster, "planks": near_skin.planks, "den": near_skin.den}
NEAR_SKIN = tuple(NEAR_SKIN_PAINTERS)  # places of the colours of skin, wood and hair, which plain clips do without


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
    if scene.kind in ("cafe", "library", "planks", "den"):
        return Light((side, -0.55, 0.70), (0.68, 0.62, 0.54), (0.53, 0.49, 0.46))
    return Light((side, -0.50, 0.75), (0.65, 0.62, 0.58), (0.52, 0.51, 0.50))


def draw_scene(scene: Scene, width: int = 640, height: int = 360) -> np.ndarray:
    """Draw a scene; returns uint8 RGB (height, width, 3)."""
    rng = np.random.default_rng((0x5CE4E, scene.seed))
    aspect = width / height
    canvas = new_canvas((scene.pan, 0.0, aspect + scene.pan, 1.0), height)
    canvas = Canvas(canvas.pixels[:height, :width], canvas.origin, canvas.scale)
    (PAINTERS | NEAR_SKIN_PAINTERS)[scene.kind](canvas, rng, aspect)
    pixels = cv2.GaussianBlur(canvas.pixels, (0, 0), 0.0065 * height)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    vignette = 1 - 0.20 * (((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2)
    return np.clip(pixels * vignette[..., None], 0, 255).astype(np.uint8)
