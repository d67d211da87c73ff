import numpy as np
import pytest

from stages.readers.colour import hlg_to_screen, pq_to_screen, tone_curve, wide_to_screen

# Published pairs of light and signal (ITU-R BT.2408-7, tables 1 and 2): 203 and 1,000 cd/m2 are 58 % and 75 % of PQ.
PQ_OF_NITS = {0.0: 0.0, 100.0: 0.508, 203.0: 0.5807, 1000.0: 0.7518}


@pytest.mark.parametrize(
    ("nits", "shown"),
    [
        (0.0, 0.0),
        (1.0, 1.0),  # below the knee light stays as it is
        (26.0, 26.0),
        (1000.0, 203.0),
        (4000.0, 203.0),
    ],
)
def test_the_tone_curve_keeps_what_is_dark_and_ends_at_white(nits, shown):
    assert tone_curve(np.array([nits]))[0] == pytest.approx(shown, rel=1e-3, abs=1e-3)


def test_the_tone_curve_rises_without_a_step():
    light = tone_curve(np.geomspace(0.01, 1000, 2000))
    assert (np.diff(light) > 0).all()
    assert np.diff(np.log(light)).max() < 0.0065  # never steeper than the light that comes in, 0.0058


@pytest.mark.parametrize("nits", PQ_OF_NITS)
def test_grey_of_pq_is_what_the_curve_says(nits):
    shown = pq_to_screen(np.full((1, 3), PQ_OF_NITS[nits]))[0]
    assert shown == pytest.approx([(tone_curve(np.array([nits]))[0] / 203) ** (1 / 2.4)] * 3, abs=2e-3)


def test_white_of_hlg_is_that_of_pq():
    """Diffuse white, 75 % of HLG, is 203 cd/m2 (ITU-R BT.2408-7, table 1)."""
    assert hlg_to_screen(np.full((1, 3), 0.75)) == pytest.approx(pq_to_screen(np.full((1, 3), 0.5807)), abs=3e-3)
    assert hlg_to_screen(np.ones((1, 3))) == pytest.approx(np.ones((1, 3)), abs=1e-3)


def test_a_bright_colour_keeps_its_hue():
    bright = pq_to_screen(np.array([[0.57, 0.55, 0.53]]))[0]
    assert 1 > bright[0] > bright[1] > bright[2] > 0.5


@pytest.mark.parametrize(
    ("wide", "shown"),
    [
        ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
        ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),  # more than BT.709 has
        ((0.6, 0.5, 0.45), (0.6573, 0.4859, 0.4410)),
    ],
)
def test_wide_colours_become_those_of_bt709(wide, shown):
    assert wide_to_screen(np.array([wide]))[0] == pytest.approx(shown, abs=2e-3)
