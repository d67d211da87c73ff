from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from trainer import checkpoint
from trainer.checkpoint import Progress
from trainer.config import Config
from trainer.model import ConversationModel, build_model
from trainer.tokenizer import Vocabulary


def build(config: Config) -> tuple[ConversationModel, torch.optim.AdamW]:
    model = build_model(config.model, vocabulary=320, feature_width=6, max_tokens=1024, seed=0)
    optimizer = torch.optim.AdamW(model.parameters())
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return model, optimizer


def save(config: Config, vocabulary: Vocabulary, steps: int) -> Path:
    model, optimizer = build(config)
    progress = Progress(steps, {"closeup": 2 * steps}, "abc")
    return checkpoint.save(
        config.train.output, config=config, vocabulary=vocabulary, model=model, optimizer=optimizer, progress=progress
    )


def test_everything_is_read_back(make_config: Callable[..., Config], vocabulary: Vocabulary):
    config = make_config()
    torch.manual_seed(7)
    folder = save(config, vocabulary, 3)
    random = torch.get_rng_state()
    expected, optimizer = build(config)
    model = build_model(config.model, vocabulary=320, feature_width=6, max_tokens=1024, seed=1)
    fresh = torch.optim.AdamW(model.parameters())
    checkpoint.read_model(folder, model)
    checkpoint.read_training(folder, fresh)
    assert all(torch.equal(value, expected.state_dict()[name]) for name, value in model.state_dict().items())
    for state, wanted in zip(fresh.state.values(), optimizer.state.values(), strict=True):
        assert all(torch.equal(state[name], wanted[name]) for name in wanted)
    assert torch.equal(torch.get_rng_state(), random)
    assert checkpoint.read_config(folder) == config
    assert checkpoint.read_progress(folder) == Progress(3, {"closeup": 6}, "abc")
    assert Vocabulary.load(folder).encode("Olivia") == vocabulary.encode("Olivia")


def test_only_the_last_checkpoints_are_kept(make_config: Callable[..., Config], vocabulary: Vocabulary):
    config = make_config(train={"keep_checkpoints": 2})
    for steps in (5, 1_000_000, 20, 999_999):
        save(config, vocabulary, steps)
    kept = [folder.name for folder in checkpoint.checkpoints(config.train.output)]
    assert kept == ["checkpoint-999999", "checkpoint-1000000"]


def test_what_was_cut_off_in_writing_is_no_checkpoint(make_config: Callable[..., Config], vocabulary: Vocabulary):
    config = make_config()
    folder = save(config, vocabulary, 4)
    (config.train.output / ".checkpoint-000005.partial").mkdir()
    assert checkpoint.latest(config.train.output) == folder
    assert save(config, vocabulary, 5) == checkpoint.latest(config.train.output)
    assert not list(config.train.output.glob(".*"))


def test_folder_without_checkpoints_has_no_latest(tmp_path: Path):
    assert checkpoint.latest(tmp_path / "nowhere") is None


def test_config_in_a_checkpoint_is_that_of_the_training(make_config: Callable[..., Config], vocabulary: Vocabulary):
    config = replace(make_config(), seed=5)
    assert checkpoint.read_config(save(config, vocabulary, 1)).seed == 5
