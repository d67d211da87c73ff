"""The funnel: how many samples each stage saw, what it said of them, and how long it took."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from pipeline.errors import StorageError
from pipeline.manifest import Manifest, read_layout
from pipeline.run import Run


@dataclass(frozen=True)
class FunnelRow:
    """One stage: its parts, its samples by verdict, the reasons, and seconds of work (of all workers together)."""

    stage: str
    parts: int
    verdicts: Counter[str]
    reasons: Counter[str]
    seconds: float


def funnel(run: Run) -> Iterator[FunnelRow]:
    """Sum up a run, stage by stage. Raises ConfigError when there is no such run, StorageError when parts are gone."""
    for stage, (folder, parts) in read_layout(run).items():
        manifest = Manifest(run.manifests, folder)
        missing = [part for part in parts if not manifest.has(part)]
        if missing:
            raise StorageError(f"{manifest.path}: {len(missing)} of {len(parts)} parts are gone; build the run again")
        rows = [row for part in parts for row in manifest.verdicts(part)]
        yield FunnelRow(
            stage=stage,
            parts=len(parts),
            verdicts=Counter(str(row.verdict) for row in rows),
            reasons=Counter(row.reason for row in rows if row.reason),
            seconds=sum(manifest.sidecar(part)["seconds"] for part in parts),
        )


def funnel_table(run: Run) -> Table:
    """Draw the funnel for a terminal."""
    table = Table(box=None, pad_edge=False)
    for heading in ("stage", "parts", "ok", "expanded", "rejected", "failed", "seconds", "why"):
        table.add_column(heading, justify="left" if heading in ("stage", "why") else "right", no_wrap=True)
    for row in funnel(run):
        reasons = "\n".join(f"{count:>4} {reason}" for reason, count in row.reasons.most_common())
        counts = [str(row.verdicts[verdict] or "") for verdict in ("ok", "expanded", "rejected", "failed")]
        table.add_row(row.stage, str(row.parts), *counts, f"{row.seconds:.1f}", reasons)
    return table
