"""What hangs on the stage's wall and looks like somebody: posters, screens, mirrors."""

from typing import cast

import cv2
import numpy as np

from stages.sources.studio.face import HeadArtist
from stages.sources.studio.figure import Outfit, draw_figure
from stages.sources.studio.film import layers, paste
from stages.sources.studio.hard.take import Mirror, Rectangle, WallPicture
from stages.sources.studio.head import Light
from stages.sources.studio.people import Person
from stages.sources.studio.scene import draw_scene
from stages.sources.studio.script import HEIGHT, WIDTH, pose

FRAME_COLOURS = ((58, 44, 36), (30, 30, 34), (150, 118, 76), (226, 222, 214))
BEZEL = (22, 22, 26)


def hang_picture(stage: np.ndarray, picture: WallPicture, margin: float) -> None:
    """Draw a poster or a screen onto the stage's picture, which is `margin` times as large as the frame."""
    shift = np.array([WIDTH, HEIGHT]) * (margin - 1) / 2
    x0, y0, x1, y1 = picture.frame
    width, height = x1 - x0, y1 - y0
    scene = draw_scene(picture.scene, WIDTH, HEIGHT)
    left = (WIDTH - HEIGHT * width // height) // 2
    print_ = cv2.resize(scene[:, max(left, 0) : WIDTH - max(left, 0)], (width, height), interpolation=cv2.INTER_AREA)
    sitter, unit = picture.sitter, picture.sitter.unit
    person, light = Person.from_seed(sitter.person), Light()
    artist = HeadArtist(person, float(np.clip(1.4 * unit, 24, 84)), light)
    at = pose(sitter, 0.0)
    figure = draw_figure(person, Outfit.from_seed(sitter.outfit), light, unit)
    for sprite, matrix in layers(artist, figure, at, unit):
        paste(print_, sprite, matrix - np.array([[0, 0, x0], [0, 0, y0]]))
    print_ = _lit(print_) if picture.screen else _printed(print_)
    frame = BEZEL if picture.screen else FRAME_COLOURS[sitter.seed % len(FRAME_COLOURS)]
    _hang(stage, print_, (x0 + int(shift[0]), y0 + int(shift[1])), frame, 5 if picture.screen else 4)


def put_mirror(stage: np.ndarray, mirror: Mirror, margin: float) -> None:
    """Draw a mirror, with the room in it, onto the stage's picture."""
    shift = (np.array([WIDTH, HEIGHT]) * (margin - 1) / 2).astype(int)
    x0, y0, x1, y1 = mirror.frame
    turned = stage[:, ::-1]
    left = stage.shape[1] - round(2 * mirror.axis - x0) - shift[0]
    room = turned[y0 + shift[1] : y1 + shift[1], max(left, 0) : max(left, 0) + x1 - x0]
    room = cv2.resize(cv2.GaussianBlur(room, (0, 0), 2.0), (x1 - x0, y1 - y0))
    _hang(stage, room, (x0 + shift[0], y0 + shift[1]), (96, 70, 48), 9)


def mirror_matrix(mirror: Mirror) -> np.ndarray:
    """Return the (2, 3) matrix that takes the stage to its mirror image."""
    return np.array([[-1, 0, 2 * mirror.axis], [0, 1, 0]], np.float64)


def through(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Return the (2, 3) matrix of one affine map after another."""
    return np.concatenate([then[:, :2] @ first[:, :2], (then[:, :2] @ first[:, 2] + then[:, 2])[:, None]], 1)


def _hang(stage: np.ndarray, picture: np.ndarray, at: tuple[int, int], colour: tuple[int, ...], thick: int) -> None:
    x, y = at
    height, width = picture.shape[:2]
    shadow = np.zeros(stage.shape[:2], np.float32)
    cv2.rectangle(shadow, (x - thick + 3, y - thick + 5), (x + width + thick + 3, y + height + thick + 5), 0.45, -1)
    stage[:] = (stage * (1 - cv2.GaussianBlur(shadow, (0, 0), 4)[..., None])).astype(np.uint8)
    cv2.rectangle(stage, (x - thick, y - thick), (x + width + thick - 1, y + height + thick - 1), colour, -1)
    bright = tuple(min(int(channel * 1.3) + 8, 255) for channel in colour)
    cv2.line(stage, (x - thick, y - thick), (x + width + thick - 1, y - thick), bright, 1)
    rows = slice(max(y, 0), min(y + height, stage.shape[0]))
    columns = slice(max(x, 0), min(x + width, stage.shape[1]))
    stage[rows, columns] = picture[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]


def _printed(picture: np.ndarray) -> np.ndarray:
    """Ink on paper: less contrast, a little grey, a sheen from one corner."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    sheen = np.clip(1 - (x / width + y / height), 0, 1)[..., None] * 26
    grey = picture.mean(-1, keepdims=True)
    return np.clip((0.82 * picture + 0.18 * grey) * 0.86 + 18 + sheen, 0, 255).astype(np.uint8)


def _lit(picture: np.ndarray) -> np.ndarray:
    """A panel that shines: bluish, its rows just visible."""
    rows = (1 - 0.05 * (np.arange(picture.shape[0]) % 2))[:, None, None]
    return np.clip(picture * np.array([0.98, 1.05, 1.16]) * rows * 1.06 + 6, 0, 255).astype(np.uint8)


def in_frame(rectangle: Rectangle, camera: np.ndarray) -> Rectangle:
    """Return where a rectangle of the stage comes to lie in the frame, within its edges."""
    corners = np.array(rectangle, np.float64).reshape(2, 2) @ camera[:, :2].T + camera[:, 2]
    return cast(Rectangle, tuple(int(v) for v in np.clip(np.round(corners.ravel()), 0, [WIDTH, HEIGHT] * 2)))
