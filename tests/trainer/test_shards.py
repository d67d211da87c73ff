import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.drawn import make_members, write_index, write_shard
from trainer.errors import ShardError
from trainer.shards import ShardSet

SHARD = {"path": "closeup/train-00000.tar", "kind": "closeup", "split": "train", "samples": 1}
KEY = "closeup-train-0"


def write_one(folder: Path, change: Callable[[dict[str, Any]], object] = lambda record: None, **about: Any) -> ShardSet:
    """Write a shard of one sample whose record was changed."""
    members = make_members("closeup", "train", 0)
    record = json.loads(members[f"{KEY}.json"])
    change(record)
    members[f"{KEY}.json"] = json.dumps(record).encode()
    write_index(folder, [SHARD | write_shard(folder / SHARD["path"], members) | about])
    return ShardSet(folder)


def test_sample_has_its_messages_and_pictures(tmp_path: Path):
    (sample,) = write_one(tmp_path).samples("closeup", "train")
    assert [message.role for message in sample.record.messages] == ["user", "assistant"] * 3
    assert list(sample.pictures) == ["round1.jpg", "round2.jpg", "round3.jpg"]
    assert all(picture.startswith(b"\xff\xd8") for picture in sample.pictures.values())


def test_missing_shards_name_the_remedy(tmp_path: Path):
    with pytest.raises(ShardError, match=r"no shards here; run `make build-dataset` first"):
        ShardSet(tmp_path)


def test_missing_tar_is_named(tmp_path: Path):
    shards = write_one(tmp_path)
    (tmp_path / SHARD["path"]).unlink()
    with pytest.raises(ShardError, match=r"train-00000\.tar: No such file"):
        list(shards.samples("closeup", "train"))


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"sha256": "0" * 64}, "the index says 000000000000"),
        ({"samples": 2}, "has 1 samples, the index says 2"),
        ({"split": "test"}, "is of closeup/train, its shard of closeup/test"),
    ],
)
def test_shard_that_is_not_as_the_index_says(tmp_path: Path, about: dict[str, Any], message: str):
    shards = write_one(tmp_path, **about)
    with pytest.raises(ShardError) as error:
        list(shards.read(shards.shards[0]))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"kind": "portrait"}, "shards.0.kind: Input should be 'closeup', 'fullbody'"),
        ({"samples": 0}, "shards.0.samples: Input should be greater than 0 (value 0)"),
    ],
)
def test_index_that_breaks_the_contract(tmp_path: Path, about: dict[str, Any], message: str):
    with pytest.raises(ShardError) as error:
        write_one(tmp_path, **about)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda record: record.update(schema=2), "schema: Input should be 1 (value 2)"),
        (lambda record: record.update(key="other"), "key is 'other'"),
        (lambda record: record.pop("names"), "names: Field required"),
        (lambda record: record["messages"].pop(), "roles must alternate from user to assistant, but are user, ass"),
        (lambda record: record["rounds"].pop(), "has 2 rounds for 3 replies"),
        (lambda record: record["rounds"][1].update(person=2), "about a person beyond the 2 persons"),
        (lambda record: record["messages"][0]["content"].clear(), "messages.0.content: Tuple should have at least 1"),
        (lambda record: record["messages"][1]["content"][1].update(image="no.jpg"), "image no.jpg is not in the shard"),
        (lambda record: record["messages"][1]["content"][1].update(type="video"), "messages.1.content.1: Input tag"),
    ],
)
def test_record_that_breaks_the_contract(tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str):
    with pytest.raises(ShardError) as error:
        list(write_one(tmp_path, change).samples("closeup", "train"))
    assert f"closeup/train-00000.tar: sample {KEY}: " in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
