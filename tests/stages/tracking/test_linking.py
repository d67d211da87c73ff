import numpy as np
import pytest

from stages.tracking.linking import link

NAN = float("nan")


def similarities(size: int, **known: float) -> np.ndarray:
    """Return a matrix of zeros but for pairs like ab=0.7."""
    matrix = np.zeros((size, size))
    for pair, value in known.items():
        i, j = (ord(letter) - 97 for letter in pair)
        matrix[i, j] = matrix[j, i] = value
    return matrix


def apart(size: int, *pairs: str) -> np.ndarray:
    return similarities(size, **dict.fromkeys(pairs, 1.0)) > 0


@pytest.mark.parametrize(
    ("matrix", "together", "groups"),
    [
        (similarities(2, ab=0.7), "", [[0, 1]]),
        (similarities(2, ab=0.5), "", [[0, 1]]),
        (similarities(2, ab=0.49), "", [[0], [1]]),
        (similarities(2, ab=0.9), "ab", [[0], [1]]),  # seen at once
        (similarities(3, ab=0.9, bc=0.6), "", [[0, 1], [2]]),  # on average c is 0.3 from both
        (similarities(3, ab=0.9, bc=0.8, ac=0.4), "", [[0, 1, 2]]),
        (similarities(3, ab=0.9, bc=0.8, ac=NAN), "", [[0, 1, 2]]),  # what is not known says nothing
        (similarities(4, ac=0.8, bd=0.8), "ab cd", [[0, 2], [1, 3]]),  # two shots of the same two
        (similarities(3, ab=0.8, ac=0.6), "bc", [[0, 1], [2]]),  # a is clearly b
        (similarities(3, ab=0.8, ac=0.75), "bc", [[0], [1], [2]]),  # a is b or c, and nobody can say which
        (similarities(4, ab=0.8, ac=0.75, bd=0.9, ad=0.9), "bc", [[0, 1, 3], [2]]),  # with d, a is clearly b
        (np.full((2, 2), NAN), "", [[0], [1]]),
        (np.zeros((0, 0)), "", []),
    ],
)
def test_tracks_are_linked_into_persons(matrix, together, groups):
    given = matrix.copy()
    assert link(matrix, apart(len(matrix), *together.split()), min_evidence=0.5, min_margin=0.1) == groups
    assert np.array_equal(matrix, given, equal_nan=True)
