"""Videos named by a list: a text file with a path on each line, or a table that also says what may be done with them.

Tables (.csv, .jsonl, .parquet) have a column `path` and may have `licence`, `consent` and `source`. Paths are
relative to the list.
"""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from stages.sources.found import Found, uri_of

COLUMNS = ("path", "licence", "consent", "source")

Row = tuple[str, dict[str, Any]]  # where in the list it stands, for messages, and its cells


def find_in_list(listing: Path) -> Iterator[Found]:
    """Find the videos that a list names, whatever their suffix; they need not exist.

    Raises ConfigError for a list that cannot be read, names nothing, or has columns that mean nothing here.
    """
    count = 0
    try:
        for place, cells in READERS[listing.suffix.lower()](listing):
            count += 1
            yield _found(listing, place, cells)
    except (OSError, UnicodeError, csv.Error) as error:
        raise ConfigError(f"input: the list {listing} cannot be read ({error})") from error
    if not count:
        raise ConfigError(f"input: the list {listing} names no video")


def _found(listing: Path, place: str, cells: dict[str, Any]) -> Found:
    unknown = [str(name) for name in cells if name not in COLUMNS]
    if unknown:
        raise ConfigError(f"input: {place}: unknown column {', '.join(unknown)}; allowed are {', '.join(COLUMNS)}")
    wrong = [name for name, cell in cells.items() if not isinstance(cell, str | None)]
    if wrong:
        raise ConfigError(f"input: {place}: {wrong[0]} is {cells[wrong[0]]!r}, not text")
    strange = [name for name in COLUMNS[1:] if not _is_utf8(cells.get(name) or "")]
    if strange:
        raise ConfigError(f"input: {place}: {strange[0]} is not UTF-8")
    path = cells.get("path")
    if not path:
        raise ConfigError(f"input: {place}: no path; every row needs one")
    if "\0" in path:
        raise ConfigError(f"input: {place}: the path holds a NUL character; is the list UTF-8?")
    if "://" in path:
        raise ConfigError(f"input: {place}: {path} is a URL; fetch it first and list the file")
    whole = Path(os.path.normpath(listing.absolute().parent / path))
    facts = {name: cells.get(name) or None for name in COLUMNS[1:]}
    return Found(uri_of(whole), _name(whole, listing.absolute().parent), **facts)


def _is_utf8(text: str) -> bool:
    """Tell whether text can be stored: bytes that are not UTF-8 were read as lone surrogates, as paths need them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _name(path: Path, root: Path) -> str:
    """Name a file by its path below the list's folder; one that lies elsewhere keeps its whole path."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix().lstrip("/")


def _lines(listing: Path) -> Iterator[tuple[str, str]]:
    with listing.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if line.strip() and not line.startswith("#"):
                yield f"{listing}, line {number}", line.rstrip("\r\n")


def _text(listing: Path) -> Iterator[Row]:
    for place, line in _lines(listing):
        yield place, {"path": line.strip()}


def _csv(listing: Path) -> Iterator[Row]:
    with listing.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.DictReader(file, restkey="(more cells than the header)")
        for row in rows:
            yield f"{listing}, line {rows.line_num}", row


def _jsonl(listing: Path) -> Iterator[Row]:
    for place, line in _lines(listing):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"input: {place}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise ConfigError(f"input: {place}: not a JSON object with a path")
        yield place, row


def _parquet(listing: Path) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        rows = pyarrow.parquet.read_table(listing).to_pylist()
    except pyarrow.ArrowException as error:
        raise ConfigError(f"input: the list {listing} is no Parquet file ({error})") from error
    for number, row in enumerate(rows):
        yield f"{listing}, row {number}", row


READERS: dict[str, Callable[[Path], Iterable[Row]]] = {
    ".txt": _text,
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
