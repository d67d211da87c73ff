"""A hard clip from its first take to its last: its frames, and the faces in each."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from stages.sources.studio.hard.captions import covered
from stages.sources.studio.hard.film import TakeArtist
from stages.sources.studio.hard.hand import outline
from stages.sources.studio.hard.take import Actor, Take, hand_at, stand
from stages.sources.studio.hard.wall import in_frame, mirror_matrix, through
from stages.sources.studio.people import Person
from stages.sources.studio.script import FPS, pose
from stages.sources.studio.seen import FaceBox, Layer, faces_in, layer_of

_person = lru_cache(maxsize=64)(Person.from_seed)


def draw_takes(takes: tuple[Take, ...]) -> Iterator[np.ndarray]:
    """Yield the frames of a clip; uint8 RGB (HEIGHT, WIDTH, 3)."""
    dyes: dict[int, tuple[int, int, int]] = {}
    before: TakeArtist | None = None
    for take in takes:
        artist = TakeArtist(take, dyes, before if take.fade_frames else None)
        for index in range(take.start_frame, take.end_frame):
            yield artist.draw(index)
        artist.before = None
        before = artist


def faces_of(take: Take, frame_index: int) -> tuple[FaceBox, ...]:
    """Return the faces of a frame: those that do not live first, then people in drawing order.

    While one picture fades into another, these are the faces of the later one.
    """
    camera, seconds = take.camera.matrix(frame_index / FPS), take.seconds(frame_index)
    layers: list[Layer] = []
    for picture in take.pictures:
        sitter = layer_of(_person(picture.sitter.person), pose(picture.sitter, 0.0), picture.sitter.unit, camera)
        layers.append(_lifeless(sitter, in_frame(picture.frame, camera)))
    if take.mirror:
        turned = through(mirror_matrix(take.mirror), camera)
        for actor in take.people:
            image = layer_of(_person(actor.place.person), *stand(actor, seconds), turned)
            layers.append(_lifeless(image, in_frame(take.mirror.frame, camera)))
    for actor in take.people:
        at, unit = stand(actor, seconds)
        layers.append(layer_of(_person(actor.place.person), at, unit, camera))
        layers += _hands(actor, seconds, camera)
    return faces_in(layers, take.picture, [(caption.box, covered(caption)) for caption in take.captions])


def _lifeless(layer: Layer, within: tuple[int, int, int, int]) -> Layer:
    assert layer.face is not None
    return replace(layer, face=replace(layer.face, living=False), within=within)


def _hands(actor: Actor, seconds: float, camera: np.ndarray) -> Iterator[Layer]:
    at, unit = stand(actor, seconds)
    for gesture in actor.gestures:
        placed = hand_at(gesture, seconds)
        if placed is None:
            continue
        x, y, turn = placed
        angle = np.radians(turn)
        turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * (gesture.side, 1)
        parts = [np.array([at.body_x, at.body_y]) + unit * (part @ turned + (x, y)) for part in outline()]
        yield Layer(tuple(part @ camera[:, :2].T + camera[:, 2] for part in parts))
