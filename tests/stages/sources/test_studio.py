"""The studio's promises: the same bytes each time, truth that the pixels agree with, faces that real models accept."""

import hashlib
import importlib.util
import io
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import pytest

from stages.sources.studio import (
    Expression,
    Person,
    Scene,
    StudioClip,
    cast_clips,
    choose_cast,
    draw_clip,
    draw_frames,
    draw_portrait,
    draw_scene,
    masks,
    truth,
)
from stages.sources.studio.cast import REJECTED_KINDS, USABLE_KINDS
from stages.sources.studio.scene import SCENES

CAST = choose_cast(4, seed=5)
DUO = StudioClip("duo.mp4", 1, "duo", (CAST[0].seed, CAST[1].seed))
CUT = StudioClip("swapped.mp4", 2, "swapped_after_cut", (CAST[2].seed, CAST[3].seed))


@lru_cache(maxsize=4)
def video(clip: StudioClip) -> bytes:
    return draw_clip(clip)


@lru_cache(maxsize=4)
def decoded(clip: StudioClip) -> tuple[np.ndarray, ...]:
    with av.open(io.BytesIO(video(clip))) as container:
        return tuple(frame.to_ndarray(format="rgb24") for frame in container.decode(video=0))


def test_the_same_clip_has_the_same_bytes_in_another_process():
    clip = StudioClip("brief.mp4", 9, "brief", (CAST[0].seed, CAST[3].seed))
    script = (
        f"import hashlib; from stages.sources.studio import *;print(hashlib.sha256(draw_clip({clip!r})).hexdigest())"
    )
    root = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(draw_clip(clip)).hexdigest()


def test_the_file_is_what_the_truth_says():
    frames, known = decoded(CUT), truth(CUT)
    assert len(frames) == known.frame_count
    assert frames[0].shape == (known.height, known.width, 3)
    with av.open(io.BytesIO(video(CUT))) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate) == ("h264", known.fps)


def test_cuts_are_where_the_truth_says():
    frames, known = decoded(CUT), truth(CUT)
    small = np.stack([frame[::4, ::4].astype(np.float32) for frame in frames])
    change = np.abs(np.diff(small, axis=0)).mean((1, 2, 3))
    assert [(int(change.argmax()) + 1) / known.fps] == list(known.cuts_seconds)
    assert known.shots[0].people == known.shots[1].people[::-1]


@pytest.mark.parametrize("kind", ["duo", "duo_cut", "two_pairs", "duo_then_singles", "trio", "single"])
def test_faces_are_inside_the_frame(kind):
    known = truth(StudioClip("clip.mp4", 4, kind))
    boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for frame in known.boxes for b in frame])
    assert boxes[:, :2].min() >= 0
    assert boxes[:, 2].max() <= known.width
    assert boxes[:, 3].max() <= known.height
    assert (boxes[:, 2:] - boxes[:, :2]).min() >= 40


def test_close_ups_of_another_pose_exist():
    for person in DUO.people:
        yaws = [box.yaw_degrees for frame in truth(DUO).boxes for box in frame if box.person == person]
        assert max(yaws) - min(yaws) > 25
        assert max(map(abs, yaws)) <= 35


def test_masks_cover_heads_and_nobody_twice():
    known = truth(DUO)
    left, right = masks(DUO, 30)
    assert not np.any((left > 0) & (right > 0))
    for mask, box in zip((left, right), known.boxes[30], strict=True):
        assert set(np.unique(mask)) == {0, 255}
        centre = mask[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
        assert (centre > 0).mean() > 0.85


def test_masks_end_with_the_clip():
    with pytest.raises(IndexError):
        masks(DUO, truth(DUO).frame_count)


@pytest.mark.parametrize("count", [16, 24, 40])
def test_every_kind_is_cast_and_two_thirds_are_pairs(count):
    clips = cast_clips(count, seed=3)
    assert {clip.kind for clip in clips} == {*USABLE_KINDS, *REJECTED_KINDS}
    usable = sum(truth(clip).verdict != "rejected" for clip in clips)
    assert 0.5 <= usable / count <= 0.7
    assert len({clip.name for clip in clips}) == count


def test_some_people_come_back_in_a_second_clip():
    appearances: dict[int, int] = {}
    for clip in cast_clips(24, seed=0):
        if clip.kind in USABLE_KINDS:
            for person in clip.people:
                appearances[person] = appearances.get(person, 0) + 1
    again = sum(n > 1 for n in appearances.values())
    assert 1 <= again <= len(appearances) / 4


@pytest.mark.parametrize(
    ("kind", "verdict", "reason", "pairs"),
    [
        ("duo", "usable", None, 1),
        ("swapped_after_cut", "usable", None, 1),
        ("two_pairs", "usable", None, 2),
        ("duo_then_singles", "usable", None, 1),
        ("passer_by", "either", "more_than_two", 1),
        ("single", "rejected", "one_person", 0),
        ("nobody", "rejected", "no_faces", 0),
        ("same_twice", "rejected", "same_person_twice", 0),
        ("far_away", "rejected", "faces_too_small", 0),
        ("damaged", "rejected", "unreadable", 0),
        ("not_a_video", "rejected", "not_a_video", 0),
    ],
)
def test_the_truth_of_each_kind(kind, verdict, reason, pairs):
    known = truth(StudioClip("clip.mp4", 7, kind))
    assert known.verdict == verdict
    assert known.reasons[:1] == ((reason,) if reason else ())
    assert len(known.pairs) == pairs


@pytest.mark.parametrize("kind", ["damaged", "not_a_video"])
def test_what_cannot_be_read_cannot_be_read(kind):
    clip = StudioClip("clip.mp4", 7, kind)
    with pytest.raises(av.error.FFmpegError), av.open(io.BytesIO(draw_clip(clip))) as container:
        next(container.decode(video=0))
    assert list(draw_frames(clip)) == []


def test_an_unknown_kind_is_named_with_what_is_allowed():
    with pytest.raises(ValueError, match=r"'quartet'.*two_pairs"):
        StudioClip("clip.mp4", 7, "quartet", (1, 2, 3, 4))


@pytest.mark.parametrize("kind", SCENES)
def test_scenes_are_drawn_at_the_size_asked_for(kind):
    assert draw_scene(Scene(kind, 1), 320, 180).shape == (180, 320, 3)


def test_a_portrait_depends_on_its_generator_alone():
    def portrait(seed):
        rng = np.random.default_rng(seed)
        return draw_portrait(Person.from_seed(8), 128, 20.0, Expression(smile=1.0), None, rng)

    assert portrait(1).shape == (128, 128, 3)
    assert np.array_equal(portrait(1), portrait(1))
    assert not np.array_equal(portrait(1), portrait(2))


@pytest.fixture(scope="module")
def find_faces():
    import torch
    from facenet_pytorch import MTCNN

    torch.set_num_threads(1)
    detector = MTCNN(keep_all=True, device="cpu", min_face_size=30)

    def find(frame: np.ndarray) -> list[tuple[np.ndarray, float]]:
        boxes, scores = detector.detect(frame)
        return [] if boxes is None else [(np.asarray(b, float), float(s)) for b, s in zip(boxes, scores, strict=True)]

    return find


def test_mtcnn_finds_both_people_and_no_other_face(find_faces):
    known = truth(DUO)
    for index in range(5, known.frame_count, 24):
        found = find_faces(decoded(DUO)[index])
        assert len(found) == 2
        assert min(score for _, score in found) > 0.95
        for box in known.boxes[index]:
            assert any(_overlap(face, box) > 0.5 for face, _ in found)


def test_mtcnn_finds_nobody_in_empty_scenes(find_faces):
    for seed, kind in enumerate(SCENES):
        assert [score for _, score in find_faces(draw_scene(Scene(kind, seed))) if score > 0.9] == []


def test_the_embedder_tells_people_apart_and_knows_them_again(find_faces):
    embed = _embedder()
    seen: dict[int, list[np.ndarray]] = {}
    for clip in (DUO, CUT):
        known = truth(clip)
        for index in range(5, known.frame_count, 24):
            for face, _ in find_faces(decoded(clip)[index]):
                overlaps = [_overlap(face, box) for box in known.boxes[index]]
                if max(overlaps) < 0.5:
                    continue
                person = known.boxes[index][int(np.argmax(overlaps))].person
                seen.setdefault(person, []).append(embed(decoded(clip)[index], face))
    people = list(seen)
    same = [np.linalg.norm(a - b) for p in people for a in seen[p] for b in seen[p] if a is not b]
    other = [np.linalg.norm(a - b) for p in people for q in people if p < q for a in seen[p] for b in seen[q]]
    assert np.median(same) <= 0.33
    assert np.percentile(same, 99) < 0.5
    assert 0.55 <= np.median(other) <= 0.8
    assert np.percentile(other, 1) > 0.45


def _overlap(face: np.ndarray, box) -> float:
    width = min(face[2], box.x1) - max(face[0], box.x0)
    height = min(face[3], box.y1) - max(face[1], box.y0)
    shared = max(width, 0) * max(height, 0)
    areas = (face[2] - face[0]) * (face[3] - face[1]) + (box.x1 - box.x0) * (box.y1 - box.y0)
    return float(shared / (areas - shared))


def _embedder():
    import dlib

    spec = importlib.util.find_spec("face_recognition_models")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    landmarks = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(str(folder / "dlib_face_recognition_resnet_model_v1.dat"))

    def embed(frame: np.ndarray, face: np.ndarray) -> np.ndarray:
        points = landmarks(frame, dlib.rectangle(*(round(v) for v in face)))
        return np.array(network.compute_face_descriptor(dlib.get_face_chip(frame, points, 150, 0.25)))

    return embed
