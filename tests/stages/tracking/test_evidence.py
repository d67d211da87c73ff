import math

import numpy as np
import pytest

from stages.tracking.evidence import Bell, Evidence, standardized
from stages.tracking.motion import Dynamics, begin, predict

PLAIN = Evidence(same=Bell(0.6, 0.2), others=Bell(0.0, 0.2), identity_limit=8.0)


@pytest.mark.parametrize(
    ("similarity", "nats"),
    [(0.3, 0.0), (0.6, 4.5), (0.0, -4.5), (0.4, 1.5), (1.0, 8.0), (-1.0, -8.0)],  # (0.6^2 - 2 * 0.6 s) / -(2 * 0.2^2)
)
def test_similarity_weighs_as_the_logarithm_of_a_likelihood_ratio(similarity, nats):
    assert PLAIN.of_identity(similarity) == pytest.approx(nats)


@pytest.mark.parametrize("evidence", [Evidence(), PLAIN, Evidence(same=Bell(0.6, 0.1)), Evidence(same=Bell(0.6, 0.3))])
def test_the_more_alike_the_more_evidence(evidence):
    weights = [evidence.of_identity(s) for s in np.linspace(-1, 1, 101)]
    assert weights == sorted(weights)
    assert weights[0] < 0 < weights[-1]


def test_looks_are_compared_free_of_brightness_and_contrast():
    look = np.arange(576, dtype=np.uint8).reshape(24, 24) % 200
    brighter = look // 2 + 100
    assert standardized(look) @ standardized(brighter) == pytest.approx(1.0, abs=0.01)
    assert Evidence().of_looks(standardized(look), standardized(brighter)) > 0
    assert Evidence().of_looks(standardized(look), -standardized(look)) == -Evidence().look_limit


def test_a_patch_without_contrast_is_like_nothing():
    assert standardized(np.full(576, 7)) @ standardized(np.arange(576)) == 0.0


def test_a_face_where_it_is_expected_is_the_same_and_one_far_off_is_not():
    evidence = Evidence()
    expected = predict(begin((100, 100, 150, 150), 0.0, evidence.dynamics), 1 / 3, evidence.dynamics)
    weights = [evidence.of_motion(expected, (100 + x, 100, 150 + x, 150), (640, 360)) for x in (0, 25, 100, 500)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 3
    assert weights[1] > 0
    assert weights[3] == -evidence.motion_limit


def test_place_says_more_in_a_larger_frame():
    evidence = Evidence(dynamics=Dynamics())
    expected = predict(begin((100, 100, 150, 150), 0.0, evidence.dynamics), 1 / 3, evidence.dynamics)
    small, large = (evidence.of_motion(expected, (100, 100, 150, 150), size) for size in ((640, 360), (1280, 720)))
    assert large - small == pytest.approx(math.log(4))
