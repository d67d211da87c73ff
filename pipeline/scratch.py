"""Temporary folders of workers, which may be killed before they can clean up.

Each lies in the machine's own temporary folder and holds a lock that lives as long as the process that watches over
the worker. Whoever makes one removes those whose lock is free: a node that is used for days does not fill up.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "duologue-worker-"


class Scratch:
    """A folder for the temporary files of one worker."""

    def __init__(self) -> None:
        sweep()
        made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))  # out of a sweep's sight until it is locked
        self._lock = os.open(made / ".lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.rename(made.with_name(made.name[1:]))

    def remove(self) -> None:
        """Remove the folder with all that the worker left in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep() -> None:
    """Remove the folders on this machine whose owner is gone."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(path / ".lock", os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)
