"""A barrier at work: on the driver, over all parts, of which it holds one at a time."""

import platform
import time
from collections.abc import Sequence
from functools import partial

from pipeline.inputs import part_name
from pipeline.manifest import Manifest
from pipeline.plan import PlannedStage
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from pipeline.worker import Emit, finished_event, good_samples, load_samples, own_rows


def pass_barrier(run: Run, planned: PlannedStage, parts: Sequence[str], emit: Emit) -> list[str]:
    """Run a barrier; return the names of the parts that it gives out. `emit` is told of each of them."""
    stage = planned.stage
    assert isinstance(stage, Barrier)
    manifest = planned.manifest(run)
    origin: dict[str, str] = {}  # key -> part it came from, until it is given out

    def load(part: str, bare: bool = False) -> list[Sample]:
        samples = good_samples(run, planned, part) if bare else load_samples(run, planned, part)
        origin.update((sample.key, part) for sample in samples)
        return samples

    start = time.perf_counter()
    lazy = [LazyPart(partial(load, part), partial(load, part, bare=True)) for part in parts]
    names: list[str] = []
    for samples in stage.process_parts(lazy, stage.load(run)):
        if not samples:  # nothing good came this far
            continue
        assert {sample.key for sample in samples} <= origin.keys(), f"{planned.name} invents samples"
        rows = [row for sample in samples for row in own_rows(planned, _input_of(sample, stage), sample)]
        name = part_name(rows)
        cached = manifest.has(name)
        if not cached:
            now = time.perf_counter()
            sidecar = {"seconds": round(now - start, 4), "host": platform.node(), "finished": time.time()}
            start = now
            lineage = _merged_lineage(run, planned, sorted({origin[sample.key] for sample in samples}))
            manifest.publish(name, rows, lineage, sidecar)
        for sample in samples:
            origin.pop(sample.key)
        names.append(name)
        emit(finished_event(run, planned, name, cached=cached))
    return names


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
