"""Notices that nothing happens, and says what is being waited for."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.journal import Journal

MOST_SHOWN = 8
Report = Callable[[float, Sequence[str]], None]


class StallWatch:
    """Reports when it has heard nothing for some minutes, once each time that long has passed.

    `waiting_for` says what is being waited for, in lines; `report` gets the minutes and those lines. Both are called
    from a thread.
    """

    def __init__(self, minutes: float, waiting_for: Callable[[], Sequence[str]], report: Report):
        self._minutes = minutes
        self._waiting_for = waiting_for
        self._report = report
        self._heard = self._reported = time.monotonic()
        self._over = threading.Event()

    def touch(self) -> None:
        """Note that something happened."""
        self._heard = self._reported = time.monotonic()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch during the block."""
        self.touch()
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            self._over.clear()

    def _watch(self) -> None:
        while not self._over.wait(min(self._minutes * 6, 5.0)):  # a tenth of the time, but at least now and then
            if time.monotonic() - self._reported > self._minutes * 60:
                self._reported = time.monotonic()
                self._report((time.monotonic() - self._heard) / 60, self._waiting_for())


def open_samples(journals: Path, since: float = 0.0) -> list[str]:
    """Say which samples workers have opened since a time (of `time.time`), those that have been open longest first."""
    opened = []
    for path in journals.glob("*.jsonl") if journals.is_dir() else ():
        try:
            at, keys = path.stat().st_mtime, Journal(path).open_now()
        except FileNotFoundError:  # finished meanwhile
            continue
        if keys and at >= since:
            stage, _, part = path.stem.rpartition("-")
            opened.append((at, f"{_shown(keys)} in {stage} (part {part})"))
    now = time.time()
    lines = [f"{text}, open for {(now - at) / 60:.1f} minutes" for at, text in sorted(opened)]
    more = len(lines) - MOST_SHOWN
    return [*lines[:MOST_SHOWN], f"and {more} more"] if more > 0 else lines


def _shown(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more"
