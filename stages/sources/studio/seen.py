"""Faces in a frame, and how much of each can be seen, from the outlines of all that stands before it.

Nothing is drawn in colour. Outlines are laid out at half the frame's size; the shares that come out are right to a few
parts of a hundred (`masks` is the exact answer, and as slow as drawing).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from stages.sources.studio.brush import ellipse
from stages.sources.studio.face import face_box
from stages.sources.studio.figure import torso_of
from stages.sources.studio.hair import STYLES
from stages.sources.studio.people import Person
from stages.sources.studio.script import HEIGHT, WIDTH, Pose

DIVIDE = 2  # pixels of the frame for each one here
HEAD_DEPTH = 1.15  # face units from the axis of turning to forehead and back
EVERYWHERE = (0, 0, WIDTH, HEIGHT)
UNMOVED = np.array([[1, 0, 0], [0, 1, 0]], np.float64)


@dataclass(frozen=True)
class FaceBox:
    """One face in one frame: pixels, from mid-forehead to chin; it may reach past the frame's edge."""

    person: int  # seed
    x0: float
    y0: float
    x1: float
    y1: float
    yaw_degrees: float  # > 0 looks to the right of the picture
    visible: float = 1.0  # share of the ellipse in the box that is in the picture, and behind nothing
    living: bool = True  # False: on a poster or screen, or in a mirror


@dataclass(frozen=True)
class Layer:
    """Something that stands before whatever comes earlier: polygons (N, 2) in pixels of the frame, and its face."""

    outlines: tuple[np.ndarray, ...] = ()
    face: FaceBox | None = None
    within: tuple[int, int, int, int] = EVERYWHERE  # outside which it is not seen


def layer_of(person: Person, at: Pose, unit: float, matrix: np.ndarray = UNMOVED) -> Layer:
    """Return somebody as a layer. `matrix` (2, 3): from the pixels that the pose is measured in to the frame's."""
    rim = face_box(person, at.yaw, at.pitch, at.roll) * unit + (at.x, at.y, at.x, at.y)
    corners = _through(np.array([(x, y) for x in rim[::2] for y in rim[1::2]]), matrix)
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    yaw = at.yaw * float(np.sign(matrix[0, 0]))
    face = FaceBox(person.seed, float(x0), float(y0), float(x1), float(y1), yaw)
    return Layer(tuple(_through(part, matrix) for part in _outlines(person, at, unit)), face)


def faces_in(
    layers: Sequence[Layer],
    picture: tuple[int, int, int, int] = EVERYWHERE,
    ink: Iterable[tuple[tuple[int, int, int, int], np.ndarray]] = (),
) -> tuple[FaceBox, ...]:
    """Return the faces of layers, back to front, each with the share of it that can be seen.

    `picture`: what is not black bars. `ink`: what is written on it, as boxes and where they are covered (bool).
    """
    hidden = np.ones((HEIGHT, WIDTH), np.uint8)
    x0, y0, x1, y1 = picture
    hidden[y0:y1, x0:x1] = 0
    for (x0, y0, x1, y1), cover in ink:
        hidden[y0:y1, x0:x1] |= cover
    hidden = hidden[::DIVIDE, ::DIVIDE].copy()
    faces: list[FaceBox] = []
    for layer in reversed(layers):
        if layer.face is not None:
            faces.append(replace(layer.face, visible=_visible(layer.face, layer.within, hidden)))
        cover = np.zeros_like(hidden)
        for outline in layer.outlines:
            cv2.fillPoly(cover, [np.round(outline / DIVIDE).astype(np.int32)], 1)
        x0, y0, x1, y1 = (edge // DIVIDE for edge in layer.within)
        hidden[y0:y1, x0:x1] |= cover[y0:y1, x0:x1]
    return tuple(reversed(faces))


def _outlines(person: Person, at: Pose, unit: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the outlines of head (hair roughly) and body."""
    style = STYLES[person.hair_style]
    top, chin = person.skull_height + 0.7 * style.top, person.chin_y
    across = person.head_width + 0.6 * style.side
    half = across + max(HEAD_DEPTH - across, 0.0) * float(np.sin(np.radians(at.yaw))) ** 2
    head = ellipse((0.0, (chin - top) / 2), (half, (chin + top) / 2))
    roll = np.radians(at.roll)
    head = head @ np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    return np.array([at.x, at.y]) + unit * head, np.array([at.body_x, at.body_y]) + unit * torso_of(person)


def _visible(face: FaceBox, within: tuple[int, int, int, int], hidden: np.ndarray) -> float:
    height, width = hidden.shape
    x0, y0, x1, y1 = (edge / DIVIDE for edge in (face.x0, face.y0, face.x1, face.y1))
    columns, rows = np.arange(np.floor(x0), np.ceil(x1)), np.arange(np.floor(y0), np.ceil(y1))
    across = (columns + 0.5 - (x0 + x1) / 2) / ((x1 - x0) / 2)
    down = (rows + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
    whole = across[None, :] ** 2 + down[:, None] ** 2 <= 1
    left, top, right, bottom = (edge / DIVIDE for edge in within)
    inside = (columns >= max(left, 0)) & (columns < min(right, width))
    inside = inside[None, :] & ((rows >= max(top, 0)) & (rows < min(bottom, height)))[:, None]
    at = np.ix_(np.clip(rows, 0, height - 1).astype(int), np.clip(columns, 0, width - 1).astype(int))
    return float((whole & inside & (hidden[at] == 0)).sum() / max(int(whole.sum()), 1))


def _through(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]
