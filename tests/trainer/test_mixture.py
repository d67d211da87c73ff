from collections import Counter
from pathlib import Path

import pytest

from trainer.errors import ConfigError
from trainer.mixture import Mixture, next_kind
from trainer.shards import Kind, ShardSet


@pytest.mark.parametrize(
    ("weights", "draws", "expected"),
    [
        ({"closeup": 6, "paired": 2, "reconstruct": 3}, 11, {"closeup": 6, "paired": 2, "reconstruct": 3}),
        ({"closeup": 6, "paired": 2, "reconstruct": 3}, 1100, {"closeup": 600, "paired": 200, "reconstruct": 300}),
        ({"paired": 1, "face_to_image": 2}, 6, {"paired": 2, "face_to_image": 4}),
        ({"paired": 0.5, "closeup": 0.25}, 3, {"paired": 2, "closeup": 1}),
        ({"closeup": 1}, 5, {"closeup": 5}),
    ],
)
def test_kinds_are_drawn_in_exact_proportion_to_their_weights(
    weights: dict[Kind, float], draws: int, expected: dict[Kind, int]
):
    drawn = dict.fromkeys(weights, 0)
    for _ in range(draws):
        drawn[next_kind(weights, drawn)] += 1
    assert drawn == expected


def test_no_kind_ever_lags_or_leads_by_a_sample_and_a_half():
    weights: dict[Kind, float] = {"closeup": 3, "fullbody": 3, "text_to_image": 2, "image_to_crop": 3, "paired": 0.5}
    drawn = dict.fromkeys(weights, 0)
    for draws in range(1, 500):
        drawn[next_kind(weights, drawn)] += 1
        for kind, weight in weights.items():
            assert abs(drawn[kind] - draws * weight / sum(weights.values())) < 1.5


def draw_keys(mixture: Mixture, count: int) -> list[str]:
    return [mixture.draw().record.key for _ in range(count)]


def test_each_pass_has_every_sample_once_and_its_own_order(drawn_shards: Path):
    mixture = Mixture(ShardSet(drawn_shards), {"closeup": 1}, seed=0)
    first, second = draw_keys(mixture, 6), draw_keys(mixture, 6)
    assert set(Counter(first).values()) == set(Counter(second).values()) == {1}
    assert first != second


def test_mixture_continues_from_its_position(drawn_shards: Path):
    weights: dict[Kind, float] = {"closeup": 2, "image_to_crop": 1}
    straight = Mixture(ShardSet(drawn_shards), weights, seed=3)
    keys = draw_keys(straight, 40)
    for position in (1, 7, 23):
        before = Mixture(ShardSet(drawn_shards), weights, seed=3)
        draw_keys(before, position)
        after = Mixture(ShardSet(drawn_shards), weights, seed=3, drawn=before.drawn)
        assert draw_keys(after, 40 - position) == keys[position:]


def test_order_follows_the_seed(drawn_shards: Path):
    orders = {tuple(draw_keys(Mixture(ShardSet(drawn_shards), {"closeup": 1}, seed), 6)) for seed in range(5)}
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"paired": 1}, "no train shard of this kind, only of closeup, image_to_crop, text_to_image; --set"),
        ({"closeup": 0}, "data.mix: every weight is 0"),
    ],
)
def test_mix_that_cannot_be_drawn(drawn_shards: Path, weights: dict[Kind, float], message: str):
    with pytest.raises(ConfigError) as error:
        Mixture(ShardSet(drawn_shards), weights, seed=0)
    assert message in str(error.value)
