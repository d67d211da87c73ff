import pytest

from pipeline.journal import Journal

OPEN_A, OPEN_B, OPEN_AB = ["a"], ["b"], ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "fatal", "suspects"),
    [
        ([], {}, set()),
        ([OPEN_A, OPEN_B], {}, set()),
        ([OPEN_A, "deadline"], {}, {"a"}),
        ([OPEN_A, OPEN_B, "deadline", OPEN_B, "killed_worker"], {"b": "killed_worker"}, {"b"}),
        ([OPEN_AB, "killed_worker", OPEN_A, OPEN_B, "killed_worker"], {"b": "killed_worker"}, {"a", "b"}),
        ([OPEN_A, OPEN_A, OPEN_A], {}, set()),  # three stops of the whole run are nobody's fault
    ],
)
def test_only_what_was_open_at_two_deaths_is_given_up(tmp_path, lines, fatal, suspects):
    journal = Journal(tmp_path / "j.jsonl")
    for line in lines:
        journal.died(line) if isinstance(line, str) else journal.open(line)
    assert (journal.fatal(), journal.suspects()) == (fatal, suspects)


def test_a_line_cut_off_by_a_death_is_passed_over(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    journal.open(["a"])
    with journal.path.open("a") as file:
        file.write('{"open": ["b"')
    assert journal.fatal() == {}
