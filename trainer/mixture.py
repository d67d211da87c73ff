"""Draw training samples: kinds in exact proportion, samples of a kind in shuffled passes.

Everything that will be drawn follows from the seed and the weights, so the position of the loader is how
many samples of each kind were drawn, and nothing else.
"""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from trainer.errors import ConfigError
from trainer.shards import Kind, Sample, ShardSet

T = TypeVar("T")


def next_kind(weights: Mapping[Kind, float], drawn: Mapping[Kind, int]) -> Kind:
    """Choose the kind that is furthest behind its share.

    Weights count samples, not batches. After n draws a kind was drawn n x weight / sum of weights times, give or take
    about one sample; the difference does not grow with n.
    """
    total = sum(drawn.values()) + 1
    share = sum(weights.values())
    return max(weights, key=lambda kind: weights[kind] / share * total - drawn[kind])


class Mixture:
    """An endless sequence of training samples; `drawn` is its position, and starting there continues it."""

    def __init__(
        self,
        shards: ShardSet,
        weights: Mapping[Kind, float],
        seed: int,
        drawn: Mapping[Kind, int] | None = None,
    ):
        self.weights = {kind: weight for kind, weight in weights.items() if weight > 0}
        self.drawn: dict[Kind, int] = dict.fromkeys(self.weights, 0) | dict(drawn or {})
        self._shards = shards
        self._seed = seed
        # One shard of each kind is held in memory.
        self._open: dict[Kind, tuple[range, list[Sample]]] = {kind: (range(0), []) for kind in self.weights}
        if not self.weights:
            raise ConfigError("data.mix: every weight is 0; give at least one kind a weight")
        for kind, weight in self.weights.items():
            if not shards.of(kind, "train"):
                has = sorted({shard.kind for shard in shards.shards if shard.split == "train"})
                raise ConfigError(
                    f"data.mix.{kind}: weight {weight:g}, but {shards.folder} has no train shard of this kind, only of "
                    f"{', '.join(has) or 'none'}; --set data.mix.{kind}=0 leaves it out"
                )

    def draw(self) -> Sample:
        kind = next_kind(self.weights, self.drawn)
        sample = self._sample(kind, self.drawn[kind])
        self.drawn[kind] += 1
        return sample

    def _sample(self, kind: Kind, number: int) -> Sample:
        numbers, samples = self._open[kind]
        if number not in numbers:
            numbers, samples = self._open[kind] = self._open_shard(kind, number)
        return samples[number - numbers.start]

    def _open_shard(self, kind: Kind, number: int) -> tuple[range, list[Sample]]:
        """Return the samples of the shard that holds a kind's draw `number`, and the numbers of the draws it serves."""
        shards = self._shards.of(kind, "train")
        epoch, offset = divmod(number, sum(shard.samples for shard in shards))
        start = number - offset
        for shard in self._shuffled(shards, kind, epoch):
            numbers = range(start, start + shard.samples)
            if number in numbers:
                return numbers, self._shuffled(list(self._shards.read(shard)), shard.path, epoch)
            start = numbers.stop
        raise AssertionError("the number lies within the epoch")

    def _shuffled(self, things: list[T], name: str, epoch: int) -> list[T]:
        return Random(f"{self._seed}/{name}/{epoch}").sample(things, len(things))
