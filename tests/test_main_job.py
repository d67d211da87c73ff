"""The main job as a user runs it: from clips to shards, on both engines, and on damaged input."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.errors import ConfigError
from pipeline.manifest import read
from pipeline.plan import load_config
from pipeline.progress import Progress
from pipeline.report.shards import read_shard, shard_counts
from pipeline.report.sheet import draw_sheet
from pipeline.run import Run
from pipeline.runner import build
from stages.conversation.lint import leaks
from stages.conversation.recipes import MULTI_KINDS, SINGLE_KINDS
from tests.conftest import hashed_files

CONFIG = Path("configs/dataset/default.yaml")
CLIPS = "studio:4?seed=3"


def make(root: Path, input: str, engine: str = "inline", *overrides: str) -> Run:
    run = Run("job", root)
    config = load_config(CONFIG, ["samples_per_part=2", *overrides], input)
    build(config, run, engine, Progress(Console(quiet=True)))
    return run


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make(tmp_path_factory.mktemp("studio"), CLIPS)


def conversations(run: Run):
    return [found for path in sorted(run.shards.rglob("*.tar")) for found in read_shard(path)]


def test_every_kind_of_conversation_comes_out(studio):
    counts = shard_counts(studio.shards)
    assert counts is not None
    assert set(counts) == {*MULTI_KINDS, *SINGLE_KINDS}


def test_later_rounds_ask_by_name_alone_and_show_that_person(studio):
    words, views, bodies, decisions = (
        read(studio, stage).set_index("key")[column]
        for stage, column in (
            ("caption_rounds", "captions"),
            ("crop_closeups", "closeups"),
            ("synthesize_bodies", "bodies"),
            ("decide", "decision"),
        )
    )
    multi = [found for found in conversations(studio) if found.facts["kind"] in MULTI_KINDS]
    assert multi
    for found in multi:
        facts = found.facts
        pair = facts["provenance"]["sample"].rpartition("/")[0]
        worn = [words[pair][side]["clothes"] for side in ("left", "right") if words[pair][side]["clothes"]]
        asked = [message["content"][0]["text"] for message in facts["messages"][::2]]
        for step, text in zip(facts["rounds"][1:], asked[1:], strict=True):
            assert facts["names"][step["person"]] in text
            assert facts["names"][1 - step["person"]] not in text
            assert leaks(text, tuple(facts["names"]), worn) == []
            side = facts["persons"][step["person"]]["side"]
            if step["target"] == "closeup":
                right_ones = {views[pair][side][view]["plain"]["sha256"] for view in ("closeup", "near")}
            else:
                chosen = [bodies[pair][side][number] for number in decisions[pair][side]["chosen"]]
                right_ones = {body["picture"]["sha256"] for body in chosen if body["prompt"] == text}
            shown = found.pictures[f"round{step['round']}.jpg"]
            assert hashlib.sha256(shown).hexdigest() in right_ones


def test_nobody_is_in_two_splits(studio):
    splits: dict[str, set[str]] = {}
    for found in conversations(studio):
        for person in found.facts["persons"]:
            splits.setdefault(person["identity"], set()).add(found.facts["split"])
    assert splits
    assert all(len(found) == 1 for found in splits.values())


def test_samples_of_a_kind_have_the_same_members_and_keys(studio):
    shapes: dict[str, set[tuple]] = {}
    for found in conversations(studio):
        shape = (tuple(found.facts), tuple(found.facts["scores"]), tuple(found.pictures))
        shapes.setdefault(found.facts["kind"], set()).add(shape)
    assert all(len(found) == 1 for found in shapes.values())


def test_conversations_can_be_looked_at(studio, tmp_path):
    draw_sheet(studio.shards, tmp_path / "sheet.png", 7)
    assert (tmp_path / "sheet.png").stat().st_size > 50_000
    with pytest.raises(ConfigError, match="--kind 'song': no such kind; there are closeup"):
        draw_sheet(studio.shards, tmp_path / "sheet.png", 7, kind="song")
    with pytest.raises(ConfigError, match="--key 'other'"):
        draw_sheet(studio.shards, tmp_path / "sheet.png", 7, key="other")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.filterwarnings("ignore")
def test_ray_gives_the_shards_that_the_inline_engine_gives(studio, tmp_path, workers):
    run = make(tmp_path, CLIPS, "ray", f"workers.count={workers}")
    assert hashed_files(run) == hashed_files(studio)


def test_bad_files_are_rows_with_their_reason(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "empty.mp4").touch()
    (folder / "words.mp4").write_text("no video at all\n" * 40)
    (folder / "list.txt").write_text("empty.mp4\nwords.mp4\ngone.mp4\nlist.txt\n")
    run = make(tmp_path, str(folder / "list.txt"))
    frame = read(run, "pull_clips").set_index("key")
    assert Counter(frame.verdict) == {"rejected": 4}
    assert frame.reason.to_dict() == {
        "empty.mp4": "empty_file",
        "gone.mp4": "missing_file",
        "list.txt": "not_a_video",
        "words.mp4": "not_a_video",
    }
    assert json.loads((run.shards / "index.json").read_text())["shards"] == []
