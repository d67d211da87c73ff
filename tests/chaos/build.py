"""A build of a small run, as a user starts it: a process of its own that may be stopped in any way."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.chaos.processes import POLL_SECONDS, REPOSITORY, Household, describe

LIMIT_SECONDS = 300.0  # a build that takes longer hangs

NUMBERS = """
catalog: tests.fakes
input: 0-15
samples_per_part: 2
stages:
  - find_numbers
  - draw: {pause_seconds: 0.1}
  - split_digits
  - score_digits
  - rank_digits
  - decide
  - write_pages: {pause_seconds: 0.15}
  - index_pages
workers: {count: 2}
"""


@dataclass(frozen=True)
class SmallRun:
    """What is built: a configuration, text of its own or a file, and what makes it cheap."""

    name: str
    text: str | None = None
    path: str = "{root}/{name}.yaml"
    options: tuple[str, ...] = ()

    def command(self, root: Path, engine: str) -> list[str]:
        """Return the command that builds it, and that goes on with it."""
        config = self.path.format(root=root, name=self.name)
        if self.text is not None:
            Path(config).write_text(self.text)
        python = [sys.executable, "-m", "pipeline", "build", config, "--run", self.name]
        return [*python, "--engine", engine, "--root", str(root), *self.options]


RUNS = {
    "numbers": SmallRun("numbers", NUMBERS),
    "studio": SmallRun(
        "studio",
        path="configs/dataset/default.yaml",
        options=(
            *("--input", "studio:2"),
            *("--set", "samples_per_part=1"),
            *("--set", "detect_faces.frames_per_second=1.5"),
            *("--set", "synthesize_bodies.prompts=1"),
            *("--set", "synthesize_bodies.candidates=1"),
        ),
    ),
}


@dataclass
class Build:
    """A build that runs, or has ended. `told` collects its standard error."""

    household: Household
    process: subprocess.Popen
    started: float = field(default_factory=time.monotonic)
    told: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, household: Household, command: list[str], environment: dict[str, str]) -> "Build":
        """Start it as a group of processes, as a shell would, so that Ctrl-C can be sent to all of them."""
        process = household.start(
            command,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_listen_to_ctrl_c,
        )
        return cls(household, process)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.started

    def processes(self) -> list[psutil.Process]:
        """List what it has started, except what has become a daemon of its own."""
        try:
            return self.household.living(below=psutil.Process(self.process.pid))
        except psutil.NoSuchProcess:
            return []

    def has_open(self, path: Path) -> bool:
        """Tell whether the build's first process has a file open."""
        try:
            return any(file.path == str(path) for file in psutil.Process(self.process.pid).open_files())
        except psutil.Error:
            return False

    def wait(self, seconds: float = LIMIT_SECONDS) -> int | None:
        """Return its exit status; None when it hangs. Then it tells where, and is killed."""
        try:
            status = self.process.wait(max(seconds - self.seconds, 1.0))
        except subprocess.TimeoutExpired:
            self.told += ["", "hangs, with these processes:", *self._stacks()]
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            return None
        self._reader.join(timeout=2)  # a daemon of Ray's may hold the pipe open
        return status

    def wait_until(self, seconds: float) -> bool:
        """Wait until it is so old; tell whether it is still running."""
        while self.running and self.seconds < seconds:
            time.sleep(POLL_SECONDS / 5)
        return self.running

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.told.extend(line.rstrip("\n") for line in self.process.stderr)

    def _stacks(self) -> list[str]:
        spy = Path(sys.executable).with_name("py-spy")
        lines = [describe(process) for process in self.processes()]
        if spy.exists():
            dump = subprocess.run([spy, "dump", "--pid", str(self.process.pid)], capture_output=True, text=True)
            lines += dump.stdout.splitlines()
        return lines


def _listen_to_ctrl_c() -> None:
    """Undo what a shell does to what it runs in the background, and so to all that this starts in turn."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
