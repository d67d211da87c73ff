import io

import pytest
from rich.console import Console

from pipeline.progress import Progress, StageProgress


def event(part: str = "p", cached: bool = False, seconds: float = 2.0, **verdicts: int) -> dict:
    return {
        "event": "part", "stage": "draw", "part": part, "cached": cached, "seconds": seconds,
        "verdicts": verdicts or {"ok": 4}, "reasons": {},
    }  # fmt: skip


def stage(parts: int | None, *finished: tuple[float, dict]) -> StageProgress:
    progress = StageProgress("draw", parts)
    for now, told in finished:
        progress.take(told, now)
    return progress


@pytest.mark.parametrize(
    ("progress", "cells"),
    [
        (stage(None), ["draw", "0/?", "0", "0", "0", "", ""]),
        (stage(3, (0, event())), ["draw", "1/3", "4", "0", "0", "2.0/s", ""]),
        (stage(4, (0, event()), (90, event("q", ok=1, rejected=2))), ["draw", "2/4", "5", "2", "0", "1.8/s", "3:00"]),
        (stage(1, (0, event(failed=1, seconds=0.001))), ["draw", "1/1", "0", "0", "1", "1,000/s", "done"]),
        (stage(1, (0, event(cached=True))), ["draw", "1/1", "4", "0", "0", "", "kept"]),
        (stage(0), ["draw", "0/0", "0", "0", "0", "", "done"]),
    ],
)
def test_a_line_says_how_far_a_stage_is(progress, cells):
    assert progress.cells() == cells


def test_time_left_is_judged_by_the_parts_that_were_worked_on():
    told = [(0.0, event("a", cached=True)), (0.0, event("b")), (10.0, event("c"))]
    assert stage(5, *told).eta_seconds() == 20.0


def test_events_of_other_kinds_are_passed_over():
    out = io.StringIO()
    progress = Progress(Console(file=out))
    with progress:
        progress.begin(4, ["draw"])
        progress.expect(["draw"], 2)
        for part in ("a", "b"):
            progress.tell(event(part))
        progress.tell({"event": "load", "stage": "draw"})
    assert out.getvalue().splitlines()[-1].split() == ["draw", "2/2", "8", "0", "0", "2.0/s", "done"]
