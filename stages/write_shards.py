"""Write conversations into WebDataset shards.

A shard is a plain tar: for each conversation NAME.json and its pictures, NAME.round1.jpg and so on. The same
conversations give the same bytes: members are ordered, and carry neither times nor owners.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import whole_file
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.conversation.schema import Conversation, PersonRecord, Provenance, to_json
from stages.crop_closeups import Closeups
from stages.link_people import Identity
from stages.plan_shards import Placement
from stages.pull_clips import Clip

INDEX = "index.json"


@dataclass(frozen=True)
class Shard:
    """The shard that a conversation was written to, relative to the run's shards."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class WriteShards(Stage):
    """Write one shard: all conversations of a part."""

    reads = (Clip, Closeups, Conversation, Identity, Placement)
    writes = (Shard,)
    light = True
    reads_scores = True
    batch_size = None
    deadline_seconds = 3600.0  # for gigabytes, perhaps over a network

    def load(self, run: Run) -> Path:
        return run.shards

    def process_batch(self, samples: Sequence[Sample], shards: Path) -> list[Sample]:
        path = samples[0][Placement].shard
        assert all(sample[Placement].shard == path for sample in samples), "a part is one shard"
        (shards / INDEX).unlink(missing_ok=True)  # it speaks of the old shard; publish_index writes the new one
        with whole_file(shards / path) as partial:
            with tarfile.open(partial, "w", format=tarfile.USTAR_FORMAT) as tar:
                for sample in sorted(samples, key=lambda sample: sample[Placement].name):
                    for suffix, data in members(sample):
                        info = tarfile.TarInfo(f"{sample[Placement].name}.{suffix}")
                        info.size = len(data)
                        tar.addfile(info, io.BytesIO(data))
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            shard = Shard(path, digest, partial.stat().st_size)
        return [sample.put(shard) for sample in samples]

    def intact(self, run: Run, rows: Sequence[Sample]) -> bool:
        path = run.shards / rows[0][Shard].path
        return path.exists() and path.stat().st_size == rows[0][Shard].size_bytes


def members(sample: Sample) -> list[tuple[str, bytes]]:
    """Return the members of a conversation: suffix and bytes, JSON first."""
    conversation = sample[Conversation]
    facts = to_json(
        key=sample[Placement].name,
        split=sample[Placement].split,
        conversation=conversation,
        persons=_persons(sample),
        provenance=_provenance(sample),
        scores=sample.scores,
    )
    text = json.dumps(facts, ensure_ascii=False, indent=1).encode()
    return [("json", text)] + [(picture.member, picture.media.read()) for picture in conversation.pictures]


def _persons(sample: Sample) -> list[PersonRecord]:
    closeups, identity, names = sample[Closeups], sample[Identity], sample[Conversation].names or (None, None)
    return [
        PersonRecord(names[0], "left", identity.left, closeups.left.face_box),
        PersonRecord(names[1], "right", identity.right, closeups.right.face_box),
    ]


def _provenance(sample: Sample) -> Provenance:
    clip, closeups = sample[Clip], sample[Closeups]
    return Provenance(
        file=sample.key.split("/", 1)[0],
        sha256=clip.sha256,
        source=clip.source,
        licence=clip.licence,
        consent=clip.consent,
        sample=sample.key,
        shot=closeups.shot,
        seconds=closeups.seconds,
    )
