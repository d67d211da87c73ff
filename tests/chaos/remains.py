"""What a build has left on the disk: results, finished parts, and what should not be there."""

import hashlib
from pathlib import Path

from pipeline.files import PARTIAL
from pipeline.run import Run

Stamp = tuple[int, int]  # inode and time of the last change, in ns


def results(run: Run) -> dict[str, str]:
    """Return the sha256 of each file that no engine, stop or worker may change: parts and shards, no sidecars."""
    files = [path for folder in (run.manifests, run.shards) for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in files if not path.match("manifests/*/*/part-*.json")]
    return {str(path.relative_to(run.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(kept)}


def finished_parts(run: Run) -> dict[str, Stamp]:
    """Return the finished parts, each with what changes when it is written again."""
    stamps = {}
    for path in run.manifests.glob("*/part-*.parquet"):
        status = path.stat()
        stamps[str(path.relative_to(run.root))] = (status.st_ino, status.st_mtime_ns)
    return stamps


def repeated_parts(before: dict[str, Stamp], after: dict[str, Stamp]) -> list[str]:
    """List parts that were finished before and have been written again, or are gone."""
    return [part for part, stamp in before.items() if after.get(part) != stamp]


def litter(run: Run, temporary: Path) -> list[str]:
    """List files that a finished run should not have left, in its root or in the folder for temporary files."""
    partial = run.root.rglob(f"{PARTIAL}*")
    journals = (run.records / "journal").glob("*")
    media = (path for path in run.manifests.glob("*/part-*") if not path.with_suffix(".parquet").exists())
    return sorted(str(path) for path in {*partial, *journals, *media, *temporary.rglob("*")})
