"""A process that does the work, and the one that watches over it.

Damaged media crash decoders, hang them and eat memory. So the work is done by a child process, and its supervisor
kills it when a batch of samples takes longer than its stage's deadline, or the child and what it started more memory
than the stage's limit; notes in the journal how it died, starts another and hands it the same part again. Both
engines work through supervisors, so they treat poison alike.
"""

import json
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import errors
from pipeline.errors import DuologueError, StorageError
from pipeline.journal import DEADLINE, KILLED
from pipeline.memory import GB, machine_bytes, resident_bytes
from pipeline.plan import Config, make_plan
from pipeline.run import Run
from pipeline.scratch import Scratch
from pipeline.worker import LOADING_SECONDS, journal_of

Event = dict[str, Any]

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
        "NUMEXPR_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "ARROW_IO_THREADS",
    ),
    "1",
)
MAX_IDLE_DEATHS = 3
POLL_SECONDS = 0.25
DUMP_SECONDS = 2.0  # for a worker at its deadline to write where it hangs
MOST_OF_MACHINE = 0.8  # of the memory there is, for one worker


class WorkerBug(DuologueError):
    """Our code failed in a worker; the message is the worker's traceback."""


@dataclass(frozen=True)
class _Death:
    """How a child ended. `stage` is None where it had no sample open."""

    stage: str | None
    reason: str
    detail: str


class Supervisor:
    """Brings parts through stages in a child process that may die."""

    def __init__(self, config: Config, run: Run, build: str, log: Path):
        self.run = run
        self.log = log
        self.plan = make_plan(config, run.root)
        self._stages = {stage.name: stage for stage in self.plan.stages}
        self._facts = {
            "config": config.model_dump(),
            "run": run.name,
            "root": str(run.root),
            "build": build,
            "supervisor": secrets.token_hex(8),
        }
        self._child: subprocess.Popen[str] | None = None
        self._scratch: Scratch | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def work(self, part: str, stages: Sequence[str]) -> Iterator[Event]:
        """Bring a part through the named stages, whatever happens to the child on the way.

        Yields an event for each finished part and each death. Raises what the child raised (ConfigError,
        StorageError), or WorkerBug with its traceback.
        """
        deaths_outside_samples = 0
        while (death := (yield from self._attempt(part, stages))) is not None:
            if death.stage is not None:
                journal_of(self.run, self._stages[death.stage], part).died(death.reason, death.detail)
            yield {
                "event": "died",
                "stage": death.stage,
                "part": part,
                "reason": death.reason,
                "detail": death.detail,
                "host": socket.gethostname(),
            }
            if death.stage is None:
                deaths_outside_samples += 1
                if deaths_outside_samples >= MAX_IDLE_DEATHS:
                    raise WorkerBug(
                        f"a worker for {stages[0]} dies before its first sample ({death.detail}); see {self.log}"
                    )

    def close(self) -> None:
        """End the child and what it has started."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):
                        stream.close()
            self._child = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def _attempt(self, part: str, stages: Sequence[str]) -> Generator[Event, None, _Death | None]:
        """Try once, yielding events. Return how the child died, or None when the part is done."""
        stage: str | None = None
        since, limit = time.monotonic(), LOADING_SECONDS
        memory = self._memory_limit(stages[0])
        if not self._send(json.dumps({"part": part, "stages": list(stages)})):
            return self._bury(None)
        looked = since
        while True:
            try:
                line = self._lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                line = ""
            now = time.monotonic()
            if line == "" and now - since > limit:
                return self._bury(stage, DEADLINE, f"took more than {limit:g} s")
            if now - looked > POLL_SECONDS:
                looked = now
                if self._child is not None and resident_bytes(self._child.pid) > memory:
                    return self._bury(stage, KILLED, f"took more than {memory / GB:.3g} GB of memory")
            if line == "":
                continue
            if line is None:
                return self._bury(stage)
            event = json.loads(line)
            since, limit = time.monotonic(), LOADING_SECONDS
            match event["event"]:
                case "open":
                    stage = event["stage"]
                    limit, memory = self._stages[stage].deadline_seconds, self._memory_limit(stage)
                case "load" | "publish":
                    stage, memory = None, self._memory_limit(event["stage"])
                case "part":
                    stage = None
                    yield event
                case "done":
                    return None
                case "error":
                    self.close()
                    raise getattr(errors, event["kind"])(event["message"])
                case "bug":
                    self.close()
                    raise WorkerBug(event["traceback"])

    def _memory_limit(self, stage: str) -> float:
        return min(self._stages[stage].memory_gb * GB, MOST_OF_MACHINE * machine_bytes())

    def _bury(self, stage: str | None, reason: str = KILLED, detail: str = "") -> _Death:
        """End a child that is dead or has to be, and say how it ended."""
        assert self._child is not None
        if reason == DEADLINE:
            self._child.send_signal(signal.SIGABRT)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(DUMP_SECONDS)
        elif not detail:
            with suppress(subprocess.TimeoutExpired):  # its end of the pipe is closed: it is ending
                self._child.wait(DUMP_SECONDS)
            detail = _how_it_ended(self._child.returncode)
        self.close()
        return _Death(stage, reason, detail)

    def _send(self, line: str) -> bool:
        child = self._child or self._start()
        assert child.stdin is not None
        try:
            child.stdin.write(f"{line}\n")
            child.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _start(self) -> "subprocess.Popen[str]":
        try:
            return self._spawn()
        except OSError as error:
            raise StorageError(f"{error.filename or self.log}: {error.strerror}; free space, then run again") from error

    def _spawn(self) -> "subprocess.Popen[str]":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._scratch = Scratch()
        environment = {
            **os.environ,
            **ONE_THREAD,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "TMPDIR": str(self._scratch.path),
        }
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
                start_new_session=True,  # so that it can be ended with all that it starts
            )
        self._child = child
        self._lines = queue.Queue()
        threading.Thread(target=_forward, args=(child, self._lines.put), daemon=True).start()
        self._send(json.dumps(self._facts))
        return child


def _how_it_ended(returncode: int | None) -> str:
    if returncode is None or returncode >= 0:
        return f"its process ended with status {returncode}"
    try:
        return f"its process ended by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"its process ended by signal {-returncode}"


def _forward(child: "subprocess.Popen[str]", put: Callable[[Any], None]) -> None:
    assert child.stdout is not None
    try:
        for line in child.stdout:
            put(line)
    except ValueError:  # closed by close()
        pass
    put(None)
