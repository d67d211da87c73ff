"""How far a run is: a line for each stage, calm on a terminal and readable in a log file.

On a terminal the lines are redrawn in place; elsewhere a stage prints one when it is done and, while it is working,
one from time to time.
"""

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

LOG_EVERY_SECONDS = 15.0


@dataclass
class StageProgress:
    """What is known of one stage so far. `parts` is None until the stage's parts are known."""

    name: str
    parts: int | None = None
    done: int = 0
    cached: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first: float | None = None
    last: float | None = None

    @property
    def finished(self) -> bool:
        return self.parts is not None and self.done >= self.parts

    def take(self, event: dict[str, Any], now: float) -> None:
        self.first = now if self.first is None else self.first
        self.last = now
        self.done += 1
        self.cached += event["cached"]
        self.seconds += 0 if event["cached"] else event["seconds"]
        self.verdicts.update(event["verdicts"])
        self.reasons.update(event["reasons"])

    def eta_seconds(self) -> float | None:
        """Seconds until the stage is done, from the pace of the parts worked on; None while that is unknown."""
        worked = self.done - self.cached
        if self.parts is None or self.finished or worked < 2 or self.first is None or self.last is None:
            return None
        return (self.last - self.first) / (worked - 1) * (self.parts - self.done)

    def cells(self) -> list[str]:
        """Return the stage's line: name, parts, good, rejected, failed, pace, time left."""
        total = "?" if self.parts is None else str(self.parts)
        good = self.verdicts["ok"]
        eta = self.eta_seconds()
        pace = sum(self.verdicts.values()) / self.seconds if self.seconds > 0 else None
        left = "done" if self.finished else "" if eta is None else _minutes(eta)
        if self.finished and self.cached == self.done and self.done:
            left = "kept"
        return [
            self.name,
            f"{self.done}/{total}",
            str(good),
            str(self.verdicts["rejected"]),
            str(self.verdicts["failed"]),
            "" if pace is None else f"{pace:.1f}/s" if pace < 100 else f"{pace:,.0f}/s",
            left,
        ]


HEADINGS = ("stage", "parts", "ok", "rejected", "failed", "worker pace", "left")


class Progress:
    """Takes the events of a run and shows them."""

    def __init__(self, console: Console | None = None):
        # a handle of its own: an engine may send the process's standard error elsewhere
        self.console = console or Console(file=os.fdopen(os.dup(2), "w"), soft_wrap=True)
        self.stages: dict[str, StageProgress] = {}
        self._live: Live | None = None
        self._logged = 0.0

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=4, get_renderable=self._table)
            self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._live is not None:
            self._live.__exit__(*error)

    def begin(self, samples: int, stages: Sequence[str]) -> None:
        """Say how many samples were found, and which stages they are to pass."""
        self.stages = {name: StageProgress(name) for name in stages}
        self.console.print(f"found {samples} samples; {len(stages)} stages", highlight=False)
        if self._live is None:
            self._print(HEADINGS)

    def expect(self, stages: Sequence[str], parts: int) -> None:
        """Say how many parts some stages have to do."""
        for name in stages:
            self.stages[name].parts = parts
            self._show(self.stages[name])

    def tell(self, event: dict[str, Any]) -> None:
        """Take an event of a worker."""
        if event["event"] == "part":
            stage = self.stages[event["stage"]]
            stage.take(event, time.monotonic())
            self._show(stage)

    def say(self, text: str) -> None:
        """Print a line that is out of the ordinary."""
        self.console.print(text, highlight=False, markup=False)

    def _show(self, stage: StageProgress) -> None:
        now = time.monotonic()
        if self._live is None and stage.done and (stage.finished or now - self._logged > LOG_EVERY_SECONDS):
            self._logged = now
            self._print(stage.cells())

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for heading in HEADINGS:
            table.add_column(heading, justify="left" if heading == "stage" else "right", no_wrap=True)
        for stage in self.stages.values():
            table.add_row(*stage.cells(), style=None if stage.done else "dim")
        return table

    def _print(self, cells: Sequence[str]) -> None:
        widths = (22, 10, 7, 9, 7, 12, 7)
        first, *rest = zip(cells, widths, strict=True)
        text = first[0].ljust(first[1]) + "".join(cell.rjust(width) for cell, width in rest)
        self.console.print(text.rstrip(), highlight=False, markup=False)


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
