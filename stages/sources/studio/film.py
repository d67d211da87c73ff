"""Frames of a shot: background once, then for each frame every person's back hair, body and head, and grain on top."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import cv2
import numpy as np

from stages.sources.studio.face import HeadArtist, Sprite
from stages.sources.studio.figure import Outfit, draw_figure
from stages.sources.studio.head import Light
from stages.sources.studio.people import Person
from stages.sources.studio.scene import draw_scene, light_of
from stages.sources.studio.script import FPS, HEIGHT, WIDTH, Placement, Pose, Shot, pose

GRAIN_TILES = 6
GRAIN_DEVIATION = 1.6  # of 255


@dataclass
class ShotArtist:
    """Draws the frames of one shot, keeping what stays the same."""

    shot: Shot
    _stage: np.ndarray = field(init=False)
    _actors: list = field(init=False)

    def __post_init__(self) -> None:
        light = light_of(self.shot.scene)
        self._stage = draw_scene(self.shot.scene, WIDTH, HEIGHT)
        self._actors = [_actor(place, light) for place in self.shot.people]

    def draw(self, frame_index: int) -> np.ndarray:
        """Draw one frame of the clip; uint8 RGB (HEIGHT, WIDTH, 3)."""
        frame = self._stage.copy()
        for place, (artist, figure) in zip(self.shot.people, self._actors, strict=True):
            for sprite, matrix in layers(artist, figure, pose(place, frame_index / FPS), place.unit):
                paste(frame, sprite, matrix)
        return cv2.add(frame, grain()[frame_index % GRAIN_TILES], dtype=cv2.CV_8U)

    def masks(self, frame_index: int) -> list[np.ndarray]:
        """Return the visible part of each person, in drawing order: uint8 (HEIGHT, WIDTH), 0 or 255."""
        covers: list[np.ndarray] = []
        for place, (artist, figure) in zip(self.shot.people, self._actors, strict=True):
            own = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            for sprite, matrix in layers(artist, figure, pose(place, frame_index / FPS), place.unit):
                white = replace(sprite, pixels=np.full_like(sprite.pixels, 255))
                paste(own, white, matrix)
            cover = own[..., 0] >= 128
            covers = [other & ~cover for other in covers] + [cover]
        return [cover.astype(np.uint8) * 255 for cover in covers]


def layers(artist: HeadArtist, figure: Sprite, at: Pose, unit: float) -> Iterator[tuple[Sprite, np.ndarray]]:
    """Yield a person's sprites from back to front, each with the 2x3 matrix that takes its pixels to the frame's."""
    behind = artist.draw_behind(at.yaw)
    if behind is not None:
        yield behind, sprite_matrix(behind, unit, at.x, at.y, at.roll)
    yield figure, sprite_matrix(figure, unit, at.body_x, at.body_y, 0.0)
    head = artist.draw(at.yaw, at.pitch, at.expression)
    yield head, sprite_matrix(head, unit, at.x, at.y, at.roll)


def sprite_matrix(sprite: Sprite, unit: float, x: float, y: float, roll_degrees: float) -> np.ndarray:
    """Return the (2, 3) matrix that puts a sprite into a picture: x, y is where its face unit origin comes to lie."""
    roll, zoom = np.radians(roll_degrees), unit / sprite.scale
    turn = zoom * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    origin = -np.array(sprite.origin) * sprite.scale  # the pixel between the eyes
    return np.concatenate([turn, (np.array([x, y]) - turn @ origin)[:, None]], 1)


def paste(frame: np.ndarray, sprite: Sprite, matrix: np.ndarray) -> None:
    """Draw a sprite onto a uint8 RGB frame in place."""
    height, width = sprite.alpha.shape
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)]) @ matrix.T
    x0, y0 = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, (frame.shape[1], frame.shape[0]))
    if x0 >= x1 or y0 >= y1:
        return
    shifted = matrix - np.array([[0, 0, x0], [0, 0, y0]])
    size = (int(x1 - x0), int(y1 - y0))
    pixels = cv2.warpAffine(sprite.pixels, shifted, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(sprite.alpha, shifted, size, flags=cv2.INTER_LINEAR)
    frame[y0:y1, x0:x1] = cv2.blendLinear(pixels, frame[y0:y1, x0:x1].copy(), alpha, 1 - alpha)


@lru_cache(maxsize=1)
def grain() -> np.ndarray:
    """Return the film grain (GRAIN_TILES, HEIGHT, WIDTH, 3) float32."""
    rng = np.random.default_rng(0x62A1)
    tiles = rng.normal(0, GRAIN_DEVIATION, (GRAIN_TILES, HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.repeat(tiles, 3, axis=3)


def _actor(place: Placement, light: Light) -> tuple[HeadArtist, Sprite]:
    person = Person.from_seed(place.person)
    artist = HeadArtist(person, float(np.clip(1.4 * place.unit, 24, 84)), light)
    return artist, draw_figure(person, Outfit.from_seed(place.outfit), light, place.unit)
