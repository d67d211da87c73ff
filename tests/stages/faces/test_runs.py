from dataclasses import replace

import pytest

from stages.detect_faces import Face
from stages.faces.runs import contested, runs, to_embed
from tests.stages.crowd import face, look

ONE_SHOT = [0] * 8


def sitting(count: int = 8) -> list[list[Face]]:
    return [[face(1, 100, wobble=i), face(2, 400, wobble=i)] for i in range(count)]


def lengths(frames: list[list[Face]], shots: list[int] = ONE_SHOT) -> list[int]:
    return sorted(len(run) for run in runs(frames, shots))


def changed(frame: int, **changes) -> list[list[Face]]:
    frames = sitting()
    frames[frame][0] = replace(frames[frame][0], **changes)
    return frames


def test_people_who_stay_are_a_run_each():
    assert runs(sitting(), ONE_SHOT) == [[(i, 0) for i in range(8)], [(i, 1) for i in range(8)]]


def test_a_runs_ends_and_its_best_face_are_embedded():
    qualities = [[0.5 + (i in (2, 5)) * 0.1, 0.9 - i / 10] for i in range(8)]
    assert to_embed(sitting(), ONE_SHOT, qualities) == {(0, 0), (2, 0), (7, 0), (0, 1), (7, 1)}


@pytest.mark.parametrize(
    "frames",
    [
        changed(4, box=(145.0, 100.0, 225.0, 180.0)),
        changed(4, box=(70.0, 70.0, 210.0, 210.0)),
        changed(4, look=look(3)),
    ],
    ids=["moved", "grown", "looks like somebody else"],
)
def test_a_face_that_changes_is_a_run_of_its_own(frames):
    assert lengths(frames) == [1, 3, 4, 8]
    assert (4, 0) in to_embed(frames, ONE_SHOT, [[1.0, 1.0]] * 8)


def test_a_face_that_changes_its_look_a_little_while_it_keeps_still_goes_on():
    frames = changed(4, look=look(1, 99))
    assert lengths(frames) == [8, 8]


def test_a_face_that_drifts_is_not_one_run():
    frames = [[face(1, 100 + 15 * i, wobble=0)] for i in range(8)]
    assert lengths(frames) == [2, 3, 3]


def test_faces_near_each_other_are_all_embedded():
    frames = [[face(1, 100, wobble=i), face(2, 215, wobble=i)] for i in range(8)]
    assert contested(frames[0]) == [True, True]
    assert len(to_embed(frames, ONE_SHOT, [[1.0, 1.0]] * 8)) == 16


def test_who_comes_near_ends_a_run():
    frames = sitting()
    frames[4].append(face(3, 130, y=90))
    assert lengths(frames) == [1, 1, 3, 4, 8]


def test_a_run_ends_at_a_cut_and_where_a_face_is_missed():
    assert lengths(sitting(), [0] * 5 + [1] * 3) == [3, 3, 5, 5]
    missed = sitting()
    del missed[3][0]
    assert lengths(missed) == [3, 4, 8]
