"""insightface's detection and recognition, on tiny graphs with the inputs and outputs of a pack's."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from insightface.model_zoo.scrfd import SCRFD
from insightface.utils import face_align

from pipeline.errors import ConfigError
from pipeline.run import ModelStore, Run
from stages.cut_shots import Shot, Shots
from stages.detect_faces import DetectFaces, Faces
from stages.models.arcface import ArcFace, align
from stages.models.catalog import DETECTORS, EMBEDDERS
from stages.models.device import check_runtime
from stages.models.faces import Detection
from stages.models.onnx_graph import check_session, open_session
from stages.models.scrfd import BATCH, Scrfd
from stages.models.weights import Weights, find
from stages.pull_clips import PullClips
from tests.stages.films import FRAMES_PER_SECOND, write_film
from tests.stages.models.tiny_packs import draw_face, landmarks_of, make_detector, make_pack

HERE = ModelStore()
RUN = Run("test", Path())
FACES = ((60, 40, 96), (300, 120, 130))  # x, y, side in a picture of 640 x 360


def scene(height: int = 360, faces=FACES, seed: int = 0) -> np.ndarray:
    """Draw faces, given for a height of 360, into a picture of any height."""
    picture = np.random.default_rng(seed).integers(40, 90, (height, height * 16 // 9, 3), dtype=np.uint8)
    for face in faces:
        draw_face(picture, *(round(v * height / 360) for v in face))
    return picture


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Path:
    """As buffalo_l is: one picture at a time, of any size."""
    return make_pack(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture(scope="module")
def weights(pack) -> Weights:
    return find(str(pack), HERE)


@pytest.fixture(scope="module")
def batched(tmp_path_factory) -> Weights:
    """With a batch dimension that is free."""
    return find(str(make_pack(tmp_path_factory.mktemp("batched") / "tiny", batch="N", batched=True)), HERE)


@pytest.mark.parametrize(("height", "min_face_pixels"), [(270, 16), (360, 16), (361, 20), (720, 32), (1080, 24)])
def test_faces_are_found_where_they_are_in_pictures_of_any_size(weights, height, min_face_pixels):
    (found,) = Scrfd(weights, "cpu", min_face_pixels).detect(scene(height)[None])
    assert len(found) == len(FACES)
    for face, known in zip(found, FACES, strict=True):
        x, y, side = (round(v * height / 360) for v in known)
        assert face.box == pytest.approx((x, y, x + side, y + side), abs=0.03 * side)
        assert face.landmarks == pytest.approx(landmarks_of(x, y, side), abs=0.03 * side)
        assert 0.9 < face.score <= 1


def test_faces_are_found_in_a_graph_of_fixed_size(tmp_path):
    make_detector(tmp_path / "det.onnx", size=(320, 320))
    (found,) = Scrfd(find(str(tmp_path), HERE)).detect(scene()[None])
    for face, (x, y, side) in zip(found, FACES, strict=True):
        assert face.box == pytest.approx((x, y, x + side, y + side), abs=4)


def test_pictures_of_other_sizes_than_the_graph_names_are_no_reason_to_warn(weights, capfd):
    assert len(Scrfd(weights).detect(scene(270)[None])[0]) == len(FACES)
    assert capfd.readouterr() == ("", "")


def test_faces_are_those_that_insightfaces_own_detector_finds(weights):
    picture = scene()
    boxes, points = SCRFD(str(weights.file("det_10g.onnx"))).detect(picture[..., ::-1], input_size=(640, 384))
    order = np.argsort(boxes[:, 0])
    (found,) = Scrfd(weights, "cpu", min_face_pixels=16).detect(picture[None])
    assert np.array([(*face.box, face.score) for face in found]) == pytest.approx(boxes[order], abs=1e-3)
    assert np.array([face.landmarks for face in found]) == pytest.approx(points[order].reshape(-1, 10), abs=1e-3)


def test_pictures_find_the_same_faces_in_batches_and_one_by_one(weights, batched):
    pictures = np.stack([scene(seed=i, faces=FACES[: i % 3]) for i in range(BATCH + 3)])
    together = Scrfd(batched).detect(pictures)
    assert [len(found) for found in together] == [i % 3 for i in range(BATCH + 3)]
    assert together == Scrfd(weights).detect(pictures)
    assert together == [Scrfd(batched).detect(picture[None])[0] for picture in pictures]


def test_a_graph_without_landmarks_is_refused(tmp_path):
    make_detector(tmp_path / "det.onnx", points=False)
    with pytest.raises(ConfigError, match=r"det\.onnx finds faces but no landmarks"):
        Scrfd(find(str(tmp_path), HERE))


def test_a_pack_without_the_graph_that_is_needed_says_what_it_has(tmp_path):
    make_detector(tmp_path / "det.onnx")
    with pytest.raises(ConfigError, match=r"has no graph for recognition among det\.onnx"):
        ArcFace(find(str(tmp_path), HERE))


def turned(points: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ matrix.T + shift


@pytest.mark.parametrize("degrees", [0, 25, -40])
def test_a_turned_face_is_put_upright(degrees):
    landmarks = turned(face_align.arcface_dst, degrees, scale=1.5, shift=(140, 90))
    picture = np.zeros((400, 400, 3), np.uint8)
    for x, y in landmarks:
        picture[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4] = 255
    chip = align(picture, landmarks.ravel(), 112)
    for x, y in face_align.arcface_dst:
        assert chip[round(y), round(x)].min() > 200
    assert (chip > 128).mean() < 0.02


def test_a_face_is_aligned_as_insightface_does_it():
    picture = np.random.default_rng(1).integers(0, 256, (200, 200, 3), np.uint8)
    landmarks = turned(face_align.arcface_dst, 12, 1.2, (30, 20)) + np.random.default_rng(2).normal(0, 3, (5, 2))
    with pytest.warns(FutureWarning, match="from_estimate"):
        expected = face_align.norm_crop(picture, landmarks.astype(np.float32))
    assert np.abs(align(picture, landmarks.ravel(), 112).astype(int) - expected).max() <= 2


def test_landmarks_in_one_place_are_no_reason_to_stop():
    assert align(np.zeros((9, 9, 3), np.uint8), [4.0] * 10, 112).shape == (112, 112, 3)


def test_the_network_sees_an_aligned_face_in_its_own_colours_and_units(weights):
    face = Detection((0, 0, 112, 112), tuple(face_align.arcface_dst.ravel().tolist()), 1.0)
    picture = np.random.default_rng(3).integers(0, 256, (112, 112, 3), np.uint8)
    session = open_session(str(weights.file("w600k_r50.onnx")), "cpu")
    values = (picture.transpose(2, 0, 1)[None].astype(np.float32) - 127.5) / 127.5
    (expected,) = session.run(None, {"input.1": values})
    assert ArcFace(weights).embed(picture, [face]) == pytest.approx(expected, abs=0.02)


def test_the_embedder_tells_faces_apart_and_takes_each_alike_alone_and_among_others(weights):
    picture = scene()
    picture[40:136, 60:156, 1] = 0
    faces = [Detection((x, y, x + s, y + s), tuple(landmarks_of(x, y, s)), 1.0) for x, y, s in FACES]
    embedder = ArcFace(weights)
    both = embedder.embed(picture, faces)
    assert (both.shape, both.dtype) == ((2, 512), np.float32)
    assert (embedder.embed(picture, faces[1:]) == both[1:]).all()
    assert both[0] @ both[1] / np.linalg.norm(both[0]) / np.linalg.norm(both[1]) < 0.9
    assert embedder.embed(picture, []).shape == (0, 512)


def test_what_is_found_is_embedded_as_what_was_drawn(weights):
    picture = scene()
    (found,) = DETECTORS["insightface"]("cpu", 16.0, weights=str(weights.folder)).detect(picture[None])
    drawn = [Detection((x, y, x + s, y + s), tuple(landmarks_of(x, y, s)), 1.0) for x, y, s in FACES]
    embedder = EMBEDDERS["insightface"]("cpu", weights=str(weights.folder))
    first, second = (embedder.embed(picture, faces) for faces in (found, drawn))
    likeness = (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
    assert likeness.min() > 0.99


def test_the_stage_finds_and_embeds_the_faces_of_a_film(tmp_path, pack):
    frames = [scene(faces=[(60 + 4 * i, 40, 96), FACES[1]]) for i in range(25)]
    path = write_film(
        tmp_path / "film.mp4", frames, options={"crf": "8", "preset": "ultrafast"}, size=(640, 360), pixels="yuv444p"
    )
    weights = {"detector_weights": str(pack), "embedder_weights": str(pack)}
    source, stage = PullClips(), DetectFaces(detector="insightface", embedder="insightface", **weights)
    (found,) = source.find(str(path))
    with source.load(RUN) as decoder:
        (window,) = source.process(found, decoder)
    faces = stage.process(window.put(Shots("pyav", (Shot(0.0, 1.0, None, None, None),))), stage.load(RUN))[Faces]
    assert (faces.detector, faces.embedder, len(faces.frames)) == ("insightface", "insightface", 3)
    for frame in faces.frames:
        left, right = frame.faces
        assert left.box[0] == pytest.approx(60 + 4 * round(frame.seconds * FRAMES_PER_SECOND), abs=4)
        assert right.landmarks == pytest.approx(landmarks_of(*FACES[1]), abs=4)
    assert any(len(face.embedding or ()) == 512 for frame in faces.frames for face in frame.faces)


@pytest.mark.parametrize(
    ("device", "providers", "message"),
    [
        ("cuda", ["CPUExecutionProvider"], r"device is cuda, but ONNX Runtime took CPUExecutionProvider"),
        ("cuda:1", ["CPUExecutionProvider", "CUDAExecutionProvider"], r"device is cuda:1, but .*give the stage's"),
    ],
)
def test_a_session_that_fell_back_to_the_cpu_is_refused(device, providers, message):
    with pytest.raises(ConfigError, match=message):
        check_session(SimpleNamespace(get_providers=lambda: providers), device)


def test_a_session_where_it_should_be_is_taken(weights):
    check_session(open_session(str(weights.file("det_10g.onnx")), "cpu"), "cpu")
    check_session(SimpleNamespace(get_providers=lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"]), "cuda")


def test_a_runtime_without_cuda_is_told_before_anything_starts():
    with pytest.raises(ConfigError, match=r"device is cuda, but this onnxruntime knows no CUDA.*make setup-gpu"):
        check_runtime("cuda", "onnx", providers=["CPUExecutionProvider"])
    check_runtime("cuda", "onnx", providers=["CUDAExecutionProvider", "CPUExecutionProvider"])
    check_runtime("cpu", "onnx", providers=[])
