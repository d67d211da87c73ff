import pytest

from stages.tracking.boxes import area, intersection, overlap


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0.0),
        ((0, 0, 4, 4), (1, 1, 3, 3), 0.25),
        ((0, 0, 1, 1), (5, 5, 6, 6), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(a, b, share):
    assert overlap(a, b) == pytest.approx(share)


def test_boxes_that_do_not_meet_share_no_area():
    assert area(intersection((0, 0, 1, 1), (5, 5, 6, 6))) == 0.0
