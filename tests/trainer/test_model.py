from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from trainer.batch import Batch, collate
from trainer.config import ModelConfig
from trainer.errors import ConfigError
from trainer.model import ConversationModel, build_model
from trainer.shards import Image, Message, Text
from trainer.tokenizer import Vocabulary
from trainer.tokens import encode_conversation

CPU = torch.device("cpu")
TINY = ModelConfig(width=32, mlp_width=64, layers=2, heads=2)
CHANNELS = 6


def build(config: ModelConfig = TINY, *, vocabulary: int = 400, seed: int = 0) -> ConversationModel:
    return build_model(config, vocabulary=vocabulary, feature_width=CHANNELS, max_tokens=1024, seed=seed).eval()


def conversation(vocabulary: Vocabulary, rounds: int, request: str = "Olivia stands alone.") -> Batch:
    """Make a batch of one conversation with a shown picture and one generated in each round."""
    messages = [Message("user", (Image("image", "input.jpg"),)), Message("assistant", (Text("text", "Here."),))]
    for round in range(rounds):
        messages.append(Message("user", (Text("text", request),)))
        messages.append(Message("assistant", (Text("text", "Here it is."), Image("image", f"round{round}.jpg"))))
    features = torch.randn(rounds + 1, 64, CHANNELS, generator=torch.Generator().manual_seed(1))
    return collate([(encode_conversation(messages, vocabulary), features)], vocabulary.pad, CPU)


def change_picture(batch: Batch, number: int) -> Batch:
    features = batch.features.clone()
    features[number] += 1.0
    return replace(batch, features=features)


@torch.no_grad()
def changed_rounds(vocabulary: Vocabulary, number: int) -> list[bool]:
    """Say for each round whether its predicted picture changes with picture `number` (0 is the shown one)."""
    model, batch = build(), conversation(vocabulary, 3)
    before, after = model(batch).features, model(change_picture(batch, number)).features
    return [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, [True, True, True]),
        (1, [False, True, True]),
        (2, [False, False, True]),
        (3, [False, False, False]),
    ],
)
def test_round_sees_all_pictures_before_it_and_not_its_own(vocabulary: Vocabulary, number: int, expected: list[bool]):
    assert changed_rounds(vocabulary, number) == expected


@torch.no_grad()
def test_third_round_sees_the_first_picture_not_only_through_the_second(vocabulary: Vocabulary):
    """Two layers carry round 1's picture into round 2's text; one layer shows that round 3 sees it by itself."""
    model, batch = build(replace(TINY, layers=1)), conversation(vocabulary, 3)
    before, after = model(batch).features, model(change_picture(batch, 1)).features
    assert not torch.equal(before[2], after[2])


@torch.no_grad()
def test_padding_changes_no_prediction(vocabulary: Vocabulary):
    model = build()
    short, long = conversation(vocabulary, 1), conversation(vocabulary, 2)
    length = long.ids.shape[1] - short.ids.shape[1]
    both = Batch(
        ids=torch.cat([torch.nn.functional.pad(short.ids, (0, length), value=vocabulary.pad), long.ids]),
        slots=torch.cat([torch.nn.functional.pad(short.slots, (0, length)), long.slots]),
        labels=torch.cat([torch.nn.functional.pad(short.labels, (0, length), value=-100), long.labels]),
        features=torch.cat([short.features, long.features]),
        generated=torch.cat([short.generated, long.generated]),
        tokens=short.tokens + long.tokens,
    )
    together, first, second = model(both), model(short), model(long)
    torch.testing.assert_close(together.features, torch.cat([first.features, second.features]))
    torch.testing.assert_close(together.logits, torch.cat([first.logits, second.logits]))


@torch.no_grad()
def test_predictions_come_with_labels_and_generated_pictures(vocabulary: Vocabulary):
    batch = conversation(vocabulary, 3)
    prediction = build()(batch)
    assert prediction.logits.shape == (batch.text_count, 400)
    assert prediction.features.shape == (3, 64, CHANNELS)


def test_mean_picture_has_an_error_of_one():
    model = build()
    features = 3.0 + torch.randn(50, 64, CHANNELS) * torch.arange(1.0, CHANNELS + 1)
    model.measure_features(features)
    normal = model.normalise(features)
    torch.testing.assert_close(normal.mean(0), torch.zeros(64, CHANNELS), atol=1e-4, rtol=0)
    torch.testing.assert_close(normal.square().mean((0, 1)), torch.ones(CHANNELS))


def test_constant_channel_stays_finite():
    model = build()
    model.measure_features(torch.ones(3, 64, CHANNELS))
    assert torch.equal(model.normalise(torch.ones(1, 64, CHANNELS)), torch.zeros(1, 64, CHANNELS))


def test_weights_follow_the_seed_alone():
    torch.manual_seed(1)
    first = build().state_dict()
    torch.manual_seed(2)
    second, other = build().state_dict(), build(seed=1).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["place"], other["place"])


def test_pretrained_llama_keeps_its_weights_and_gets_the_missing_tokens(tmp_path: Path):
    torch.manual_seed(0)
    llama = LlamaForCausalLM(
        LlamaConfig(vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
    )
    llama.save_pretrained(tmp_path)
    model = build(ModelConfig(pretrained=tmp_path), vocabulary=57)
    assert model.llama.model.embed_tokens.weight.shape == (57, 16)
    assert torch.equal(model.llama.model.embed_tokens.weight[:50], llama.model.embed_tokens.weight)
    assert torch.equal(model.llama.model.layers[0].mlp.up_proj.weight, llama.model.layers[0].mlp.up_proj.weight)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (ModelConfig(width=32, heads=5), r"model\.heads: 5 heads do not divide model\.width 32 .* 1, 2, 4, 8, 16"),
        (ModelConfig(pretrained=Path("nowhere")), r"model\.pretrained: nowhere holds no config\.json"),
    ],
)
def test_model_that_cannot_be_built(config: ModelConfig, message: str):
    with pytest.raises(ConfigError, match=message):
        build(config)
