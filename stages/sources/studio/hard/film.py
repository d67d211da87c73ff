"""Frames of a take: stage, wall, people and hands through the camera; then exposure, grain, words and bars."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from stages.sources.studio.face import HeadArtist, Sprite
from stages.sources.studio.figure import Outfit, draw_figure
from stages.sources.studio.film import GRAIN_TILES, grain, layers, paste, sprite_matrix
from stages.sources.studio.hard.captions import write_captions
from stages.sources.studio.hard.cartoon import draw_cartoon, draw_flat_scene
from stages.sources.studio.hard.hand import draw_hand
from stages.sources.studio.hard.take import Actor, Take, hand_at, stand
from stages.sources.studio.hard.wall import hang_picture, in_frame, mirror_matrix, put_mirror, through
from stages.sources.studio.head import Light
from stages.sources.studio.people import Person
from stages.sources.studio.scene import draw_scene, light_of
from stages.sources.studio.script import FPS, HEIGHT, WIDTH

MARGIN = 1.14  # how much larger than the frame the stage is painted, so that the camera may move
EXPOSURES = 3  # that a smeared frame is put together from
CARTOON_FPS = 12


@dataclass
class TakeArtist:
    """Draws the frames of one take, keeping what stays the same. `before`: the artist of the take before, to fade."""

    take: Take
    dyes: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # by outfit; filled by the first take
    before: "TakeArtist | None" = None
    _stage: np.ndarray = field(init=False)
    _cast: list["_Role"] = field(init=False)

    def __post_init__(self) -> None:
        take = self.take
        light = light_of(take.scene)
        paint = draw_flat_scene if take.cartoon else draw_scene
        self._stage = enlarge(paint(take.scene, WIDTH, HEIGHT))
        for actor in take.people:
            if actor.blends_in and actor.place.outfit not in self.dyes:
                self.dyes[actor.place.outfit] = colour_behind(self._stage, actor, take.seconds(take.start_frame))
        for picture in take.pictures:
            hang_picture(self._stage, picture, MARGIN)
        if take.mirror:
            put_mirror(self._stage, take.mirror, MARGIN)
        closest = max(value for _, value in take.camera.zoom)
        self._cast = [_Role.of(actor, self.dyes.get(actor.place.outfit), light, closest) for actor in take.people]

    def draw(self, frame_index: int) -> np.ndarray:
        """Draw one frame of the clip; uint8 RGB (HEIGHT, WIDTH, 3)."""
        take = self.take
        frame = self._filmed(frame_index)
        into = frame_index - take.start_frame
        if self.before and into < take.fade_frames:
            share = (into + 1) / (take.fade_frames + 1)
            frame = cv2.addWeighted(frame, share, self.before._filmed(frame_index), 1 - share, 0)
        if not take.cartoon:
            frame = cv2.add(frame, take.grade.noise * grain()[frame_index % GRAIN_TILES], dtype=cv2.CV_8U)
        write_captions(frame, take.captions)
        x0, y0, x1, y1 = take.picture
        frame[:y0], frame[y1:], frame[:, :x0], frame[:, x1:] = 0, 0, 0, 0
        return frame

    def masks(self, frame_index: int) -> list[np.ndarray]:
        """Return the visible part of each person, in drawing order: uint8 (HEIGHT, WIDTH), 0 or 255.

        Words burned into the picture, and mirrors, cut nothing out of a person.
        """
        covers: list[np.ndarray] = []
        camera = self._camera(frame_index)
        for role in self._cast:
            own = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            for sprite, matrix in self._layers(role, frame_index):
                paste(own, replace(sprite, pixels=np.full_like(sprite.pixels, 255)), through(matrix, camera))
            covers = [other & ~(own[..., 0] >= 128) for other in covers] + [own[..., 0] >= 128]
        x0, y0, x1, y1 = self.take.picture
        inside = np.zeros((HEIGHT, WIDTH), bool)
        inside[y0:y1, x0:x1] = True
        return [(cover & inside).astype(np.uint8) * 255 for cover in covers]

    def _filmed(self, frame_index: int) -> np.ndarray:
        grade = self.take.grade
        if grade.shutter:
            moments = [frame_index + grade.shutter * k / EXPOSURES for k in range(EXPOSURES)]
            frame = np.stack([self._seen(moment) for moment in moments]).mean(0, dtype=np.float32).astype(np.uint8)
        else:
            frame = self._seen(frame_index)
        if (grade.gain, grade.gamma) == (1.0, 1.0):
            return frame
        curve = np.clip(255 * grade.gain * (np.arange(256) / 255) ** grade.gamma, 0, 255)
        return cv2.LUT(frame, np.round(curve).astype(np.uint8))

    def _seen(self, moment: float) -> np.ndarray:
        """Draw what the camera sees at a moment, counted in frames."""
        camera = self._camera(moment)
        frame = cv2.warpAffine(
            self._stage,
            through(_stage_matrix(), camera),
            (WIDTH, HEIGHT),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        if self.take.mirror:
            self._reflect(frame, moment, camera)
        for role in self._cast:
            for sprite, matrix in self._layers(role, moment):
                paste(frame, sprite, through(matrix, camera))
        return frame

    def _reflect(self, frame: np.ndarray, moment: float, camera: np.ndarray) -> None:
        assert self.take.mirror is not None
        x0, y0, x1, y1 = in_frame(self.take.mirror.frame, camera)
        glass = frame.copy()
        for role in self._cast:
            for sprite, matrix in self._layers(role, moment):
                paste(glass, sprite, through(through(matrix, mirror_matrix(self.take.mirror)), camera))
        tinted = cv2.addWeighted(
            glass[y0:y1, x0:x1], 0.90, np.full((y1 - y0, x1 - x0, 3), (170, 190, 196), np.uint8), 0.10, 0
        )
        frame[y0:y1, x0:x1] = tinted

    def _camera(self, moment: float) -> np.ndarray:
        return self.take.camera.matrix(moment / FPS)

    def _layers(self, role: "_Role", moment: float) -> Iterator[tuple[Sprite, np.ndarray]]:
        """Yield a person's sprites from back to front, each with the matrix that takes its pixels to the stage's."""
        seconds = self.take.seconds(0) if self.take.frozen_seconds is not None else moment / FPS
        if self.take.cartoon:
            seconds = np.floor(seconds * CARTOON_FPS) / CARTOON_FPS
            at, unit = stand(role.actor, seconds)
            sprite = draw_cartoon(role.artist.person, role.outfit, at, role.artist.scale)
            yield sprite, sprite_matrix(sprite, unit, at.x, at.y, 0.4 * at.roll)
            return
        at, unit = stand(role.actor, seconds)
        yield from layers(role.artist, role.figure, at, unit)
        for gesture in role.actor.gestures:
            placed = hand_at(gesture, seconds)
            if placed is not None:
                x, y = at.body_x + unit * placed[0], at.body_y + unit * placed[1]
                matrix = sprite_matrix(role.hand, unit, x, y, placed[2])
                flip = np.array([[gesture.side, 0, x - gesture.side * x], [0, 1, 0]])  # the sprite comes from the right
                yield role.hand, through(matrix, flip)


@dataclass
class _Role:
    """An actor with what their drawing keeps."""

    actor: Actor
    outfit: Outfit
    artist: HeadArtist
    figure: Sprite
    hand: Sprite

    @classmethod
    def of(cls, actor: Actor, dye: tuple[int, int, int] | None, light: Light, zoom: float) -> "_Role":
        person = Person.from_seed(actor.place.person)
        outfit = replace(Outfit.from_seed(actor.place.outfit), dye=dye)
        unit = max([actor.place.unit, *(mark.unit for mark in actor.path)]) * zoom
        artist = HeadArtist(person, float(np.clip(1.4 * unit, 24, 84)), light)
        figure = draw_figure(person, outfit, light, unit)
        return cls(actor, outfit, artist, figure, draw_hand(person, outfit, light, unit))


def enlarge(scene: np.ndarray) -> np.ndarray:
    """Paint a scene on a stage that reaches past the frame on all sides."""
    return cv2.resize(scene, None, fx=MARGIN, fy=MARGIN, interpolation=cv2.INTER_LINEAR)


def colour_behind(stage: np.ndarray, actor: Actor, seconds: float) -> tuple[int, int, int]:
    """Return the median colour of the stage beside somebody's shoulders."""
    at, unit = stand(actor, seconds)
    x0, x1, y0, y1 = at.x - 3.2 * unit, at.x + 3.2 * unit, at.y + 1.0 * unit, at.y + 2.8 * unit
    shift = np.array([WIDTH, HEIGHT]) * (MARGIN - 1) / 2
    x0, x1 = np.clip([x0 + shift[0], x1 + shift[0]], 0, stage.shape[1] - 1).astype(int)
    y0, y1 = np.clip([y0 + shift[1], y1 + shift[1]], 0, stage.shape[0] - 1).astype(int)
    red, green, blue = np.median(stage[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3), axis=0)
    return int(red), int(green), int(blue)


def _stage_matrix() -> np.ndarray:
    """Return the matrix from pixels of the stage's picture to pixels of the stage."""
    return np.array([[1, 0, -WIDTH * (MARGIN - 1) / 2], [0, 1, -HEIGHT * (MARGIN - 1) / 2]], np.float64)
