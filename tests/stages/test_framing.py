import numpy as np
import pytest

from stages.framing import (
    TooFarApart,
    cut,
    extend_up,
    head,
    padding_share,
    shows,
    square_of_face,
    square_of_one,
    square_of_two,
)


def face(x: float, y: float = 120.0, size: float = 60.0):
    return (x, y, x + size, y + size)


def inside(outer, inner) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


@pytest.mark.parametrize(
    ("xs", "frame", "square"),
    [
        ((250, 330), (640, 360), (196.0, 35.0, 444.0, 283.0)),  # busts just fit
        ((200, 380), (640, 360), (146.0, 0.0, 494.0, 348.0)),  # nearly the whole height, moved into the frame
        ((180, 400), (640, 360), (140.0, 0.0, 500.0, 360.0)),  # the whole height, the shoulders not quite
        ((120, 460), (640, 360), (96.0, -88.0, 544.0, 360.0)),  # heads farther apart than the frame is high
        ((100, 480), (640, 360), TooFarApart(488 / 360)),
    ],
)
def test_the_square_of_two(xs, frame, square):
    found = square_of_two([face(x) for x in xs], frame, least_side=100, most_padding=0.25)
    assert found == (square if isinstance(square, TooFarApart) else pytest.approx(square))


def test_both_heads_are_always_inside():
    for gap in range(60, 360, 10):
        for x in range(60, 500 - gap, 40):
            faces = [face(x), face(x + gap, y=90.0)]
            square = square_of_two(faces, (640, 360), 100, 0.25)
            if not isinstance(square, TooFarApart):
                assert all(inside(square, head(f)) for f in faces), (x, gap)
                assert square[2] - square[0] == pytest.approx(square[3] - square[1])


def test_a_square_of_two_is_not_smaller_than_asked():
    square = square_of_two([face(300, size=20), face(340, size=20)], (640, 360), 200, 0.25)
    assert not isinstance(square, TooFarApart)
    assert square[2] - square[0] == 200


def test_heads_far_apart_in_a_tall_frame_do_not_fit():
    assert square_of_two([face(100, 40), face(200, 500)], (360, 640), 100, 0.5) == TooFarApart((560 - 10) / 360)


def test_in_a_tall_frame_heads_are_worth_more_than_chests():
    square = square_of_two([face(60, 100), face(240, 330)], (360, 640), 100, 0.5)
    assert square == pytest.approx((0, 70, 360, 430))


@pytest.mark.parametrize(
    ("x", "others", "across"),
    [
        (290, [], (245.0, 395.0)),
        (30, [], (0.0, 150.0)),  # at the frame's edge: shifted
        (290, [face(400)], (241.0, 391.0)),  # shifted away from a neighbour
        (290, [face(385), face(200)], (269.0, 376.0)),  # between two: shrunk
    ],
)
def test_the_square_of_one(x, others, across):
    square = square_of_one(face(x), (640, 360), 2.5, others)
    assert square
    assert (square[0], square[2]) == pytest.approx(across)
    assert square[2] - square[0] == pytest.approx(square[3] - square[1])
    assert not any(shows(square, other) for other in others)


@pytest.mark.parametrize("other", [face(345), face(300, y=200)], ids=["heads touch", "one below the other"])
def test_no_square_cuts_a_head_off(other):
    assert square_of_one(face(290), (640, 360), 2.5, [other]) is None


def test_the_tight_square_stays_in_the_frame():
    assert square_of_face(face(600, 10), (640, 360), 1.5) == pytest.approx((550, 0, 640, 90))


@pytest.mark.parametrize("pixels", [15, 30, 90])
def test_a_square_is_cut_to_the_size_asked_for(pixels):
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[20:50, 40:70] = 200
    part = cut(picture, (40.0, 20.0, 70.0, 50.0), pixels)
    edge = pixels // 6  # where the interpolation sees the neighbourhood
    assert part.shape == (pixels, pixels, 3)
    assert (part[edge:-edge, edge:-edge] == 200).all()


def test_halves_of_pixels_do_not_shift_the_picture():
    ramp = np.tile(np.arange(160, dtype=np.uint8)[None, :, None], (90, 1, 3))
    whole, doubled = cut(ramp, (20, 10, 60, 50), 40), cut(ramp, (20, 10, 60, 50), 20)
    assert whole[0, :, 0].tolist() == list(range(20, 60))
    assert np.abs(doubled[0, :, 0] - (np.arange(20) * 2 + 20.5)).max() <= 1


def test_a_wall_goes_on_above_the_frame():
    wall = np.full((60, 100, 3), 150, np.uint8)
    wall[30:] = 20  # people
    square = (0.0, -40.0, 100.0, 60.0)
    assert padding_share(square) == 0.4
    part = cut(wall, square, 100, free_above=25)
    assert (part[:68] == 150).all()
    assert (part[72:] == 20).all()


def test_what_goes_on_above_meets_the_frame_without_a_seam():
    picture = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    taller = extend_up(picture, 25, free_rows=10)
    assert taller.shape == (65, 30, 3)
    assert (taller[25:] == picture).all()
    assert (taller[24] == picture[0]).all()
