"""What a source finds: a video's address, and the key that its samples get."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

# 48 bits: two of a hundred thousand names share them once in fifty thousand collections.
DIGEST_LETTERS = 12
LONGEST_KEY = 120


@dataclass(frozen=True)
class Found:
    """A video that was found, before anything of it is read.

    `name` is its path relative to where was searched, with "/" between folders.
    """

    uri: str
    name: str
    licence: str | None = None
    consent: str | None = None
    source: str | None = None


def uri_of(path: str | Path) -> str:
    """Return the address of a local file: its absolute path.

    A path that is not UTF-8 becomes a percent-encoded file:// URL, since a column holds text only.
    """
    path = os.path.abspath(path)
    try:
        path.encode()
    except UnicodeEncodeError:
        return "file://" + quote_from_bytes(os.fsencode(path))
    return path


def path_of(uri: str) -> Path:
    """Return the local file of an address: the inverse of `uri_of`."""
    if uri.startswith("file://"):
        return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix("file://"))))
    return Path(uri)


def with_keys(found: Iterable[Found]) -> Iterator[tuple[str, Found]]:
    """Pair each video with its key.

    A video that is found twice counts once. Where two searches find different files of one name, as in `a/talk.mp4`
    of two folders, the later one's key gets a hash of its address.
    """
    taken: dict[str, str] = {}
    for video in found:
        key = key_of(video.name)
        if taken.get(key, video.uri) != video.uri:
            key = f"{key}~{_digest(video.uri)}"
        if key not in taken:
            taken[key] = video.uri
            yield key, video


def key_of(name: str) -> str:
    """Return a name made fit for the names of files: letters, digits and `._-`, with "+" between folders.

    Where that loses something, a hash of the name follows, so that the key depends on nothing but the name.
    """
    key = re.sub(r"[^A-Za-z0-9._/-]", "_", name)[:LONGEST_KEY]
    if key == name:
        return key.replace("/", "+")
    return f"{key.replace('/', '+')}~{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:DIGEST_LETTERS]
