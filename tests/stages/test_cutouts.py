"""What is wrong with a cut-out, on masks of a few blocks around a face."""

import numpy as np
import pytest

from stages.cutouts import Flaw, Limits, flaw_of, measure
from stages.moments import Look
from tests.stages.crowd import face

LIMITS = Limits(max_partner_share=0.1, min_body_share=0.85, max_stray_share=0.05)
ME, YOU = face(0, 140, 80, 60), face(1, 330, 80, 60)
LOOK = Look(0, 0, 0.0, ME, (YOU,), (92.0, 41.0, 248.0, 197.0), 1.0)


def person(shoulders: bool = True) -> np.ndarray:
    mask = np.zeros((240, 480), np.uint8)
    mask[50:160, 132:208] = 255
    if shoulders:
        mask[160:, 95:245] = 255
    return mask


def also(mask: np.ndarray, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = mask.copy()
    mask[y0:y1, x0:x1] = 255
    return mask


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (person(), None),
        (person(shoulders=False), "shoulders_missing"),
        (np.zeros((240, 480), np.uint8), "shoulders_missing"),
        (also(person(), 330, 80, 345, 140), "partner_in_closeup"),
        (also(person(), 330, 80, 333, 140), None),  # a twentieth of the face
        (also(person(), 92, 41, 118, 110), "ground_in_closeup"),
        (also(person(), 92, 60, 95, 70), None),
    ],
)
def test_flaws_of_a_cut_out(mask, reason):
    flaw = flaw_of(mask, LOOK, LIMITS)
    assert (flaw and flaw.reason) == reason


def test_a_flaw_says_what_was_measured():
    assert flaw_of(also(person(), 330, 80, 345, 140), LOOK, LIMITS) == Flaw("partner_in_closeup", 0.25, 0.1)


def test_shoulders_below_the_frame_are_not_missed():
    low = person(shoulders=False)[:160]
    assert measure(low, LOOK).body > 0.9
