import numpy as np
import pytest

from stages.conversation.colours import _TONES, COLOURS, colour_word, families_in, to_lab
from stages.conversation.dominant import dominant_colours


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),  # sRGB's primaries, as tables of CIE Lab give them
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_lab_of_known_colours(rgb, lab):
    assert to_lab(rgb) == pytest.approx(np.array(lab), abs=0.02)


@pytest.mark.parametrize("name", COLOURS)
def test_a_garment_colour_is_measured_as_its_own_word(name):
    assert families_in(colour_word(to_lab(COLOURS[name]))) == families_in(name)


@pytest.mark.parametrize("word", _TONES)
def test_every_measured_word_has_one_family(word):
    assert len(families_in(word)) == 1


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("a navy shirt", {"blue"}),
        ("an orange and black top", {"orange", "black"}),
        ("a light-blue top", {"blue"}),
        ("a greyhound", set()),
        ("", set()),
    ],
)
def test_families_in_text(text, families):
    assert families_in(text) == families


def _pixels(*parts):
    return to_lab(np.concatenate([np.tile(np.uint8(rgb), (count, 1)) for rgb, count in parts]))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([((44, 92, 184), 900)], ["blue"]),
        ([((44, 92, 184), 600), ((30, 60, 130), 300)], ["blue"]),  # a fold in the shade
        ([((190, 36, 40), 500), ((240, 240, 236), 400)], ["red", "white"]),
        ([((190, 36, 40), 400), ((240, 240, 236), 500)], ["white", "red"]),
        ([((28, 28, 30), 900), ((240, 240, 236), 100)], ["black"]),  # a small print
    ],
)
def test_dominant_colours_in_order_of_share(parts, words):
    assert [word for word, _ in dominant_colours(_pixels(*parts))] == words


def test_no_colour_stands_out_of_many():
    parts = [(COLOURS[name], 200) for name in ("red", "blue", "green", "yellow", "white")]
    assert dominant_colours(_pixels(*parts)) == []
