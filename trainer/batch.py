"""Samples to batches.

Shapes: B conversations, T positions, N pictures in all conversations, M of them generated, C channels of
the tower.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.errors import ConfigError, ShardError
from trainer.mixture import Mixture
from trainer.shards import Sample
from trainer.tokenizer import Vocabulary
from trainer.tokens import IGNORE, Slot, Tokens, encode_conversation
from trainer.vision import Tower

MOST_LEFT_OUT = 1000  # in one batch; more means an option is wrong, not a sample


@dataclass(frozen=True)
class Batch:
    """Conversations padded on the right, where a causal decoder needs no mask.

    ids, slots, labels: (B, T) as in `Tokens`; padding is PAD, TOKEN, IGNORE.
    features: (N, 64, C) raw features of all pictures, in the order in which they stand in the rows.
    generated: (N,) bool, which of them have queries.
    tokens: positions that are not padding.
    """

    ids: Tensor
    slots: Tensor
    labels: Tensor
    features: Tensor
    generated: Tensor
    tokens: int

    @property
    def text_count(self) -> int:
        """How many labels the cross-entropy is summed over."""
        return int((self.labels != IGNORE).sum())

    @property
    def image_count(self) -> int:
        """How many feature values the squared error is summed over."""
        return int(self.generated.sum()) * self.features.shape[1] * self.features.shape[2]


def collate(rows: Sequence[tuple[Tokens, Tensor]], pad: int, device: torch.device) -> Batch:
    """Join conversations and the features of their pictures."""
    length = max(len(tokens) for tokens, _ in rows)

    def padded(values: Iterable[Sequence[int]], filler: int) -> Tensor:
        return torch.tensor([[*row, *[filler] * (length - len(row))] for row in values], device=device)

    return Batch(
        ids=padded((tokens.ids for tokens, _ in rows), pad),
        slots=padded((tokens.slots for tokens, _ in rows), Slot.TOKEN),
        labels=padded((tokens.labels for tokens, _ in rows), IGNORE),
        features=torch.cat([features for _, features in rows]),
        generated=torch.tensor(
            [picture.generated for tokens, _ in rows for picture in tokens.pictures],
            dtype=torch.bool,
            device=device,
        ),
        tokens=sum(len(tokens) for tokens, _ in rows),
    )


class Loader:
    """Turn samples into batches on a device; `report` is told of every conversation that is left out as too long."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        tower: Tower,
        *,
        batch_size: int,
        max_tokens: int,
        device: torch.device,
        report: Callable[[str], None],
    ):
        self._vocabulary = vocabulary
        self._tower = tower
        self._batch_size = batch_size
        self._max_tokens = max_tokens
        self._device = device
        self._report = report

    def draw(self, mixture: Mixture) -> Batch:
        """Take the next batch out of the mixture."""
        rows: list[tuple[Tokens, Tensor]] = []
        draws = 0
        while len(rows) < self._batch_size:
            rows += self._row(mixture.draw())
            draws += 1
            if draws > self._batch_size + MOST_LEFT_OUT:
                raise ConfigError(f"data.max_tokens: {self._max_tokens} leaves out nearly every conversation; raise it")
        return collate(rows, self._vocabulary.pad, self._device)

    def batches(self, samples: Iterable[Sample]) -> Iterator[Batch]:
        """Put the given samples into batches, the last one perhaps smaller."""
        rows: list[tuple[Tokens, Tensor]] = []
        for sample in samples:
            rows += self._row(sample)
            if len(rows) == self._batch_size:
                yield collate(rows, self._vocabulary.pad, self._device)
                rows = []
        if rows:
            yield collate(rows, self._vocabulary.pad, self._device)

    def _row(self, sample: Sample) -> list[tuple[Tokens, Tensor]]:
        record = sample.record
        tokens = encode_conversation(record.messages, self._vocabulary)
        if len(tokens) > self._max_tokens:
            self._report(
                f"left out {record.kind} {record.key}: {len(tokens)} tokens, data.max_tokens is {self._max_tokens}"
            )
            return []
        pictures = [sample.pictures[picture.name] for picture in tokens.pictures]
        try:
            return [(tokens, self._tower.encode(pictures))]
        except ShardError as error:
            raise ShardError(f"{record.kind} {record.key}: {error}") from None
