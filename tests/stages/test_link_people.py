import numpy as np
import pytest

from stages.likeness.similarity import CALIBRATIONS
from stages.link_people import LinkPeople, assign_splits, clusters, mutual_links, needed_similarity
from tests.stages.strangers import cast, faces_of

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


DLIB = CALIBRATIONS["dlib"]


def points(*places: float) -> np.ndarray:
    """People on a line, one face each: their distance is dlib's raw likeness."""
    return np.array([[[place, 0.0]] for place in places], np.float32)


def test_people_are_linked_when_each_is_near_the_other():
    links = mutual_links(points(0.0, 0.1, 2.0, 2.3, 9.0), DLIB, 0.5, neighbours=2)
    assert [(i, j) for _, i, j in links] == [(0, 1), (2, 3)]


def test_a_link_that_is_not_mutual_is_none():
    crowd = points(0.0, 0.01, 0.02, 0.3)  # the last one's neighbours have nearer ones
    links = mutual_links(crowd, DLIB, 0.3, neighbours=2)
    assert all(3 not in (i, j) for _, i, j in links)


def test_all_faces_of_two_people_are_compared():
    faces = np.array([[[0.0, 0.0], [0.0, 0.6]], [[0.1, 0.0], [0.1, -0.6]], [[9.0, 0.0], [9.0, 0.0]]], np.float32)
    assert mutual_links(faces[:, :1], DLIB, 0.5, neighbours=2) != []
    assert mutual_links(faces, DLIB, 0.5, neighbours=2) == []


def test_blocks_change_nothing(monkeypatch):
    people = np.stack([cast(50, np.random.default_rng(0))] * 2, axis=1)
    whole = mutual_links(people, DLIB, 0.1, neighbours=3)
    monkeypatch.setattr("stages.link_people.BLOCK_NUMBERS", 350)
    pieces = mutual_links(people, DLIB, 0.1, neighbours=3)
    assert len(whole) > 5
    assert [link[1:] for link in pieces] == [link[1:] for link in whole]


@pytest.mark.parametrize(
    ("people", "similarity"),
    [(1, 0.28 * 0.5 / 0.67), (100, 0.5), (10_000, 0.69), (1_000_000, 0.84)],  # normal quantiles over 3.09, halved
)
def test_more_people_have_to_be_more_alike(people, similarity):
    assert needed_similarity(people, 0.1, 1e-3) == pytest.approx(similarity, abs=0.01)


@pytest.mark.parametrize(("count", "recall"), [(100, 0.95), (800, 0.9)])
def test_people_who_come_back_are_linked_and_strangers_are_not(count, recall):
    """A tenth of the people come back in another video, somewhat changed."""
    seed = np.random.default_rng(2)
    people = cast(count, seed)
    coming_back = count // 10
    people[-coming_back:] = people[:coming_back]
    changed = faces_of(people, seed)
    faces = np.stack([faces_of(changed, seed) for _ in range(3)], axis=1)
    links = mutual_links(faces, DLIB, max(needed_similarity(count, 0.05, 1e-3), 0.5), neighbours=8)
    found = {(i, j) for _, i, j in links}
    true = {(i, count - coming_back + i) for i in range(coming_back)}
    assert len(found & true) >= recall * len(true)
    assert len(found - true) <= 0.01 * len(found) + 0.5


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
