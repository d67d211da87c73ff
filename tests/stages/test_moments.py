from dataclasses import replace
from typing import Any

import pytest

from pipeline.sample import Sample
from stages.detect_faces import Faces, Frame
from stages.likeness.similarity import CALIBRATIONS
from stages.moments import ALTERNATIVES, Choice, Limits, Shortfall, choose, gap
from stages.pair_people import Pair
from stages.track_people import People, TrackPeople
from tests.stages.crowd import face, shot, vector, window

ALWAYS = range(12)
LIMITS = Limits(
    training_pixels=384,
    min_face_pixels=40,
    max_upscale=2.5,
    max_pad_share=0.2,
    closeup_faces=2.6,
    min_gap_seconds=1.0,
    min_gap=0.1,
    max_text_share=0.05,
    min_similarity=0.25,
)
DUO = shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 150, 2: 400})


def choice_of(*shots: list[Frame], limits: Limits = LIMITS, pair_shots: tuple[int, ...] = (0,)) -> Choice | Shortfall:
    sample: Sample = TrackPeople(min_liveliness=0.0, min_liveliness_beside=0.0).process(window(*shots), None)
    return choose(sample[Faces], sample[People], Pair((0, 1), pair_shots, 1.0, 0.0), limits, CALIBRATIONS["dlib"])


def chosen(*shots: list[Frame], pair_shots: tuple[int, ...] = (0,)) -> Choice:
    choice = choice_of(*shots, pair_shots=pair_shots)
    assert isinstance(choice, Choice)
    return choice


def shortfall_of(frames: list[Frame], **limits: Any) -> Shortfall:
    choice = choice_of(frames, limits=replace(LIMITS, **limits))
    assert isinstance(choice, Shortfall)
    return choice


def changed(frames: list[Frame], where: dict[int, dict]) -> list[Frame]:
    """Return the frames with these properties for the first face of some."""

    def change(frame: Frame, properties: dict) -> Frame:
        first, *others = frame.faces
        return replace(frame, faces=(replace(first, **properties), *others))

    return [change(frame, where[i]) if i in where else frame for i, frame in enumerate(frames)]


def test_round_1_is_the_moment_whose_worse_face_is_best():
    turned = changed(DUO, {i: {"yaw_degrees": 40.0} for i in ALWAYS if i != 7})
    choice = chosen(turned)
    assert [look.seconds for look in choice.near] == pytest.approx([7 / 3, 7 / 3])
    assert [look.person for look in choice.near] == [0, 1]


def test_left_is_who_stands_at_the_left_in_round_1():
    swapped = [replace(f, shot=1, seconds=f.seconds + 50) for f in shot(1, {1: ALWAYS, 2: ALWAYS}, x={1: 400, 2: 150})]
    blurred = [replace(f, faces=tuple(replace(one, sharpness=5.0) for one in f.faces)) for f in DUO]
    choice = chosen(blurred, swapped, pair_shots=(0, 1))
    assert [look.shot for look in choice.near] == [1, 1]
    assert [look.person for look in choice.near] == [1, 0]


def test_closeups_are_some_time_away_and_in_another_pose():
    choice = chosen(changed(DUO, {1: {"yaw_degrees": 25.0}, 10: {"yaw_degrees": 25.0}}))
    now = choice.near[0].seconds
    left, right = choice.closeups
    assert left[0].face.yaw_degrees == 25.0
    assert all(abs(look.seconds - now) >= LIMITS.min_gap_seconds for look in (*left, *right))
    assert [{look.person for look in looks} for looks in choice.closeups] == [{0}, {1}]


def test_closeups_have_alternatives_the_best_first():
    choice = chosen(changed(DUO, {i: {"sharpness": 100.0 - 8 * i} for i in ALWAYS}))
    for near, looks in zip(choice.near, choice.closeups, strict=True):
        worth = [look.quality * (1 + 0.5 * gap(look.face, near.face)) for look in looks]
        assert len(worth) == len({look.seconds for look in looks}) == ALTERNATIVES
        assert worth == sorted(worth, reverse=True)


def test_a_person_who_looks_the_same_all_the_while_has_no_closeup():
    still = changed(DUO, {i: {"look": DUO[0].faces[0].look} for i in ALWAYS})
    assert shortfall_of(still) == Shortfall("closeup_too_similar_to_round1", pytest.approx(0.0), 0.1)
    assert isinstance(choice_of(changed(still, {9: {"pitch_degrees": 5.0}})), Choice)


def test_faces_under_text_are_not_shown():
    written = changed(DUO, {i: {"text_share": 0.3} for i in ALWAYS if i not in (2, 8)})
    choice = chosen(written)
    assert sorted([choice.near[0].seconds, *(look.seconds for look in choice.closeups[0])]) == pytest.approx(
        [2 / 3, 8 / 3]
    )
    assert shortfall_of(changed(DUO, {i: {"text_share": 0.3} for i in ALWAYS})) == Shortfall(
        "text_over_face", 0.3, 0.05
    )


def test_a_face_need_not_be_embedded():
    choice = chosen(changed(DUO, {i: {"embedding": None} for i in ALWAYS if i > 0}))
    assert choice.closeups[0][0].face.embedding is None


def test_a_face_that_is_not_like_its_person_is_not_shown():
    strange = {"embedding": vector(1, twin_of=None)[::-1], "sharpness": 1000.0}
    choice = chosen(changed(DUO, {5: strange}))
    assert 5 / 3 not in {look.seconds for look in (*choice.near, *choice.closeups[0])}


def test_a_closeup_may_come_from_a_shot_of_one():
    brief = [frame for frame in DUO if frame.seconds < 1]
    alone = shot(1, {1: ALWAYS}, x={1: 300}) + shot(2, {2: ALWAYS}, x={2: 300})
    assert [looks[0].shot for looks in chosen(brief, alone).closeups] == [1, 2]


def test_frames_with_a_third_face_are_not_round_1():
    crowded = [
        frame if i == 9 else replace(frame, faces=(frame.faces[0], face(3, 300, size=40, score=0.85), frame.faces[1]))
        for i, frame in enumerate(DUO)
    ]
    weak = [  # as a print on a shirt is found: never followed, but in the picture
        replace(frame, faces=tuple(replace(f, embedding=None) if f.score < 0.9 else f for f in frame.faces))
        for frame in crowded
    ]
    assert chosen(weak).near[0].seconds == 3.0


@pytest.mark.parametrize(
    ("frames", "limits", "reason", "measured", "threshold"),
    [
        (shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 40, 2: 520}), {}, "heads_too_far_apart", 624 / 360, 1.25),
        (DUO, {"max_upscale": 1.0}, "magnified_too_much", 384 / 208, 1.0),
        (DUO, {"min_face_pixels": 90}, "faces_too_small", 80 * 384 / 394, 90),
        (shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 250, 2: 335}), {}, "head_cut_off", 0, 2),
        (DUO[:3], {}, "no_closeup", 2 / 3, 1.0),
        (DUO, {"min_gap_seconds": 5.0}, "no_closeup", 11 / 3, 5.0),
    ],
)
def test_a_pair_without_pictures_says_why(frames, limits, reason, measured, threshold):
    found = shortfall_of(frames, **limits)
    assert (found.reason, found.threshold) == (reason, threshold)
    assert found.measured == pytest.approx(measured)


def test_the_reason_is_that_of_the_moment_that_came_farthest():
    far = shot(0, {1: ALWAYS, 2: ALWAYS}, x={1: 40, 2: 520})
    near = [replace(f, shot=0, seconds=f.seconds + 10) for f in DUO[:3]]
    assert shortfall_of([*far, *near], min_gap_seconds=60.0).reason == "no_closeup"
