import numpy as np
import pytest

from stages.tracking.assignment import Match, assign


@pytest.mark.parametrize(
    ("gains", "pairs"),
    [
        ([[1.0, 0.9], [0.9, 0.1]], [(0, 1), (1, 0)]),  # greedily it would be the 1.0 and then the 0.1
        ([[1.0, -5.0], [0.9, -5.0]], [(0, 0)]),
        ([[-0.1]], []),
        ([[0.2, 0.7, 0.3]], [(0, 1)]),
        ([[-9.0, 3.0], [4.0, 5.0]], [(0, 1), (1, 0)]),
        ([[1.0, 3.0], [-2.0, 5.0]], [(0, 0), (1, 1)]),
        ([], []),
    ],
)
def test_the_sum_of_gains_is_largest_and_nobody_is_forced(gains, pairs):
    assert [(match.row, match.column) for match in assign(np.array(gains))] == pairs


@pytest.mark.parametrize(
    ("gains", "matches"),
    [
        ([[4.0]], [Match(0, 0, 4.0, (0,))]),  # the alternative: nothing
        ([[4.0, 3.0]], [Match(0, 0, 1.0, (0,))]),
        ([[4.0], [3.0]], [Match(0, 0, 1.0, (0, 1))]),  # the second would have it then
        ([[5.0, 1.0], [1.0, 5.0]], [Match(0, 0, 5.0, (0,)), Match(1, 1, 5.0, (1,))]),
        ([[5.0, 4.0], [4.0, 5.0]], [Match(0, 0, 2.0, (0, 1)), Match(1, 1, 2.0, (1, 0))]),  # they might be exchanged
    ],
)
def test_the_margin_is_what_parting_two_would_cost(gains, matches):
    assert assign(np.array(gains)) == matches
