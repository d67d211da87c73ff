"""From conversations to shards: where each goes, what lies in them, and when they are a whole data set."""

import json
import tarfile
from pathlib import Path

import pytest

from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import LazyPart
from stages.caption_rounds import CaptionRounds, Captions
from stages.compose_conversations import ComposeConversations
from stages.conversation.schema import Conversation
from stages.crop_closeups import Closeups
from stages.decide import Decision, PersonDecision, TargetVerdict
from stages.link_people import Identity
from stages.plan_shards import Placement, PlanShards, member_name
from stages.publish_index import PublishIndex
from stages.pull_clips import Clip
from stages.synthesize_bodies import Bodies, Body
from stages.write_shards import Shard, WriteShards
from tests.stages.conversation.drawn import Sitter, closeups

CLIP = Clip(
    "/films/a.mp4", "ab" * 32, 9, 4.0, 320, 160, 25.0, 100, "h264", 0.0, 4.0, "CC-BY-4.0", "signed", "site", None
)  # fmt: skip
GOOD = TargetVerdict("closeup", None, 0.8, 0.5)


def pair(key: str = "a.mp4/w00/p0", split: str = "train") -> Sample:
    """A decided pair, ready to be composed: drawn people with two full-body pictures each."""
    drawn = closeups(Sitter(), Sitter(garment=(200, 60, 60)))
    sample = Sample(key).put(drawn, CLIP, Identity("person-1", "person-2", split))
    sample = CaptionRounds().process(sample, CaptionRounds().load(Run("r", Path())))
    left, right = (
        tuple(Body(drawn.left.near.picture, request(name, i), "park", (), 0, i, None) for i in (0, 1))
        for name in sample[Captions].names
    )
    decided = PersonDecision(GOOD, (GOOD, GOOD), (1, 0))
    decision = Decision(decided, decided)
    return sample.put(Bodies(left, right), decision).score({"left.closeup.faces": 1, "x": None})


def request(name: str, number: int) -> str:
    return f"{name} is standing in a park. They wear {('a green coat', 'white shoes')[number]}."


def composed(*pairs: Sample) -> list[Sample]:
    """The conversations of pairs, as the part of a shard's worker sees them: with the pair's sections and scores."""
    return [
        child.score(sample.scores)
        for sample in pairs or (pair(),)
        for child in ComposeConversations().process(sample, None)
    ]


def placed(conversations: list[Sample], **options) -> list[list[Sample]]:
    sections = {sample.key: sample for sample in conversations}
    parts = PlanShards(**options).process_parts([LazyPart(lambda: conversations)], None)
    return [[sections[sample.key].put(sample[Placement]) for sample in part] for part in parts]


def write(parts: list[list[Sample]], run: Run) -> list[list[Sample]]:
    stage = WriteShards()
    return [stage.process_batch(part, stage.load(run)) for part in parts]


def publish(parts: list[list[Sample]], run: Run) -> dict:
    stage = PublishIndex()
    list(stage.process_parts([LazyPart(lambda part=part: part) for part in parts], stage.load(run)))
    return json.loads((run.shards / "index.json").read_text())


def test_a_pair_gives_both_variants_and_every_single_turn_kind():
    kinds = [sample[Conversation].name for sample in composed()]
    assert kinds == [
        "closeup", "fullbody", "text_to_image",
        "reconstruct_left", "face_to_image_left", "paired_left", "image_to_crop_left",
        "reconstruct_right", "face_to_image_right", "paired_right", "image_to_crop_right",
    ]  # fmt: skip


def test_a_variant_that_was_not_decided_for_is_left_out():
    refused = PersonDecision(TargetVerdict("closeup", "not_alike", 0.1, 0.5), (), ())
    sample = pair()
    sample = sample.put(Decision(sample[Decision].left, refused))
    assert ComposeConversations().process(pair().put(Decision(refused, sample[Decision].left)), None) == []
    decided = PersonDecision(refused.closeup, (GOOD,), (0,))
    names = [s[Conversation].name for s in ComposeConversations().process(sample.put(Decision(decided, decided)), None)]
    assert names == ["fullbody"]


def test_full_body_rounds_ask_with_the_words_their_picture_was_made_from():
    conversation = composed()[1][Conversation]
    possible = {request(name, number) for name in conversation.names for number in (0, 1)}
    assert {turn.text for turn in conversation.turns[2::2]} <= possible


def test_shards_hold_one_kind_and_split_and_at_most_so_many():
    parts = placed(composed(pair("a/p0"), pair("b/p0"), pair("c/p0", "test")), conversations_per_shard=1)
    for part in parts:
        assert len(part) == 1
        placement = part[0][Placement]
        assert placement.kind == part[0][Conversation].kind
        assert placement.shard.startswith(f"{placement.kind}/{part[0][Identity].split}-0000")
    assert len({part[0][Placement].shard for part in parts}) == len(parts) == 33


@pytest.mark.parametrize("other", ["a-mp4/w00", "a.mp4/w01", "a.mp4-w00"])
def test_names_in_shards_have_no_dots_and_never_collide(other):
    name = member_name("a.mp4/w00")
    assert "." not in name
    assert "/" not in name
    assert name != member_name(other)


def test_shards_hold_pictures_words_and_where_they_come_from(tmp_path):
    run = Run("r", tmp_path)
    part = next(part for part in write(placed(composed()), run) if part[0][Placement].kind == "closeup")
    with tarfile.open(run.shards / part[0][Shard].path) as tar:
        name = part[0][Placement].name
        assert tar.getnames() == [f"{name}.{suffix}" for suffix in ("json", "round1.jpg", "round2.jpg", "round3.jpg")]
        facts = json.load(tar.extractfile(tar.getmembers()[0]))
        assert tar.extractfile(f"{name}.round1.jpg").read() == part[0][Closeups].round1.read()
    assert facts["provenance"] == {
        "file": "a.mp4", "sha256": "ab" * 32, "source": "site", "licence": "CC-BY-4.0", "consent": "signed",
        "sample": "a.mp4/w00/p0/closeup", "shot": 0, "seconds": 1.0,
    }  # fmt: skip
    assert facts["scores"] == {"left.closeup.faces": 1.0, "x": None}
    assert [person["identity"] for person in facts["persons"]] == ["person-1", "person-2"]


def test_the_same_conversations_give_the_same_shards(tmp_path):
    for folder in ("one", "two"):
        write(placed(composed()[:: 1 if folder == "one" else -1]), Run("r", tmp_path / folder))
    files = sorted((tmp_path / "one").rglob("*.tar"))
    assert len(files) == 7
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()


def test_the_index_names_every_shard_and_removes_the_others(tmp_path):
    run = Run("r", tmp_path)
    parts = write(placed(composed()), run)
    stale = run.shards / "closeup" / "train-00007.tar"
    stale.write_bytes(b"old")
    index = publish(parts, run)
    assert not stale.exists()
    assert [entry["path"] for entry in index["shards"]] == sorted(part[0][Shard].path for part in parts)
    assert sum(entry["samples"] for entry in index["shards"]) == 11


def test_there_is_no_index_while_shards_change(tmp_path):
    run = Run("r", tmp_path)
    publish(write(placed(composed()), run), run)
    write(placed(composed(pair("b/p0")))[:1], run)
    assert not (run.shards / "index.json").exists()


def test_a_shard_that_is_gone_is_noticed(tmp_path):
    run = Run("r", tmp_path)
    part = write(placed(composed())[:1], run)[0]
    assert WriteShards().intact(run, part)
    (run.shards / part[0][Shard].path).unlink()
    assert not WriteShards().intact(run, part)
