"""The work itself: one part through one stage, and the process that does it.

`python -m pipeline.worker` reads on its standard input a line that says what the run is, then orders, one a line: a
part and the stages to bring it through. On its standard output it tells what happens, as JSON lines. It is started
and watched by a `Supervisor`, and ends when its input is closed.
"""

import errno
import faulthandler
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import DuologueError, SampleError, StorageError
from pipeline.journal import Journal
from pipeline.manifest import Manifest
from pipeline.plan import Config, Plan, PlannedStage, make_plan
from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from pipeline.stage import Outcome, Stage

Emit = Callable[[dict[str, Any]], None]

LOADING_SECONDS = 1800.0  # for a model, which may have to come over a network
GRACE_SECONDS = 10.0  # after a deadline; then a worker whose supervisor did not kill it, since it is gone, ends itself
FULL_OR_BROKEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ESTALE}


@dataclass
class Worker:
    """Runs stages on parts; keeps their models.

    `build` and `supervisor` name the build and who watches over this worker: what a supervisor has left open is told
    from what another build has.
    """

    run: Run
    emit: Emit
    build: str = ""
    supervisor: str = ""
    models: dict[str, Any] = field(default_factory=dict)

    def work(self, part: str, stages: Sequence[PlannedStage]) -> None:
        """Bring a part through stages, skipping those that have finished it. Models of other stages are dropped."""
        for name in self.models.keys() - {stage.name for stage in stages}:
            del self.models[name]
        for stage in stages:
            if is_finished(self.run, stage, part):
                self.emit(finished_event(self.run, stage, part, cached=True))
            else:
                sidecar = self._stage(stage, part)
                self.emit({"event": "part", "stage": stage.name, "part": part, "cached": False, **sidecar})

    def _stage(self, planned: PlannedStage, part: str) -> dict[str, Any]:
        start = time.perf_counter()
        manifest = planned.manifest(self.run)
        samples = load_samples(self.run, planned, part)
        journal = journal_of(self.run, planned, part)
        journal.begin(self.build, self.supervisor)
        done = dict(_taken_over(planned, manifest.set_aside_rows(part), samples))
        waiting = [sample for sample in samples if sample.key not in done]
        model, load_seconds = self._model(planned) if waiting else (None, 0.0)
        for batch, outcomes in self._outcomes(planned, waiting, journal, model):
            for sample, outcome in zip(batch, outcomes, strict=True):
                done[sample.key] = own_rows(planned, sample, outcome)
        self.emit({"event": "publish", "stage": planned.name})  # no sample is to blame for what happens from here on
        rows = [row for sample in samples for row in done[sample.key]]
        sidecar = {
            "seconds": round(time.perf_counter() - start - load_seconds, 4),
            "load_seconds": round(load_seconds, 4),
            "taken_over": len(samples) - len(waiting),
            "gpus": planned.resources.gpus,
            "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 3),
            "host": socket.gethostname(),
            "finished": time.time(),
        }
        sidecar = manifest.publish(part, rows, lineage_of(self.run, planned, part), sidecar)
        manifest.forget_aside(part)
        journal.remove()
        return sidecar

    def _outcomes(
        self, planned: PlannedStage, samples: list[Sample], journal: Journal, model: Any
    ) -> Iterable[tuple[list[Sample], Sequence[Outcome]]]:
        size = planned.stage.batch_size
        fatal = journal.fatal(whole=size is None)
        by_key = {sample.key: sample for sample in samples}
        whole = [list(by_key)] if samples else []
        for keys in journal.batches(list(by_key), size) if size is not None else whole:
            batch = [by_key[key] for key in keys]
            if keys[0] in fatal:
                yield batch, [sample.fail(*fatal[sample.key]) for sample in batch]
                continue
            journal.open(keys, self.build, self.supervisor)
            self.emit({"event": "open", "stage": planned.name})
            try:
                yield batch, planned.stage.process_batch(batch, model)
            except SampleError as error:
                if len(batch) > 1:
                    raise AssertionError(
                        f"{planned.name} raised {error!r} for a whole batch; return outcomes"
                    ) from error
                yield batch, [batch[0].fail(error.reason, error.detail)]

    def _model(self, planned: PlannedStage) -> tuple[Any, float]:
        """Return a stage's model, and the seconds that loading it took."""
        start = time.perf_counter()
        if planned.name not in self.models:
            self.emit({"event": "load", "stage": planned.name})
            self.models[planned.name] = planned.stage.load(self.run)
        return self.models[planned.name], time.perf_counter() - start


def is_finished(run: Run, planned: PlannedStage, part: str) -> bool:
    """Tell whether a stage has done a part, and what it wrote elsewhere is still there."""
    return planned.manifest(run).has(part) and is_intact(run, planned, part)


def is_intact(run: Run, planned: PlannedStage, part: str) -> bool:
    """Tell whether what a stage wrote elsewhere for a finished part, if anything, is still there."""
    if type(planned.stage).intact is Stage.intact:
        return True
    return planned.stage.intact(run, planned.manifest(run).rows(part))


def load_samples(run: Run, planned: PlannedStage, part: str) -> list[Sample]:
    """Read the samples of a part that are still good, with the sections (and scores) that the stage reads."""
    keys = [sample.key for sample in good_samples(run, planned, part)]
    if not keys:
        return []
    lineage = lineage_of(run, planned, part)
    sections: dict[type, dict[str, Any]] = {}
    for section, folder in planned.writers:
        manifest = Manifest(run.manifests, folder)
        sections[section] = {}
        for name in lineage[folder]:
            sections[section] |= manifest.section(name, section)
    scores: dict[str, dict[str, float | None]] = {}
    for folder in planned.scorers:
        for name in lineage[folder]:
            for key, added in Manifest(run.manifests, folder).scores(name).items():
                scores.setdefault(key, {}).update(added)
    return [
        Sample(
            key=key,
            sections={s: found for s, table in sections.items() if (found := _inherited(table, key)) is not None},
            scores=_inherited(scores, key) or {},
        )
        for key in keys
    ]


def good_samples(run: Run, planned: PlannedStage, part: str) -> list[Sample]:
    """Name the samples of a part that are still good, without sections and scores."""
    rows = Manifest(run.manifests, planned.previous).verdicts(part)
    return [Sample(row.key) for row in rows if row.verdict is Verdict.OK]


def own_rows(planned: PlannedStage, sample: Sample, outcome: Outcome) -> list[Sample]:
    """Return the rows that a stage writes for a sample: itself first, then its children, without what others wrote."""
    results = [outcome] if isinstance(outcome, Sample) else list(outcome)
    own = next((result for result in results if result.key == sample.key), sample)
    children = [result for result in results if result.key != sample.key]
    for child in children:
        assert child.key.startswith(f"{sample.key}/"), f"{planned.name}: {child.key} does not descend from {sample.key}"
    assert results, f"{planned.name} returned nothing for {sample.key}"
    if children and own.verdict is Verdict.OK:
        own = replace(own, verdict=Verdict.EXPANDED)
    return [_stripped(planned, own, sample), *(_stripped(planned, child, own) for child in children)]


def lineage_of(run: Run, planned: PlannedStage, part: str) -> dict[str, list[str]]:
    """Name the parts that this stage's part descends from."""
    return Manifest(run.manifests, planned.previous).lineage(part)


def journal_of(run: Run, planned: PlannedStage, part: str) -> Journal:
    return Journal(run.journals / f"{planned.folder}-{part}.jsonl")


def finished_event(run: Run, planned: PlannedStage, part: str, *, cached: bool) -> dict[str, Any]:
    """Describe a finished part: how many samples of each verdict, why, and how long it took."""
    sidecar = planned.manifest(run).sidecar(part)
    return {"event": "part", "stage": planned.name, "part": part, "cached": cached, **sidecar}


def _taken_over(
    planned: PlannedStage, rows: Sequence[Sample], samples: Sequence[Sample]
) -> Iterator[tuple[str, list[Sample]]]:
    """Yield, of a part that was set aside, the rows of each sample that need not be made again.

    Those are the samples of which no row failed. A stage that takes parts whole starts over.
    """
    if planned.stage.batch_size is None:
        return
    for sample in samples:
        own = [row for row in rows if row.key == sample.key or row.key.startswith(f"{sample.key}/")]
        if own and own[0].key == sample.key and all(row.verdict is not Verdict.FAILED for row in own):
            yield sample.key, own


def _inherited(table: Mapping[str, Any], key: str) -> Any:
    while key not in table:
        key, separator, _ = key.rpartition("/")
        if not separator:
            return None
    return table[key]


def _stripped(planned: PlannedStage, result: Sample, origin: Sample) -> Sample:
    """Leave only what this stage added to a sample that came in as `origin` (or descends from it)."""
    added = {s: v for s, v in result.sections.items() if v is not origin.sections.get(s)}
    for section in added:
        assert section in planned.stage.writes, f"{planned.name} does not write {section.__name__}"
    scores = {name: value for name, value in result.scores.items() if name not in origin.scores}
    decided_in = None if result.verdict is Verdict.OK else planned.name
    return replace(result, sections=added, scores=scores, decided_in=decided_in)


def main() -> None:
    """Serve a supervisor."""
    events = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to the log, not among the events
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle

    def emit(event: dict[str, Any]) -> None:
        events.write(json.dumps(event) + "\n")

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is no reason to fill the disk
    faulthandler.enable()  # a crash, and the end of a deadline (SIGABRT), leave a traceback in the log
    with suppress(OSError):  # should the machine run out of memory, let the kernel end this process and no other
        Path("/proc/self/oom_score_adj").write_text("1000")
    facts = json.loads(sys.stdin.readline())
    orders = _follow_input()
    try:
        root = Path(facts["root"])
        plan = make_plan(Config.model_validate(facts["config"]), root)
        run = Run(facts["run"], root, plan.models)
        worker = Worker(run, _timed(emit, plan), facts["build"], facts["supervisor"])
        while True:
            order = json.loads(orders())
            stages = [stage for stage in plan.stages if stage.name in order["stages"]]
            worker.work(order["part"], stages)
            faulthandler.cancel_dump_traceback_later()
            emit({"event": "done", "part": order["part"]})
    except DuologueError as error:
        emit({"event": "error", "kind": type(error).__name__, "message": str(error)})
    except OSError as error:
        if error.errno not in FULL_OR_BROKEN:
            emit({"event": "bug", "traceback": traceback.format_exc()})
        else:
            message = f"{error.filename or 'a file'}: {error.strerror}; free space or mend the disk, then run again"
            emit({"event": "error", "kind": StorageError.__name__, "message": message})
    except BaseException:
        emit({"event": "bug", "traceback": traceback.format_exc()})


def _timed(emit: Emit, plan: Plan) -> Emit:
    """Tell events, and have this process end by itself long after a deadline.

    Its supervisor kills it at the deadline. But a supervisor may be gone, and native code that hangs may hold the lock
    that the thread which follows the input needs; the timer runs without it.
    """
    deadlines = {stage.name: stage.deadline_seconds for stage in plan.stages}

    def tell(event: dict[str, Any]) -> None:
        seconds = deadlines[event["stage"]] if event["event"] == "open" else LOADING_SECONDS
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True)
        emit(event)

    return tell


def _follow_input() -> Callable[[], str]:
    """Read orders in a thread, so that a worker busy with a sample ends too when its supervisor is gone."""
    import queue

    waiting: queue.Queue[str] = queue.Queue()

    def follow() -> None:
        for line in sys.stdin:
            waiting.put(line.strip())
        os._exit(0)

    threading.Thread(target=follow, daemon=True).start()
    return waiting.get


if __name__ == "__main__":
    main()
