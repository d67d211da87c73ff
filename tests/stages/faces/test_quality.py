import math

import cv2
import numpy as np
import pytest

from stages.faces.quality import (
    exposure,
    eyes_open,
    grey_levels,
    look,
    look_gap,
    pitch_degrees,
    pose_gap_degrees,
    quality,
    roll_degrees,
    sharpness,
    size,
    upright_patch,
    yaw_degrees,
)

POINTS = (29.0, 38.0, 67.0, 38.0, 48.0, 58.0, 34.0, 77.0, 62.0, 77.0)  # of a face that fills a patch of 96
BOX = (0.0, 0.0, 96.0, 96.0)
FRONTAL = (-31.5, 0.0, 31.5, 0.0, 0.0, 30.0, -22.0, 65.0, 22.0, 65.0)


def head(yaw: float = 0.0, roll: float = 0.0, pitch: float = 0.0) -> tuple[float, ...]:
    """Project a head's landmarks, in millimetres: its nose 27 before the plane of the eyes."""
    turn, lean, nod = math.radians(yaw), math.radians(roll), math.radians(pitch)
    depths = (0.0, 0.0, 27.0, 0.0, 0.0)
    points = []
    for (x, y), z in zip(np.reshape(FRONTAL, (5, 2)), depths, strict=True):
        y = y * math.cos(nod) + z * math.sin(nod)
        seen = x * math.cos(turn) + z * math.sin(turn)
        points += [seen * math.cos(lean) - y * math.sin(lean), seen * math.sin(lean) + y * math.cos(lean)]
    return tuple(points)


@pytest.mark.parametrize("yaw", [-60, -20, 0, 35])
@pytest.mark.parametrize("roll", [-40, 0, 25])
def test_pose_is_read_from_landmarks(yaw, roll):
    assert yaw_degrees(head(yaw, roll)) == pytest.approx(yaw, abs=1e-6)
    assert roll_degrees(head(yaw, roll)) == pytest.approx(roll, abs=1e-6)


@pytest.mark.parametrize("pitch", [-30, 0, 20])
@pytest.mark.parametrize("roll", [-40, 0, 25])
def test_a_nod_is_read_from_landmarks(pitch, roll):
    assert pitch_degrees(head(0, roll, pitch)) == pytest.approx(pitch, abs=1e-6)


def test_landmarks_in_one_point_have_a_finite_pitch():
    assert -90 <= pitch_degrees((5.0, 5.0) * 5) <= 90


def test_a_profile_whose_eyes_coincide_still_has_a_pose():
    assert yaw_degrees(head(90)) == pytest.approx(90, abs=0.1)
    assert roll_degrees(head(90, 20)) == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(
    ("box", "side"), [((0, 0, 30, 30), 30), ((10, 10, 30, 55), 30), ((5, 5, 5, 9), 0), ((9, 9, 5, 5), 0)]
)
def test_the_size_of_a_face_is_that_of_a_square_as_large(box, side):
    assert size(box) == pytest.approx(side)


def test_poses_are_compared_in_all_angles():
    assert pose_gap_degrees((10, 4, 7), (13, 0, 7)) == 5
    assert pose_gap_degrees((0, 4, 7), (0, 4, 0)) == 7


def test_looks_are_compared_whatever_the_light():
    rng = np.random.default_rng(0)
    one, other = (rng.integers(50, 150, (24, 24), np.uint8) for _ in range(2))
    assert look_gap(one.tobytes(), one.tobytes()) == pytest.approx(0)
    assert look_gap(one.tobytes(), (one // 2 + 90).tobytes()) == pytest.approx(0, abs=0.01)
    assert look_gap(one.tobytes(), (200 - one).tobytes()) == 1
    assert look_gap(one.tobytes(), other.tobytes()) > 0.9
    changed = one.copy()
    changed[12:] = other[12:]
    assert look_gap(one.tobytes(), changed.tobytes(), slice(0, 12)) == pytest.approx(0)
    assert look_gap(one.tobytes(), bytes(576)) == 0


def test_the_corners_of_a_look_are_background():
    one = np.random.default_rng(0).integers(50, 150, (24, 24), np.uint8)
    other = one.copy()
    other[:4, :4] = other[-4:, -4:] = 255
    assert look_gap(one.tobytes(), other.tobytes()) == pytest.approx(0)


def test_a_leaning_face_comes_out_upright():
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[60:140, 70:130] = 255
    upright[60:80, 70:130] = 90
    around = cv2.getRotationMatrix2D((100, 100), -30, 1)
    leaning = cv2.warpAffine(upright, around, (200, 200))
    points = tuple(v + 100 for v in head(roll=30))
    patch = upright_patch(leaning, (60, 60, 140, 140), points, 80)
    assert np.abs(patch.astype(int) - upright[60:140, 60:140]).mean() < 10


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_a_patch_shows_the_box_at_any_scale(factor):
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[100:160, 100:160] = 200
    pixels = round(60 * factor)
    patch = upright_patch(picture, (100, 100, 160, 160), head(), pixels)
    assert patch.shape == (pixels, pixels, 3)
    assert (patch[2:-2, 2:-2] == 200).all()


def test_blur_lowers_sharpness():
    crisp = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    assert sharpness(crisp) > 10 * sharpness(cv2.GaussianBlur(crisp, (0, 0), 2)) > 0


def test_a_hand_before_the_mouth_is_not_sharpness():
    plain = np.full((96, 96, 3), 128, np.uint8)
    covered = plain.copy()
    covered[70:] = np.random.default_rng(0).integers(0, 256, (26, 96, 3), np.uint8)
    assert sharpness(covered) == sharpness(plain) == 0


def grey(level: float, noise: float = 20.0) -> np.ndarray:
    levels = np.random.default_rng(0).normal(level, noise, (96, 96, 1))
    return np.repeat(levels.clip(0, 255).astype(np.uint8), 3, axis=2)


@pytest.mark.parametrize(
    ("level", "expected"), [(128, 1.0), (70, 1.0), (25, 0.33), (5, 0.03), (230, 0.42), (255, 0.0)], ids=str
)
def test_exposure_falls_towards_black_and_white(level, expected):
    assert exposure(grey(level)) == pytest.approx(expected, abs=0.03)


def test_a_blown_quarter_of_a_face_does_not_count():
    patch = grey(128)
    patch[:, 64:] = 255  # a sixth of each side of a patch is background
    assert exposure(patch) == pytest.approx(0.75)


def drawn_eyes(height: int) -> np.ndarray:
    patch = np.full((96, 96, 3), 180, np.uint8)
    for x, y in ((29, 38), (67, 38)):
        cv2.ellipse(patch, (x, y), (9, height), 0, 0, 360, (60, 60, 60), -1)
    return patch


def test_open_eyes_are_darker_than_closed_ones():
    line, slit, wide = (eyes_open(drawn_eyes(height), BOX, POINTS) for height in (0, 1, 4))
    assert line < 0.3 < slit < 0.5 < wide < 0.7


def test_eyes_beside_the_patch_are_not_judged():
    assert eyes_open(drawn_eyes(3), BOX, (1.0, *POINTS[1:])) is None


def test_a_look_is_the_face_in_small_grey_levels():
    patch = np.zeros((96, 96, 3), np.uint8)
    patch[:4, 92:] = (0, 255, 0)
    levels = grey_levels(look(patch))
    assert levels.shape == (24, 24)
    assert levels[0, 23] == 150
    assert levels.sum() == 150


GOOD = {
    "face_pixels": 100.0,
    "sharpness": 100.0,
    "yaw_degrees": 0.0,
    "pitch_degrees": 0.0,
    "roll_degrees": 0.0,
    "exposure": 1.0,
    "score": 1.0,
    "eyes_open": 1.0,
    "occlusion": 0.0,
}


@pytest.mark.parametrize(
    "worse",
    [
        {"face_pixels": 30},
        {"sharpness": 10},
        {"yaw_degrees": 50},
        {"pitch_degrees": -40},
        {"roll_degrees": -50},
        {"exposure": 0.6},
        {"score": 0.5},
        {"eyes_open": 0.5},
        {"occlusion": 0.5},
    ],
    ids=str,
)
def test_each_fault_lowers_quality(worse):
    assert 0 < quality(**(GOOD | worse)) < quality(**GOOD) < 1


@pytest.mark.parametrize("same", [{"eyes_open": None}, {"eyes_open": 0.9}, {"pitch_degrees": 14.0}], ids=str)
def test_what_is_no_fault_does_not(same):
    assert quality(**(GOOD | same)) == quality(**GOOD)
