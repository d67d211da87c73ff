"""Which part may go through which group of stages now.

A part goes through the groups that it is missing in, in their order; the groups work at the same time on different
parts. What an engine adds is only where the work is done.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.plan import Group, PlannedStage


@dataclass(frozen=True)
class Job:
    """A group of stages, and the parts that at least one of them has not finished."""

    group: Group
    parts: Sequence[str]


class Flow:
    """The parts of some jobs on their way."""

    def __init__(self, jobs: Sequence[Job]):
        self._ready: list[deque[str]] = [deque() for _ in jobs]
        self._open = [0] * len(jobs)  # parts that are ready, at work, or still to come from a job before
        self._left: list[set[str]] = [set(job.parts) for job in jobs]
        seen: set[str] = set()
        for number, job in enumerate(jobs):
            self._open[number] = len(job.parts)
            self._ready[number].extend(part for part in job.parts if part not in seen)
            seen |= self._left[number]

    def take(self, job: int) -> str | None:
        """Hand out a part that may go through this job now; None when there is none at the moment."""
        return self._ready[job].popleft() if self._ready[job] else None

    def give_back(self, job: int, part: str) -> None:
        """Take back a part whose worker was lost; it is the next to be handed out."""
        self._ready[job].appendleft(part)

    def finish(self, job: int, part: str) -> None:
        """Note that a part has gone through a job; the next job that misses it may have it now."""
        self._open[job] -= 1
        self._left[job].discard(part)
        for later in range(job + 1, len(self._left)):
            if part in self._left[later]:
                self._ready[later].append(part)
                return

    def is_over(self, job: int) -> bool:
        """Tell whether a job has nothing more to do, now or later."""
        return self._open[job] == 0

    def waiting(self, job: int) -> int:
        """Count the parts that may go through a job now."""
        return len(self._ready[job])


class Ledger:
    """Which parts of which stages have been told of, in a byte each: most of a driver's memory is this."""

    def __init__(self, stages: Sequence[PlannedStage], parts: Sequence[str]):
        self._stages = stages
        self._parts = parts
        self._number = {part: number for number, part in enumerate(parts)}
        self._told = {stage.name: bytearray(len(parts)) for stage in stages}

    def take(self, event: Mapping[str, Any]) -> bool:
        """Note that a part is told of; False when it has been before."""
        told, number = self._told[event["stage"]], self._number[event["part"]]
        first = not told[number]
        told[number] = 1
        return first

    def missing(self, stages: Sequence[str]) -> list[str]:
        """List the parts that at least one of these stages has not told of."""
        return [part for number, part in enumerate(self._parts) if not all(self._told[name][number] for name in stages)]

    def untold(self) -> Iterator[tuple[PlannedStage, str]]:
        """Yield what has not been told of: a stage and a part."""
        for stage in self._stages:
            for number, part in enumerate(self._parts):
                if not self._told[stage.name][number]:
                    yield stage, part
