"""Processes that are watched to the last: whatever a build starts, and whatever that starts, is known here."""

import contextlib
import ctypes
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil

REPOSITORY = Path(__file__).parents[2]
POLL_SECONDS = 0.05
# Processes that do a build's work; Ray's own, which live a while longer, write nothing.
ACTOR = r"^ray::(?!IDLE|RuntimeEnvAgent|DashboardAgent)"
WORK = rf"{ACTOR}|-m pipeline\.worker|-m stages\."
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Household:
    """All processes below this one.

    Orphans become children of this process instead of the system's first one, so that a process whose parent was
    killed, or that made itself a daemon as Ray's do, is still found. There should be one household in a process.
    """

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._own: dict[int, subprocess.Popen] = {}

    def start(self, command: list[str], **options: Any) -> subprocess.Popen:
        """Start a process whose status is taken by the caller, as ever."""
        process = subprocess.Popen(command, cwd=REPOSITORY, **options)
        self._own[process.pid] = process
        return process

    def living(self, below: psutil.Process | None = None) -> list[psutil.Process]:
        """List the processes that live below this one, or below another; adopted ones that have ended are buried."""
        found = []
        try:
            for process in (below or psutil.Process()).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if process.status() != psutil.STATUS_ZOMBIE:
                        found.append(process)
                    elif process.pid not in self._own and process.ppid() == os.getpid():
                        os.waitpid(process.pid, os.WNOHANG)
        except psutil.NoSuchProcess:  # `below` has ended
            return []
        return found

    def wait_until_gone(self, seconds: float, pattern: str = "") -> list[str]:
        """Wait until no process is left whose command line matches; describe what did not end in time, and kill it."""
        deadline = time.monotonic() + seconds
        while left := [process for process in self.living() if re.search(pattern, " ".join(words(process)))]:
            if time.monotonic() > deadline:
                told = [describe(process) for process in left]
                for process in left:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                return told
            time.sleep(POLL_SECONDS)
        return []


def describe(process: psutil.Process) -> str:
    return f"process {process.pid}: {' '.join(words(process))[:120]}"


def words(process: psutil.Process) -> list[str]:
    """Return a process's command line; nothing when it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []
