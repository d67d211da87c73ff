"""One build of a run at a time: two would clean up each other's unfinished files."""

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipeline.errors import ConfigError, StorageError
from pipeline.run import Run


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Hold a run for this process. The lock goes with the process, however that ends.

    Raises ConfigError, naming the holder, when another process builds the run; StorageError when nothing can be
    written there.
    """
    path = run.records / "lock"
    try:
        run.records.mkdir(parents=True, exist_ok=True)
        file = path.open("ab+", buffering=0)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror}); make the folder writable") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ConfigError(
                f"run {run.name!r} is being built by {file.read().decode().strip() or 'another process'}; "
                "wait for it, stop it, or give this one another name"
            ) from None
        with suppress(OSError):  # no space: then the name of the holder is missing, not the lock
            file.truncate(0)
            file.write(f"process {os.getpid()} on {platform.node()}".encode())
        yield
