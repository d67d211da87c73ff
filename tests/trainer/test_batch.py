from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from trainer.batch import Loader, collate
from trainer.config import Config, VisionConfig
from trainer.errors import ConfigError
from trainer.mixture import Mixture
from trainer.shards import Image, Message, ShardSet, Text
from trainer.tokenizer import Vocabulary
from trainer.tokens import IGNORE, Slot, encode_conversation
from trainer.vision import Tower

CPU = torch.device("cpu")


def make_loader(vocabulary: Vocabulary, report: Callable[[str], None] = print, max_tokens: int = 1024) -> Loader:
    tower = Tower(VisionConfig(), CPU)
    return Loader(vocabulary, tower, batch_size=2, max_tokens=max_tokens, device=CPU, report=report)


def test_shorter_conversation_is_padded_on_the_right(vocabulary: Vocabulary):
    ask = Message("user", (Text("text", "Olivia"),))
    short = encode_conversation([ask, Message("assistant", (Text("text", "no"),))], vocabulary)
    long = encode_conversation([ask, Message("assistant", (Image("image", "round1.jpg"),))], vocabulary)
    batch = collate([(short, torch.zeros(0, 64, 5)), (long, torch.ones(1, 64, 5))], vocabulary.pad, CPU)
    assert batch.ids.shape == batch.slots.shape == batch.labels.shape == (2, len(long))
    assert batch.ids[0].tolist() == [*short.ids, *[vocabulary.pad] * (len(long) - len(short))]
    assert set(batch.slots[0, len(short) :].tolist()) == {int(Slot.TOKEN)}
    assert set(batch.labels[0, len(short) :].tolist()) == {IGNORE}
    assert (batch.tokens, batch.features.shape) == (len(short) + len(long), (1, 64, 5))


def test_counts_are_labels_and_values_of_generated_pictures(drawn_shards: Path, vocabulary: Vocabulary):
    samples = list(ShardSet(drawn_shards).samples("image_to_crop", "validation"))
    (batch,) = make_loader(vocabulary).batches(samples)
    assert batch.generated.tolist() == [False, True, False, True]
    assert batch.image_count == 2 * 64 * 64
    assert batch.text_count == int((batch.labels != IGNORE).sum()) > 0


def test_too_long_conversations_are_reported_and_left_out(drawn_shards: Path, vocabulary: Vocabulary):
    reports: list[str] = []
    mixture = Mixture(ShardSet(drawn_shards), {"closeup": 1, "text_to_image": 1}, seed=0)
    batch = make_loader(vocabulary, reports.append, max_tokens=300).draw(mixture)
    assert batch.ids.shape[0] == 2
    assert batch.ids.shape[1] <= 300
    assert reports
    assert all(report.startswith("left out closeup closeup-train-") for report in reports)


def test_mix_without_any_short_conversation_is_an_error(drawn_shards: Path, vocabulary: Vocabulary):
    mixture = Mixture(ShardSet(drawn_shards), {"closeup": 1}, seed=0)
    with pytest.raises(ConfigError, match=r"data\.max_tokens: 50 leaves out nearly every conversation"):
        make_loader(vocabulary, lambda _: None, max_tokens=50).draw(mixture)


def test_loader_draws_the_batch_size(make_config: Callable[..., Config], vocabulary: Vocabulary):
    config = make_config()
    mixture = Mixture(ShardSet(config.data.shards), config.data.mix, seed=0)
    loader = make_loader(vocabulary)
    assert [loader.draw(mixture).ids.shape[0] for _ in range(3)] == [2, 2, 2]
    assert sum(mixture.drawn.values()) == 6
