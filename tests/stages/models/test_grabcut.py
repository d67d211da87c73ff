"""People cut out by colour, place and edges: drawn ones against the truth, each step on pictures of a few blocks."""

import cv2
import numpy as np
import pytest

from stages.models.catalog import SEGMENTERS
from stages.models.faces import Detection
from stages.models.grabcut import minimal_cut, whole
from stages.models.mixture import fit, monomials
from stages.models.silhouette import log_odds
from stages.sources.studio import StudioClip, choose_cast, draw_frames, masks, truth

CAST = choose_cast(2, seed=3)
DUO = StudioClip("duo.mp4", 4, "duo", (CAST[0].seed, CAST[1].seed))


def face_at(x: float, y: float, size: float, lean: float = 0.0) -> Detection:
    """A frontal face, `size` pixels high and wide, around a point, leaning by an angle in radians."""
    points = np.array([(-0.2, -0.1), (0.2, -0.1), (0, 0.1), (-0.17, 0.28), (0.17, 0.28)]) * size
    turn = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    landmarks = tuple(float(v) for v in (points @ turn.T + (x, y)).ravel())
    return Detection((x - size / 2, y - size / 2, x + size / 2, y + size / 2), landmarks, 1.0)


def moved(face: Detection, dx: float) -> Detection:
    points = np.array(face.landmarks).reshape(5, 2) + (dx, 0)
    return Detection((face.box[0] + dx, face.box[1], face.box[2] + dx, face.box[3]), tuple(points.ravel()), 1.0)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    _, frame = next(iter(draw_frames(DUO)))
    return frame


@pytest.fixture(scope="module")
def faces() -> list[Detection]:
    boxes = truth(DUO).boxes[0]
    return [
        face_at((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, ((box.x1 - box.x0) * (box.y1 - box.y0)) ** 0.5)
        for box in boxes
    ]


def test_each_drawn_person_is_cut_out_whole_and_alone(picture, faces):
    for person, other in ((0, 1), (1, 0)):
        x = round(min(max(faces[person].box[0] - 130, 0), 640 - 360))
        us = [moved(faces[k], -x) for k in (person, other)]
        mask = SEGMENTERS["grabcut"]().segment(picture[:, x : x + 360], us[0], us[1:])
        known, found = masks(DUO, 0)[person][:, x : x + 360] > 127, mask > 0.5
        assert mask.dtype == np.float32
        assert (found & known).sum() / (found | known).sum() > 0.9
        x0, y0, x1, y1 = (max(round(v), 0) for v in us[1].box)
        assert not found[y0:y1, x0:x1].any()


def test_the_same_picture_gives_the_same_bits(picture, faces):
    first, second = (SEGMENTERS["grabcut"]().segment(picture, faces[0]) for _ in range(2))
    assert (first == second).all()


def test_a_shelf_of_the_jackets_colour_stays_in_the_background():
    scene = np.full((240, 240, 3), (200, 205, 210), np.uint8)
    cv2.rectangle(scene, (0, 60), (60, 180), (60, 70, 120), cv2.FILLED)  # the shelf
    cv2.rectangle(scene, (70, 150), (170, 240), (60, 70, 120), cv2.FILLED)
    cv2.ellipse(scene, (120, 100), (30, 42), 0, 0, 360, (190, 140, 110), cv2.FILLED)
    cv2.rectangle(scene, (108, 130), (132, 150), (190, 140, 110), cv2.FILLED)
    noise = np.random.default_rng(0).normal(0, 2, scene.shape)
    scene = np.clip(scene + noise, 0, 255).astype(np.uint8)
    found = SEGMENTERS["grabcut"]().segment(scene, face_at(120, 105, 58)) > 0.5
    assert found[200, 80:160].all()
    assert found[100, 100:140].all()
    assert not found[:180, :55].any()


@pytest.mark.parametrize(
    ("place", "sign"),
    [
        ((100, 100), 1),  # the face
        ((100, 60), 1),  # hair
        ((100, 30), -1),  # above it
        ((30, 100), -1),  # beside the head
        ((50, 190), 1),  # a shoulder
        ((100, 150), 1),  # the neck
        ((5, 190), -1),  # past the shoulder
    ],
)
def test_where_a_person_is_around_a_face(place, sign):
    x, y = place
    assert log_odds((200, 200), face_at(100, 100, 50))[y, x] * sign > 0.5


def test_the_head_leans_and_the_trunk_hangs():
    upright, leaning = (log_odds((200, 200), face_at(100, 100, 50, lean)) for lean in (0.0, 0.6))
    assert leaning[66, 124] > 0.5 > 0 > upright[66, 124]
    assert leaning[190, 90] > 3


def test_where_somebody_else_is_the_person_is_not():
    alone, beside = (log_odds((200, 200), face_at(70, 100, 40), others) for others in ((), (face_at(140, 100, 40),)))
    assert beside[100, 70] == pytest.approx(alone[100, 70], abs=0.1)
    assert beside[190, 105] < alone[190, 105] - 0.5


def test_a_mixture_has_the_density_of_its_gaussians():
    points = np.random.default_rng(1).normal((3, -2), (1, 2), (400, 2)).astype(np.float32)
    density = fit(points, 1, variance_floor=0.5).log_density(monomials(points))
    covariance = np.cov(points.T, bias=True) + 0.5 * np.eye(2)
    away = points - points.mean(0)
    expected = -np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away) / 2
    expected -= np.log(np.linalg.det(covariance)) / 2
    assert density == pytest.approx(expected, abs=1e-3)


def test_a_cut_follows_an_edge_near_the_evidence():
    picture = np.full((60, 60, 3), 40, np.uint8)
    picture[:, 33:] = 220
    evidence = np.where(np.arange(60) < 30, 3.0, -3.0) * np.ones((60, 1))
    evidence[:, 27:36] = 0.0
    assert (minimal_cut(picture, evidence.astype(np.float32)) == (np.arange(60) < 33)).all()


def test_evidence_decides_where_there_is_no_edge():
    evidence = np.full((40, 40), -4.0, np.float32)
    evidence[10:30, 10:30] = 4.0
    cut = minimal_cut(np.full((40, 40, 3), 128, np.uint8), evidence)
    assert cut[12:28, 12:28].all()
    assert not cut[:8].any()


def test_only_the_piece_with_the_face_is_kept_and_its_holes_filled():
    mask = np.zeros((60, 60), np.uint8)
    mask[10:40, 10:40] = 1
    mask[20:25, 20:25] = 0
    mask[10:30, 50:58] = 1
    kept = whole(mask, (15, 15))
    assert kept[22, 22] == 1
    assert kept[20, 54] == 0
    assert abs(int(kept.sum()) - 900) < 30
