"""The funnel: how many samples each stage saw, what it said of them, and what that took."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from pipeline.errors import StorageError
from pipeline.manifest import Manifest, read_layout
from pipeline.run import Run

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


@dataclass
class FunnelRow:
    """One stage: its parts, its samples by verdict, the reasons, and what all its workers together took.

    `seconds` are of work, without `load_seconds`, those that models took to load; `gpu_seconds` are seconds of work
    times the share of GPUs that a worker held. `bytes` lie in the stage's manifest, media included; `memory_gb` is the
    most that one worker process held (1e9 bytes).
    """

    stage: str
    parts: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    load_seconds: float = 0.0
    gpu_seconds: float = 0.0
    bytes: int = 0
    memory_gb: float = 0.0


def funnel(run: Run) -> Iterator[FunnelRow]:
    """Sum up a run, stage by stage. Raises ConfigError when there is no such run, StorageError when parts are gone."""
    for stage, (folder, parts) in read_layout(run).items():
        manifest = Manifest(run.manifests, folder)
        missing = len(parts) - len(set(parts).intersection(manifest.names()))
        if missing:
            raise StorageError(f"{manifest.path}: {missing} of {len(parts)} parts are gone; build the run again")
        row = FunnelRow(stage, len(parts))
        for part in parts:
            sidecar = manifest.sidecar(part)
            row.verdicts.update(sidecar["verdicts"])
            row.reasons.update(sidecar["reasons"])
            row.seconds += sidecar["seconds"]
            row.load_seconds += sidecar.get("load_seconds", 0.0)
            row.gpu_seconds += sidecar["seconds"] * sidecar.get("gpus", 0.0)
            row.bytes += sidecar["row_bytes"] + sidecar["media_bytes"]
            row.memory_gb = max(row.memory_gb, sidecar.get("peak_memory_gb", 0.0))
        yield row


def funnel_table(rows: Sequence[FunnelRow]) -> Table:
    """Draw what became of the samples, for a terminal."""
    table = _table("stage", "parts", "ok", "expanded", "rejected", "failed", "why")
    for row in rows:
        reasons = "\n".join(f"{count:>4} {reason}" for reason, count in row.reasons.most_common())
        counts = [str(row.verdicts[verdict] or "") for verdict in ("ok", "expanded", "rejected", "failed")]
        table.add_row(row.stage, str(row.parts), *counts, reasons)
    return table


def cost_table(rows: Sequence[FunnelRow]) -> Table:
    """Draw what that took: seconds of work and of loading, the most memory of one worker, bytes on disk."""
    on_gpu = any(row.gpu_seconds for row in rows)
    table = _table("stage", "seconds", *["GPU seconds"] * on_gpu, "loading", "memory", "size")
    total = FunnelRow(
        "all",
        seconds=sum(row.seconds for row in rows),
        load_seconds=sum(row.load_seconds for row in rows),
        gpu_seconds=sum(row.gpu_seconds for row in rows),
        bytes=sum(row.bytes for row in rows),
        memory_gb=max((row.memory_gb for row in rows), default=0.0),
    )
    for row in (*rows, total):
        table.add_row(
            row.stage,
            f"{row.seconds:.1f}",
            *([f"{row.gpu_seconds:.1f}"] if on_gpu else []),
            f"{row.load_seconds:.1f}" if row.load_seconds >= 0.05 else "",
            f"{row.memory_gb:.1f} GB" if row.memory_gb else "",
            shown_bytes(row.bytes),
            style="bold" if row is total else None,
        )
    return table


def builds(run: Run) -> str:
    """Say in a line how often the run was built, how long that took, and which workers died on the way."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for line in _log(run):
        event = line["event"]
        counts[f"{event} {line['reason']}" if event == "died" else event] += 1
        seconds += line["seconds"] if event == "end" else 0.0
    named = {
        "died killed_worker": "killed with their sample",
        "died deadline": "killed at a deadline",
        "lost": "lost with their node or alone",
    }
    dead = ", ".join(f"workers {how}: {counts[kind]}" for kind, how in named.items() if counts[kind])
    times = "build" if counts["build"] == 1 else "builds"
    return f"{counts['build']} {times}, {seconds:.0f} seconds" + (f"; {dead}" if dead else "")


def remarks(run: Run) -> list[str]:
    """Return what the barriers of a run last said of it as a whole, in the order of its stages."""
    said: dict[str, str] = {}
    for line in _log(run):
        if line["event"] == "remark":
            said[line["stage"]] = line["text"]
    return [f"{stage}: {said[stage]}" for stage in read_layout(run) if stage in said]


def shown_bytes(count: float) -> str:
    """Write a number of bytes with three digits at most: 43.2 MB."""
    for unit in UNITS[:-1]:
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 99.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {UNITS[-1]}"


def _log(run: Run) -> Iterator[dict[str, Any]]:
    path = run.records / "log.jsonl"
    for text in path.read_text().splitlines() if path.exists() else ():
        with suppress(json.JSONDecodeError):  # cut off as the disk was full, or the driver killed
            yield json.loads(text)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("stage", "why") else "right", no_wrap=True)
    return table
