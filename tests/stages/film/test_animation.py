import cv2
import numpy as np
import pytest

from stages.film.animation import flatness
from stages.sources.studio import cast_clips, draw_frames


def cel() -> np.ndarray:
    """Draw a flat face before a flat wall, with outlines, (360, 640, 3)."""
    frame = np.full((360, 640, 3), (120, 170, 210), np.uint8)
    frame[:, 420:] = (200, 190, 120)
    cv2.rectangle(frame, (180, 320), (460, 360), (180, 60, 70), -1)
    for colour, thickness in (((235, 190, 160), -1), ((40, 30, 30), 5)):
        cv2.ellipse(frame, (320, 200), (100, 130), 0, 0, 360, colour, thickness)
    for x in (280, 360):
        cv2.circle(frame, (x, 180), 16, (40, 60, 30), -1)
    return frame


def small(frame: np.ndarray) -> np.ndarray:
    return cv2.resize(frame, (256, 144), interpolation=cv2.INTER_AREA)


def ramp() -> np.ndarray:
    """Draw what goes over slowly from one colour into another, with one edge."""
    bowl = 0.5 + 0.4 * np.sin(np.arange(256) / 8)[None] * np.sin(np.arange(144) / 8)[:, None]
    frame = 240 * bowl[..., None] * np.ones(3)
    frame[:, 128:] *= 0.6
    return frame.astype(np.uint8)


def measured(frame: np.ndarray) -> float:
    value = flatness(frame)
    assert value is not None
    return value


def test_a_cel_is_flat():
    assert measured(small(cel())) > 0.55


def test_a_compressed_cel_stays_flat():
    _, jpeg = cv2.imencode(".jpg", cel(), [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert measured(small(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))) > 0.5


def test_what_is_shaded_is_not():
    film = next(frame for _, frame in draw_frames(cast_clips(16, 3)[0]))
    assert measured(small(film)) < 0.4
    assert measured(ramp()) < 0.4


@pytest.mark.parametrize("level", [0, 30, 255])
def test_nothing_is_said_of_what_is_black_or_white(level):
    assert flatness(np.full((144, 256, 3), level, np.uint8)) is None
