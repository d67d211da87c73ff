"""Ray gives the bytes that the inline engine gives. Ray is started for real; these tests take some ten seconds each."""

import pytest

from pipeline.errors import ConfigError
from pipeline.manifest import read
from pipeline.run import Run
from pipeline.supervisor import WorkerBug
from tests.conftest import hashed_files

pytestmark = [
    # Ray leaves sockets and subprocesses of its own to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_ray_gives_the_same_bytes_as_inline_also_with_poison(build_numbers, run, tmp_path):
    options = {"draw": {"kills": 2, "bad": 3}, "decide": {"min_half": 2.0}}
    build_numbers(engine="ray", **options)
    inline = build_numbers(where=Run("numbers", tmp_path / "inline"), **options)
    assert hashed_files(run) == hashed_files(inline)
    assert (read(run, "draw").reason == "killed_worker").sum() == 1


def test_a_bug_in_a_ray_worker_comes_back_with_its_own_traceback(build_numbers):
    with pytest.raises(WorkerBug, match="ZeroDivisionError: a bug"):
        build_numbers(engine="ray", draw={"bug": 5})


def test_an_address_without_a_cluster_is_named(build_numbers, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(ConfigError, match=r"RAY_ADDRESS=127\.0\.0\.1:1"):
        build_numbers(engine="ray")
