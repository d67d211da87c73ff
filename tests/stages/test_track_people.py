from dataclasses import replace

import numpy as np
import pytest

from stages.detect_faces import Faces, Frame
from stages.likeness.similarity import CALIBRATIONS
from stages.track_people import BEST_FACES, People, TrackPeople, best_faces, likeness
from tests.stages.crowd import face, shot, vector, window

ALWAYS = range(12)
DLIB = CALIBRATIONS["dlib"]


def track(*shots, **options) -> People:
    return TrackPeople(**options).process(window(*shots), None)[People]


def test_two_people_are_two_persons():
    people = track(shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 100, 2: 400}))
    assert [(t.person, len(t.sightings)) for t in people.tracks] == [(0, 12), (1, 12)]


def test_persons_keep_their_identity_when_they_change_sides_at_a_cut():
    people = track(
        shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 100, 2: 400}), shot(1, {1: ALWAYS, 2: ALWAYS}, x={1: 400, 2: 100})
    )
    assert [t.person for t in people.tracks] == [0, 1, 1, 0]


def test_one_who_leaves_and_comes_back_is_one_person():
    people = track(shot(0, {1: [0, 1, 2, 8, 9, 10]}, x={1: 100}))
    assert [(t.person, len(t.sightings), t.rejoined, t.abstained) for t in people.tracks] == [(0, 6, 1, 0)]


def test_frames_in_which_nobody_knew_are_counted():
    """Two who look alike, too small to be embedded, turn up side by side half way between where they were."""
    places = [(100, 124)] * 3 + [(111.9, 112.1)]
    frames = [Frame(0, i / 3, (face(1, a, size=20.0), face(1, b, size=20.0))) for i, (a, b) in enumerate(places)]
    people = track(frames)
    assert [(len(t.sightings), t.abstained) for t in people.tracks] == [(3, 1), (3, 1)]


def test_people_seen_at_once_are_never_one_person():
    people = track(
        shot(0, {1: ALWAYS}, x={1: 100}),
        [
            replace(frame, faces=(*frame.faces, face(1, 400, wobble=i)))
            for i, frame in enumerate(shot(1, {1: ALWAYS}, x={1: 100}))
        ],
    )
    first, left, right = (t.person for t in people.tracks)
    assert left != right
    assert first not in (left, right)  # as it might be either


@pytest.mark.parametrize(
    ("seen", "score", "reason", "measured"),
    [
        ([3, 4], 1.0, "too_few_sightings", 2),
        ([0, 3, 6, 9], 1.0, "seen_too_rarely", 0.4),
        ([0, 1, 5, 6, 10], 1.0, "too_few_sightings", 2),  # in any stretch
        ([0, 1, 2, 6, 11], 1.0, "seen_too_rarely", 5 / 12),
        ([0, 1, 2, 9, 10, 11], 1.0, None, None),  # hidden between two stretches that would each do
        ([0, 1, 2, 3], 0.8, "weak_detections", 0.825),
        ([0, 1, 2, 3], 0.9, None, None),
    ],
)
def test_what_flickers_is_dropped_with_a_reason(seen, score, reason, measured):
    frames = [
        replace(frame, faces=tuple(replace(f, score=score if i else 0.9) for f in frame.faces))
        for i, frame in enumerate(shot(0, {1: seen}, x={1: 100}))
    ]
    (found,) = track(frames).tracks
    assert (found.reason, found.measured) == (reason, pytest.approx(measured) if measured else None)
    assert (found.person is None) == (reason is not None)


def test_a_face_that_never_changes_is_a_poster():
    frames = shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 100, 2: 400})
    print_of_2 = frames[0].faces[1].look
    frames = [replace(f, faces=(f.faces[0], replace(f.faces[1], look=print_of_2))) for f in frames]
    living, poster = track(frames).tracks
    assert (living.person, living.reason) == (0, None)
    assert (poster.person, poster.reason) == (None, "poster_face")
    assert poster.measured < poster.threshold == TrackPeople().min_liveliness_beside


def test_a_print_that_trembles_is_one_beside_somebody_livelier_and_alone_it_is_given_the_benefit_of_doubt():
    frames = shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 100, 2: 400})
    levels = np.frombuffer(frames[0].faces[1].look, np.uint8).astype(float)
    noise = np.random.default_rng(3)

    def trembling(face):
        return replace(face, look=(levels + noise.normal(0, 2.2, levels.shape)).clip(0, 255).astype(np.uint8).tobytes())

    prints = [trembling(f.faces[1]) for f in frames]
    beside = track([replace(f, faces=(f.faces[0], p)) for f, p in zip(frames, prints, strict=True)]).tracks[1]
    alone = track([replace(f, faces=(p,)) for f, p in zip(frames, prints, strict=True)]).tracks[0]
    assert (beside.reason, alone.reason) == ("poster_face", None)
    assert TrackPeople().min_liveliness < beside.measured < beside.threshold


def test_small_faces_are_persons_without_embedding():
    people = track(shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 100, 2: 400}, size=20.0))
    assert [person.embedding for person in people.persons] == [None, None]


def test_a_person_is_represented_by_one_of_their_best_faces():
    sample = window(shot(0, {1: ALWAYS}, x={1: 100}))
    people = TrackPeople().process(sample, None)[People]
    best = best_faces(sample[Faces], people.tracks)
    assert best.shape == (BEST_FACES, 128)
    assert np.array(people.persons[0].embedding, np.float32).tolist() in best.tolist()


def test_tracks_are_compared_by_faces_in_a_similar_pose():
    """Of one person, whom the embedder takes for somebody else in profile."""
    frontal, profile = face(1, 100), replace(face(1, 100, yaw=60), embedding=vector(2))
    alike = likeness([frontal], [frontal], DLIB)
    assert likeness([frontal, profile], [frontal, profile], DLIB) == pytest.approx(alike, abs=0.01)
    assert likeness([frontal], [profile], DLIB) == pytest.approx(float(DLIB.between(vector(1), vector(2))[0, 0]))


def test_better_faces_weigh_more_when_tracks_are_compared():
    good, poor = face(1, 100), replace(face(1, 100, score=0.2), embedding=vector(2))
    alike, unlike = likeness([good], [good], DLIB), likeness([poor], [good], DLIB)
    assert likeness([good, poor], [good], DLIB) == pytest.approx((alike + 0.2 * unlike) / 1.2)


def test_nobody_gives_no_tracks():
    assert track(shot(0, {}, x={})) == People((), ())
