import math

import numpy as np
import pytest

from stages.tracking.motion import Dynamics, Motion, begin, log_density, predict, update

STEADY = Dynamics()


def box(x: float, size: float = 50.0, y: float = 0.0) -> tuple[float, float, float, float]:
    return x, y, x + size, y + size


def seen(*boxes: tuple[float, float, float, float], every: float = 1 / 3) -> Motion:
    """A face that was seen in these boxes, one after another."""
    at = begin(boxes[0], 0.0, STEADY)
    for number, where in enumerate(boxes[1:], 1):
        at = update(predict(at, number * every, STEADY), where, STEADY)
    return at


def test_a_face_seen_once_is_expected_where_it_was():
    at = predict(begin(box(100.0), 2.0, STEADY), 3.0, STEADY)
    assert at.mean[:, 0] == pytest.approx([125.0, 25.0, math.log(50)])
    assert at.face_pixels == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("seconds", "variance"),  # of the centre, in squared sizes: jitter, then speed * t, then acceleration * t^2 / 2
    [(0.0, 0.08**2), (1.0, 0.08**2 + 9.0 + 1.5**2), (2.0, 0.08**2 + 36.0 + 6.0**2)],
)
def test_uncertainty_grows_with_time(seconds, variance):
    at = predict(begin(box(0.0), 0.0, STEADY), seconds, STEADY)
    assert at.covariance[0, 0, 0] == pytest.approx(variance)


def test_a_face_that_walks_is_expected_to_walk_on():
    walked = seen(*(box(30.0 * i) for i in range(6)))
    assert predict(walked, 2.0, STEADY).mean[0, 0] == pytest.approx(25 + 180, abs=2)


def test_a_face_that_comes_nearer_is_expected_to_grow():
    grown = seen(*(box(0.0, 40 * 1.1**i) for i in range(6)))
    assert predict(grown, 2.0, STEADY).face_pixels == pytest.approx(40 * 1.1**6, rel=0.02)


def test_an_update_lies_between_what_was_expected_and_what_is_seen():
    expected = predict(seen(box(0.0), box(0.0)), 2 / 3, STEADY)
    corrected = update(expected, box(10.0), STEADY)
    assert expected.mean[0, 0] < corrected.mean[0, 0] < 35.0
    assert corrected.covariance[0, 0, 0] < expected.covariance[0, 0, 0]
    assert (corrected.seconds, corrected.seen_seconds) == (2 / 3, 2 / 3)


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_near_and_far_faces_are_expected_alike(scale):
    near = predict(seen(box(0.0), box(20.0), box(45.0)), 1.0, STEADY)
    far = predict(seen(box(0.0, 50 * scale), box(20.0 * scale, 50 * scale), box(45.0 * scale, 50 * scale)), 1.0, STEADY)
    assert log_density(near, box(60.0), STEADY) == pytest.approx(
        log_density(far, box(60.0 * scale, 50 * scale), STEADY)
    )


def test_density_falls_with_the_distance_from_where_a_face_is_expected():
    at = predict(seen(*(box(30.0 * i) for i in range(6))), 2.0, STEADY)
    densities = [log_density(at, box(180.0 + gap), STEADY) for gap in (0.0, 20.0, 60.0, 200.0)]
    assert densities == sorted(densities, reverse=True)


def test_who_walked_may_have_stayed_where_they_were_last_seen():
    walked = seen(*(box(60.0 * i) for i in range(6)))
    at = predict(walked, 5 / 3 + 1.0, STEADY)
    assert log_density(at, box(300.0), STEADY) > log_density(at, box(380.0), STEADY)


def test_density_is_of_both_ways_to_go_on():
    """Exact: a face seen once and expected at once, where both ways say the same of the centre."""
    at = begin(box(0.0), 0.0, STEADY)
    variance = 2 * np.array([0.08, 0.08, 0.06]) ** 2
    assert log_density(at, box(0.0), STEADY) == pytest.approx(-0.5 * np.log(2 * np.pi * variance).sum())
