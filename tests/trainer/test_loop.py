import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.drawn import write_drawn_shards
from trainer import checkpoint
from trainer.config import Config
from trainer.errors import CheckpointError, ConfigError, DivergedError
from trainer.loop import learning_rate, train, train_step
from trainer.metrics import read_rows
from trainer.training import prepare

MakeConfig = Callable[..., Config]


class Killed(BaseException):
    """Stands for a process that ends between two steps."""


def quiet(_: str) -> None:
    pass


def weights_of(output: Path) -> dict[str, torch.Tensor]:
    folder = checkpoint.latest(output)
    assert folder is not None
    return load_file(folder / "model.safetensors")


def assert_same_training(output: Path, expected: Path) -> None:
    weights, wanted = weights_of(output), weights_of(expected)
    assert weights.keys() == wanted.keys()
    assert all(torch.equal(weights[name], wanted[name]) for name in wanted)
    assert read_rows(output) == read_rows(expected)


def elsewhere(config: Config, name: str) -> Config:
    return replace(config, train=replace(config.train, output=config.train.output.parent / name))


def test_one_batch_can_be_overfitted(make_config: MakeConfig):
    config = make_config(model={"width": 64, "mlp_width": 128}, optimizer={"learning_rate": 3e-3, "weight_decay": 0.0})
    training = prepare(config, quiet)
    batch = training.loader.draw(training.mixture)
    losses = []
    while training.steps < 400 and (not losses or losses[-1] > 0.01 * losses[0]):
        training.steps += 1
        losses.append(train_step(training, [batch]).loss)
    assert losses[-1] < 0.01 * losses[0], losses[-1] / losses[0]


@pytest.mark.parametrize("killed_at", [1, 3, 5])
def test_killed_and_resumed_training_equals_a_straight_one_bit_for_bit(make_config: MakeConfig, killed_at: int):
    config = make_config(train={"steps": 6, "checkpoint_every": 2, "log_every": 1})
    straight = elsewhere(config, "straight")
    train(straight, log=quiet)

    def kill(line: str) -> None:
        if line.startswith(f"step {killed_at}/"):
            raise Killed

    with pytest.raises(Killed):
        train(config, log=kill)
    train(config, log=quiet)
    assert_same_training(config.train.output, straight.train.output)


def test_stopped_training_is_saved_and_resumed_bit_for_bit(make_config: MakeConfig):
    config = make_config(train={"steps": 5, "accumulation": 2})
    straight = elsewhere(config, "straight")
    train(straight, log=quiet)
    asked = iter([False, False, True])
    assert train(config, log=quiet, stopped=lambda: next(asked)).steps == 2
    assert train(config, log=quiet).steps == 5
    assert_same_training(config.train.output, straight.train.output)


def test_extended_training_equals_a_longer_one(make_config: MakeConfig):
    config = make_config(train={"steps": 5})
    straight = elsewhere(config, "straight")
    train(straight, log=quiet)
    train(replace(config, train=replace(config.train, steps=3)), log=quiet)
    train(config, log=quiet)
    weights, wanted = weights_of(config.train.output), weights_of(straight.train.output)
    assert all(torch.equal(weights[name], wanted[name]) for name in wanted)


def test_accumulated_small_batches_give_the_gradient_of_a_large_one(make_config: MakeConfig):
    large = prepare(make_config(train={"batch_size": 4}), quiet)
    small = prepare(make_config(train={"batch_size": 1, "accumulation": 4}), quiet)
    row = train_step(large, [large.loader.draw(large.mixture)])
    other = train_step(small, [small.loader.draw(small.mixture) for _ in range(4)])
    assert (row.loss, row.gradient_norm) == pytest.approx((other.loss, other.gradient_norm), rel=1e-5)
    for after, wanted in zip(small.model.parameters(), large.model.parameters(), strict=True):
        torch.testing.assert_close(after, wanted, rtol=1e-3, atol=1e-5)


def test_loss_that_is_not_finite_touches_no_weight(make_config: MakeConfig):
    training = prepare(make_config(), quiet)
    batch = training.loader.draw(training.mixture)
    batch.features[0, 0, 0] = torch.inf
    before = {name: value.clone() for name, value in training.model.state_dict().items()}
    with pytest.raises(DivergedError, match="nothing of this step was kept"):
        train_step(training, [batch])
    assert all(torch.equal(value, before[name]) for name, value in training.model.state_dict().items())


def test_bfloat16_losses_are_near_those_of_float32(make_config: MakeConfig):
    rows = []
    for precision in ("float32", "bfloat16"):
        training = prepare(make_config(train={"precision": precision}), quiet)
        rows.append(train_step(training, [training.loader.draw(training.mixture)]))
    assert rows[0].loss != rows[1].loss
    assert rows[0].loss == pytest.approx(rows[1].loss, rel=0.02)


def test_validation_is_measured_for_every_kind_at_the_end(make_config: MakeConfig):
    config = make_config(train={"steps": 1})
    train(config, log=quiet)
    losses = read_rows(config.train.output)[-1]["validation"]
    assert {name: row["samples"] for name, row in losses.items()} == {
        "closeup": 2,
        "image_to_crop": 2,
        "text_to_image": 2,
        "all": 6,
    }


def test_kind_without_validation_is_trained(make_config: MakeConfig, tmp_path: Path):
    write_drawn_shards(tmp_path / "shards", {"paired": 2}, validation=0)
    lines: list[str] = []
    train(make_config(data={"shards": tmp_path / "shards", "mix": {"paired": 1}}, train={"steps": 1}), log=lines.append)
    assert lines[-1] == "validation: no samples"


def test_checkpoint_of_other_options_is_not_continued(make_config: MakeConfig):
    train(make_config(train={"steps": 1}), log=quiet)
    with pytest.raises(CheckpointError, match=r"other options: loss\.image \(was 6\.0, now 1\.0\); .*--fresh"):
        train(make_config(loss={"image": 1}), log=quiet)


def test_checkpoint_of_other_shards_is_not_continued(make_config: MakeConfig, tmp_path: Path):
    train(make_config(train={"steps": 1}), log=quiet)
    other = write_drawn_shards(tmp_path / "other", {"closeup": 2, "image_to_crop": 2, "text_to_image": 2})
    with pytest.raises(CheckpointError, match="was trained on other shards"):
        train(make_config(data={"shards": other}), log=quiet)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_without_a_gpu_is_a_clear_error(make_config: MakeConfig):
    with pytest.raises(ConfigError, match=r"train\.device: cuda, but torch finds no GPU here; allowed: cpu"):
        train(make_config(train={"device": "cuda"}), log=quiet)


def test_learning_rate_warms_up_and_stays(make_config: MakeConfig):
    config = make_config(optimizer={"learning_rate": 0.8, "warmup_steps": 4})
    assert [learning_rate(step, config) for step in (1, 2, 4, 5, 1000)] == pytest.approx([0.2, 0.4, 0.8, 0.8, 0.8])
    assert learning_rate(1, make_config(optimizer={"learning_rate": 0.8, "warmup_steps": 0})) == 0.8


def test_metrics_hold_every_step(make_config: MakeConfig):
    config = make_config(train={"steps": 3, "log_every": 2})
    train(config, log=quiet)
    rows = [json.loads(line) for line in (config.train.output / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3, 3]
    assert rows[0].keys() == {"step", "loss", "ce", "mse", "lr", "gradient_norm", "tokens"}
