"""A cluster of two Ray nodes on one machine: what is lost with a node or a process is done again, to the same bytes."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import ray
from ray.cluster_utils import Cluster
from rich.console import Console

from pipeline.manifest import read
from pipeline.plan import Config
from pipeline.progress import Progress
from pipeline.run import Run
from pipeline.runner import build
from tests.conftest import hashed_files

pytestmark = [
    # Ray leaves sockets and subprocesses of its own to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

GPU_STAGES = ("fetch", "square_numbers", "wait")


def config(seconds: float = 0.0, **stages: dict) -> Config:
    return Config(
        catalog="tests.hazards",
        input="0-15",
        samples_per_part=2,
        stages=["find_numbers", {"wait": {"seconds": seconds}}, "fetch", "square_numbers"],
        workers={"stages": stages},
    )


def quietly(settings: Config, run: Run, engine: str) -> Run:
    build(settings, run, engine, Progress(Console(quiet=True)))
    return run


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A head with one CPU and a node with one CPU; both with a GPU in name."""
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 1})
    found.add_node(num_cpus=1, num_gpus=1)
    found.wait_for_nodes()
    monkeypatch.setenv("RAY_ADDRESS", found.address)
    yield found
    ray.shutdown()
    found.shutdown()


def once(happened: Callable[[], bool], then: Callable[[], object]) -> threading.Thread:
    """Do something, in a thread, as soon as something has happened."""

    def watch() -> None:
        deadline = time.monotonic() + 120
        while not happened() and time.monotonic() < deadline:
            time.sleep(0.05)
        then()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def parts_of(run: Run, stage: str) -> list[Path]:
    return list(run.manifests.glob(f"*-{stage}-*/*.parquet"))


def test_a_node_that_is_lost_on_the_way_changes_no_byte(cluster, run, tmp_path):
    settings = config(seconds=0.5, wait={"gpus": 0.5})
    lost = next(iter(cluster.worker_nodes))
    thread = once(lambda: len(parts_of(run, "wait")) >= 2, lambda: cluster.remove_node(lost, allow_graceful=False))
    quietly(settings, run, "ray")
    thread.join()
    assert '"event": "lost"' in (run.records / "log.jsonl").read_text()
    straight = quietly(settings, Run(run.name, tmp_path / "straight"), "inline")
    assert hashed_files(run) == hashed_files(straight)
