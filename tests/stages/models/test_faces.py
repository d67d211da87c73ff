"""The offline face models, on drawn people: that they do real work, and the same work each time."""

import dlib
import numpy as np
import pytest

from stages.likeness.similarity import CALIBRATIONS, SAME_PERSON
from stages.models.catalog import DETECTORS, EMBEDDERS, HERE
from stages.models.dlib_resnet import DlibResnet
from stages.models.faces import Detection
from stages.models.weights import find
from stages.sources.studio import StudioClip, choose_cast, draw_frames, truth

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
