import cv2
import numpy as np
import pytest

from stages.faces.liveliness import MIN_LIVELINESS, liveliness
from stages.sources.studio import Expression, Person, draw_portrait

SECONDS = [number / 3 for number in range(10)]


def drawn(yaw_degrees: float = 0.0, mouth_open: float = 0.0, smile: float = 0.0) -> np.ndarray:
    """Draw head and shoulders of one person, grey, (240, 240)."""
    doing = Expression(mouth_open=mouth_open, smile=smile)
    picture = draw_portrait(Person.from_seed(3), 240, yaw_degrees, doing, None, np.random.default_rng(5))
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return drawn()


def look(face: np.ndarray, tremble: np.random.Generator | None = None) -> bytes:
    """Cut a look out of a picture as a detector would, which lays its box a little elsewhere each time."""
    turn, zoom, x, y = tremble.normal(0, [2.0, 0.03, 2.0, 2.0]) if tremble else np.zeros(4)
    matrix = cv2.getRotationMatrix2D((120, 120), float(turn), float(1 + zoom))
    matrix[:, 2] += (x, y)
    moved = cv2.warpAffine(face, matrix, (240, 240))[48:192, 48:192]
    return cv2.resize(moved, (24, 24), interpolation=cv2.INTER_AREA).tobytes()


def test_a_print_stays_the_same_however_the_detector_trembles(portrait):
    rng = np.random.default_rng(1)
    value = liveliness([look(portrait, rng) for _ in SECONDS], SECONDS)
    assert value is not None
    assert value < MIN_LIVELINESS


def test_light_that_changes_is_no_life(portrait):
    lit = [np.clip(portrait * (0.7 + 0.04 * number) + 3 * number, 0, 255).astype(np.uint8) for number in range(10)]
    value = liveliness([look(face) for face in lit], SECONDS)
    assert value is not None
    assert value < MIN_LIVELINESS


def test_a_face_that_speaks_lives():
    rng = np.random.default_rng(2)
    faces = [
        drawn(yaw, open_, smile) for yaw, open_, smile in ((0, 0.1, 0), (4, 0.6, 0.2), (-5, 0.3, 0.6), (9, 0, 0.3))
    ]
    value = liveliness([look(faces[number % 4], rng) for number in range(10)], SECONDS)
    assert value is not None
    assert value > 2 * MIN_LIVELINESS


@pytest.mark.parametrize(("count", "rate"), [(0, 3.0), (3, 3.0), (8, 30.0)], ids=["none", "few", "at once"])
def test_nothing_is_said_of_too_few_looks_or_too_short_a_time(portrait, count, rate):
    assert liveliness([look(portrait)] * count, [number / rate for number in range(count)]) is None


def test_the_same_look_again_has_no_liveliness(portrait):
    assert liveliness([look(portrait)] * 6, SECONDS[:6]) == pytest.approx(0.0, abs=1e-3)
