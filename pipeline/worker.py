"""The work itself: one part through one stage, and the process that does it.

`python -m pipeline.worker` reads on its standard input a line that says what to run, then names of parts, one a line,
and tells on its standard output what happens, as JSON lines. It is started and watched by a `Supervisor`, and ends
when its input is closed.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import DuologueError, SampleError
from pipeline.journal import Journal
from pipeline.manifest import Manifest
from pipeline.plan import Config, PlannedStage, make_plan
from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from pipeline.stage import Outcome, Stage

Emit = Callable[[dict[str, Any]], None]


@dataclass
class Worker:
    """Runs some stages on parts; keeps their models."""

    run: Run
    stages: Sequence[PlannedStage]
    emit: Emit
    models: dict[str, Any] = field(default_factory=dict)

    def work(self, part: str) -> None:
        """Bring a part through all the stages, skipping those that have finished it."""
        for stage in self.stages:
            if is_finished(self.run, stage, part):
                self.emit(finished_event(self.run, stage, part, cached=True))
            else:
                self._stage(stage, part)
                self.emit(finished_event(self.run, stage, part, cached=False))

    def _stage(self, planned: PlannedStage, part: str) -> None:
        samples = load_samples(self.run, planned, part)
        journal = journal_of(self.run, planned, part)
        model = self._model(planned) if samples else None
        start = time.perf_counter()
        rows: list[Sample] = []
        for batch, outcomes in self._outcomes(planned, samples, journal, model):
            for sample, outcome in zip(batch, outcomes, strict=True):
                rows.extend(own_rows(planned, sample, outcome))
        sidecar = {
            "seconds": round(time.perf_counter() - start, 4),
            "host": socket.gethostname(),
            "at": time.time(),
        }
        planned.manifest(self.run).publish(part, rows, lineage_of(self.run, planned, part), sidecar)
        journal.remove()

    def _outcomes(
        self, planned: PlannedStage, samples: list[Sample], journal: Journal, model: Any
    ) -> Iterable[tuple[list[Sample], Sequence[Outcome]]]:
        fatal, suspects = journal.fatal(), journal.suspects()
        whole = planned.stage.whole_parts and not suspects
        for batch in [samples] if whole and samples else [[sample] for sample in samples]:
            if batch[0].key in fatal:
                yield batch, [batch[0].fail(fatal[batch[0].key], "its worker died of it twice")]
                continue
            journal.open([sample.key for sample in batch])
            self.emit(
                {
                    "event": "open",
                    "stage": planned.name,
                    "deadline": planned.stage.deadline_seconds * len(batch),
                }
            )
            try:
                yield batch, planned.stage.process_batch(batch, model)
            except SampleError as error:
                if len(batch) > 1:
                    raise AssertionError(
                        f"{planned.name} raised {error!r} for a whole part; return outcomes"
                    ) from error
                yield batch, [batch[0].fail(error.reason, error.detail)]

    def _model(self, planned: PlannedStage) -> Any:
        if planned.name not in self.models:
            self.emit({"event": "load", "stage": planned.name})
            self.models[planned.name] = planned.stage.load(self.run)
        return self.models[planned.name]


def is_finished(run: Run, planned: PlannedStage, part: str) -> bool:
    """Tell whether a stage has done a part, and what it wrote elsewhere is still there."""
    manifest = planned.manifest(run)
    if not manifest.has(part):
        return False
    return type(planned.stage).intact is Stage.intact or planned.stage.intact(run, manifest.rows(part))


def load_samples(run: Run, planned: PlannedStage, part: str) -> list[Sample]:
    """Read the samples of a part that are still good, with the sections (and scores) that the stage reads."""
    previous = Manifest(run.manifests, planned.previous)
    keys = [row.key for row in previous.verdicts(part) if row.verdict is Verdict.OK]
    if not keys:
        return []
    lineage = previous.lineage(part)
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
    return Journal(run.records / "journal" / f"{planned.folder}-{part}.jsonl")


def finished_event(run: Run, planned: PlannedStage, part: str, *, cached: bool) -> dict[str, Any]:
    """Describe a finished part: how many samples of each verdict, why, and how long it took."""
    manifest = planned.manifest(run)
    rows = manifest.verdicts(part)
    return {
        "event": "part",
        "stage": planned.name,
        "part": part,
        "cached": cached,
        "seconds": manifest.sidecar(part)["seconds"],
        "verdicts": dict(Counter(str(row.verdict) for row in rows)),
        "reasons": dict(Counter(row.reason for row in rows if row.reason)),
    }


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

    order = json.loads(sys.stdin.readline())
    run = Run(order["run"], Path(order["root"]))
    parts = _follow_input()
    try:
        plan = make_plan(Config.model_validate(order["config"]))
        stages = [stage for stage in plan.stages if stage.name in order["stages"]]
        worker = Worker(run, stages, emit)
        while (part := parts()) is not None:
            worker.work(part)
            emit({"event": "done", "part": part})
    except DuologueError as error:
        emit({"event": "error", "kind": type(error).__name__, "message": str(error)})
    except BaseException:
        emit({"event": "bug", "traceback": traceback.format_exc()})


def _follow_input() -> Callable[[], str | None]:
    """Read parts in a thread, so that a worker busy with a sample ends too when its supervisor is gone."""
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
