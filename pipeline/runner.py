"""The driver: brings a plan to its end, part by part and barrier by barrier.

Only the driver decides what runs; what has been done is known from the parts that exist. A run that was stopped and
is started again therefore goes on where it was, and one whose options changed runs again from the stage concerned.
"""

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from pipeline.barrier import pass_barrier
from pipeline.files import PARTIAL
from pipeline.flow import Job, Ledger
from pipeline.inputs import gather_inputs
from pipeline.lock import locked
from pipeline.log import RunLog
from pipeline.manifest import Manifest
from pipeline.plan import INPUTS_FOLDER, Config, Group, Plan, PlannedStage, make_plan
from pipeline.progress import Progress
from pipeline.record import RunRecord
from pipeline.run import Run
from pipeline.scratch import sweep
from pipeline.stage import Barrier
from pipeline.stall import StallWatch, open_samples
from pipeline.worker import Emit, Worker, finished_event, is_intact

MOST_LIGHT_PARTS = 256  # that the driver does itself; to start workers takes longer
LOGGED = ("part", "died", "lost")  # of what workers tell


class Engine(Protocol):
    """What brings parts through groups of stages."""

    def work(self, jobs: Sequence[Job], emit: Emit) -> None: ...

    def waiting(self) -> list[str]: ...

    def close(self) -> None: ...


def build(config: Config, run: Run, engine: str, progress: Progress, retry_failed: bool = False) -> None:
    """Build a run. `engine` is "ray" or "inline"; both give the same bytes.

    `retry_failed`: take up again what earlier builds recorded as failed. Raises ConfigError and StorageError for what
    the user can mend. What has been finished stays.
    """
    plan = make_plan(config, run.root)
    plan.check()
    run = replace(run, models=plan.models)
    with locked(run):
        log = RunLog(run.records / "log.jsonl", secrets.token_hex(4))
        record = RunRecord(run, plan, engine)
        log.write("build", **record.facts)
        try:
            inputs = Manifest(run.manifests, INPUTS_FOLDER, plan.source.finds)
            _remove_leftovers(plan, run)
            sweep()
            if retry_failed:
                _set_failed_aside(plan, run)
            parts, samples = gather_inputs(inputs, lambda: plan.source.find(config.input), config.samples_per_part)
            progress.begin(samples, [stage.name for stage in plan.stages])
            if _Driver(plan, run, engine, progress, log, record).drive(parts):
                _remove_leftovers(plan, run)
        except BaseException as error:
            log.write("error", kind=type(error).__name__, message=str(error))
            log.write("end", seconds=record.seconds, finished=False)
            raise
        log.write("end", seconds=record.seconds, finished=True)


def _remove_leftovers(plan: Plan, run: Run) -> None:
    """Remove what killed writers left half-written, and journals of parts that nobody works on any more.

    Nobody else writes: the run is locked, and no engine runs.
    """
    manifests = {
        folder: Manifest(run.manifests, folder) for folder in (INPUTS_FOLDER, *(s.folder for s in plan.stages))
    }
    for manifest in manifests.values():
        manifest.remove_leftovers()
    for path in run.shards.rglob(f"{PARTIAL}*"):
        path.unlink(missing_ok=True)
    for path in run.journals.glob("*.jsonl"):
        folder, _, part = path.stem.rpartition("-")
        if folder not in manifests or manifests[folder].has(part):
            path.unlink(missing_ok=True)


def _set_failed_aside(plan: Plan, run: Run) -> None:
    """Have parts with failed samples made again, from the stage that failed them to the next barrier.

    The last stage comes first: whatever of this gets done, no part is left that lacks a sample of the one before it.
    """
    steps = [[stage for group in step for stage in group.stages] for step in plan.steps() if isinstance(step, tuple)]
    for stages in steps:
        for number, stage in reversed(list(enumerate(stages))):
            manifest = stage.manifest(run)
            for part in manifest.names():
                if manifest.sidecar(part)["verdicts"].get("failed"):
                    for later in reversed(stages[number:]):
                        if later.manifest(run).has(part):
                            later.manifest(run).set_aside(part)


class _Driver:
    """Takes the steps of a plan one after the other. An engine is started when a step first needs one."""

    def __init__(self, plan: Plan, run: Run, engine: str, progress: Progress, log: RunLog, record: RunRecord):
        self.plan = plan
        self.run = run
        self.progress = progress
        self.log = log
        self.record = record
        self._engine_name = engine
        self._engine: Engine | None = None
        self._deaths = False
        self._engine_asked: float | None = None  # when its first worker was asked for, until that is there
        self._stall = StallWatch(plan.config.workers.stall_minutes, self._waiting_for, self._report_stall)

    def drive(self, parts: Sequence[str]) -> bool:
        """Bring the parts to the end of the plan; return whether workers died on the way."""
        try:
            for step in self.plan.steps():
                start = time.perf_counter()
                stages = [step] if isinstance(step, PlannedStage) else [s for group in step for s in group.stages]
                if isinstance(step, PlannedStage):
                    parts = pass_barrier(self.run, step, parts, self._emit)
                    self.progress.expect([step.name], len(parts))
                    self._tell_remark(step)
                else:
                    self._work(step, parts)
                self.record.add(stages, parts)
                self.log.write(
                    "step",
                    stages=[stage.name for stage in stages],
                    parts=len(parts),
                    seconds=round(time.perf_counter() - start, 3),
                )
            self.record.finish()
        finally:
            if self._engine is not None:
                self._engine.close()
        return self._deaths

    def _work(self, groups: Sequence[Group], parts: Sequence[str]) -> None:
        stages = [stage for group in groups for stage in group.stages]
        self.progress.expect([stage.name for stage in stages], len(parts))
        ledger = Ledger(stages, parts)
        for stage in stages:
            # listed, not looked for one by one: a network's file system remembers for a while what was not there
            there = set(stage.manifest(self.run).names())
            for part in parts:
                if part in there and is_intact(self.run, stage, part):
                    event = finished_event(self.run, stage, part, cached=True)
                    ledger.take(event)
                    self._emit(event)

        def emit(event: dict[str, Any]) -> None:
            # a part is told of again where its worker was lost later on
            if event["event"] != "part" or ledger.take(event):
                self._emit(event)

        jobs = [job for group in groups if (job := Job(group, ledger.missing(group.names))).parts]
        if all(stage.stage.light for job in jobs for stage in job.group.stages) and (
            sum(len(job.parts) for job in jobs) <= MOST_LIGHT_PARTS
        ):
            worker = Worker(self.run, emit)
            for job in jobs:
                for part in job.parts:
                    worker.work(part, job.group.stages)
        elif jobs:
            engine = self._started_engine()
            with self._stall.watching():
                engine.work(jobs, emit)
        for stage, part in ledger.untold():  # the message was lost with its worker
            self._emit(finished_event(self.run, stage, part, cached=False))

    def _tell_remark(self, planned: PlannedStage) -> None:
        assert isinstance(planned.stage, Barrier)
        remark = planned.stage.remark(self.run)
        if remark is not None:
            self.progress.say(f"{planned.name}: {remark}")
            self.log.write("remark", stage=planned.name, text=remark)

    def _emit(self, event: dict[str, Any]) -> None:
        self._stall.touch()
        self.progress.tell(event)
        self._deaths |= event["event"] in ("died", "lost")
        if event["event"] == "ready":
            if self._engine_asked is not None:
                seconds = round(time.perf_counter() - self._engine_asked, 3)
                self.log.write("engine_started", engine=self._engine_name, seconds=seconds)
                self._engine_asked = None
        elif event["event"] in LOGGED and not event.get("cached"):
            self.log.write(**event)

    def _started_engine(self) -> Engine:
        if self._engine is None:
            self._engine_asked = time.perf_counter()
            self._engine = _engine(self._engine_name, self.plan.config, self.run, self.log.build)
        return self._engine

    def _waiting_for(self) -> list[str]:
        samples = open_samples(self.run.journals, self.record.started)
        engine = self._engine.waiting() if self._engine is not None else []
        return [*engine, *samples] or ["workers that load their models, or files that are slow to read"]

    def _report_stall(self, minutes: float, lines: Sequence[str]) -> None:
        self.progress.say(f"nothing has happened for {minutes:.1f} minutes; waiting for")
        for line in lines:
            self.progress.say(f"  {line}")
        self.log.write("stall", minutes=round(minutes, 2), waiting_for=list(lines))


def _engine(name: str, config: Config, run: Run, build: str) -> Engine:
    if name == "inline":
        from pipeline.inline_engine import InlineEngine

        return InlineEngine(config, run, build)
    # Read when Ray is imported: without it, a thread that outlives Ctrl-C starts another Ray.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    from pipeline.ray_engine import RayEngine  # takes seconds

    return RayEngine(config, run, build)
