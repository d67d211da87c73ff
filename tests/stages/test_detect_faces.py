from typing import Any

import numpy as np
import pytest

from pipeline.sample import Sample
from stages.cut_shots import Shot, Shots
from stages.decode import Decoded, Decoder
from stages.detect_faces import DetectFaces, Faces, Models, times_in_shot
from stages.models.faces import Detection
from stages.pull_clips import Clip

POINTS = (0.3, 0.4, 0.7, 0.4, 0.5, 0.6, 0.35, 0.8, 0.65, 0.8)


class Film(Decoder):
    """A decoder of a film of 720x480: bright squares (x, y, side), a frame in every quarter of a second."""

    def __init__(self, squares: list[tuple[int, int, int]]):
        super().__init__()
        self.squares = squares
        self.requests: list[list[float]] = []

    def frames_at(self, path, seconds, height=None, crop=None) -> Decoded:
        self.requests.append(list(seconds))
        frame = np.zeros((480, 720, 3), np.uint8)
        for x, y, side in self.squares:
            frame[y : y + side, x : x + side] = 255
        if crop:
            frame = frame[crop[1] : crop[3], crop[0] : crop[2]]
        step = max(len(frame) // height, 1) if height else 1
        shown = tuple(int(time * 4) / 4 for time in seconds)
        return Decoded("decord", shown, np.stack([frame[::step, ::step]] * len(shown)))


class Squares:
    """A detector for bright squares, which is less sure of small ones."""

    def detect(self, pictures):
        return [self._squares(picture) for picture in pictures]

    def _squares(self, picture):
        bright = picture[:, :, 0] > 127
        starts = np.flatnonzero(np.diff(bright.any(axis=0).astype(int)) == 1) + 1
        found = []
        for x in starts:
            rows = np.flatnonzero(bright[:, x])
            y, side = int(rows[0]), len(rows)
            points = tuple((int(x), y)[i % 2] + side * p for i, p in enumerate(POINTS))
            found.append(Detection((float(x), y, float(x + side), y + side), points, 0.99 if side >= 10 else 0.5))
        return found


class Brightness:
    """An embedder that says how bright a face is."""

    def embed(self, picture, faces):
        boxes = [[round(v) for v in face.box] for face in faces]
        return np.array([[picture[y0:y1, x0:x1].mean(), len(picture)] for x0, y0, x1, y1 in boxes], np.float32)


def clip(**changes: Any) -> Clip:
    values: dict[str, Any] = dict.fromkeys(Clip.__dataclass_fields__) | {
        "uri": "/film.mp4",
        "width": 720,
        "height": 480,
    }
    return Clip(**(values | changes))


def detect(film: Film, *shots: Shot, picture: tuple[int, int, int, int] | None = None, **options) -> Faces:
    seen = shots or (Shot(0.0, 2.0, None, None, None),)
    sample = Sample("film.mp4/w00").put(clip(), Shots("decord", seen, picture))
    stage = DetectFaces(**({"frame_height_px": 480, "detector_height_px": 240} | options))
    return stage.process(sample, Models(film, Squares(), Squares(), Brightness()))[Faces]


@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        (10.0, 11.2, (10.1, 10.6)),
        (10.0, 11.21, (10.1, 10.6, 11.1)),
        (10.0, 10.2, (10.1,)),
        (10.0, 10.06, (10.03,)),
    ],
)
def test_a_shot_is_looked_at_steadily_and_away_from_its_cuts(start, end, times):
    assert times_in_shot(start, end, 2.0, 0.1) == pytest.approx(times)


def test_faces_are_given_in_pixels_of_the_full_frame():
    for height in (240, 480):
        faces = detect(Film([(100, 60, 80), (400, 200, 120)]), frame_height_px=height)
        left, right = faces.frames[0].faces
        assert (left.box, right.box) == ((100, 60, 180, 140), (400, 200, 520, 320))
        assert left.landmarks[:2] == pytest.approx((124, 92))
        assert (left.embedding, right.embedding) == ((255, height), (255, height))


def test_faces_below_the_score_are_not_seen():
    assert [len(frame.faces) for frame in detect(Film([(100, 60, 16)])).frames] == [0] * 6
    assert [len(frame.faces) for frame in detect(Film([(100, 60, 16)]), min_score=0.4).frames] == [1] * 6


def test_small_faces_are_seen_but_not_embedded():
    (face,) = detect(Film([(100, 60, 26)])).frames[0].faces
    assert face.embedding is None


def test_few_of_the_faces_that_stay_are_embedded():
    frames = detect(Film([(100, 60, 80)]), Shot(0.0, 10.0, None, None, None)).frames
    embedded = [i for i, frame in enumerate(frames) if frame.faces[0].embedding is not None]
    assert len(frames) == 30
    assert embedded == [0, 29]  # the first, which is as good as any (all are equal, and white), and the last


def test_bars_are_cut_away():
    faces = detect(Film([(100, 60, 80)]), picture=(40, 20, 680, 460), detector_height_px=440)
    assert (faces.width, faces.height) == (640, 440)
    assert faces.frames[0].faces[0].box == (60, 40, 140, 120)


def test_every_frame_may_be_looked_at_whole():
    once = detect(Film([(100, 60, 80)]), whole_look_frames=1)
    assert [frame.faces[0].box for frame in once.frames] == [(100, 60, 180, 140)] * 6


def test_shots_with_a_reason_are_left_out():
    faces = detect(Film([]), Shot(0.0, 0.5, "too_short", 0.5, 1.0), Shot(0.5, 1.7, None, None, None))
    assert {frame.shot for frame in faces.frames} == {1}


def test_a_frame_that_comes_twice_counts_once():
    faces = detect(Film([]), frames_per_second=10.0)
    assert [frame.seconds for frame in faces.frames] == [i / 4 for i in range(8)]


def test_a_long_window_is_decoded_in_pieces():
    film = Film([])
    detect(film, Shot(0.0, 30.0, None, None, None))
    assert [len(request) for request in film.requests] == [32, 32, 26]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"detector": "eyes"}, "detector is 'eyes', but must be one of .*mtcnn"),
        ({"embedder": "names"}, "embedder is 'names', but must be one of .*dlib"),
        ({"reader": "vlc"}, "reader is 'vlc', but must be one of auto, decord, pyav"),
        ({"whole_look_frames": 0}, "whole_look_frames must be at least 1"),
        ({"frames_per_second": 0.0}, "frames_per_second must be above 0"),
        ({"detector_height_px": 2000}, "detector_height_px, frame_height_px"),
    ],
)
def test_impossible_options_are_refused(option, message):
    with pytest.raises(ValueError, match=message):
        DetectFaces(**option)
