import os
from pathlib import Path

import pytest

from stages.sources.found import Found, key_of, path_of, uri_of, with_keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("talk.mp4", "talk.mp4"),
        ("2024/may/talk_1-a.mp4", "2024+may+talk_1-a.mp4"),
        ("a b.mp4", "a_b.mp4~018c1c8ba1b3"),
        ("a+b.mp4", "a_b.mp4~de3dca064c1b"),
        ("gespräch.mp4", "gespr_ch.mp4~7642c119b2d1"),
    ],
)
def test_keys_are_fit_for_names_of_files(name, key):
    assert key_of(name) == key


def test_a_long_name_is_cut_and_told_apart():
    first, second = key_of("a" * 300), key_of("a" * 301)
    assert len(first) < 140
    assert first != second


@pytest.mark.parametrize("path", ["/clips/talk.mp4", "/clips/100%20.mp4", os.fsdecode(b"/clips/caf\xe9 %41.mp4")])
def test_every_path_survives_as_text(path):
    uri = uri_of(path)
    uri.encode()
    assert path_of(uri) == Path(path)


def test_a_relative_path_becomes_absolute():
    assert uri_of("talk.mp4") == str(Path.cwd() / "talk.mp4")


def test_equal_names_of_different_files_get_keys_of_their_own():
    first, second, third = (Found(f"/{folder}/talk.mp4", "talk.mp4") for folder in "abc")
    keys = [key for key, _ in with_keys([first, second, third])]
    assert keys[0] == "talk.mp4"
    assert len(set(keys)) == 3
    assert [key for key, _ in with_keys([first, second])] == keys[:2]


def test_a_file_found_twice_counts_once():
    found = Found("/a/talk.mp4", "talk.mp4")
    assert list(with_keys([found, found])) == [("talk.mp4", found)]
    other = Found("/b/talk.mp4", "talk.mp4")
    assert len(list(with_keys([found, other, other]))) == 2
