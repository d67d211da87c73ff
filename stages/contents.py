"""What a file holds, so that a later stage knows whether it is still the same file."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SampleError


@dataclass(frozen=True)
class Contents:
    """What tells a file's contents from others.

    `modified_ns` is the time of change when it was read, in nanoseconds since 1970; None for bytes that no file of the
    user's holds, so that nobody changes them.
    """

    size_bytes: int
    sha256: str
    modified_ns: int | None

    def check(self, path: Path) -> None:
        """Raise SampleError when a file holds something else by now: missing_file, changed_file, unreadable_file.

        Size and time of change tell; it is not read again.
        """
        if self.modified_ns is None:
            return
        with _faults():
            status = path.stat()
        if (status.st_size, status.st_mtime_ns) != (self.size_bytes, self.modified_ns):
            raise SampleError("changed_file", "its size or time of change is no longer what it was")


def read_contents(path: Path) -> Contents:
    """Read all of a file.

    Raises SampleError: missing_file, not_a_video for what is no file at all, unreadable_file where reading fails.
    """
    with _faults():
        if not stat.S_ISREG(path.stat().st_mode):
            raise SampleError("not_a_video", "not a regular file")
        with open(path, "rb", opener=_open_at_once) as file:
            modified_ns = os.fstat(file.fileno()).st_mtime_ns
            digest = hashlib.file_digest(file, "sha256")
            return Contents(file.tell(), digest.hexdigest(), modified_ns)


@contextmanager
def _faults() -> Iterator[None]:
    """Tell what is wrong with a file by a SampleError."""
    try:
        yield
    except FileNotFoundError as error:
        raise SampleError("missing_file", error.strerror) from error
    except OSError as error:
        raise SampleError("unreadable_file", error.strerror) from error


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting: a named pipe that took the file's place meanwhile would wait for somebody to write."""
    return os.open(path, flags | os.O_NONBLOCK)
