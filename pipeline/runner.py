"""The driver: brings a plan to its end, part by part and barrier by barrier.

Only the driver decides what runs; what has been done is known from the parts that exist. A run that was stopped and
is started again therefore goes on where it was, and one whose options changed runs again from the stage concerned.
"""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from pipeline.files import write_whole
from pipeline.inputs import gather_inputs, part_name
from pipeline.lock import locked
from pipeline.manifest import Manifest
from pipeline.plan import INPUTS_FOLDER, Config, Group, Plan, PlannedStage, make_plan
from pipeline.progress import Progress
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from pipeline.worker import Emit, Worker, finished_event, is_finished, load_samples, own_rows

MOST_LIGHT_PARTS = 256  # that the driver does itself; to start workers takes longer


class Engine(Protocol):
    """What brings parts through groups of stages."""

    def work(self, groups: Sequence[Group], parts: Sequence[str], emit: Emit) -> None: ...

    def close(self) -> None: ...


def build(config: Config, run: Run, engine: str, progress: Progress) -> None:
    """Build a run. `engine` is "ray" or "inline"; both give the same bytes.

    Raises ConfigError and StorageError for what the user can mend. What has been finished stays.
    """
    plan = make_plan(config)
    found = list(plan.source.find(config.input))
    with locked(run):
        inputs = Manifest(run.manifests, INPUTS_FOLDER, plan.source.finds)
        for manifest in [inputs, *(stage.manifest(run) for stage in plan.stages)]:
            manifest.remove_leftovers()
        parts = gather_inputs(inputs, found, config.samples_per_part)
        progress.begin(len(found), [stage.name for stage in plan.stages])
        _Driver(plan, run, engine, progress).drive(parts)


class _Driver:
    """Takes the steps of a plan one after the other. An engine is started when a step first needs one."""

    def __init__(self, plan: Plan, run: Run, engine: str, progress: Progress):
        self.plan = plan
        self.run = run
        self.progress = progress
        self._engine_name = engine
        self._engine: Engine | None = None

    def drive(self, parts: Sequence[str]) -> None:
        record = _Record(self.run, self.plan, self._engine_name)
        try:
            for step in self.plan.steps():
                if isinstance(step, PlannedStage):
                    parts = _pass_barrier(self.run, step, parts, self.progress)
                    record.add([step], parts)
                else:
                    self._work(step, parts)
                    record.add([stage for group in step for stage in group.stages], parts)
            record.finish()
        finally:
            if self._engine is not None:
                self._engine.close()

    def _work(self, groups: Sequence[Group], parts: Sequence[str]) -> None:
        stages = [stage for group in groups for stage in group.stages]
        self.progress.expect([stage.name for stage in stages], len(parts))
        missing = []
        for part in parts:
            if all(is_finished(self.run, stage, part) for stage in stages):
                for stage in stages:
                    self.progress.tell(finished_event(self.run, stage, part, cached=True))
            else:
                missing.append(part)
        if len(missing) <= MOST_LIGHT_PARTS and all(stage.stage.light for stage in stages):
            worker = Worker(self.run, stages, self.progress.tell)
            for part in missing:
                worker.work(part)
        elif missing:
            self._engine = self._engine or _engine(self._engine_name, self.plan.config, self.run)
            self._engine.work(groups, missing, self.progress.tell)


def _engine(name: str, config: Config, run: Run) -> Engine:
    if name == "inline":
        from pipeline.inline_engine import InlineEngine

        return InlineEngine(config, run)
    # Read when Ray is imported: without it, the thread of a plan cut short by Ctrl-C starts another Ray.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    from pipeline.ray_engine import RayEngine  # takes seconds

    return RayEngine(config, run)


def _pass_barrier(run: Run, planned: PlannedStage, parts: Sequence[str], progress: Progress) -> list[str]:
    """Run a barrier on the driver; return the names of the parts that it gives out."""
    stage = planned.stage
    assert isinstance(stage, Barrier)
    manifest = planned.manifest(run)
    origin: dict[str, str] = {}  # key -> part it came from

    def load(part: str) -> list[Sample]:
        samples = load_samples(run, planned, part)
        origin.update((sample.key, part) for sample in samples)
        return samples

    start = time.perf_counter()
    lazy = [LazyPart(lambda part=part: load(part)) for part in parts]
    events: list[dict[str, Any]] = []
    for samples in stage.process_parts(lazy, stage.load(run)):
        if not samples:  # nothing good came this far
            continue
        assert {sample.key for sample in samples} <= origin.keys(), f"{planned.name} invents samples"
        rows = [row for sample in samples for row in own_rows(planned, _input_of(sample, stage), sample)]
        name = part_name(rows)
        cached = manifest.has(name)
        if not cached:
            now = time.perf_counter()
            sidecar = {"seconds": round(now - start, 4), "host": platform.node(), "at": time.time()}
            start = now
            lineage = _merged_lineage(run, planned, sorted({origin[sample.key] for sample in samples}))
            manifest.publish(name, rows, lineage, sidecar)
        events.append(finished_event(run, planned, name, cached=cached))
    progress.expect([planned.name], len(events))
    for event in events:
        progress.tell(event)
    return [event["part"] for event in events]


def _merged_lineage(run: Run, planned: PlannedStage, parts: Sequence[str]) -> dict[str, list[str]]:
    previous = Manifest(run.manifests, planned.previous)
    merged: dict[str, set[str]] = {}
    for part in parts:
        for folder, ancestors in previous.lineage(part).items():
            merged.setdefault(folder, set()).update(ancestors)
    return {folder: sorted(ancestors) for folder, ancestors in merged.items()}


def _input_of(sample: Sample, stage: Barrier) -> Sample:
    """The sample without what the barrier itself added."""
    sections = {kind: value for kind, value in sample.sections.items() if kind not in stage.writes}
    return Sample(sample.key, sections, {} if stage.scores else sample.scores)


class _Record:
    """run.json and layout.json: what ran, on what, and which parts are current."""

    def __init__(self, run: Run, plan: Plan, engine: str):
        self.run = run
        self.layout: dict[str, dict[str, Any]] = {}
        self.started = time.time()
        self.facts = {
            "run": run.name,
            "engine": engine,
            "config": plan.config.model_dump(),
            "stages": {stage.name: stage.folder for stage in plan.stages},
            "commit": _commit(),
            "python": platform.python_version(),
            "versions": {d.name: d.version for d in metadata.distributions() if d.name in _DIRECT},
        }

    def add(self, stages: Sequence[PlannedStage], parts: Sequence[str]) -> None:
        for stage in stages:
            self.layout[stage.name] = {"folder": stage.folder, "parts": list(parts)}
        self._write(finished=None)

    def finish(self) -> None:
        self._write(finished=time.time())

    def _write(self, finished: float | None) -> None:
        facts = {**self.facts, "started": self.started, "finished": finished}
        write_whole(self.run.records / "run.json", json.dumps(facts, indent=1) + "\n")
        write_whole(self.run.records / "layout.json", json.dumps(self.layout) + "\n")


_DIRECT = frozenset(
    """av dlib-bin decord diffusers facenet-pytorch insightface numpy onnxruntime open_clip_torch pandas pyarrow ray
    opencv-python-headless scenedetect-headless torch transformers webdataset""".split()  # noqa: SIM905
)


def _commit() -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return found.stdout.strip() or None
