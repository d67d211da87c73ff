"""Videos in folders: a single file, all of a folder, or what a pattern matches."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ConfigError
from stages.sources.found import Found, uri_of

# fmt: off
VIDEO_SUFFIXES = (
    ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".ogv", ".ts", ".vob", ".webm", ".wmv",
)
# fmt: on


def find_in_folder(folder: Path) -> Iterator[Found]:
    """Find the videos in a folder and those below it, by suffix; names that begin with a dot are left out.

    Raises ConfigError when there is none, or a folder cannot be listed.
    """
    names = sorted(_walk(folder), key=os.fsencode)
    if not names:
        raise ConfigError(
            f"input: no video in {folder} or below it; taken up are {' '.join(VIDEO_SUFFIXES)} "
            "(name a file itself, or list it, to have any other tried)"
        )
    for name in names:
        yield Found(uri_of(folder / name), name)


def find_by_pattern(pattern: str) -> Iterator[Found]:
    """Find the files that a pattern (`*`, `?`, `[...]`, `**`) matches, whatever their suffix.

    Matching folders are searched like given ones. Raises ConfigError when nothing matches.
    """
    root = fixed_part(pattern)
    matches = sorted(map(Path, glob.glob(pattern, recursive=True)), key=os.fsencode)
    if not matches:
        raise ConfigError(f"input: nothing matches {pattern}; quote it so that the shell leaves it as it is")
    listed: list[Path] = []
    for match in matches:
        listed += [match / name for name in sorted(_walk(match), key=os.fsencode)] if match.is_dir() else [match]
    for path in listed:
        yield Found(uri_of(path), path.relative_to(root).as_posix())


def fixed_part(pattern: str) -> Path:
    """Return the folder of a pattern that holds no wildcard."""
    parts = Path(pattern).parts
    first = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _walk(folder: Path) -> Iterator[str]:
    """Yield the relative paths of the videos below a folder; links are followed, each folder is entered once."""
    entered = set()
    for parent, folders, files in os.walk(folder, onerror=_cannot_list, followlinks=True):
        here = os.stat(parent)
        if (here.st_dev, here.st_ino) in entered:
            folders.clear()
            continue
        entered.add((here.st_dev, here.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith(".") and name.lower().endswith(VIDEO_SUFFIXES):
                yield Path(parent, name).relative_to(folder).as_posix()


def _cannot_list(error: OSError) -> None:
    raise ConfigError(f"input: the folder {error.filename} cannot be listed ({error.strerror})") from error
