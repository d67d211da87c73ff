"""What lies in the shards of a run, read the way any consumer reads it."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class StoredConversation:
    """A conversation as it lies in a shard: its JSON, and its pictures' bytes by suffix."""

    facts: dict[str, Any]
    pictures: dict[str, bytes]


def shard_counts(shards: Path) -> dict[str, dict[str, int]] | None:
    """Count conversations: kind -> split -> number; None when there is no index yet."""
    index = shards / "index.json"
    if not index.exists():
        return None
    counts: dict[str, dict[str, int]] = {}
    entries = json.loads(index.read_text())["shards"]
    for entry in sorted(entries, key=lambda entry: (entry["kind"], SPLITS.index(entry["split"]))):
        splits = counts.setdefault(entry["kind"], {})
        splits[entry["split"]] = splits.get(entry["split"], 0) + entry["samples"]
    return counts


def read_shard(path: Path) -> Iterator[StoredConversation]:
    """Read a shard's conversations in their order."""
    with tarfile.open(path) as tar:
        facts: dict[str, Any] | None = None
        pictures: dict[str, bytes] = {}
        for member in tar:
            _, _, suffix = member.name.partition(".")
            file = tar.extractfile(member)
            assert file is not None
            if suffix == "json":
                if facts is not None:
                    yield StoredConversation(facts, pictures)
                facts, pictures = json.load(file), {}
            else:
                pictures[suffix] = file.read()
        if facts is not None:
            yield StoredConversation(facts, pictures)
