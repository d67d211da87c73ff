"""Which part may go through which group of stages now.

A part goes through the groups that it is missing in, in their order; the groups work at the same time on different
parts. What an engine adds is only where the work is done.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.plan import Group


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
