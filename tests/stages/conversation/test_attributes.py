from dataclasses import replace

import numpy as np
import pytest

from stages.conversation.attributes import describe_background, describe_framing, describe_person
from tests.stages.conversation.drawn import SIZE, Sitter, draw, lean


def describe(**changes):
    return describe_person(draw(Sitter(**changes)))


@pytest.mark.parametrize(
    ("hair", "words"),
    [
        ((22, 18, 17), "black hair"),
        ((52, 44, 42), "dark hair"),
        ((98, 66, 44), "brown hair"),
        ((214, 180, 120), "blond hair"),
        ((170, 76, 36), "red hair"),
        ((150, 150, 152), "grey hair"),
        (None, "a bald or shaved head"),
    ],
)
def test_hair_colour(hair, words):
    assert describe(hair=hair).hair == words


def test_hair_that_falls_past_the_chin_is_long():
    assert describe(long=True).hair == "long dark hair"


def test_length_is_not_judged_where_the_wall_has_the_colour_of_hair():
    assert "long" not in (describe(long=True, wall=(60, 52, 50)).hair or "")


def test_length_is_not_judged_of_a_head_turned_sideways():
    assert describe(long=True, yaw_degrees=35).hair == "dark hair"


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_dark_shoulder_beside_a_leaning_head_is_no_long_hair(degrees):
    assert describe_person(lean(Sitter(garment=(40, 34, 32)), degrees)).hair == "dark hair"


def test_no_hair_is_claimed_when_the_top_of_the_head_is_cut_off():
    portrait = draw(Sitter())
    cut = replace(
        portrait,
        picture=portrait.picture[44:],
        mask=portrait.mask[44:],
        landmarks=tuple(v - 44 if i % 2 else v for i, v in enumerate(portrait.landmarks)),
    )
    assert describe_person(cut).hair is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"garment": (44, 92, 184)}, "a blue top"),
        ({"garment": (236, 150, 40)}, "an orange top"),
        ({"garment": (28, 28, 30)}, "a black top"),
        ({"garment": (190, 36, 40), "stripes": (240, 240, 236)}, "a red and white top"),
        ({"garment": (44, 37, 35), "long": True}, "a black top"),  # of the hair's own colour
        ({"garment": (190, 36, 40), "long": True}, "a red top"),  # not "red and black": hair hangs over it
    ],
)
def test_clothes(changes, words):
    assert describe(**changes).clothes == words


def test_clothes_are_left_out_when_the_mask_has_none():
    portrait = draw(Sitter())
    portrait.mask[100:] = False
    assert describe_person(portrait).clothes is None


@pytest.mark.parametrize(
    ("changes", "expression"),
    [
        ({"mouth_width": 1.15}, "a smile"),
        ({"mouth_width": 0.8}, "a calm expression"),
        ({"mouth_width": 0.95}, None),
        ({"mouth_width": 1.15, "yaw_degrees": 30.0}, None),
    ],
)
def test_expression(changes, expression):
    assert describe(**changes).expression == expression


@pytest.mark.parametrize(
    ("yaw", "gaze"),
    [
        (0.0, "facing the camera"),
        (-11.0, "facing the camera"),
        (17.0, None),
        (30.0, "turned to the right"),
        (-30.0, "turned to the left"),
    ],
)
def test_gaze(yaw, gaze):
    assert describe(yaw_degrees=yaw).gaze == gaze


@pytest.mark.parametrize(
    ("degrees", "tilt"), [(0, None), (10, None), (25, "tilted to the right"), (-25, "tilted to the left")]
)
def test_tilt(degrees, tilt):
    assert describe_person(lean(Sitter(), degrees)).tilt == tilt


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ((206, 206, 208), "a plain light grey background"),
        ((214, 194, 160), "a plain bright beige background"),
        ((44, 92, 184), "a plain blue background"),
    ],
)
def test_background(wall, words):
    portrait = draw(Sitter(wall=wall))
    assert describe_background(portrait.picture, portrait.mask) == words


def test_background_of_two_colours():
    picture = np.full((SIZE, SIZE, 3), (44, 128, 66), np.uint8)
    picture[:60] = (150, 190, 226)
    assert describe_background(picture, np.zeros((SIZE, SIZE), bool)) == "a green and light blue background"


def test_people_who_fill_the_picture_leave_no_background():
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    assert describe_background(picture, np.ones((SIZE, SIZE), bool)) is None


@pytest.mark.parametrize(
    ("heights", "framing"), [((200, 180), "from close by"), ((100, 120), None), ((50, 50), "from some way off")]
)
def test_framing(heights, framing):
    assert describe_framing(heights, 448) == framing


def test_the_picture_may_have_any_size():
    portrait = draw(Sitter(long=True, garment=(190, 36, 40)))
    big = replace(
        portrait,
        picture=portrait.picture.repeat(3, 0).repeat(3, 1),
        mask=portrait.mask.repeat(3, 0).repeat(3, 1),
        face_box=tuple(3 * v for v in portrait.face_box),
        landmarks=tuple(3 * v for v in portrait.landmarks),
    )
    assert describe_person(big) == describe_person(portrait)
