"""The bench's own arithmetic: what counts as found, wrong, missed or strayed."""

import numpy as np
import pytest

from stages.track_people import People, Person, Sighting, Track
from tests.bench_quality.masks import MaskMatch, iou
from tests.bench_quality.pairs import ClipPairs, FoundPair, figures, person_of
from tests.bench_quality.tables import wrong_or_missed
from tests.bench_tracking import strays


def clip(verdict: str, found: tuple[FoundPair, ...] = (), missed: tuple[tuple[int, int], ...] = ()) -> ClipPairs:
    return ClipPairs("a.mp4", "duo", verdict, found, missed, ("one_person",) if missed else ())


def pair(right: bool, strays: int = 0, accepted: bool = True) -> FoundPair:
    return FoundPair("a.mp4/w00/p0", (1, 2), right, strays, accepted, None)


def people(*sightings: tuple[int, int]) -> People:
    """One person of one track, with these (frame, face)."""
    track = Track(0, tuple(Sighting(*s) for s in sightings), None, 0, 0, 0, None, None, None)
    return People((track,), (Person((0,), None),))


def test_pairs_are_summed_up_by_what_was_expected():
    clips = [
        clip("usable", (pair(True),)),
        clip("usable", missed=((1, 2),)),
        clip("rejected", (pair(False, strays=2, accepted=False),)),
        clip("either", (pair(True, strays=1),)),
    ]
    assert figures(clips) == {
        "pairs": 3,
        "pair_precision": 0.6667,
        "pair_recall": 0.5,
        "accepted_pairs": 2,
        "accepted_precision": 1.0,
        "identity_switches": 1,
    }


def test_what_went_wrong_is_named():
    told = wrong_or_missed([clip("rejected", (pair(False),)), clip("usable", missed=((1, 2),))])
    assert told.splitlines() == [
        "wrong   a.mp4/w00/p0  shows (1, 2)",
        "missed  a.mp4  (1, 2)  1 one_person",
    ]


def test_a_person_is_whom_most_sightings_show_and_the_others_are_strays():
    seen = people((0, 0), (1, 1), (2, 0), (3, 0))
    who = [{0: 7}, {1: 8}, {0: 7}, {}]
    assert person_of(seen, 0, who) == 7
    assert strays(seen, who, [0]) == [(0, 1)]
    assert person_of(seen, 0, [{}, {}, {}, {}]) is None


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("1100", "0110", 1 / 3), ("1111", "1111", 1.0), ("0000", "0000", 1.0)]
)
def test_masks_are_compared_by_intersection_over_union(a, b, expected):
    first, second = (np.array([c == "1" for c in row]) for row in (a, b))
    assert iou(first, second) == pytest.approx(expected)


def test_mask_figures_are_mean_and_fifth_percentile():
    from tests.bench_quality.__main__ import mask_figures

    matches = [MaskMatch("k", "duo", "left.near", 0.0, value) for value in (0.5, *[1.0] * 19)]
    assert mask_figures(matches) == {"mask_iou_mean": 0.975, "mask_iou_p5": 0.975}
