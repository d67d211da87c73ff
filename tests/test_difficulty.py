"""What the difficulty table says of people and places whose answers are known."""

from collections.abc import Sequence

import numpy as np
import pytest

from stages.models.faces import Detection
from tests.difficulty import _main_colours, distances


class Finder:
    def detect(self, pictures: np.ndarray) -> list[list[Detection]]:
        return [[Detection((0, 0, 10, 10), (0.0,) * 10, 0.9)] for _ in pictures]


class Counter:
    """Embeds the n-th face as n // 2: two portraits of each person are alike, and people are 1 apart."""

    seen = 0

    def embed(self, picture: np.ndarray, faces: Sequence[Detection]) -> np.ndarray:
        self.seen += 1
        return np.array([[(self.seen - 1) // 2]], np.float32)


def test_distances_are_between_people_and_within_them():
    found = distances([1, 2, 3], Finder(), Counter(), portraits=2)
    assert (found.people, found.faces_found) == (3, 1.0)
    assert (found.same_median, found.different_median, found.different_near) == (0.0, 1.0, 0.0)
    assert found.different_hardest == 1.0


@pytest.mark.parametrize(
    ("colours", "main"), [([(50, 0, 0)] * 97 + [(90, 0, 0)] * 3, 1), ([(50, 0, 0), (90, 0, 0)], 2)]
)
def test_colours_that_hardly_occur_are_nobodys(colours, main):
    assert len(_main_colours(np.array(colours, float))) == main
