import numpy as np
import pytest

from stages.likeness.false_matches import NOT_COMPARED, measure, rate_bound, returning
from stages.likeness.similarity import raw_scores
from tests.stages.strangers import cast, faces_of, false_match_rate


def likeness(people: np.ndarray, seed: np.random.Generator) -> np.ndarray:
    """Compare a face of each of people (P, D) with each: (P, P)."""
    faces = faces_of(people, seed)
    table = -raw_scores("l2", faces, faces)
    np.fill_diagonal(table, NOT_COMPARED)
    return table


def crowd(count: int, coming_back: int, seed: np.random.Generator) -> np.ndarray:
    """Draw people of whom the last `coming_back` are others of them once more."""
    people = cast(count, seed)
    if coming_back:
        people[-coming_back:] = people[seed.integers(count - coming_back, size=coming_back)]
    return people


@pytest.mark.parametrize("coming_back", [0, 30, 120])
def test_the_threshold_has_the_false_match_rate_that_was_asked_for(coming_back):
    seed = np.random.default_rng(7)
    table = likeness(crowd(600, coming_back, seed), seed)
    found = measure(table, np.arange(600), 1e-3, seed)
    assert false_match_rate(-found.threshold) == pytest.approx(1e-3, rel=0.35)
    assert found.median == pytest.approx(-0.725, abs=0.01)
    assert found.returning == pytest.approx(coming_back, abs=3)


def test_people_who_come_back_would_otherwise_move_it_far():
    seed = np.random.default_rng(7)
    table = likeness(crowd(600, 120, seed), seed)
    naive = np.quantile(table[np.triu_indices(600, 1)], 1 - 1e-3)
    assert false_match_rate(-naive) < 0.6e-3


def test_somebody_in_a_quarter_of_all_videos_is_one_person():
    seed = np.random.default_rng(3)
    people = cast(160, seed)
    people[120:] = people[0]
    groups = returning(likeness(people, seed))
    assert len(set(groups[120:]) | {groups[0]}) == 1
    assert len(set(groups)) == pytest.approx(120, abs=1)


def test_pairs_that_are_not_compared_join_nobody():
    table = np.full((4, 4), NOT_COMPARED)
    assert returning(table).tolist() == [0, 1, 2, 3]


def test_the_bound_holds_as_often_as_it_says():
    held = []
    for number in range(40):
        seed = np.random.default_rng(number)
        found = measure(likeness(cast(100, seed), seed), np.arange(100), 1e-2, seed)
        held.append(false_match_rate(-found.threshold) <= found.rate_bound)
    assert np.mean(held) >= 0.85


def test_more_people_make_it_surer():
    bounds = []
    for count in (50, 150, 600):
        seed = np.random.default_rng(1)
        bounds.append(measure(likeness(cast(count, seed), seed), np.arange(count), 1e-2, seed).rate_bound)
    assert bounds[0] > bounds[1] > bounds[2] > 1e-2
    assert bounds[2] < 1.3e-2


def test_people_of_one_video_count_as_one_source():
    seed = np.random.default_rng(5)
    people = np.repeat(cast(60, seed), 4, axis=0)  # somebody four times in each video
    table = likeness(people, seed)
    videos = np.repeat(np.arange(60), 4)
    table[videos[:, None] == videos] = NOT_COMPARED
    bounds = [rate_bound(table, source, -0.5, np.random.default_rng(0)) for source in (videos, np.arange(240))]
    found = (table[table > NOT_COMPARED] >= -0.5).mean()
    assert bounds[0] - found > 1.5 * (bounds[1] - found) > 0
