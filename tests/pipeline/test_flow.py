import pytest

from pipeline.flow import Flow, Job, Ledger
from pipeline.plan import Group, make_plan
from tests.conftest import numbers_config

STAGES = make_plan(numbers_config()).stages


def flow(*parts: str) -> Flow:
    """Jobs that miss these parts; a part is a letter."""
    return Flow([Job(Group((stage,)), list(missing)) for stage, missing in zip(STAGES, parts, strict=False)])


def taken(found: Flow, job: int) -> str:
    return "".join(iter(lambda: found.take(job), None))


def test_a_part_may_go_through_a_job_when_it_has_passed_those_before():
    found = flow("ab", "ab")
    assert (taken(found, 0), taken(found, 1)) == ("ab", "")
    found.finish(0, "b")
    assert taken(found, 1) == "b"


def test_a_part_skips_the_jobs_that_have_finished_it():
    found = flow("a", "b", "abc")
    assert [taken(found, job) for job in range(3)] == ["a", "b", "c"]
    found.finish(0, "a")
    assert (taken(found, 1), taken(found, 2)) == ("", "a")


def test_a_part_that_is_given_back_comes_next():
    found = flow("abc")
    found.take(0)
    found.give_back(0, "a")
    assert taken(found, 0) == "abc"


@pytest.mark.parametrize(
    ("finished", "over"), [([], [False, False]), (["a"], [False, False]), (["a", "b"], [True, False])]
)
def test_a_job_is_over_when_nothing_can_reach_it_any_more(finished, over):
    found = flow("ab", "ab")
    for part in finished:
        found.finish(0, part)
    assert [found.is_over(job) for job in range(2)] == over


def test_a_ledger_knows_what_has_not_been_told_of():
    ledger = Ledger(STAGES[:2], ["a", "b"])
    first, second = (stage.name for stage in STAGES[:2])
    assert [ledger.take({"stage": first, "part": part}) for part in "aba"] == [True, True, False]
    assert ledger.take({"stage": second, "part": "b"})
    assert [(stage.name, part) for stage, part in ledger.untold()] == [(second, "a")]
    assert (ledger.missing([first]), ledger.missing([first, second])) == ([], ["a"])


def test_parts_that_wait_are_counted():
    found = flow("ab", "abc")
    assert [found.waiting(job) for job in range(2)] == [2, 1]
