"""What an input finds; lists of files are in test_listing.py."""

import os
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from stages.sources import find
from stages.sources.built_in import draw_built_in
from tests.unprivileged import unprivileged


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    for name in ("b.mp4", "a.MOV", "notes.txt", ".hidden.mp4", "2024/b.mp4", "2024/may/c.webm", ".trash/d.mp4"):
        (tmp_path / "clips" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "clips" / name).touch()
    return tmp_path / "clips"


@pytest.mark.parametrize(
    ("input", "names"),
    [
        ("clips", ["2024/b.mp4", "2024/may/c.webm", "a.MOV", "b.mp4"]),
        ("clips/b.mp4", ["b.mp4"]),
        ("clips/*.mp4", ["b.mp4"]),
        ("clips/**/?.mp4", ["2024/b.mp4", "b.mp4"]),
        ("clips/20*", ["2024/b.mp4", "2024/may/c.webm"]),
        ("clips/2024,clips/a.MOV", ["b.mp4", "may/c.webm", "a.MOV"]),
        ("clips/2024/may, clips/b.mp4", ["c.webm", "b.mp4"]),
    ],
)
def test_inputs(clips, monkeypatch, input, names):
    monkeypatch.chdir(clips.parent)
    found = list(find(input))
    assert [video.name for video in found] == names
    assert all(Path(video.uri).is_file() for video in found)


def test_a_named_file_is_taken_whatever_its_suffix(clips):
    (clips / "talk.bin").touch()
    assert [video.name for video in find(str(clips / "talk.bin"))] == ["talk.bin"]


def test_a_file_with_a_comma_in_its_name_is_one_file(clips):
    (clips / "you, me.mp4").touch()
    assert [video.name for video in find(str(clips / "you, me.mp4"))] == ["you, me.mp4"]


def test_names_do_not_depend_on_where_the_folder_lies(clips, tmp_path):
    before = [video.name for video in find(str(clips))]
    clips.rename(tmp_path / "elsewhere")
    assert [video.name for video in find(str(tmp_path / "elsewhere"))] == before


def test_a_folder_that_links_to_itself_is_entered_once(clips):
    (clips / "2024" / "again").symlink_to(clips)
    names = [video.name for video in find(str(clips))]
    assert len(names) == len({os.path.basename(name) for name in names}) + 1  # b.mp4 is there twice


def test_names_that_are_not_utf8_are_found(clips):
    os.close(os.open(os.fsencode(clips) + b"/caf\xe9.mp4", os.O_CREAT))
    assert os.fsdecode(b"caf\xe9.mp4") in [video.name for video in find(str(clips))]


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ("clips/none.mp4", "input: clips/none.mp4 does not exist; give a folder, a file"),
        ("empty", "input: no video in empty or below it; taken up are .3gp"),
        ("clips/*.avi", r"input: nothing matches clips/\*.avi; quote it"),
        ("https://example.org/a.mp4", "is a URL; fetch it first"),
        ("", "input: nothing given"),
        ("clips,none", "input: none does not exist"),
        ("x" * 300 + ".mp4", r"cannot be reached \(File name too long\)"),
        ("~nobody-of-this-name/a.mp4", "does not exist"),
        ("studio:", "no studio address; write studio:COUNT"),
        ("studio:0", "a count of 1 to"),
        ("studio:8?sed=1", "no studio address"),
        (
            "studio-hard:8?seed=1",
            "no studio address; write studio:COUNT or .* studio-hard:COUNT or studio-hard:COUNT:SEED",
        ),
        ("studio-hard:0", "a count of 1 to"),
    ],
)
def test_mistakes_are_named(clips, monkeypatch, input, message):
    monkeypatch.chdir(clips.parent)
    (clips.parent / "empty").mkdir()
    with pytest.raises(ConfigError, match=message):
        list(find(input))


def test_a_file_that_may_not_be_reached_is_named(clips):
    (clips / "2024").chmod(0)
    with unprivileged(), pytest.raises(ConfigError, match=r"2024/b.mp4 cannot be reached \(Permission denied\)"):
        find(str(clips / "2024" / "b.mp4"))
    (clips / "2024").chmod(0o700)


def test_the_studio_gives_as_many_clips_as_asked():
    found = list(find("studio:5?seed=7"))
    assert len({video.uri for video in found}) == 5
    assert all(video.licence and video.consent and video.source == "studio" for video in found)
    assert [video.uri for video in find("studio:5?seed=7")] == [video.uri for video in found]
    assert [video.uri for video in find("studio:5")] != [video.uri for video in found]


def test_the_hard_set_is_found_by_count_and_seed():
    first, second = (list(find(f"studio-hard:40:{seed}")) for seed in (1, 2))
    assert [video.uri for video in find("studio-hard:40")] == [video.uri for video in first]
    assert {video.uri for video in first}.isdisjoint(video.uri for video in second)
    assert len({video.name for video in first}) == 40


def test_a_studio_clip_is_drawn_from_its_address_alone():
    (broken,) = (video for video in find("studio:24") if video.name.startswith("not_a_video"))
    assert draw_built_in(broken.uri).startswith(b"This file")
