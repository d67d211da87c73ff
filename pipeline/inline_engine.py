"""The plan in one process tree: no Ray, one worker."""

from collections.abc import Sequence

from pipeline.flow import Job
from pipeline.plan import Config
from pipeline.run import Run
from pipeline.supervisor import Supervisor
from pipeline.worker import Emit


class InlineEngine:
    """Takes jobs one after the other, with one supervised worker for all of them."""

    def __init__(self, config: Config, run: Run, build: str):
        self._supervisor = Supervisor(config, run, build, run.records / "logs" / "worker-inline.log")

    def work(self, jobs: Sequence[Job], emit: Emit) -> None:
        """Bring the parts through the jobs; `emit` is told of each finished part of each stage.

        Raises what a worker raised: ConfigError, StorageError, or WorkerBug with its traceback.
        """
        emit({"event": "ready"})
        for job in jobs:
            for part in job.parts:
                for event in self._supervisor.work(part, job.group.names):
                    emit(event)

    def waiting(self) -> list[str]:
        """Say what the engine itself is waiting for: never anything."""
        return []

    def close(self) -> None:
        self._supervisor.close()
