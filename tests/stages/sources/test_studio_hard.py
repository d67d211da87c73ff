"""The hard set: what each kind promises, truth that the pixels agree with, and a plain studio that has not changed."""

import hashlib
from dataclasses import astuple
from functools import lru_cache
from itertools import islice

import numpy as np
import pytest

from stages.sources.studio import StudioClip, cast_clips, choose_cast, draw_frames, hard_clips, masks, truth
from stages.sources.studio.hard.kinds import HARD_KINDS, REJECTED, USABLE, write_takes
from stages.sources.studio.hard.take import Take, stand
from stages.sources.studio.people import VARIED, Person, look_alike
from stages.sources.studio.seen import FaceBox, Layer, faces_in
from stages.sources.studio.truth import shots_of

PEOPLE = tuple(person.seed for person in choose_cast(4, seed=5, first_seed=VARIED))


def clip(kind: str, seed: int = 7) -> StudioClip:
    return StudioClip(f"{kind}.mp4", seed, kind, PEOPLE[: HARD_KINDS[kind].people])


@lru_cache(maxsize=4)
def frames(kind: str, count: int) -> list[np.ndarray]:
    return [frame for _, frame in islice(draw_frames(clip(kind)), count)]


def faces(kind: str, person: int, seed: int = 7) -> list[FaceBox]:
    return [box for boxes in truth(clip(kind, seed)).boxes for box in boxes if box.person == person]


def test_the_plain_studio_writes_the_scripts_that_it_always_wrote():
    scripts = [astuple(clip) + tuple(map(astuple, shots_of(clip))) for clip in cast_clips(24, seed=0)]
    digest = hashlib.sha256(repr(scripts).encode()).hexdigest()
    assert digest[:16] == "a507ccec04a7850a"


@pytest.mark.parametrize("count", [60, 200])
def test_every_kind_is_there_and_somewhat_more_than_half_are_pairs(count):
    clips = hard_clips(count, seed=2)
    assert {clip.kind for clip in clips} == set(HARD_KINDS)
    assert 0.55 <= sum(clip.kind in USABLE for clip in clips) / count <= 0.60
    assert len({clip.name for clip in clips}) == count


def test_couples_play_in_more_than_one_clip_and_in_other_clothes():
    clips = [clip for clip in hard_clips(60, seed=2) if clip.kind in USABLE]
    couples: dict[tuple[int, ...], list[int]] = {}
    for clip in clips:
        couples.setdefault(clip.people[:2], []).append(clip.seed)
    often = [seeds for seeds in couples.values() if len(seeds) > 1]
    assert len(often) > len(couples) / 3
    assert all(len(set(seeds)) == len(seeds) for seeds in often)


def test_look_alikes_are_nearer_than_anybody_of_the_cast():
    cast = [Person.from_seed(seed) for seed in PEOPLE]
    for person in cast:
        other = look_alike(person.seed)
        assert other not in PEOPLE
        apart = [np.linalg.norm(person.traits() - p.traits()) for p in (Person.from_seed(other), *cast) if p != person]
        assert apart[0] == min(apart)


def test_varied_people_reach_past_the_ranges_of_plain_ones():
    wide = [Person.from_seed(VARIED + seed).mouth_width for seed in range(60)]
    plain = [Person.from_seed(seed).mouth_width for seed in range(60)]
    assert min(wide) < min(plain)
    assert max(wide) > max(plain)


def test_people_of_the_hard_set_have_likely_faces():
    assert not all(Person.from_seed(VARIED + seed).is_likely for seed in range(60))
    assert all(Person.from_seed(person).is_likely for clip in hard_clips(60, seed=5) for person in clip.people)


@pytest.mark.parametrize("kind", HARD_KINDS)
def test_kinds_say_who_is_a_pair_and_why_others_are_none(kind):
    known = truth(clip(kind))
    assert known.verdict == ("usable" if kind in USABLE else "rejected")
    assert bool(known.reasons) == (kind in REJECTED)
    assert known.pairs == (((min(PEOPLE[:2]), max(PEOPLE[:2])),) if kind in USABLE else ())
    assert 3.0 <= known.frame_count / known.fps <= 6.4


@pytest.mark.parametrize("kind", ["crossing", "passing_before"])
def test_one_of_two_who_cross_is_hidden_for_a_moment_only(kind):
    least = sorted(min(box.visible for box in faces(kind, person)) for person in PEOPLE[:2])
    assert least[0] < 0.1
    assert least[1] > 0.9
    for person in PEOPLE[:2]:
        assert np.mean([box.visible > 0.9 for box in faces(kind, person)]) > 0.6


def test_who_crosses_ends_on_the_other_side():
    first, last = truth(clip("passing_before")).boxes[0], truth(clip("passing_before")).boxes[-1]
    assert (first[0].x0 < first[1].x0) != (last[0].x0 < last[1].x0)


def test_who_leaves_is_out_of_sight_and_comes_back():
    shares = [[box.visible for box in faces("before_and_back", person)] for person in PEOPLE[:2]]
    (gone,) = (share for share in shares if min(share) == 0)
    assert gone[0] == gone[-1] == 1.0


def test_heads_lean_to_forty_degrees_and_turn_to_profiles():
    assert max(abs(box.yaw_degrees) for box in faces("profiles", PEOPLE[0])) > 60
    (take,) = write_takes("tilted", 7, PEOPLE[:2])
    for actor in take.people:
        assert 26 < max(abs(stand(actor, seconds)[0].roll) for seconds in np.arange(0, 4, 0.1)) < 45


@pytest.mark.parametrize("kind", ["hands", "passing_before", "shaking"])
def test_visible_shares_agree_with_what_is_drawn(kind):
    known = truth(clip(kind))
    for index in range(0, known.frame_count, 25):
        drawn = masks(clip(kind), index)
        living = [box for box in known.boxes[index] if box.living]
        assert len(drawn) == len(living)
        for mask, box in zip(drawn, living, strict=True):
            if kind != "hands":  # a hand before a face is the same person's
                assert _share_of_ellipse(mask, box) == pytest.approx(box.visible, abs=0.12)
            assert not any(np.any((mask > 0) & (other > 0)) for other in drawn if other is not mask)


def test_a_hand_hides_a_face_for_a_moment():
    for person in PEOPLE[:2]:
        shares = [box.visible for box in faces("hands", person)]
        assert min(shares) < 0.75
        assert np.mean(np.array(shares) > 0.95) > 0.5


def test_long_shots_have_faces_of_32_to_45_pixels():
    known = truth(clip("long_shot"))
    far = known.boxes[: round(known.cuts_seconds[0] * known.fps)]
    assert 32 <= np.median([box.x1 - box.x0 for boxes in far for box in boxes]) <= 45


@pytest.mark.parametrize("kind", ["one_and_poster", "one_and_screen", "two_and_poster", "mirror"])
def test_faces_that_do_not_live_say_so(kind):
    known = truth(clip(kind))
    lifeless = [box for box in known.boxes[0] if not box.living]
    assert len(lifeless) == 1
    assert lifeless[0].visible > 0.5
    assert lifeless[0].person not in known.shots[0].people or kind == "mirror"


def test_a_still_picture_does_not_change_and_living_people_do():
    for kind, moves in (("still", False), ("low_bitrate", True)):
        first, *_, last = (boxes[0].x0 for boxes in truth(clip(kind)).boxes)
        assert (abs(first - last) > 0.5) is moves


@pytest.mark.parametrize("kind", ["letterbox", "pillarbox"])
def test_bars_are_black_and_the_picture_is_where_the_truth_says(kind):
    x0, y0, x1, y1 = truth(clip(kind)).picture
    frame = frames(kind, 1)[0]
    inside = frame[y0:y1, x0:x1]
    assert frame.sum() == inside.sum()
    assert min(inside[0].mean(), inside[-1].mean(), inside[:, 0].mean(), inside[:, -1].mean()) > 5


def test_exposure_is_what_the_kinds_say():
    assert frames("dark", 1)[0].mean() < 75
    assert (frames("overexposed", 1)[0] > 250).mean() > 0.15


def test_words_hide_a_face_or_none():
    hidden = [min(box.visible for box in boxes) for boxes in truth(clip("text_over_face")).boxes]
    assert max(hidden) < 0.9
    assert all(box.visible == 1 for boxes in truth(clip("subtitles")).boxes for box in boxes)


def test_animation_is_flat():
    frame = frames("animation", 1)[0]
    _, counts = np.unique(frame.reshape(-1, 3), axis=0, return_counts=True)
    assert np.sort(counts)[-8:].sum() > 0.8 * counts.sum()


@pytest.mark.parametrize(
    ("before", "picture", "share"),
    [
        ((), (0, 0, 640, 360), 1.0),
        ((Layer((np.array([(100, 0), (150, 0), (150, 360), (100, 360)]),)),), (0, 0, 640, 360), 0.5),
        ((Layer((np.array([(0, 0), (640, 0), (640, 360), (0, 360)]),)),), (0, 0, 640, 360), 0.0),
        ((), (0, 0, 150, 360), 0.5),
        ((), (200, 0, 640, 360), 0.0),
    ],
)
def test_what_is_seen_of_a_face(before, picture, share):
    face = FaceBox(1, 100, 100, 200, 200, 0.0)
    (seen,) = faces_in([Layer((), face), *before], picture)
    assert seen.visible == pytest.approx(share, abs=0.03)


def test_takes_follow_each_other_without_a_gap():
    for kind in HARD_KINDS:
        takes = shots_of(clip(kind))
        assert all(isinstance(take, Take) for take in takes)
        assert [take.start_frame for take in takes] == [0, *(take.end_frame for take in takes[:-1])]


def _share_of_ellipse(mask: np.ndarray, box: FaceBox) -> float:
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    half = (box.x1 - box.x0) / 2, (box.y1 - box.y0) / 2
    face = ((x - box.x0) / half[0] - 1) ** 2 + ((y - box.y0) / half[1] - 1) ** 2 <= 1
    return float((face & (mask > 0)).sum() / (np.pi * half[0] * half[1]))
