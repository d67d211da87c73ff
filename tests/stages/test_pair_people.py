from dataclasses import replace

import numpy as np
import pytest

from pipeline.sample import Sample
from stages.detect_faces import Faces, Frame
from stages.faces.quality import LOOK_PIXELS
from stages.faces.reflection import MIN_REFLECTION
from stages.likeness.similarity import CALIBRATIONS
from stages.pair_people import Pair, PairPeople, PairSearch
from stages.track_people import People, TrackPeople
from tests.stages.crowd import SHIPPED, face, shot, vector, window

ALWAYS = range(12)
X = {1: 60.0, 2: 260.0, 3: 460.0}


def search(sample: Sample, **options) -> list[Sample]:
    outcome = PairPeople(**options).process(TrackPeople().process(sample, None), None)
    return [outcome] if isinstance(outcome, Sample) else list(outcome)


def test_two_people_together_are_a_pair():
    parent, pair = search(window(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X)))
    assert pair.key == "film.mp4/w00/p0"
    assert (pair[Pair].persons, pair[Pair].shots, pair[Pair].together_share) == ((0, 1), (0,), 1.0)
    assert pair[Pair].similarity < 0.1
    assert [verdict.reason for verdict in parent[PairSearch].shots] == [None]


def test_the_same_two_in_two_shots_are_one_pair():
    swapped = shot(1, {1: ALWAYS, 2: range(6, 12)}, x={1: 260, 2: 60})
    _, *pairs = search(window(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X), swapped))
    assert [(p[Pair].persons, p[Pair].shots, p[Pair].together_share) for p in pairs] == [((0, 1), (0, 1), 0.75)]


def test_a_changed_partner_is_a_second_pair():
    _, *pairs = search(window(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X), shot(1, {2: ALWAYS, 3: ALWAYS}, x=X)))
    assert [(p.key[-2:], p[Pair].persons, p[Pair].shots) for p in pairs] == [("p0", (0, 1), (0,)), ("p1", (1, 2), (1,))]


def test_a_third_person_for_a_moment_does_no_harm():
    _, pair = search(window(shot(0, {1: ALWAYS, 2: ALWAYS, 3: [5, 6]}, x=X)))
    assert pair[Pair].together_share == 1.0  # too short to be followed


@pytest.mark.parametrize(
    ("people", "size", "reason", "measured", "threshold"),
    [
        ({}, 80, "no_faces", 0, 2),
        ({1: ALWAYS}, 80, "one_person", 1, 2),
        ({1: ALWAYS, 2: ALWAYS, 3: range(6)}, 80, "more_than_two", 0.5, 0.35),
        ({1: ALWAYS, 2: ALWAYS, 3: [0, 1, 2, 6, 10]}, 80, "more_than_two", 5 / 12, 0.35),  # found now and then
        ({1: ALWAYS, 2: ALWAYS}, 24, "faces_too_small", 24, 32),
        ({1: ALWAYS, 2: range(3)}, 80, "not_together", 0.25, 0.4),
        ({1: range(6), 2: range(6, 12)}, 80, "not_together", 0, 0.4),
    ],
)
def test_a_window_without_a_pair_says_why(people, size, reason, measured, threshold):
    (sample,) = search(window(shot(0, people, x=X, size=size)))
    assert (sample.reason, sample.threshold) == (reason, threshold)
    assert sample.measured == pytest.approx(measured)


def test_somebody_who_passes_by_for_a_while_does_no_harm():
    _, pair = search(window(shot(0, {1: ALWAYS, 2: ALWAYS, 3: range(4, 8)}, x=X)))
    assert pair[Pair].together_share == pytest.approx(8 / 12)


def test_a_strict_scale_of_the_run_lets_nobody_pass_as_two():
    frames = [
        replace(f, faces=(f.faces[0], replace(f.faces[1], embedding=vector(2, i, twin_of=1))))  # 0.3 apart
        for i, f in enumerate(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X))
    ]
    strict = replace(SHIPPED, calibration=replace(SHIPPED.calibration, threshold=0.25))
    outcome = PairPeople().process(TrackPeople().process(window(frames), None).put(strict), None)
    assert (outcome.reason, outcome.threshold) == ("same_person_twice", 0.55)


def test_somebody_may_leave_and_come_back():
    _, pair = search(window(shot(0, {1: ALWAYS, 2: [0, 1, 2, 9, 10, 11]}, x=X)))
    assert (pair[Pair].persons, pair[Pair].together_share) == ((0, 1), 0.5)


def test_a_rejection_says_which_option_decided():
    (sample,) = search(window(shot(0, {1: ALWAYS}, x=X), shot(1, {1: ALWAYS, 2: ALWAYS}, x=X, size=24)))
    assert sample.detail == "shot 1: typical size of the smaller face, in pixels of the frame: min_face_pixels"


def relooked(frames: list[Frame], change) -> list[Frame]:
    """Return frames whose faces are given other measurements by `change(frame number, face number)`."""
    return [
        replace(frame, faces=tuple(replace(one, **change(n, i)) for i, one in enumerate(frame.faces)))
        for n, frame in enumerate(frames)
    ]


def test_a_mirror_image_is_no_partner():
    grey = np.random.default_rng(0).integers(0, 256, (12, LOOK_PIXELS, LOOK_PIXELS)).astype(np.uint8)

    def mirrored(n: int, i: int):
        return {"look": (grey[n][:, ::-1] if i else grey[n]).tobytes()}

    (sample,) = search(window(relooked(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X), mirrored)))
    assert (sample.reason, sample.threshold) == ("mirror_image", MIN_REFLECTION)
    assert sample.measured == pytest.approx(1.0)


@pytest.mark.parametrize(("frames", "reason"), [(5, None), (9, "text_over_face")])
def test_text_over_a_face_most_of_the_time_is_no_pair(frames, reason):
    def captioned(n: int, i: int):
        return {"text_share": 0.2 if n < frames and i else 0.0}

    first, *_ = search(window(relooked(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X), captioned)))
    assert first.reason == reason
    assert reason is None or (first.measured, first.threshold) == (frames / 12, 0.5)


def test_a_print_beside_somebody_is_named():
    sample = TrackPeople().process(window(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X)), None)
    seen, hung = sample[People].tracks
    hung = replace(hung, person=None, reason="poster_face", measured=0.03, threshold=0.1)
    found = PairPeople().process(sample.put(People((seen, hung), sample[People].persons[:1])), None)
    assert (found.reason, found.measured, found.threshold) == ("poster_face", 0.03, 0.1)


def test_the_runs_scale_tells_who_is_one_person():
    lax = replace(SHIPPED, calibration=replace(SHIPPED.calibration, strangers=1.5, threshold=1.2))
    sample = TrackPeople().process(window(shot(0, {1: ALWAYS, 2: ALWAYS}, x=X)), None)
    assert PairPeople().process(sample.put(lax), None).reason == "same_person_twice"


def test_one_person_twice_is_no_pair():
    seen = enumerate(shot(0, {1: ALWAYS}, x=X))
    frames = [replace(f, faces=(*f.faces, face(1, 400, wobble=i))) for i, f in seen]
    (sample,) = search(window(frames))
    assert sample.reason == "same_person_twice"
    assert sample.threshold == 0.55
    assert sample.measured == pytest.approx(CALIBRATIONS["dlib"](0.2), abs=0.1)


def test_people_whom_the_embedder_cannot_see_are_not_paired():
    frames = [
        replace(f, faces=tuple(replace(one, embedding=None) for one in f.faces))
        for f in shot(0, {1: ALWAYS, 2: ALWAYS}, x=X)
    ]
    (sample,) = search(window(frames))
    assert (sample.reason, sample.measured, sample.threshold) == ("not_recognisable", 0, 1)


def test_the_window_gets_the_reason_of_its_nearest_shot():
    (sample,) = search(window(shot(0, {}, x=X), shot(1, {1: ALWAYS, 2: range(3)}, x=X), shot(2, {1: ALWAYS}, x=X)))
    assert sample.reason == "not_together"
    assert [v.reason for v in sample[PairSearch].shots] == ["no_faces", "not_together", "one_person"]


def test_a_window_in_which_no_frame_was_looked_at_has_no_faces():
    empty = window()
    assert empty[Faces].frames == ()
    (sample,) = search(empty)
    assert sample.reason == "no_faces"
