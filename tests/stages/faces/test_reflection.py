import cv2
import numpy as np
import pytest

from stages.faces.quality import LOOK_PIXELS
from stages.faces.reflection import MIN_REFLECTION, reflection


def acting(seed: int, count: int = 10) -> list[np.ndarray]:
    """Draw looks at a face of no one in particular, which changes in a way of its own: the face is the same."""
    rng = np.random.default_rng(seed)
    size = (LOOK_PIXELS, LOOK_PIXELS)
    face = cv2.GaussianBlur(np.random.default_rng(0).uniform(0, 255, size), (0, 0), 2)
    doings = [cv2.GaussianBlur(rng.normal(0, 60, size), (0, 0), 3) for _ in range(3)]
    how_much = np.cumsum(rng.normal(0, 1, (count, 3)), axis=0)
    return [np.clip(face + sum(m * d for m, d in zip(much, doings, strict=True)), 0, 255) for much in how_much]


def looks(pictures: list[np.ndarray], mirrored: bool = False, noise: int = 0) -> list[bytes]:
    rng = np.random.default_rng(noise)
    turned = [picture[:, ::-1] if mirrored else picture for picture in pictures]
    return [np.clip(p + rng.normal(0, 4, p.shape), 0, 255).astype(np.uint8).tobytes() for p in turned]


def test_a_mirror_does_the_same_the_other_way_round():
    value = reflection(looks(acting(1)), looks(acting(1), mirrored=True, noise=9))
    assert value is not None
    assert value > 0.8


@pytest.mark.parametrize(
    "other",
    [
        looks(acting(2), mirrored=True),  # looks the same, does something else
        looks(acting(1)[::-1], mirrored=True),  # at other times
        looks(acting(1)),  # beside each other, not mirrored
    ],
    ids=["another", "later", "copied"],
)
def test_who_does_something_else_is_no_mirror_image(other):
    value = reflection(looks(acting(1)), other)
    assert value is not None
    assert value < MIN_REFLECTION


def test_nothing_is_said_of_few_moments_or_where_nothing_changes():
    assert reflection(looks(acting(1, 4)), looks(acting(1, 4), mirrored=True)) is None
    same = [bytes(LOOK_PIXELS**2)] * 8
    assert reflection(same, same) is None
