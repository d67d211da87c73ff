"""Ten places to be in, painted from far to near and blurred by distance, as a portrait lens does."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from stages.conversation.body_prompts import Light, Place
from stages.models.compositor.light import DAYTIMES
from stages.models.compositor.nature import beach, mountain_path, park, snowy_square
from stages.models.compositor.painter import Painter
from stages.models.compositor.relief import Lamp
from stages.models.compositor.rooms import library, living_room, office, stage
from stages.models.compositor.town import cafe_terrace, city_street
from stages.sources.studio.brush import Canvas

RESOLUTION = 0.75  # places are painted smaller and enlarged: they are out of focus anyway
INDOORS = (Place.LIVING_ROOM, Place.OFFICE, Place.LIBRARY, Place.STAGE)

PAINTERS: dict[Place, Callable[[Painter], None]] = {
    Place.PARK: park,
    Place.BEACH: beach,
    Place.CITY_STREET: city_street,
    Place.LIVING_ROOM: living_room,
    Place.OFFICE: office,
    Place.LIBRARY: library,
    Place.CAFE_TERRACE: cafe_terrace,
    Place.MOUNTAIN_PATH: mountain_path,
    Place.SNOWY_SQUARE: snowy_square,
    Place.STAGE: stage,
}


@dataclass(frozen=True)
class Scene:
    """A painted place: float RGB (size, size, 3), the light on who stands in it, and how dark their shadow is."""

    pixels: np.ndarray
    lamp: Lamp
    shadow: float


def paint_place(place: Place, light: Light, size_px: int, rng: np.random.Generator) -> Scene:
    """Paint a place at a time of day; the generator moves its furniture and foliage about."""
    daytime = DAYTIMES[light]
    indoors = place in INDOORS
    side = round(size_px * RESOLUTION)
    painter = Painter(Canvas(np.zeros((side, side, 3), np.float32), (0, 0), side), daytime, indoors, rng)
    PAINTERS[place](painter)
    pixels = cv2.resize(painter.canvas.pixels, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    return Scene(np.clip(pixels, 0, 255), daytime.indoors if indoors else daytime.outdoors, daytime.shadow)
