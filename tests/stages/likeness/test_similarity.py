import numpy as np
import pytest

from stages.likeness.similarity import CALIBRATIONS, SAME_PERSON, Calibration
from stages.models.catalog import EMBEDDERS

L2 = Calibration("l2", strangers=0.8, threshold=0.4, same=0.0)
COSINE = Calibration("cosine", strangers=0.0, threshold=0.4, same=1.0)


@pytest.mark.parametrize(
    ("scale", "raw", "common"),
    [
        (L2, 0.8, 0.0),
        (L2, 0.6, 0.25),
        (L2, 0.4, 0.5),
        (L2, 0.2, 0.75),
        (L2, 0.0, 1.0),
        (L2, 1.2, -0.5),
        (COSINE, 0.0, 0.0),
        (COSINE, 0.4, 0.5),
        (COSINE, 0.7, 0.75),
        (COSINE, 1.0, 1.0),
        (COSINE, -0.4, -0.5),
        (COSINE, 1.1, 1.0),
    ],
)
def test_raw_scores_are_put_on_the_common_scale(scale, raw, common):
    assert scale(raw) == pytest.approx(common)


@pytest.mark.parametrize(("metric", "values"), [("l2", (0.4, 0.8, 0.0)), ("cosine", (0.5, 0.4, 1.0))])
def test_anchors_out_of_order_are_refused(metric, values):
    with pytest.raises(ValueError, match="strangers over threshold to same"):
        Calibration(metric, *values)


def test_all_are_compared_with_all():
    a, b = np.array([[0.0, 0.0], [0.4, 0.0]]), np.array([[0.0, 0.8], [0.0, 0.0], [0.4, 0.0]])
    assert L2.between(a, b) == pytest.approx(np.array([[0.0, 1.0, 0.5], [L2(np.sqrt(0.8)), 0.5, 1.0]]))


def test_cosine_ignores_length():
    assert COSINE.between([3.0, 0.0], [0.1, 0.0])[0, 0] == pytest.approx(1.0)


def test_sets_are_compared_by_the_mean_of_their_pairs():
    assert L2.of_sets(np.array([[0.0], [0.4]]), np.array([[0.0]])) == pytest.approx(0.75)


def test_the_medoid_is_the_face_most_like_the_others():
    assert L2.medoid(np.array([[0.0], [0.1], [0.9]])) == 1


def test_every_embedder_has_a_calibration():
    assert set(EMBEDDERS) <= set(CALIBRATIONS)


def test_all_calibrations_agree_about_the_threshold():
    assert {float(scale(scale.threshold)) for scale in CALIBRATIONS.values()} == {SAME_PERSON}
