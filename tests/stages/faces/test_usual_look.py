from dataclasses import replace

import numpy as np
import pytest

from stages.detect_faces import Face
from stages.faces.quality import grey_levels
from stages.faces.usual_look import occlusions, qualities
from tests.stages.crowd import face


def speaker(count: int = 8) -> list[Face]:
    return [face(1, 100, wobble=i) for i in range(count)]


def occlusion(faces: list[Face], number: int) -> float:
    return occlusions([one.look for one in faces])[number]


def covered(one: Face, rows: slice) -> Face:
    levels = grey_levels(one.look).copy()
    levels[rows] = np.random.default_rng(9).integers(0, 256, levels[rows].shape, np.uint8)
    return replace(one, look=levels.tobytes())


def changed(faces: list[Face], number: int, one: Face) -> list[Face]:
    return [one if i == number else face for i, face in enumerate(faces)]


@pytest.mark.parametrize("rows", [slice(14, 24), slice(0, 11)], ids=["mouth", "eyes"])
def test_a_covered_half_is_occlusion(rows):
    faces = speaker()
    hidden = changed(faces, 3, covered(faces[3], rows))
    assert occlusion(faces, 3) < 0.2
    assert occlusion(hidden, 3) > 0.5
    assert occlusion(hidden, 4) < 0.2
    assert qualities(hidden)[3] < 0.6 * qualities(faces)[3]


def test_what_is_seen_often_is_not_occlusion():
    faces = speaker()
    for number in (1, 3, 5, 7):
        faces[number] = covered(faces[number], slice(0, 24))
    assert max(occlusion(faces, number) for number in range(8)) < 0.2


def test_nothing_is_usual_of_few_faces():
    faces = speaker(5)
    assert occlusion(changed(faces, 3, covered(faces[3], slice(0, 24))), 3) == 0
    blink = changed(faces, 3, replace(faces[3], eyes_open=0.1))
    assert qualities(blink) == qualities(faces)


def test_closed_eyes_are_less_than_the_persons_open_ones():
    faces = speaker()
    blink = changed(faces, 3, replace(faces[3], eyes_open=0.2))
    assert qualities(blink)[3] == pytest.approx(0.3 * qualities(faces)[3])
    dark = [replace(one, eyes_open=0.2) for one in faces]
    assert qualities(dark) == qualities(faces)


def test_eyes_that_are_not_seen_are_no_fault():
    faces = speaker()
    assert qualities([replace(one, eyes_open=None) for one in faces]) == qualities(faces)
