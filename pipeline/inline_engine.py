"""The plan in one process tree: no Ray, one worker."""

from collections.abc import Sequence

from pipeline.plan import Config, Group
from pipeline.run import Run
from pipeline.supervisor import Supervisor
from pipeline.worker import Emit


class InlineEngine:
    """Runs groups one after the other, each with one supervised worker."""

    def __init__(self, config: Config, run: Run):
        self.config = config
        self.run = run

    def work(self, groups: Sequence[Group], parts: Sequence[str], emit: Emit) -> None:
        """Bring all parts through the groups; `emit` is told of each finished part of each stage."""
        for group in groups:
            supervisor = Supervisor(self.config, self.run, group, self.run.records / "logs" / "worker-inline.log")
            try:
                for part in parts:
                    supervisor.work(part, emit)
            finally:
                supervisor.close()

    def close(self) -> None:
        """Nothing is kept between calls."""
