import json
import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import ConfigError
from stages.sources import find
from stages.sources.found import path_of

ROWS = [
    {"path": "talk.mp4", "licence": "CC-BY-4.0", "consent": "signed", "source": "archive"},
    {"path": "2024/chat.bin", "licence": None, "consent": None, "source": None},
]


def as_txt(path: Path) -> None:
    path.write_text("# what we may use\ntalk.mp4\n\n2024/chat.bin\n")


def as_csv(path: Path) -> None:
    pd.DataFrame(ROWS).to_csv(path, index=False)


def as_jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))


def as_parquet(path: Path) -> None:
    pd.DataFrame(ROWS).to_parquet(path)


@pytest.mark.parametrize("write", [as_txt, as_csv, as_jsonl, as_parquet])
def test_lists_of_every_kind(tmp_path, write):
    listing = tmp_path / f"clips.{write.__name__.removeprefix('as_')}"
    write(listing)
    talk, chat = find(str(listing))
    assert (talk.uri, talk.name) == (str(tmp_path / "talk.mp4"), "talk.mp4")
    assert (chat.uri, chat.name) == (str(tmp_path / "2024/chat.bin"), "2024/chat.bin")
    assert (chat.licence, chat.consent, chat.source) == (None, None, None)
    if write is not as_txt:
        assert (talk.licence, talk.consent, talk.source) == ("CC-BY-4.0", "signed", "archive")


@pytest.mark.parametrize(
    ("path", "uri", "name"),
    [
        ("{root}/lists/a.mp4", "{root}/lists/a.mp4", "a.mp4"),
        ("../films/a.mp4", "{root}/films/a.mp4", "{root}/films/a.mp4"),
        ("./x/../a#1.mp4", "{root}/lists/a#1.mp4", "a#1.mp4"),
    ],
)
def test_paths_are_relative_to_the_list(tmp_path, path, uri, name):
    (tmp_path / "lists").mkdir()
    listing = tmp_path / "lists" / "clips.txt"
    listing.write_text(path.format(root=tmp_path))
    (found,) = find(str(listing))
    assert (found.uri, found.name) == (uri.format(root=tmp_path), name.format(root=tmp_path).lstrip("/"))


def test_paths_that_are_not_utf8_survive(tmp_path):
    (tmp_path / "clips.txt").write_bytes(b"caf\xe9.mp4\r\n")
    (found,) = find(str(tmp_path / "clips.txt"))
    assert os.fsencode(path_of(found.uri)) == os.fsencode(tmp_path) + b"/caf\xe9.mp4"


def test_words_that_are_not_utf8_are_a_mistake(tmp_path):
    (tmp_path / "clips.csv").write_bytes(b"path,licence\na.mp4,CC0\nb.mp4,priv\xe9\n")
    with pytest.raises(ConfigError, match=r"line 3: licence is not UTF-8"):
        list(find(str(tmp_path / "clips.csv")))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "path,license\na.mp4,CC0\n", "line 2: unknown column license; allowed are path, licence"),
        ("a.csv", "file\na.mp4\n", "unknown column file"),
        ("a.csv", "path\na.mp4,CC0\n", r"unknown column \(more cells than the header\)"),
        ("a.csv", "path,licence\n,CC0\n", "line 2: no path"),
        ("a.csv", "path\n", "names no video"),
        ("a.txt", "# nothing yet\n", "names no video"),
        ("a.txt", "https://example.org/a.mp4\n", "line 1: https://example.org/a.mp4 is a URL"),
        ("a.jsonl", '{"path": "a.mp4"}\n{"path": \n', "line 2: not JSON"),
        ("a.jsonl", '["a.mp4"]\n', "line 1: not a JSON object"),
        ("a.jsonl", '{"path": "a.mp4", "licence": 4}\n', "licence is 4, not text"),
        ("a.jsonl", '{"path": "a\\u0000b.mp4"}\n', "line 1: the path holds a NUL character"),
        ("a.csv", "path\n" + "a" * 200_000 + "\n", "field larger than field limit"),
        ("a.parquet", "no table\n", "is no Parquet file"),
    ],
)
def test_mistakes_are_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=message):
        list(find(str(tmp_path / name)))
