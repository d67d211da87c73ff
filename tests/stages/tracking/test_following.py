import numpy as np
import pytest

from stages.likeness.similarity import CALIBRATIONS
from stages.tracking.evidence import Evidence, Spotted, standardized
from stages.tracking.following import Follower
from tests.stages.crowd import vector

FOLLOWER = Follower(640, 360, CALIBRATIONS["dlib"], Evidence())
LOOKS = {person: standardized(np.random.default_rng(person).integers(0, 255, 576)) for person in range(4)}


def spot(x: float, person: int | None = None, *, size: float = 50.0, sure: bool = True, look: int | None = None):
    embedding = None if person is None else np.array(vector(person))
    return Spotted((x, 100.0, x + size, 100.0 + size), embedding, None if look is None else LOOKS[look], sure)


def follow(*frames: list[Spotted], follower: Follower = FOLLOWER) -> list[list[tuple[int, int]]]:
    return [list(one.sightings) for one in tracklets(*frames, follower=follower)]


def tracklets(*frames: list[Spotted], follower: Follower = FOLLOWER):
    return follower.follow([i / 3 for i in range(len(frames))], frames)


def test_faces_that_stay_are_one_track_each():
    assert follow([spot(0), spot(200)], [spot(5), spot(195)], [spot(10), spot(190)]) == [
        [(0, 0), (1, 0), (2, 0)],
        [(0, 1), (1, 1), (2, 1)],
    ]


def test_a_face_of_somebody_else_in_the_same_place_is_another_track():
    assert follow([spot(0, 1)], [spot(0, 2)]) == [[(0, 0)], [(1, 0)]]


def test_a_face_that_leaps_goes_on_where_it_is_recognised():
    assert follow([spot(0, 1)], [spot(90, 1)]) == [[(0, 0), (1, 0)]]
    assert follow([spot(0, 1)], [spot(90, 2)]) == [[(0, 0)], [(1, 0)]]


def test_nobody_leaps_across_the_frame():
    assert follow([spot(0)], [spot(300)]) == [[(0, 0)], [(1, 0)]]


def test_who_walks_is_followed_by_their_speed_alone():
    """The steps are longer than a face, so that boxes never overlap; 40 px is where they are expected in the end."""
    walk = [0, 40, 100, 165, 230, 295, 360]
    assert len(follow(*([spot(x)] for x in walk))) == 1


def test_people_who_cross_keep_their_tracks():
    first, crossed = [spot(0, 1), spot(60, 2)], [spot(5, 2), spot(55, 1)]
    assert follow(first, crossed) == [[(0, 0), (1, 1)], [(0, 1), (1, 0)]]


def test_people_who_cross_unrecognised_keep_their_speed():
    left, right = [0, 45, 90, 135, 180, 225], [250, 205, 160, 115, 70, 25]
    frames = [
        sorted([spot(a, size=30), spot(b, size=30)], key=lambda s: s.box) for a, b in zip(left, right, strict=True)
    ]
    first, second = follow(*frames)
    assert [face for _, face in first] == [0, 0, 0, 1, 1, 1]
    assert [face for _, face in second] == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(("missing", "tracks"), [(2, 1), (3, 2)])
def test_a_track_survives_gaps_up_to_the_limit(missing, tracks):
    assert len(follow([spot(0, 1)], *[[]] * missing, [spot(0, 1)])) == tracks


def test_a_weak_detection_continues_a_track_and_begins_none():
    assert follow([spot(0)], [spot(4, sure=False)], [spot(8)]) == [[(0, 0), (1, 0), (2, 0)]]
    assert follow([spot(0, sure=False)], [spot(0, sure=False)]) == []


def test_a_sure_detection_goes_before_a_weak_one():
    assert follow([spot(0)], [spot(0, sure=False), spot(10)]) == [[(0, 0), (1, 1)]]


def test_faces_that_two_may_claim_are_left_out_and_both_wait():
    """Both go on once they can be told apart."""
    apart, met = [spot(100), spot(160)], [spot(129), spot(131)]
    found = tracklets(apart, met, apart)
    assert [list(one.sightings) for one in found] == [[(0, 0), (2, 0)], [(0, 1), (2, 1)]]
    assert [one.abstained for one in found] == [1, 1]


def test_a_face_between_two_people_is_nobodys():
    """A detector lays one box on two heads that meet."""
    apart = [spot(100, 1), spot(160, 2)]
    both = Spotted((130.0, 100.0, 180.0, 150.0), (np.array(vector(1)) + np.array(vector(2))) / 2)
    assert follow(apart, [both], apart) == [[(0, 0), (2, 0)], [(0, 1), (2, 1)]]


def test_a_track_ends_at_a_face_that_may_be_its_own_or_not():
    doubtful = Spotted((4.0, 100.0, 54.0, 150.0), 0.2 * np.array(vector(1)) + 0.8 * np.array(vector(2)))
    (first, second) = tracklets([spot(0, 1)], [doubtful])
    assert (first.sightings, first.abstained) == (((0, 0),), 1)
    assert (second.sightings, second.abstained) == (((1, 0),), 0)


def test_looks_decide_where_there_is_no_embedding():
    before = [spot(100, look=1), spot(130, look=2)]
    after = [spot(113, look=2), spot(117, look=1)]
    assert follow(before, after) == [[(0, 0), (1, 1)], [(0, 1), (1, 0)]]
    assert follow([spot(100), spot(130)], [spot(113), spot(117)]) == [[(0, 0)], [(0, 1)]]


def test_no_frames_no_tracks():
    assert follow() == []
    assert follow([], []) == []
