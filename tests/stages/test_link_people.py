import numpy as np
import pytest

from stages.link_people import LinkPeople, assign_splits, clusters, mutual_links
from stages.similarity import CALIBRATIONS

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def points(*places: float) -> np.ndarray:
    """People on a line: their distance is dlib's raw likeness."""
    return np.array([[place, 0.0] for place in places], np.float32)


def test_people_are_linked_when_each_is_near_the_other():
    links = mutual_links(points(0.0, 0.1, 2.0, 2.3, 9.0), CALIBRATIONS["dlib"], 0.5, neighbours=2)
    assert [(i, j) for _, i, j in links] == [(0, 1), (2, 3)]


def test_a_link_that_is_not_mutual_is_none():
    crowd = points(0.0, 0.01, 0.02, 0.3)  # the last one's neighbours have nearer ones
    links = mutual_links(crowd, CALIBRATIONS["dlib"], 0.3, neighbours=2)
    assert all(3 not in (i, j) for _, i, j in links)


@pytest.mark.parametrize(
    ("links", "most", "apart", "expected"),
    [
        ([(0.9, 0, 1), (0.8, 1, 2)], 9, set(), [0, 0, 0, 3]),
        ([(0.9, 0, 1), (0.8, 1, 2)], 2, set(), [0, 0, 2, 3]),
        ([(0.9, 1, 2), (0.8, 0, 1)], 9, {frozenset((0, 2))}, [0, 1, 1, 3]),
        ([], 9, set(), [0, 1, 2, 3]),
    ],
)
def test_clusters_take_the_best_links_first_and_stay_small(links, most, apart, expected):
    assert clusters(4, links, most, apart) == expected


def test_nobody_is_in_two_splits():
    rng = np.random.default_rng(0)
    pairs = [(f"p{a}", f"p{b}") for a, b in rng.integers(0, 400, (150, 2)) if a != b]
    split_of = assign_splits(pairs, SHARES)
    assert all(split_of[a] == split_of[b] for a, b in pairs)
    counts = {split: sum(split_of[a] == split for a, _ in pairs) for split in SHARES}
    assert counts["train"] > counts["validation"] > 0
    assert counts["test"] > 0


def test_splits_do_not_depend_on_the_order_of_pairs():
    pairs = [(f"a{i}", f"b{i}") for i in range(40)]
    assert assign_splits(pairs, SHARES) == assign_splits(pairs[::-1], SHARES)


def test_shares_that_exceed_the_whole_are_refused():
    with pytest.raises(ValueError, match="train_share"):
        LinkPeople(train_share=0.9, validation_share=0.2)
