"""What a stage is: a frozen dataclass that is its own configuration.

    @dataclass(frozen=True)
    class DetectFaces(Stage):
        "Find the faces in sampled frames."

        reads = (Clip, Shots)
        writes = (Faces,)
        version = 1

        frames_per_second: float = 3.0

        def load(self, run): return Detector()
        def process(self, sample, detector): return sample.put(Faces(...))

The fields are the options of the YAML file, checked by type; constraints are checked in `__post_init__` by raising
ValueError. `version` is raised when the same options give another result, so that nothing stale is reused.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pipeline.run import ModelStore, Run
from pipeline.sample import Sample

Outcome = Sample | Sequence[Sample]


@dataclass(frozen=True)
class Resources:
    """What one worker of a stage takes up. Fractions of a GPU share it."""

    cpus: float = 1.0
    gpus: float = 0.0


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline: samples in, the same samples (with a section, a verdict or children) out."""

    version: ClassVar[int] = 1
    reads: ClassVar[tuple[type, ...]] = ()
    writes: ClassVar[tuple[type, ...]] = ()
    scores: ClassVar[bool] = False  # adds scores to samples
    reads_scores: ClassVar[bool] = False  # sees the scores that stages before it added
    resources: ClassVar[Resources] = Resources()
    batch_size: ClassVar[int | None] = 1  # samples that process_batch gets at once; None: a part, never in pieces
    deadline_seconds: ClassVar[float] = 300.0  # for a batch; a worker that takes longer is killed
    memory_gb: ClassVar[float] = 8.0  # of a worker and the processes it starts; one that takes more is killed
    light: ClassVar[bool] = False  # loads no model, decodes nothing: a few parts are done sooner by the driver itself

    @property
    def name(self) -> str:
        """The stage's name in configurations, manifests and reports: its class name in snake_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    def check(self, models: ModelStore) -> None:
        """Raise ConfigError for what would keep workers from loading: weights that are missing, altered or refused.

        Called for every stage of a build before any of them starts, by the driver, which may have no GPU.
        """

    def revisions(self, models: ModelStore) -> Mapping[str, str]:
        """Name the weights that results depend on, such as file -> sha256. They enter the fingerprint.

        Raises ConfigError where that cannot be told without files that are missing.
        """
        return {}

    def load(self, run: Run) -> Any:
        """Make what a worker keeps for life, such as a model. Called once in each worker, before the first sample."""
        return None

    def process(self, sample: Sample, model: Any) -> Outcome:
        """Process one sample. Return it, or its children, or both (then it is marked as expanded).

        Raises SampleError for a sample that cannot be processed; it is recorded as failed.
        """
        raise NotImplementedError(f"{self.name} defines neither process nor process_batch")

    def intact(self, run: Run, rows: Sequence[Sample]) -> bool:
        """Tell whether what the stage wrote outside its manifest, if anything, is still there for a finished part."""
        return True

    def process_batch(self, samples: Sequence[Sample], model: Any) -> Sequence[Outcome]:
        """Process several samples at once, for models that gain from it: one outcome for each, in order.

        Given are `batch_size` samples, fewer at the end of a part or where such a batch has killed its worker.
        """
        return [self.process(sample, model) for sample in samples]


@dataclass(frozen=True)
class Source(Stage):
    """The first stage: it also knows how to find samples in what the user gave as input."""

    finds: ClassVar[tuple[type, ...]] = ()  # sections that found samples carry

    def find(self, input: str) -> Iterable[Sample]:
        """List the samples of an input without reading their contents, each key once, in an order that stays.

        Raises ConfigError when there is no such input or nothing in it.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Scorer(Stage):
    """A stage that only measures: it holds no threshold, and scores every sample that has a picture."""

    scores: ClassVar[bool] = True


@dataclass(frozen=True)
class Barrier(Stage):
    """A stage that has to see all parts before it can say anything about one: duplicates, identities, shards.

    It runs once, on the driver, reads only the columns it names, and gives parts out: the ones it got, with verdicts
    or sections added, or others altogether. An output part is named by the hash of its content, so that what follows
    runs again only where the barrier came to another conclusion.
    """

    def process_parts(self, parts: Sequence["LazyPart"], model: Any) -> Iterator[list[Sample]]:
        """Yield the samples of each output part. `parts` may be iterated more than once; a part loads when called."""
        raise NotImplementedError

    def remark(self, run: Run) -> str | None:
        """Say in a line, after the last part, what people should know of the run as a whole; None: nothing."""
        return None


class LazyPart:
    """A part that reads its samples when it is called, and holds none."""

    def __init__(self, load: Callable[[], list[Sample]], load_bare: Callable[[], list[Sample]] | None = None):
        self._load = load
        self._load_bare = load_bare or load

    def __call__(self) -> list[Sample]:
        return self._load()

    def bare(self) -> list[Sample]:
        """Read the samples without sections and scores: fast."""
        return [Sample(sample.key) for sample in self._load_bare()]


def check_choice(stage: Stage, option: str, allowed: Iterable[str]) -> None:
    """Raise ValueError when an option of a stage names nothing that there is."""
    value, names = getattr(stage, option), sorted(allowed)
    if value not in names:
        raise ValueError(f"{option} is {value!r}, but must be one of {', '.join(names)}")
