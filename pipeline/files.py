"""Files that are either whole or not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import StorageError

PARTIAL = ".partial-"  # how the name of a file that is still being written starts


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; rename it to `path` when the block ends well, remove it otherwise.

    What was written is on the disk before it gets its name: after a power cut, a file that is there is whole.
    Raises StorageError, naming the path, when the folder or the disk does not allow it.
    """
    partial = path.with_name(f"{PARTIAL}{secrets.token_hex(4)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written ({error.strerror}); free space or make the folder writable, then run again"
        ) from error
    finally:
        with suppress(OSError):  # of a folder that could not be made, say
            partial.unlink()


def write_whole(path: Path, data: bytes | str) -> None:
    """Write a small file at once."""
    with whole_file(path) as partial:
        partial.write_bytes(data.encode() if isinstance(data, str) else data)
