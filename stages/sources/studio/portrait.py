"""One person in a square picture: what a trainer draws by the thousand."""

import cv2
import numpy as np

from stages.sources.studio.face import HeadArtist
from stages.sources.studio.figure import Outfit, draw_figure
from stages.sources.studio.film import layers, paste
from stages.sources.studio.head import Light
from stages.sources.studio.paint import Expression
from stages.sources.studio.people import Person
from stages.sources.studio.scene import SCENES, Scene, draw_scene, light_of
from stages.sources.studio.script import Pose

FACE_SHARE = 0.19  # half a face's width as a share of the picture's side


def draw_portrait(
    person: Person,
    size_px: int,
    yaw_degrees: float,
    expression: Expression,
    background: Scene | np.ndarray | None,
    rng: np.random.Generator,
    outfit: Outfit | None = None,
) -> np.ndarray:
    """Draw head and shoulders; returns uint8 RGB (size_px, size_px, 3).

    `background`: a scene, an RGB picture of any size, or None for a scene drawn from `rng`. `rng` also draws the
    clothes (when no `outfit` is given), the pitch, the tilt and the place of the head.
    """
    if background is None:
        background = Scene(str(rng.choice(SCENES)), int(rng.integers(1 << 30)))
    light = light_of(background) if isinstance(background, Scene) else Light()
    if isinstance(background, Scene):
        wide = draw_scene(background, size_px * 16 // 9, size_px)
        left = int(rng.integers(wide.shape[1] - size_px + 1))
        background = np.ascontiguousarray(wide[:, left : left + size_px])
    frame = cv2.resize(background, (size_px, size_px), interpolation=cv2.INTER_AREA)
    outfit = outfit or Outfit.from_seed(int(rng.integers(1 << 30)))
    unit = FACE_SHARE * size_px * float(rng.uniform(0.92, 1.08))
    x, y = size_px * (0.5 + float(rng.uniform(-0.03, 0.03))), size_px * (0.46 + float(rng.uniform(-0.02, 0.02)))
    at = Pose(x, y, yaw_degrees, float(rng.uniform(-3, 6)), float(rng.uniform(-4, 4)), x, y, expression)
    artist = HeadArtist(person, float(np.clip(1.3 * unit, 24, 160)), light)
    for sprite, matrix in layers(artist, draw_figure(person, outfit, light, unit), at, unit):
        paste(frame, sprite, matrix)
    return frame
