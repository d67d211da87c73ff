"""From a YAML file to a checked list of stages.

    catalog: stages.catalog        # the module whose STAGES names the classes
    input: studio:24               # what the first stage finds samples in
    samples_per_part: 4
    models: models                 # folder with weights, relative to the run's root
    licence_policy: any            # commercial: refuse weights that exclude commercial use
    stages:
      - pull_clips: {window_seconds: 60}
      - cut_shots
    workers:
      count: auto                  # worker processes; auto: one for each CPU
      stages:
        synthesize_bodies: {gpus: 1, count: 8, deadline_seconds: 600, memory_gb: 24}

What a stage does (its options) and how many workers do it, within which limits, are apart: only the former enters a
fingerprint.
A stage's fingerprint covers its name, version, options and model revisions, and those of all stages before it. Its
folder carries the fingerprint, so that changing one option leaves the stages before it as they are.
"""

import difflib
import hashlib
import importlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveFloat, PositiveInt, TypeAdapter, ValidationError

from pipeline.errors import ConfigError
from pipeline.manifest import Manifest
from pipeline.run import LicencePolicy, ModelStore, Run
from pipeline.stage import Barrier, Resources, Source, Stage

INPUTS_FOLDER = "00-inputs"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StageWorkers(_Strict):
    """How many workers a stage has, what each takes up, and when it is killed; None keeps the stage's own default.

    `deadline_seconds` is for a batch of samples (for one, where a stage does not batch). `memory_gb` (1e9 bytes) is
    for a worker and the processes it starts, on the host; never more than a machine has.
    """

    count: PositiveInt | None = None
    cpus: NonNegativeFloat | None = None
    gpus: NonNegativeFloat | None = None
    deadline_seconds: PositiveFloat | None = None
    memory_gb: PositiveFloat | None = None


class Workers(_Strict):
    """Worker processes: how many in all, limits for all stages, and exceptions by stage.

    `cpus` and `gpus` are what the run may take of a cluster. Without them it is what the cluster has when the build
    starts; say what it may grow to where nodes are added on demand. A build that hears nothing from its workers for
    `stall_minutes` says what it is waiting for.
    """

    count: PositiveInt | Literal["auto"] = "auto"
    cpus: PositiveFloat | None = None
    gpus: NonNegativeFloat | None = None
    deadline_seconds: PositiveFloat | None = None
    memory_gb: PositiveFloat | None = None
    stall_minutes: PositiveFloat = 10.0
    stages: dict[str, StageWorkers] = {}


class Config(_Strict):
    """The YAML file."""

    catalog: str = "stages.catalog"
    input: str
    samples_per_part: PositiveInt = 4
    models: str = "models"
    licence_policy: LicencePolicy = "any"
    stages: list[str | dict[str, dict[str, Any] | None]]
    workers: Workers = Workers()


@dataclass(frozen=True)
class PlannedStage:
    """A stage in its place: where its parts go, and which folders hold the sections that it reads."""

    stage: Stage
    folder: str
    previous: str  # folder of the stage before it
    writers: tuple[tuple[type, str], ...]  # section read -> folder that holds it
    scorers: tuple[str, ...]  # folders whose scores it reads
    revisions: tuple[tuple[str, str], ...]  # of models, such as file -> sha256
    resources: Resources
    count: int | None  # workers asked for
    deadline_seconds: float  # for a batch
    memory_gb: float

    @property
    def name(self) -> str:
        return self.stage.name

    def manifest(self, run: Run) -> Manifest:
        return Manifest(run.manifests, self.folder, self.stage.writes)


@dataclass(frozen=True)
class Group:
    """Neighbouring stages with the same needs: one worker runs them all, part by part."""

    stages: tuple[PlannedStage, ...]

    @property
    def names(self) -> list[str]:
        return [stage.name for stage in self.stages]

    @property
    def name(self) -> str:
        first, last = self.names[0], self.names[-1]
        return first if first == last else f"{first}..{last}"

    @property
    def resources(self) -> Resources:
        return self.stages[0].resources

    @property
    def count(self) -> int | None:
        return self.stages[0].count


@dataclass(frozen=True)
class Plan:
    """All that a worker on any node needs to know to do any part of the run."""

    config: Config
    models: ModelStore
    stages: tuple[PlannedStage, ...]

    def check(self) -> None:
        """Raise ConfigError where a stage could not be loaded: weights that are missing, altered or refused."""
        for stage in self.stages:
            with _naming(stage.name):
                stage.stage.check(self.models)

    @property
    def source(self) -> Source:
        source = self.stages[0].stage
        assert isinstance(source, Source)
        return source

    def steps(self) -> Iterator[PlannedStage | tuple[Group, ...]]:
        """Yield what runs one after the other: barriers, and between them groups that run at the same time."""
        groups: list[Group] = []
        for stage in self.stages:
            if isinstance(stage.stage, Barrier):
                if groups:
                    yield tuple(groups)
                    groups = []
                yield stage
            elif groups and (groups[-1].resources, groups[-1].count) == (stage.resources, stage.count):
                groups[-1] = Group((*groups[-1].stages, stage))
            else:
                groups.append(Group((stage,)))
        if groups:
            yield tuple(groups)


def load_config(path: str | Path, overrides: Sequence[str] = (), input: str | None = None) -> Config:
    """Read a YAML file; `overrides` are `stage.option=value` or `key=value`, values in YAML.

    Raises ConfigError, naming key, value and what is allowed.
    """
    path = Path(path)
    if not path.is_file():
        near = sorted(str(p) for p in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        raise ConfigError(f"no configuration at {path}" + (f"; there are {', '.join(near)}" if near else ""))
    try:
        values = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys such as `stages:`, found {type(values).__name__}")
    if input is not None:
        values["input"] = input
    for override in overrides:
        _apply(values, override)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error, Config.model_fields)}") from error


def make_plan(config: Config, root: Path = Path()) -> Plan:
    """Check a configuration and lay out its stages. `root` is the run's, below which `models` lies if relative.

    Raises ConfigError for an unknown stage or option, a section that nobody has written or two stages write, a first
    stage that is no source, and models whose revision cannot be told.
    """
    models = ModelStore(root / config.models, config.licence_policy)
    catalog = _catalog(config.catalog)
    written: dict[type, str] = {}
    scorers: list[str] = []
    planned: list[PlannedStage] = []
    previous, digest = INPUTS_FOLDER, ""
    stages = [_stage(catalog, entry) for entry in config.stages]
    _check_names(stages, config)
    for number, stage in enumerate(stages, start=1):
        if isinstance(stage, Source) != (number == 1):
            raise ConfigError(f"stages.{stage.name}: the first stage, and no other, finds the input's samples")
        if isinstance(stage, Source):
            written |= dict.fromkeys(stage.finds, INPUTS_FOLDER)
        for section in stage.reads:
            if section not in written:
                writers = [name for name, kind in catalog.items() if section in kind.writes]
                hint = f"put {' or '.join(writers)} before it" if writers else "no known stage writes it"
                raise ConfigError(
                    f"stages.{stage.name} reads {section.__name__}, which no earlier stage writes; {hint}"
                )
        options = {f.name: getattr(stage, f.name) for f in fields(stage)}
        with _naming(stage.name):
            revisions = tuple(sorted(stage.revisions(models).items()))
        digest = _digest(digest, stage.name, stage.version, options, revisions)
        folder = f"{number:02d}-{stage.name}-{digest[:12]}"
        wanted = config.workers.stages.get(stage.name, StageWorkers())
        planned.append(
            PlannedStage(
                stage=stage,
                folder=folder,
                previous=previous,
                writers=tuple((section, written[section]) for section in stage.reads),
                scorers=tuple(scorers) if stage.reads_scores else (),
                revisions=revisions,
                resources=_resources(stage, wanted),
                count=wanted.count,
                deadline_seconds=wanted.deadline_seconds or config.workers.deadline_seconds or stage.deadline_seconds,
                memory_gb=wanted.memory_gb or config.workers.memory_gb or stage.memory_gb,
            )
        )
        for section in stage.writes:
            if section in written:
                raise ConfigError(
                    f"stages.{stage.name} writes {section.__name__}, as {written[section]} does; keep one"
                )
            written[section] = folder
        if stage.scores:
            scorers.append(folder)
        previous = folder
    return Plan(config=config, models=models, stages=tuple(planned))


def _catalog(name: str) -> Mapping[str, type[Stage]]:
    try:
        return importlib.import_module(name).STAGES
    except ModuleNotFoundError as error:
        raise ConfigError(f"catalog: no module {name!r} to import ({error})") from error
    except AttributeError as error:
        raise ConfigError(f"catalog: module {name!r} has no STAGES dictionary") from error


def _stage(catalog: Mapping[str, type[Stage]], entry: str | dict[str, dict[str, Any] | None]) -> Stage:
    if isinstance(entry, str):
        entry = {entry: None}
    if len(entry) != 1:
        raise ConfigError(f"stages: an entry is `name` or `name: {{option: value}}`, not {entry!r}")
    name, options = next(iter(entry.items()))
    if name not in catalog:
        raise ConfigError(f"stages: no stage {name!r}{_meant(name, catalog)}; there are {', '.join(catalog)}")
    kind = catalog[name]
    try:
        return TypeAdapter(kind, config=None).validate_python(_checked_keys(kind, name, options or {}))
    except ValidationError as error:
        raise ConfigError(f"stages.{name}.{_explain(error)}") from error
    except (ValueError, TypeError) as error:
        raise ConfigError(f"stages.{name}: {error}") from error


def _checked_keys(kind: type[Stage], name: str, options: dict[str, Any]) -> dict[str, Any]:
    known = [f.name for f in fields(kind)]
    for key in options:
        if key not in known:
            allowed = f"its options are {', '.join(known)}" if known else "it has no options"
            raise ConfigError(f"stages.{name}.{key}: no such option{_meant(key, known)}; {allowed}")
    return options


def _check_names(stages: Sequence[Stage], config: Config) -> None:
    names = [stage.name for stage in stages]
    if not names:
        raise ConfigError("stages: the list is empty")
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"stages.{name}: listed twice")
    for name in config.workers.stages:
        if name not in names:
            raise ConfigError(f"workers.stages.{name}: not among the stages{_meant(name, names)}")


def _resources(stage: Stage, wanted: StageWorkers) -> Resources:
    own = stage.resources
    needs = replace(
        own,
        cpus=own.cpus if wanted.cpus is None else wanted.cpus,
        gpus=own.gpus if wanted.gpus is None else wanted.gpus,
    )
    if not (needs.cpus or needs.gpus):
        raise ConfigError(f"workers.stages.{stage.name}: cpus and gpus are both 0; a worker takes up one of them")
    return needs


def _apply(values: dict[str, Any], override: str) -> None:
    path, separator, text = override.partition("=")
    if not separator or not path:
        raise ConfigError(f"--set {override}: expected stage.option=value")
    value = yaml.safe_load(text)
    first, *rest = path.split(".")
    entries = values.get("stages") or []
    for index, entry in enumerate(entries):
        name = entry if isinstance(entry, str) else next(iter(entry), None)
        if name == first and len(rest) == 1:
            options = {} if isinstance(entry, str) else dict(entry[name] or {})
            entries[index] = {name: {**options, rest[0]: value}}
            return
    if rest and first not in Config.model_fields:
        names = [entry if isinstance(entry, str) else next(iter(entry), "") for entry in entries]
        raise ConfigError(f"--set {override}: no stage {first!r}{_meant(first, names)}; there are {', '.join(names)}")
    place = values
    for key in [first, *rest[:-1]] if rest else []:
        place = place.setdefault(key, {})
    place[rest[-1] if rest else first] = value


@contextmanager
def _naming(stage: str) -> Iterator[None]:
    """Put the stage before the option that a ConfigError names."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"stages.{stage}.{error}") from error


def _explain(error: ValidationError, known: Mapping[str, Any] | None = None) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden" and known is not None and len(first["loc"]) == 1:
        return f"{place}: no such key{_meant(place, known)}; allowed are {', '.join(known)}"
    message = first["msg"].removeprefix("Value error, ")
    shown = "" if first["type"] in ("missing", "value_error") else f", not {first['input']!r}"
    return f"{place}: {message[0].lower()}{message[1:]}{shown}" if place else message


def _meant(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, [str(k) for k in known], n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _digest(before: str, *parts: Any) -> str:
    text = json.dumps([before, *parts], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return asdict(value) if hasattr(value, "__dataclass_fields__") else str(value)


def available_cpus() -> int:
    """Count the CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
