"""A small catalog of stages with real seams: numbers instead of clips, so that the engine is tested without faces."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, SampleError
from pipeline.files import whole_file, write_whole
from pipeline.media import Media
from pipeline.run import ModelStore, Run
from pipeline.sample import Sample, rng
from pipeline.stage import Barrier, LazyPart, Scorer, Source, Stage

DIGITS_PER_PART = 3  # after they were ranked
INDEX = "index.json"


@dataclass(frozen=True)
class Number:
    value: int


@dataclass(frozen=True)
class Drawn:
    media: Media
    noise: tuple[float, ...]


@dataclass(frozen=True)
class Digit:
    digit: int
    note: str | None


@dataclass(frozen=True)
class Rank:
    rank: int


@dataclass(frozen=True)
class Page:
    """The shard that a digit was written to, relative to the run's shards."""

    path: str
    sha256: str


@dataclass(frozen=True)
class FindNumbers(Source):
    """`input` is a range such as "0-9"; numbers become windows of themselves."""

    finds = (Number,)
    reads = (Number,)
    multiple_of: int | None = None

    def find(self, input: str) -> Iterable[Sample]:
        first, separator, last = input.partition("-")
        if not separator:
            raise ConfigError(f"input: {input!r} is no range such as 0-9")
        for value in range(int(first), int(last) + 1):
            yield Sample(f"n{value:04d}").put(Number(value))

    def process(self, sample: Sample, model: Any) -> Sample:
        value = sample[Number].value
        if self.multiple_of and value % self.multiple_of:
            return sample.reject("not_a_multiple", value % self.multiple_of, 0)
        return sample


@dataclass(frozen=True)
class Draw(Stage):
    """Makes media; kills its worker, hangs or fails on numbers that a test names."""

    reads = (Number,)
    writes = (Drawn,)
    deadline_seconds = 3.0

    pen: str | None = None  # a file in the folder of models, which has to be there and counts in the fingerprint
    seed: int = 0
    kills: int | None = None
    hangs: int | None = None
    bad: int | None = None
    bug: int | None = None
    pause_seconds: float = 0.0
    log: str | None = None

    def check(self, models: ModelStore) -> None:
        if self.pen and models.licence_policy == "commercial":
            raise ConfigError(f"pen: {self.pen} is not for sale")
        if self.pen and not (models.folder / self.pen).is_file():
            raise ConfigError(f"pen: no {self.pen} in {models.folder}")

    def revisions(self, models: ModelStore) -> dict[str, str]:
        pen = models.folder / (self.pen or "")
        return {pen.name: pen.read_text()} if self.pen and pen.is_file() else {}

    def load(self, run: Run) -> str:
        pen = (run.models.folder / self.pen).read_text() if self.pen else "pen"
        return f"{pen} of {run.name}"

    def process(self, sample: Sample, model: str) -> Sample:
        value = sample[Number].value
        if self.log:
            with Path(self.log).open("a") as file:
                file.write(f"{value}\n")
        if value == self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if value == self.hangs:
            time.sleep(600)
        if value == self.bad:
            raise SampleError("bad_number", f"{value} is bad")
        if value == self.bug:
            raise ZeroDivisionError("a bug")
        time.sleep(self.pause_seconds)
        noise = rng(sample.key, self.name, self.seed).random(3)
        return sample.put(Drawn(Media.of(f"{model} draws {value}".encode(), "txt"), tuple(noise.tolist())))


@dataclass(frozen=True)
class SplitDigits(Stage):
    """A number becomes its digits."""

    reads = (Number, Drawn)
    writes = (Digit,)

    def process(self, sample: Sample, model: Any) -> list[Sample]:
        assert sample[Drawn].media.read().endswith(f"draws {sample[Number].value}".encode())
        digits = str(sample[Number].value)
        return [sample.child(f"d{i}", Digit(int(d), None if i else "first")) for i, d in enumerate(digits)]


@dataclass(frozen=True)
class ScoreDigits(Scorer):
    reads = (Digit,)

    def process(self, sample: Sample, model: Any) -> Sample:
        return sample.score({"half": sample[Digit].digit / 2})


@dataclass(frozen=True)
class RankDigits(Barrier):
    """Numbers all digits in the order of their keys and lays them out in parts anew."""

    reads = (Digit,)
    writes = (Rank,)

    def process_parts(self, parts: Sequence[LazyPart], model: Any) -> Iterator[list[Sample]]:
        samples = sorted((sample for part in parts for sample in part()), key=lambda sample: sample.key)
        ranked = [sample.put(Rank(rank)) for rank, sample in enumerate(samples)]
        for start in range(0, len(ranked), DIGITS_PER_PART):
            yield ranked[start : start + DIGITS_PER_PART]


@dataclass(frozen=True)
class Decide(Stage):
    reads = (Digit, Rank)
    reads_scores = True
    min_half: float = 1.0

    def __post_init__(self) -> None:
        if self.min_half < 0:
            raise ValueError(f"min_half must be at least 0, not {self.min_half}")

    def process(self, sample: Sample, model: Any) -> Sample:
        half = sample.scores["half"]
        assert half is not None
        return sample if half >= self.min_half else sample.reject("too_small", half, self.min_half)


@dataclass(frozen=True)
class WritePages(Stage):
    """Writes the digits of a part to one shard: right only when it gets all of them at once."""

    reads = (Digit, Rank)
    writes = (Page,)
    batch_size = None

    pause_seconds: float = 0.0  # after each digit, so that a stop meets shards half-written

    def load(self, run: Run) -> Path:
        return run.shards

    def process_batch(self, samples: Sequence[Sample], shards: Path) -> list[Sample]:
        path = f"pages/{samples[0][Rank].rank // DIGITS_PER_PART:05d}.txt"
        (shards / INDEX).unlink(missing_ok=True)
        with whole_file(shards / path) as partial:
            with partial.open("w", buffering=1) as file:
                for sample in samples:
                    file.write(f"{sample.key} {sample[Digit].digit}\n")
                    time.sleep(self.pause_seconds)
            page = Page(path, hashlib.sha256(partial.read_bytes()).hexdigest())
        return [sample.put(page) for sample in samples]

    def intact(self, run: Run, rows: Sequence[Sample]) -> bool:
        return all((run.shards / row[Page].path).exists() for row in rows if row.get(Page))


@dataclass(frozen=True)
class IndexPages(Barrier):
    """Writes the index of all shards, last, as reports read it."""

    reads = (Page,)

    def load(self, run: Run) -> Path:
        return run.shards

    def process_parts(self, parts: Sequence[LazyPart], shards: Path) -> Iterator[list[Sample]]:
        entries = []
        for part in parts:
            if samples := part():
                page = samples[0][Page]
                facts = {"kind": "page", "split": "train", "samples": len(samples)}
                entries.append({"path": page.path, **facts, "sha256": page.sha256})
                yield samples
        entries.sort(key=lambda entry: entry["path"])
        write_whole(shards / INDEX, json.dumps({"shards": entries}, indent=1) + "\n")


STAGES = {
    kind().name: kind
    for kind in (FindNumbers, Draw, SplitDigits, ScoreDigits, RankDigits, Decide, WritePages, IndexPages)
}
