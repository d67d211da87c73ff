"""A catalog of stages that behave badly on numbers a test names: they kill, hang, eat memory, or fail for a time."""

import ctypes
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SampleError
from pipeline.media import Media
from pipeline.sample import Sample
from pipeline.stage import Scorer, Stage
from tests import fakes
from tests.fakes import Drawn, Number

MOST_EATEN_GB = 16


@dataclass(frozen=True)
class Square:
    value: int


@dataclass(frozen=True)
class Fetch(Stage):
    """Fails on a number until the file of that name is in `server`; notes in `log` what it was asked."""

    reads = (Number,)
    writes = (Drawn,)

    server: str = ""
    log: str | None = None

    def process(self, sample: Sample, model: Any) -> Sample:
        value = str(sample[Number].value)
        note(self.log, value)
        if self.server and not (Path(self.server) / value).exists():
            raise SampleError("unreachable", f"{value} is not there")
        return sample.put(Drawn(Media.of(f"fetched {value}".encode(), "txt"), ()))


@dataclass(frozen=True)
class SquareNumbers(Stage):
    """Takes batches of four; dies, in various ways, of a batch that holds a number."""

    reads = (Number, Drawn)
    writes = (Square,)
    batch_size = 4

    kills: int | None = None
    hangs: int | None = None
    eats: int | None = None
    log: str | None = None

    def process_batch(self, samples: Sequence[Sample], model: Any) -> list[Sample]:
        values = [sample[Number].value for sample in samples]
        note(self.log, " ".join(map(str, values)))
        if self.kills in values:
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.hangs in values:
            ctypes.PyDLL(None).sleep(600)  # native code that holds the interpreter's lock
        if self.eats in values:
            eaten = [b"\1" * 50_000_000 for _ in range(MOST_EATEN_GB * 20)]
            raise AssertionError(f"nobody minds that {len(eaten)} pieces are eaten")
        return [sample.put(Square(value**2)) for sample, value in zip(samples, values, strict=True)]


@dataclass(frozen=True)
class AddNumbers(Stage):
    """Takes parts whole, and dies of one that holds a number as long as the file `danger` is there."""

    reads = (Number, Drawn)
    writes = (Square,)
    batch_size = None

    kills: int | None = None
    danger: str = ""
    log: str | None = None

    def process_batch(self, samples: Sequence[Sample], model: Any) -> list[Sample]:
        values = [sample[Number].value for sample in samples]
        note(self.log, " ".join(map(str, values)))
        if self.kills in values and Path(self.danger).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return [sample.put(Square(sum(values))) for sample in samples]


@dataclass(frozen=True)
class CountThreads(Scorer):
    """Scores how many threads libraries would take."""

    reads = (Number,)

    def process(self, sample: Sample, model: Any) -> Sample:
        import cv2
        import torch

        return sample.score({"opencv": cv2.getNumThreads(), "torch": torch.get_num_threads()})


@dataclass(frozen=True)
class Wait(Stage):
    """Takes its time."""

    reads = (Number,)
    seconds: float = 0.0

    def process(self, sample: Sample, model: Any) -> Sample:
        time.sleep(self.seconds)
        return sample


def note(log: str | None, line: str) -> None:
    if log:
        with Path(log).open("a") as file:
            file.write(f"{line}\n")


STAGES = fakes.STAGES | {kind().name: kind for kind in (Fetch, SquareNumbers, AddNumbers, CountThreads, Wait)}
