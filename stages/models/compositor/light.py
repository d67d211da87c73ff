"""What the time of day does to a place: its sky, the tint of the world, and the lamp on the person."""

from dataclasses import dataclass

from stages.conversation.body_prompts import Light
from stages.models.compositor.relief import Lamp

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Daytime:
    """`tint` multiplies the colours that things outside have by day; `night` is how far lamps and windows glow."""

    sky_top: Rgb
    sky_low: Rgb
    tint: Rgb
    outdoors: Lamp
    indoors: Lamp
    room: Rgb  # multiplies the colours of a room
    night: float
    shadow: float  # how dark the person's shadow on the ground is


def _lamp(x: float, y: float, key: Rgb, ambient: Rgb) -> Lamp:
    z = (1 - x * x - y * y) ** 0.5
    return Lamp((x, y, z), key, ambient)


DAYTIMES: dict[Light, Daytime] = {
    Light.MORNING: Daytime(
        sky_top=(150, 188, 222),
        sky_low=(252, 226, 196),
        tint=(1.02, 0.96, 0.88),
        outdoors=_lamp(-0.56, -0.30, (0.92, 0.84, 0.71), (0.33, 0.35, 0.39)),
        indoors=_lamp(-0.56, -0.24, (0.92, 0.88, 0.80), (0.36, 0.37, 0.40)),
        room=(0.98, 0.95, 0.90),
        night=0.0,
        shadow=0.45,
    ),
    Light.DAYLIGHT: Daytime(
        sky_top=(96, 156, 218),
        sky_low=(206, 228, 242),
        tint=(1.0, 1.0, 1.0),
        outdoors=_lamp(-0.36, -0.52, (0.87, 0.86, 0.84), (0.33, 0.34, 0.36)),
        indoors=_lamp(-0.40, -0.42, (0.88, 0.88, 0.87), (0.38, 0.38, 0.39)),
        room=(1.0, 1.0, 1.0),
        night=0.0,
        shadow=0.5,
    ),
    Light.EVENING: Daytime(
        sky_top=(96, 98, 150),
        sky_low=(252, 168, 104),
        tint=(0.98, 0.74, 0.58),
        outdoors=_lamp(0.58, -0.22, (0.98, 0.76, 0.55), (0.31, 0.28, 0.31)),
        indoors=_lamp(0.46, -0.36, (0.98, 0.80, 0.60), (0.32, 0.29, 0.28)),
        room=(0.90, 0.76, 0.60),
        night=0.4,
        shadow=0.4,
    ),
    Light.NIGHT: Daytime(
        sky_top=(10, 14, 34),
        sky_low=(36, 44, 82),
        tint=(0.24, 0.28, 0.42),
        outdoors=_lamp(-0.46, -0.42, (0.84, 0.72, 0.56), (0.22, 0.24, 0.34)),
        indoors=_lamp(-0.40, -0.42, (0.90, 0.74, 0.56), (0.26, 0.25, 0.28)),
        room=(0.66, 0.54, 0.44),
        night=1.0,
        shadow=0.35,
    ),
}
