"""The command line: python -m trainer train configs/train/default.yaml"""

import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from trainer.config import Config, load_config
from trainer.errors import TrainerError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _trainer() -> None:
    """Train a multimodal Llama on conversations of text and pictures."""


@app.command("train")
def _train(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="Options in YAML; start from configs/train/default.yaml.")
    ],
    shards: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with index.json, in place of data.shards.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for checkpoints and metrics, in place of train.output."),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one option, e.g. train.steps=500."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Remove the checkpoints in the output folder and start over.")
    ] = False,
) -> None:
    """Train, or go on from the latest checkpoint in the output folder.

    A finished training only says so; raise train.steps to extend it. SIGTERM and Ctrl-C save and end.
    """
    named = [f"data.shards={json.dumps(str(shards))}"] if shards else []
    named += [f"train.output={json.dumps(str(output))}"] if output else []
    _run(load_config(config, [*(overrides or []), *named]), fresh)


def _run(config: Config, fresh: bool) -> None:
    # torch and transformers take seconds to import; --help and a wrong option need not wait for them.
    from trainer import checkpoint
    from trainer.loop import train
    from trainer.metrics import first_and_last_loss

    def log(line: str) -> None:
        print(line, flush=True)

    output = config.train.output
    began = time.monotonic()
    with _Stop() as stop:
        training = train(config, fresh=fresh, log=log, stopped=lambda: stop.signal is not None)
    if stop.signal is not None:
        print(f"stopped by {stop.signal.name} after step {training.steps}; the same command goes on from there")
    elif training.steps == training.resumed_at:
        print(f"already trained to step {training.steps}; raise train.steps to go on")
    else:
        print(f"trained {training.steps - training.resumed_at} steps in {time.monotonic() - began:.0f} s")
    if training.steps:
        first, last = first_and_last_loss(output)
        print(f"loss {first:.3f} -> {last:.3f} (means of the first and the last 10 steps)")
    print(f"checkpoint: {checkpoint.latest(output)}")
    if stop.signal is not None:
        raise typer.Exit(128 + stop.signal)


class _Stop:
    """Remember the first SIGTERM or SIGINT while the block runs; a second one ends the process at once."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def __enter__(self) -> "_Stop":
        self._before = {number: signal.signal(number, self._handle) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.signal = signal.Signals(number)
        signal.signal(number, signal.SIG_DFL)


def main() -> None:
    try:
        app()
    except TrainerError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
