"""Read shards, the only thing the trainer knows of the data. This docstring is the contract; reading checks it.

    shards/RUN/index.json             names every shard
    shards/RUN/KIND/SPLIT-00000.tar   a webdataset tar: KEY.json and its pictures KEY.NAME.jpg, KEY without dots

index.json
    {"schema": 1, "run": "default", "shards": [
      {"path": "closeup/train-00000.tar", "kind": "closeup", "split": "train", "samples": 40, "bytes": 123,
       "sha256": "..."}]}

KEY.json
    {"schema": 1, "key": KEY, "kind": "closeup", "split": "train",
     "messages": [
       {"role": "user", "content": [{"type": "text", "text": "..."}, {"type": "image", "image": "input.jpg"}]},
       {"role": "assistant", "content": [{"type": "text", "text": "..."}, {"type": "image", "image": "round1.jpg"}]}],
     "names": ["Olivia", "Julian"],
     "persons": [{"name": "Olivia", "side": "left", "identity": "..."}],
     "rounds": [{"round": 1, "person": null}, {"round": 2, "person": 0}],
     "provenance": {"file": "...", "sha256": "...", "licence": "..."}, "scores": {}}

Kinds with several rounds are closeup and fullbody; with one: reconstruct, face_to_image, paired, text_to_image,
image_to_crop. Splits are train, validation and test; a kind that is trained on has train, the others may be missing.

Messages alternate, the user begins, the assistant ends; there is one round for each reply. A round's `person` is an
index into `persons`, or null where the round is not about one of them. The image "round1.jpg" of sample KEY is the
member KEY.round1.jpg, in any format that Pillow reads. The assistant's pictures are to be generated, the user's are
shown. A person whom no message names has the name null. Keys of the JSON that are not listed here are ignored, and so
are provenance and scores.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError
from webdataset.tariterators import group_by_keys, tar_file_expander

from trainer.errors import ShardError

Kind = Literal["closeup", "fullbody", "reconstruct", "face_to_image", "paired", "text_to_image", "image_to_crop"]
Split = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Text:
    type: Literal["text"]
    text: str


@dataclass(frozen=True)
class Image:
    type: Literal["image"]
    image: str


@dataclass(frozen=True)
class Message:
    role: Literal["user", "assistant"]
    content: Annotated[tuple[Annotated[Text | Image, Field(discriminator="type")], ...], Field(min_length=1)]


@dataclass(frozen=True)
class Person:
    name: str | None


@dataclass(frozen=True)
class Round:
    round: Annotated[int, Field(ge=1)]
    person: Annotated[int, Field(ge=0)] | None


@dataclass(frozen=True)
class Record:
    """KEY.json."""

    schema: Literal[1]
    key: str
    kind: Kind
    split: Split
    messages: tuple[Message, ...]
    names: tuple[str, ...]
    persons: tuple[Person, ...]
    rounds: tuple[Round, ...]


@dataclass(frozen=True)
class Sample:
    """A record and its pictures, encoded as they came: image name -> bytes."""

    record: Record
    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Shard:
    path: str
    kind: Kind
    split: Split
    samples: Annotated[int, Field(gt=0)]
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Index:
    schema: Literal[1]
    run: str
    shards: tuple[Shard, ...]


class ShardSet:
    """The shards of a run.

    Each shard is compared with the index's sha256 the first time it is read.
    Raises ShardError where something is missing, damaged or breaks the contract.
    """

    def __init__(self, folder: Path):
        path = folder / "index.json"
        try:
            raw = path.read_bytes()
        except OSError:
            raise ShardError(
                f"{path}: no shards here; run `make build-dataset` first, or name another folder with --shards"
            ) from None
        try:
            index = TypeAdapter(Index).validate_json(raw)
        except ValidationError as error:
            raise ShardError(f"{path}: {_first(error)}") from None
        self.folder = folder
        self.shards = index.shards
        self.sha256 = hashlib.sha256(raw).hexdigest()
        self._verified: set[Shard] = set()

    def of(self, kind: Kind, split: Split) -> list[Shard]:
        return [shard for shard in self.shards if (shard.kind, shard.split) == (kind, split)]

    def samples(self, kind: Kind, split: Split) -> Iterator[Sample]:
        """Yield all samples of a kind and split in the order of the index."""
        for shard in self.of(kind, split):
            yield from self.read(shard)

    def read(self, shard: Shard) -> Iterator[Sample]:
        """Yield the samples of a shard in the order of the tar."""
        path = self.folder / shard.path
        count = 0
        try:
            with path.open("rb") as stream:
                if shard not in self._verified:
                    self._verify(shard, hashlib.file_digest(stream, "sha256").hexdigest())
                    stream.seek(0)
                for members in group_by_keys(tar_file_expander([{"url": str(path), "stream": stream}]), lcase=False):
                    yield parse_sample(members, shard)
                    count += 1
        except OSError as error:
            raise ShardError(f"{path}: {error.strerror}; run `make build-dataset` again") from None
        if count != shard.samples:
            raise ShardError(f"{path}: has {count} samples, the index says {shard.samples}")

    def _verify(self, shard: Shard, sha256: str) -> None:
        if sha256 != shard.sha256:
            raise ShardError(
                f"{self.folder / shard.path}: sha256 is {sha256[:12]}..., the index says {shard.sha256[:12]}...; "
                "the shard is damaged or not of this index: run `make build-dataset` again"
            )
        self._verified.add(shard)


def parse_sample(members: dict, shard: Shard) -> Sample:
    """Check the members of one key, as webdataset groups them ("__key__", "json", "round1.jpg", ...)."""
    where = f"{shard.path}: sample {members['__key__']}"
    if "json" not in members:
        raise ShardError(f"{where}: has no {members['__key__']}.json")
    try:
        record = TypeAdapter(Record).validate_json(members["json"])
    except ValidationError as error:
        raise ShardError(f"{where}: {_first(error)}") from None
    named = [part.image for message in record.messages for part in message.content if isinstance(part, Image)]
    problem = _broken_rule(record, members, shard) or next(
        (f"image {name} is not in the shard" for name in named if name not in members), None
    )
    if problem:
        raise ShardError(f"{where}: {problem}")
    return Sample(record, {name: members[name] for name in named})


def _broken_rule(record: Record, members: dict, shard: Shard) -> str | None:
    roles = [message.role for message in record.messages]
    replies = roles.count("assistant")
    if record.key != members["__key__"]:
        return f"key is {record.key!r}"
    if (record.kind, record.split) != (shard.kind, shard.split):
        return f"is of {record.kind}/{record.split}, its shard of {shard.kind}/{shard.split}"
    if not roles or roles != ["user", "assistant"] * replies:
        return f"roles must alternate from user to assistant, but are {', '.join(roles) or 'none'}"
    if len(record.rounds) != replies:
        return f"has {len(record.rounds)} rounds for {replies} replies"
    if any(round.person is not None and round.person >= len(record.persons) for round in record.rounds):
        return f"a round is about a person beyond the {len(record.persons)} persons"
    return None


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    value = json.dumps(detail["input"], default=str)
    place = ".".join(str(part) for part in detail["loc"])
    return f"{place}: {detail['msg']} (value {value if len(value) < 60 else value[:57] + '...'})"
