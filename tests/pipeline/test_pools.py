from dataclasses import replace

import pytest

from pipeline.errors import ConfigError
from pipeline.plan import Group, make_plan
from pipeline.pools import phases
from pipeline.stage import Resources
from tests.conftest import numbers_config

STAGES = {stage.name: stage for stage in make_plan(numbers_config()).stages}


def group(name: str, cpus: float = 1, gpus: float = 0, count: int | None = None) -> Group:
    return Group((replace(STAGES[name], resources=Resources(cpus, gpus), count=count),))


A, B, C = "draw", "split_digits", "score_digits"


@pytest.mark.parametrize(
    ("groups", "available", "most", "expected"),
    [
        ([group(A)], Resources(2), None, [[(A, 2)]]),
        ([group(A)], Resources(8), 3, [[(A, 3)]]),
        ([group(A), group(B)], Resources(2), None, [[(A, 1), (B, 1)]]),
        ([group(A), group(B)], Resources(1), None, [[(A, 1)], [(B, 1)]]),
        ([group(A, count=1), group(B)], Resources(4), None, [[(A, 1), (B, 3)]]),
        ([group(A, gpus=1), group(B, gpus=1), group(C, gpus=1)], Resources(9, 1), None, [[(A, 1)], [(B, 1)], [(C, 1)]]),
        ([group(A), group(B, gpus=0.5)], Resources(4, 1), None, [[(A, 2), (B, 2)]]),
        ([group(A, count=64)], Resources(4), None, [[(A, 4)]]),
    ],
)
def test_pools_share_what_there_is_or_wait_for_the_next_phase(groups, available, most, expected):
    assert [[(p.group.name, p.workers) for p in phase] for phase in phases(groups, available, most)] == expected


def test_a_worker_that_fits_nowhere_is_the_users_to_mend():
    with pytest.raises(ConfigError, match=r"one worker of draw needs 1 CPU and 2 GPU; there is 4 CPU and 1 GPU"):
        phases([group(A, gpus=2)], Resources(4, 1))
