"""Soft edges of cut-outs, and what colour people have there: a red disc before green, mixed by known shares."""

import numpy as np
import pytest

from stages.models.matting import blurred_ground, foreground_colours, laid_on, soften

RED, GREEN = (200.0, 40.0, 30.0), (40.0, 190.0, 60.0)


@pytest.fixture
def alpha() -> np.ndarray:
    y, x = np.mgrid[:80, :80]
    return np.clip((24 - np.hypot(x - 40, y - 40)) / 6 + 0.5, 0, 1).astype(np.float32)


@pytest.fixture
def picture(alpha) -> np.ndarray:
    share = alpha[..., None]
    return (share * RED + (1 - share) * GREEN).round().astype(np.uint8)


def test_an_edge_is_softened_where_the_picture_has_one():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, 20:] = 255
    mask = np.zeros((40, 40), np.float32)
    mask[:, 21:] = 1
    soft = soften(mask, picture, radius=3)
    assert soft[20, :15].max() < 0.01 < 0.99 < soft[20, 28:].min()
    assert soft[20, 20] > 0.5 > soft[20, 19]


def test_the_old_ground_does_not_shine_through(picture, alpha):
    edge = (alpha > 0.2) & (alpha < 0.8)
    found = foreground_colours(picture, alpha)[edge]
    assert np.abs(picture[edge] - RED).mean() > 50
    assert np.abs(found - RED).mean() < 6


def test_a_person_on_another_ground_looks_as_if_filmed_there(picture, alpha):
    share = alpha[..., None]
    expected = share * RED + (1 - share) * 225
    assert np.abs(laid_on(picture, alpha, 225) - expected).max() < 12
    assert (laid_on(picture, alpha, 225)[0, 0] == 225).all()


def test_a_blurred_ground_shows_nothing_of_the_person(picture, alpha):
    assert np.abs(blurred_ground(picture, alpha, radius=2.0) - GREEN).max() < 15


def test_a_blurred_ground_is_blurred(alpha):
    stripes = np.zeros((80, 80, 3), np.uint8)
    stripes[:, ::2] = 200
    assert blurred_ground(stripes, alpha, radius=4.0)[5].std() < 5
