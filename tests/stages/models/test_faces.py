"""The offline face models, on drawn people: that they do real work, and the same work each time."""

import dlib
import numpy as np
import pytest

from stages.models.catalog import DETECTORS, EMBEDDERS, HERE, SEGMENTERS
from stages.models.dlib_resnet import DlibResnet
from stages.models.faces import Detection
from stages.models.grabcut import draw_marks, soften, whole
from stages.models.weights import find
from stages.similarity import CALIBRATIONS, SAME_PERSON
from stages.sources.studio import StudioClip, choose_cast, draw_frames, masks, truth

LEFT, RIGHT = choose_cast(2, seed=3)
DUO = StudioClip("duo.mp4", 4, "duo", (LEFT.seed, RIGHT.seed))


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Frames 0 and 30 of two people."""
    frames = draw_frames(DUO)
    return np.stack([frame for number, (_, frame) in zip(range(31), frames, strict=False) if number in (0, 30)])


@pytest.fixture(scope="module")
def faces(pictures) -> list[list[Detection]]:
    return DETECTORS["mtcnn"]("cpu", 20.0).detect(pictures)


@pytest.fixture(scope="module")
def embedder() -> DlibResnet:
    return EMBEDDERS["dlib"]()


def test_the_detector_finds_the_faces_where_they_are(faces):
    for number, found in zip((0, 30), faces, strict=True):
        assert len(found) == 2
        for face, known in zip(found, sorted(truth(DUO).boxes[number], key=lambda box: box.x0), strict=True):
            x, y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
            assert known.x0 < x < known.x1
            assert known.y0 < y < known.y1
            assert face.score > 0.9


def test_the_detector_finds_nothing_in_nothing():
    assert DETECTORS["mtcnn"]("cpu", 20.0).detect(np.full((1, 90, 160, 3), 128, np.uint8)) == [[]]


def test_the_detector_gives_the_same_bits_again(pictures, faces):
    assert DETECTORS["mtcnn"]("cpu", 20.0).detect(pictures) == faces


def test_the_embedder_tells_two_people_apart(pictures, faces, embedder):
    first, second = (embedder.embed(picture, found) for picture, found in zip(pictures, faces, strict=True))
    likeness = CALIBRATIONS["dlib"].between(first, second)
    assert likeness.diagonal().min() > SAME_PERSON > likeness[[0, 1], [1, 0]].max()


def test_a_face_is_embedded_alike_alone_and_among_others(pictures, faces, embedder):
    both = embedder.embed(pictures[0], faces[0])
    assert (embedder.embed(pictures[0], faces[0][1:]) == both[1:]).all()


def test_no_faces_give_no_vectors(pictures, embedder):
    assert embedder.embed(pictures[0], []).shape == (0, 128)


def test_the_network_in_torch_is_dlibs_own(pictures, faces, embedder):
    chips = [embedder.chip(pictures[0], face) for face in faces[0]]
    chips.append(np.random.default_rng(0).integers(0, 256, (150, 150, 3), np.uint8))
    dlibs = dlib.face_recognition_model_v1(str(find("dlib", HERE).file("dlib_face_recognition_resnet_model_v1.dat")))
    expected = np.array([dlibs.compute_face_descriptor(chip) for chip in chips])
    assert embedder._net(np.array(chips)) == pytest.approx(expected, abs=5e-6)


def test_the_segmenter_cuts_each_person_out(pictures, faces):
    segmenter = SEGMENTERS["grabcut"]("cpu")
    order = np.argsort([box.x0 for box in truth(DUO).boxes[0]])
    for person, other in ((0, 1), (1, 0)):
        mask = segmenter.segment(pictures[0], faces[0][person], [faces[0][other]])
        known = masks(DUO, 0)[order[person]] > 127
        found = mask > 0.5
        assert mask.dtype == np.float32
        assert (found & known).sum() / (found | known).sum() > 0.7
        x0, y0, x1, y1 = (round(v) for v in faces[0][other].box)
        assert not found[y0:y1, x0:x1].any()


def test_the_segmenter_gives_the_same_bits_again(pictures, faces):
    first, second = (SEGMENTERS["grabcut"]("cpu").segment(pictures[0], faces[0][0]) for _ in range(2))
    assert (first == second).all()


def test_marks_begin_with_the_face_and_spare_the_neighbour():
    me, you = (
        Detection((x, 40, x + 30, 70), (x + 9, 52, x + 21, 52, x + 15, 58, x + 10, 64, x + 20, 64), 1.0)
        for x in (20, 110)
    )
    marks = draw_marks((160, 120), me, [you])
    background, person, perhaps_background, perhaps_person = range(4)
    assert marks[55, 35] == person
    assert marks[55, 125] == background
    assert marks[100, 35] == perhaps_person
    assert marks[100, 155] == background
    assert marks[5, 35] == background
    assert set(np.unique(marks)) == {background, person, perhaps_background, perhaps_person}


def test_only_the_piece_with_the_face_is_kept_and_its_holes_filled():
    mask = np.zeros((60, 60), np.uint8)
    mask[10:40, 10:40] = 1
    mask[20:25, 20:25] = 0
    mask[10:30, 50:58] = 1
    kept = whole(mask, (15, 15))
    assert kept[22, 22] == 1
    assert kept[20, 54] == 0
    assert abs(int(kept.sum()) - 900) < 30


def test_an_edge_is_softened_where_the_picture_has_one():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, 20:] = 255
    mask = np.zeros((40, 40), np.float32)
    mask[:, 21:] = 1
    soft = soften(mask, picture, radius=3)
    assert soft[20, :15].max() < 0.01 < 0.99 < soft[20, 28:].min()
    assert soft[20, 20] > 0.5 > soft[20, 19]
