import numpy as np
import pytest

from stages.association import Gate, Spotted, assign, follow, link, overlap
from stages.similarity import CALIBRATIONS
from tests.stages.crowd import vector

DLIB = CALIBRATIONS["dlib"]
NAN = float("nan")


def spot(x: float, person: int | None = None, size: float = 50.0) -> Spotted:
    return Spotted((x, 0.0, x + size, size), None if person is None else np.array(vector(person)))


def tracks_of(*frames: list[Spotted], gap: float = 1.0, gate: Gate | None = None) -> list[list[tuple[int, int]]]:
    seconds = [i / 3 for i in range(len(frames))]
    return follow(seconds, frames, DLIB, gate or Gate(), gap)


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0.0),
        ((0, 0, 4, 4), (1, 1, 3, 3), 0.25),
        ((0, 0, 1, 1), (5, 5, 6, 6), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(a, b, share):
    assert overlap(a, b) == pytest.approx(share)


@pytest.mark.parametrize(
    ("affinity", "pairs"),
    [
        ([[1.0, 0.9], [0.9, 0.1]], [(0, 1), (1, 0)]),  # greedily it would be the 1.0 and then the 0.1
        ([[1.0, NAN], [0.9, NAN]], [(0, 0)]),
        ([[NAN]], []),
        ([[0.2, 0.7, 0.3]], [(0, 1)]),
        ([], []),
    ],
)
def test_assignment_maximises_the_sum_and_keeps_to_what_is_allowed(affinity, pairs):
    assert assign(np.array(affinity)) == pairs


def test_faces_that_overlap_are_one_track():
    assert tracks_of([spot(0), spot(200)], [spot(5), spot(195)], [spot(10), spot(190)]) == [
        [(0, 0), (1, 0), (2, 0)],
        [(0, 1), (1, 1), (2, 1)],
    ]


def test_an_overlapping_face_of_somebody_else_is_another_track():
    assert tracks_of([spot(0, 1)], [spot(0, 2)]) == [[(0, 0)], [(1, 0)]]


def test_a_face_that_leaps_goes_on_where_it_is_recognised():
    assert tracks_of([spot(0, 1)], [spot(90, 1)]) == [[(0, 0), (1, 0)]]
    assert tracks_of([spot(0, 1)], [spot(90, 2)]) == [[(0, 0)], [(1, 0)]]


def test_nobody_leaps_across_the_frame():
    assert tracks_of([spot(0, 1)], [spot(300, 1)]) == [[(0, 0)], [(1, 0)]]


def test_faces_too_small_to_recognise_are_followed_by_nearness():
    assert tracks_of([spot(0)], [spot(45)]) == [[(0, 0), (1, 0)]]
    assert tracks_of([spot(0)], [spot(90)]) == [[(0, 0)], [(1, 0)]]


def test_people_who_cross_keep_their_tracks():
    first, crossed = [spot(0, 1), spot(60, 2)], [spot(5, 2), spot(55, 1)]
    assert tracks_of(first, crossed) == [[(0, 0), (1, 1)], [(0, 1), (1, 0)]]


@pytest.mark.parametrize(("missing", "tracks"), [(2, 1), (3, 2)])
def test_a_track_survives_gaps_up_to_the_limit(missing, tracks):
    assert len(tracks_of([spot(0, 1)], *[[]] * missing, [spot(0, 1)], gap=1.0)) == tracks


def similarities(size: int, **known: float) -> np.ndarray:
    """Return a matrix of zeros but for pairs like ab=0.7."""
    matrix = np.zeros((size, size))
    for pair, value in known.items():
        i, j = (ord(letter) - 97 for letter in pair)
        matrix[i, j] = matrix[j, i] = value
    return matrix


def apart(*pairs: str) -> set[frozenset[int]]:
    return {frozenset(ord(letter) - 97 for letter in pair) for pair in pairs}


@pytest.mark.parametrize(
    ("matrix", "together", "groups"),
    [
        (similarities(2, ab=0.7), apart(), [[0, 1]]),
        (similarities(2, ab=0.5), apart(), [[0, 1]]),
        (similarities(2, ab=0.49), apart(), [[0], [1]]),
        (similarities(2, ab=0.9), apart("ab"), [[0], [1]]),  # seen at once
        (similarities(3, ab=0.9, bc=0.6), apart(), [[0, 1], [2]]),  # on average c is 0.3 from both
        (similarities(3, ab=0.9, bc=0.8, ac=0.4), apart(), [[0, 1, 2]]),
        (similarities(4, ac=0.8, bd=0.8), apart("ab", "cd"), [[0, 2], [1, 3]]),  # two shots of the same two
        (similarities(3, ab=0.8, ac=0.6), apart("bc"), [[0, 1], [2]]),  # a is clearly b
        (similarities(3, ab=0.8, ac=0.75), apart("bc"), [[0], [1], [2]]),  # a is b or c, and nobody can say which
        (np.full((2, 2), np.nan), apart(), [[0], [1]]),
        (np.zeros((0, 0)), apart(), []),
    ],
)
def test_tracks_are_linked_into_persons(matrix, together, groups):
    assert link(matrix, together, min_similarity=0.5, min_margin=0.1) == groups
