"""A process that does the work, and the one that watches over it.

Damaged media crash decoders, hang them and eat memory. So the work is done by a child process, and its supervisor
kills it when a sample takes longer than its stage's deadline, notes in the journal that it died, starts another and
hands it the same part again. Both engines work through supervisors, so they treat poison alike.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import errors
from pipeline.errors import DuologueError
from pipeline.plan import Config, Group
from pipeline.run import Run
from pipeline.worker import Emit, journal_of

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
LOADING_DEADLINE_SECONDS = 1800.0  # models may have to come over a network
MAX_IDLE_DEATHS = 3


class WorkerBug(DuologueError):
    """Our code failed in a worker; the message is the worker's traceback."""


class Supervisor:
    """Runs the stages of a group in a child process that may die."""

    def __init__(self, config: Config, run: Run, group: Group, log: Path):
        self.group = group
        self.run = run
        self.log = log
        self._order = {
            "config": config.model_dump(),
            "run": run.name,
            "root": str(run.root),
            "stages": [stage.name for stage in group.stages],
        }
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def work(self, part: str, emit: Emit) -> None:
        """Bring a part through the group's stages, whatever happens to the child on the way.

        Raises what the child raised (ConfigError, StorageError), or WorkerBug with its traceback.
        """
        deaths_outside_samples = 0
        while True:
            stage = self._attempt(part, emit)
            if stage is None:
                return
            if stage == "":
                deaths_outside_samples += 1
                if deaths_outside_samples >= MAX_IDLE_DEATHS:
                    raise WorkerBug(f"the worker for {self.group.name} dies before its first sample; see {self.log}")

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._child = None

    def _attempt(self, part: str, emit: Emit) -> str | None:
        """Try once. Return None when the part is done, or the stage in whose sample the child died ("": in none)."""
        child = self._child or self._start()
        assert child.stdin is not None
        stage, deadline, reason = "", LOADING_DEADLINE_SECONDS, "killed_worker"
        try:
            child.stdin.write(f"{part}\n")
            child.stdin.flush()
        except BrokenPipeError:
            self.close()
            return ""
        while True:
            try:
                line = self._lines.get(timeout=deadline)
            except queue.Empty:
                line, reason = None, "deadline"
            if line is None:
                self.close()
                if stage:
                    planned = next(s for s in self.group.stages if s.name == stage)
                    journal_of(self.run, planned, part).died(reason)
                return stage
            event = json.loads(line)
            match event["event"]:
                case "open":
                    stage, deadline = event["stage"], event["deadline"]
                case "load":
                    stage, deadline = "", LOADING_DEADLINE_SECONDS
                case "part":
                    stage, deadline = "", LOADING_DEADLINE_SECONDS
                    emit(event)
                case "done":
                    return None
                case "error":
                    self.close()
                    raise getattr(errors, event["kind"])(event["message"])
                case "bug":
                    self.close()
                    raise WorkerBug(event["traceback"])

    def _start(self) -> "subprocess.Popen[str]":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
            )
        assert child.stdin is not None
        self._lines = queue.Queue()
        threading.Thread(target=_forward, args=(child, self._lines.put), daemon=True).start()
        child.stdin.write(json.dumps(self._order) + "\n")
        child.stdin.flush()
        self._child = child
        return child


def _forward(child: "subprocess.Popen[str]", put: Callable[[Any], None]) -> None:
    assert child.stdout is not None
    try:
        for line in child.stdout:
            put(line)
    except ValueError:  # closed by close()
        pass
    put(None)
