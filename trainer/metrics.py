"""OUTPUT/metrics.jsonl, one row a step, and the calm line a person reads.

A row holds nothing that depends on the machine's speed, so a resumed training writes the very file of a
straight one.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

ENDS = 10


@dataclass(frozen=True)
class StepRow:
    """loss = text weight x ce + image weight x mse. ce: nats a label. mse: 1 is the mean picture (see model.py)."""

    step: int
    loss: float
    ce: float
    mse: float
    lr: float
    gradient_norm: float
    tokens: int


class Metrics:
    """Append rows to the file; what it holds beyond `steps` is of a training that was cut off there, and is dropped."""

    def __init__(self, output: Path, *, steps: int, last_step: int, log_every: int, log: Callable[[str], None]):
        output.mkdir(parents=True, exist_ok=True)
        self._path = output / "metrics.jsonl"
        self._last_step = last_step
        self._log_every = log_every
        self._log = log
        kept = [row for row in read_rows(output) if row["step"] <= steps]
        aside = self._path.with_suffix(".partial")
        aside.write_text("".join(json.dumps(row) + "\n" for row in kept))
        aside.rename(self._path)
        self._window: list[StepRow] = []
        self._window_began = time.monotonic()

    def step(self, row: StepRow) -> None:
        """Write a row; every `log_every` steps, log the means of the losses since the last line."""
        self._append(asdict(row))
        self._window.append(row)
        if row.step % self._log_every and row.step != self._last_step:
            return
        loss, ce, mse = (fmean(getattr(row, name) for row in self._window) for name in ("loss", "ce", "mse"))
        speed = sum(row.tokens for row in self._window) / (time.monotonic() - self._window_began)
        self._log(
            f"step {row.step}/{self._last_step}  loss {loss:.3f}  ce {ce:.3f}  mse {mse:.3f}  "
            f"lr {row.lr:.1e}  {speed:.0f} tokens/s"
        )
        self._window = []
        self._window_began = time.monotonic()

    def validation(self, step: int, losses: dict[str, dict[str, float]]) -> None:
        """Write the row of a validation: kind -> ce, mse and number of samples; "all" for all kinds together."""
        self._append({"step": step, "validation": losses})

    def _append(self, row: dict) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def read_rows(output: Path) -> list[dict]:
    """Read all whole rows; a last line that was cut off in writing is none."""
    path = output / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def first_and_last_loss(output: Path) -> tuple[float, float]:
    """Return the mean losses of the first and of the last 10 steps."""
    losses = [row["loss"] for row in read_rows(output) if "loss" in row]
    return fmean(losses[:ENDS]), fmean(losses[-ENDS:])
