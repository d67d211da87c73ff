"""What the bench prints for people."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from rich.table import Table

from tests.bench_quality.masks import MaskMatch
from tests.bench_quality.pairs import ClipPairs
from tests.difficulty import REAL, Distances

COLUMNS = ("kind", "clips", "pairs", "found", "wrong", "missed", "accepted", "strays", "mask IoU", "least", "why not")


def by_kind(judged: Sequence[ClipPairs], matches: Sequence[MaskMatch]) -> Table:
    """Lay out what was found, kind by kind of clip. Empty cells are zeros."""
    table = Table(box=None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in ("kind", "why not") else "right")
    for kind in sorted({clip.kind for clip in judged}):
        own = [clip for clip in judged if clip.kind == kind]
        pairs = [pair for clip in own for pair in clip.found]
        values = [match.iou for match in matches if match.kind == kind]
        counts = (
            len(own),
            sum(clip.expected for clip in own),
            len(pairs),
            sum(not pair.right for pair in pairs),
            sum(len(clip.missed) for clip in own),
            sum(pair.accepted for pair in pairs),
            sum(pair.strays for pair in pairs if pair.accepted),
        )
        shown = (f"{np.mean(values):.3f}", f"{min(values):.3f}") if values else ("", "")
        reasons = [r for clip in own for r in clip.reasons] + [p.reason for p in pairs if p.reason]
        table.add_row(kind, *(str(count or "") for count in counts), *shown, _counted(reasons))
    return table


def wrong_or_missed(judged: Iterable[ClipPairs]) -> str:
    """Name each pair that is wrong, has strays, or was missed, with the reasons that its clip gave."""
    lines = []
    for clip in judged:
        for pair in clip.found:
            if not pair.right or (pair.strays and pair.accepted):
                lines.append(f"{'strays' if pair.right else 'wrong':<8}{pair.key}  shows {pair.persons}")
        lines += [f"{'missed':<8}{clip.name}  {pair}  {_counted(clip.reasons)}" for pair in clip.missed]
    return "\n".join(lines)


def how_hard(drawn: Distances, shared: float) -> str:
    """Lay the drawn people's distances in the embedder beside those of people in real clips."""
    rows = (
        ("one person, median", "same_median", ".3f"),
        ("two people, median", "different_median", ".3f"),
        ("two people, 1st percentile", "different_hardest", ".3f"),
        ("two people nearer than 0.5", "different_near", ".1%"),
    )
    lines = [f"{'distances in dlib':<28}{'drawn':>8}{'real':>8}"]
    lines += [f"{title:<28}{getattr(drawn, name):>8{form}}{getattr(REAL, name):>8{form}}" for title, name, form in rows]
    return "\n".join([*lines, f"clips in which a background has the colours of clothes or skin: {shared:.0%}"])


def _counted(reasons: Iterable[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in Counter(reasons).most_common())
