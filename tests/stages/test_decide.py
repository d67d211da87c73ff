import pytest

from pipeline.media import Media
from pipeline.sample import Sample, Verdict
from stages.decide import Decide, Decision
from stages.synthesize_bodies import Bodies, Body

TARGETS = ("closeup", "body0")
GOOD = {"faces": 1, "face_pixels": 120, "sharpness": 50, "similarity": 0.8, "other": 0.1}


def scores(left_bodies: int = 1, **changes: float | None) -> dict[str, float]:
    """Scores of a good pair with one candidate a person; `left_closeup_faces=2` and so on change or (None) drop one."""
    found = {f"{side}.{target}.{m}": v for side in ("left", "right") for target in TARGETS for m, v in GOOD.items()}
    found |= {f"left.body{i}.{m}": v for i in range(left_bodies) for m, v in GOOD.items()}
    found |= {f"round1.{side}.{m}": v for side in ("left", "right") for m, v in GOOD.items()}
    found |= {"round1.faces": 2, "pair.similarity": 0.0}
    for name, value in changes.items():
        key = name.replace("__", ".")
        assert key in found, key
        found = {k: v for k, v in found.items() if k != key} if value is None else found | {key: value}
    return found


def bodies(*prompts: str) -> Bodies:
    made = tuple(Body(Media.of(b"", "jpg"), prompt, "park", (), 0, i, None) for i, prompt in enumerate(prompts))
    return Bodies(made, made[:1])


def decide(options: dict | None = None, prompts: tuple[str, ...] = ("one",), **changes: float | None) -> Sample:
    sample = Sample("p").put(bodies(*prompts)).score(scores(len(prompts), **changes))
    return Decide(**(options or {})).process(sample, None)


def test_a_good_pair_goes_on_with_both_variants():
    sample = decide()
    assert sample.verdict is Verdict.OK
    assert (sample[Decision].closeups, sample[Decision].fullbody) == (True, True)


@pytest.mark.parametrize(
    ("changes", "reason", "measured", "threshold"),
    [
        ({"left__closeup__faces": 2}, "not_one_face", 2, 1),
        ({"left__closeup__faces": 0}, "not_one_face", 0, 1),
        ({"left__closeup__face_pixels": 39}, "face_too_small", 39, 40),
        ({"left__closeup__similarity": 0.49}, "not_alike", 0.49, 0.5),
        ({"left__closeup__other": 0.6}, "too_like_the_other", pytest.approx(0.2), 0.25),
        ({"left__closeup__similarity": None}, "no_reference_face", None, None),
    ],
)
def test_a_bad_closeup_is_named_with_its_measure_and_leaves_the_full_bodies(changes, reason, measured, threshold):
    sample = decide(**changes)
    verdict = sample[Decision].left.closeup
    assert (verdict.reason, verdict.measured, verdict.threshold) == (reason, measured, threshold)
    assert (sample.verdict, sample[Decision].closeups, sample[Decision].fullbody) == (Verdict.OK, False, True)


SECOND = {"second_similarity": 0.7, "second_other": 0.2}


def with_a_second_opinion(**changes: float | None) -> Sample:
    given = scores() | {f"{side}.{t}.{m}": v for side in ("left", "right") for t in TARGETS for m, v in SECOND.items()}
    given |= {f"left.closeup.{measure}": value for measure, value in changes.items()}
    return Decide(min_second_similarity=0.5).process(Sample("p").put(bodies("one")).score(given), None)


@pytest.mark.parametrize(
    ("changes", "reason", "measured", "threshold"),
    [
        ({}, None, 0.8, 0.5),
        ({"second_similarity": 0.4}, "not_alike_to_second", 0.4, 0.5),
        ({"second_other": 0.6}, "too_like_the_other_to_second", pytest.approx(0.1), 0.25),
        ({"second_similarity": None}, "no_second_opinion", None, 0.5),
        ({"similarity": 0.3, "second_similarity": 0.4}, "not_alike", 0.3, 0.5),
    ],
)
def test_a_second_opinion_has_to_agree_where_it_is_asked_for(changes, reason, measured, threshold):
    verdict = with_a_second_opinion(**changes)[Decision].left.closeup
    assert (verdict.reason, verdict.measured, verdict.threshold) == (reason, measured, threshold)


def test_a_second_opinion_that_was_not_asked_for_decides_nothing():
    given = scores() | {"left.closeup.second_similarity": 0.0, "left.closeup.second_other": 1.0}
    assert Decide().process(Sample("p").put(bodies("one")).score(given), None)[Decision].closeups


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"round1__faces": 3}, "round1_not_two_faces"),
        ({"round1__left__face_pixels": 20}, "round1_face_too_small"),
        ({"pair__similarity": 0.7}, "same_person_twice"),
        ({"round1__right__other": 0.9}, "sides_swapped"),
        ({"left__closeup__faces": 0, "right__body0__similarity": 0.2}, "not_one_face"),
    ],
)
def test_a_pair_without_a_whole_variant_or_a_good_first_picture_is_rejected(changes, reason):
    sample = decide(**changes)
    assert (sample.verdict, sample.reason) == (Verdict.REJECTED, reason)


def test_of_each_prompt_the_candidate_most_like_its_person_is_taken():
    better = {"left__body1__similarity": 0.9, "left__body2__similarity": 0.95, "left__body3__faces": 2}
    sample = decide(prompts=("one", "one", "two", "three"), **better)
    assert sample[Decision].left.chosen == (2, 1)


def test_a_looser_threshold_lets_more_through():
    changes = {"left__closeup__similarity": 0.4, "right__body0__similarity": 0.4}
    assert decide(**changes).verdict is Verdict.REJECTED
    assert decide({"min_similarity": 0.4}, **changes).verdict is Verdict.OK
