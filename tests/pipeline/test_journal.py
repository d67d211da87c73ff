from pathlib import Path

import pytest

from pipeline.errors import StorageError
from pipeline.journal import Journal

A, B, AB = ["a"], ["b"], ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "fatal"),
    [
        ([], {}),
        ([A, B], {}),
        ([A, "deadline"], {}),
        ([A, B, "deadline", B, "killed_worker"], {"b": "killed_worker"}),
        ([AB, "killed_worker", A, B, "killed_worker"], {}),  # b was alone at one of them only
        ([AB, "killed_worker", A, B, "killed_worker", B, "deadline"], {"b": "deadline"}),
        ([A, A, A], {}),  # three stops of the whole run are nobody's fault
        ([A, "lost_worker", A, "lost_worker", A, "lost_worker"], {}),
        ([A, "lost_worker", A, "lost_worker", A, "killed_worker"], {"a": "killed_worker"}),
        ([A, "lost_worker"] * 4, {"a": "killed_worker"}),
    ],
)
def test_only_what_was_open_alone_at_two_deaths_is_given_up(tmp_path, lines, fatal):
    journal = written(tmp_path, lines)
    assert {key: reason for key, (reason, _) in journal.fatal().items()} == fatal


def test_what_cannot_be_parted_is_given_up_together(tmp_path):
    journal = written(tmp_path, [AB, "deadline", AB, "deadline"])
    assert set(journal.fatal(whole=True)) == {"a", "b"}
    assert journal.fatal() == {}


@pytest.mark.parametrize(
    ("died", "batches"),
    [
        ([], ["abcd", "efg"]),
        (["abcd"], ["ab", "cd", "efg"]),
        (["efg"], ["abcd", "e", "fg"]),
        (["abcd", "cd", "d", "d"], ["ab", "c", "d", "efg"]),
        (["ab"], ["abcd", "efg"]),  # no batch of this division
    ],
)
def test_batches_that_died_are_halved(tmp_path, died, batches):
    journal = written(tmp_path, [line for keys in died for line in (list(keys), "killed_worker")])
    assert ["".join(batch) for batch in journal.batches("abcdefg", 4)] == batches


def test_one_lost_worker_halves_no_batch(tmp_path):
    journal = written(tmp_path, [AB, "lost_worker"])
    assert list(journal.batches("ab", 2)) == [AB]


@pytest.mark.parametrize(
    ("build", "supervisor", "lost"),
    [
        ("this", "same", 0),
        ("this", "other", 1),
        ("earlier", "other", 0),  # the whole build was stopped
    ],
)
def test_what_another_supervisor_of_the_build_left_open_is_a_loss(tmp_path, build, supervisor, lost):
    journal = Journal(tmp_path / "j.jsonl")
    journal.open(A, build, supervisor)
    journal.begin("this", "same")
    journal.begin("this", "same")  # noted once
    assert journal.path.read_text().count("lost_worker") == lost


def test_what_is_open_now_is_told(tmp_path):
    assert written(tmp_path, [A, B]).open_now() == B
    assert written(tmp_path, ["deadline"]).open_now() == []


def test_a_journal_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file/j\.jsonl: cannot be written"):
        Journal(tmp_path / "file" / "j.jsonl").open(A)


def test_a_line_cut_off_by_a_death_is_passed_over(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    journal.open(["a"])
    with journal.path.open("a") as file:
        file.write('{"open": ["b"')
    assert journal.fatal() == {}


def written(folder: Path, lines: list) -> Journal:
    journal = Journal(folder / "j.jsonl")
    for line in lines:
        journal.died(line) if isinstance(line, str) else journal.open(line)
    return journal
