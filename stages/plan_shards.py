"""Barrier: which conversation goes into which shard.

Conversations of one kind and split are put in the order of a hash of their keys, which mixes videos, and cut into
shards. Each shard becomes a part, so that shards are written by as many workers as there are.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import PositiveInt

from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from stages.conversation.schema import Conversation
from stages.link_people import Identity


@dataclass(frozen=True)
class Placement:
    """Where a conversation goes: `shard` is relative to the run's shards, `name` is the key of its members there."""

    kind: str
    split: str
    shard: str
    name: str


@dataclass(frozen=True)
class PlanShards(Barrier):
    """Lay conversations out in shards."""

    reads = (Conversation, Identity)
    writes = (Placement,)

    conversations_per_shard: PositiveInt = 500

    def process_parts(self, parts: Sequence[LazyPart], model: Any) -> Iterator[list[Sample]]:
        keys: dict[tuple[str, str], list[str]] = {}
        for part in parts:
            for sample in part():
                keys.setdefault((sample[Conversation].kind, sample[Identity].split), []).append(sample.key)
        for (kind, split), members in sorted(keys.items()):
            members.sort(key=_mixed)
            for number, start in enumerate(range(0, len(members), self.conversations_per_shard)):
                shard = f"{kind}/{split}-{number:05d}.tar"
                chunk = members[start : start + self.conversations_per_shard]
                yield [Sample(key).put(Placement(kind, split, shard, member_name(key))) for key in chunk]


def member_name(key: str) -> str:
    """Return a sample's name within a shard: without dots, which WebDataset takes as the start of a suffix.

    The hash at its end keeps names apart that differ in nothing but the characters replaced.
    """
    plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in key)
    return f"{plain}-{_mixed(key)[:8]}"


def _mixed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
