import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from trainer import checkpoint
from trainer.__main__ import main
from trainer.config import Config, dump_config
from trainer.loop import train
from trainer.metrics import read_rows

ROOT = Path(__file__).parents[2]
MakeConfig = Callable[..., Config]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process; returns exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["trainer", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def write_config(config: Config, path: Path) -> str:
    path.write_text(yaml.safe_dump(dump_config(config)))
    return str(path)


def test_help_names_the_command_and_its_options(command: Callable[..., tuple[int, str, str]]):
    assert "train" in command("--help")[1]
    code, out, _ = command("train", "--help")
    assert code == 0
    assert all(option in out for option in ("--shards", "--output", "--set", "--fresh"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "train.step=1"], "train.step: no such option (value 1)"),
        (["--shards", "no/where"], "no/where/index.json: no shards here; run `make build-dataset` first"),
    ],
)
def test_mistake_is_one_line_and_exit_code_2(
    command: Callable[..., tuple[int, str, str]], arguments: list[str], message: str
):
    code, _, err = command("train", str(ROOT / "configs/train/default.yaml"), *arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_training_ends_with_losses_and_checkpoint_and_again_says_so(
    make_config: MakeConfig, tmp_path: Path, command: Callable[..., tuple[int, str, str]]
):
    config = make_config(train={"steps": 3})
    path = write_config(config, tmp_path / "config.yaml")
    folder = config.train.output / "checkpoint-000003"
    code, out, _ = command("train", path)
    *_, first, second, third = out.splitlines()
    assert (code, first.startswith("trained 3 steps in "), second.startswith("loss ")) == (0, True, True)
    assert third == f"checkpoint: {folder}"

    code, out, _ = command("train", path)
    assert code == 0
    assert "already trained to step 3; raise train.steps to go on" in out
    assert out.splitlines()[-2:] == [second, third]

    assert "trained 1 steps in" in command("train", path, "--set", "train.steps=4")[1]
    assert "trained 2 steps in" in command("train", path, "--set", "train.steps=2", "--fresh")[1]


def test_sigterm_saves_and_the_same_command_goes_on(make_config: MakeConfig, tmp_path: Path):
    config = make_config(train={"steps": 100_000})
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", "train", write_config(config, tmp_path / "config.yaml")],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 300
    while len(read_rows(config.train.output)) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    folder = checkpoint.latest(config.train.output)
    assert folder is not None
    steps = checkpoint.read_progress(folder).steps
    assert f"stopped by SIGTERM after step {steps}; the same command goes on from there" in out

    limits = replace(config.train, steps=steps + 2)
    train(replace(config, train=limits), log=lambda _: None)
    straight = replace(config, train=replace(limits, output=tmp_path / "straight"))
    train(straight, log=lambda _: None)
    resumed, expected = (
        load_file(output / f"checkpoint-{steps + 2:06d}" / "model.safetensors")
        for output in (config.train.output, straight.train.output)
    )
    assert all(torch.equal(resumed[name], expected[name]) for name in expected)
