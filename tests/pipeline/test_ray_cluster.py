"""A cluster of two Ray nodes on one machine: what is lost with a node or a process is done again, to the same bytes."""

import json
import os
import signal
import threading
import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import ray
from ray.cluster_utils import Cluster
from rich.console import Console

from pipeline.manifest import read
from pipeline.plan import Config, StageWorkers, Workers
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


def config(*stages: str | dict, **workers: dict) -> Config:
    return Config(
        catalog="tests.hazards",
        input="0-15",
        samples_per_part=2,
        stages=["find_numbers", *stages],
        workers={"stages": workers},
    )


def quietly(settings: Config, run: Run, engine: str) -> Run:
    build(settings, run, engine, Progress(Console(quiet=True)))
    return run


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    """A head without work, and a node with two CPUs and a GPU in name."""
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    found.add_node(num_cpus=2, num_gpus=1)
    found.wait_for_nodes()
    yield found
    ray.shutdown()
    found.shutdown()


@pytest.fixture
def cluster(nodes: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    return nodes


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


def events(run: Run) -> list[dict]:
    log = run.records / "log.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def test_a_node_that_is_lost_on_the_way_changes_no_byte(cluster, run, tmp_path):
    settings = config({"wait": {"seconds": 0.5}}, "fetch", "square_numbers", wait={"gpus": 1})
    passing = cluster.add_node(num_cpus=2, num_gpus=1)
    cluster.wait_for_nodes()
    thread = once(lambda: len(parts_of(run, "wait")) >= 2, lambda: cluster.remove_node(passing, allow_graceful=False))
    quietly(settings, run, "ray")
    thread.join()
    assert [event for event in events(run) if event["event"] == "lost"]
    assert hashed_files(run) == hashed_files(quietly(settings, Run(run.name, tmp_path / "straight"), "inline"))


def test_a_worker_of_ray_that_is_killed_is_replaced(cluster, run, tmp_path):
    settings = config({"wait": {"seconds": 0.3}}, "fetch", "square_numbers")
    thread = once(lambda: len(parts_of(run, "wait")) >= 2, kill_an_actor)
    quietly(settings, run, "ray")
    thread.join()
    assert [event["part"] for event in events(run) if event["event"] == "lost"]
    assert hashed_files(run) == hashed_files(quietly(settings, Run(run.name, tmp_path / "straight"), "inline"))


def test_groups_that_do_not_fit_together_go_one_after_the_other(cluster, run):
    quietly(config("wait", "fetch", "square_numbers", fetch={"gpus": 1}, square_numbers={"gpus": 0.6}), run, "ray")
    assert len(read(run, "square_numbers")) == 16


def test_a_gpu_is_given_back_while_later_stages_go_on(cluster, run):
    settings = config("fetch", {"wait": {"seconds": 1.0}}, fetch={"gpus": 1}, wait={"count": 1})
    free: list[float] = []

    def look() -> None:
        while len(parts_of(run, "wait")) < 8:
            free.append(ray.available_resources().get("GPU", 0.0))
            time.sleep(0.2)

    thread = once(lambda: len(parts_of(run, "fetch")) == 8, look)
    quietly(settings, run, "ray")
    thread.join()
    assert free[-1] == 1.0


def test_workers_that_find_no_place_are_reported(cluster, run, capsys):
    settings = config("wait", wait={"gpus": 3}).model_copy(
        update={"workers": Workers(gpus=3, stall_minutes=0.05, stages={"wait": StageWorkers(gpus=3)})}
    )
    thread = once(lambda: any(event["event"] == "stall" for event in events(run)), interrupt_main)
    with pytest.raises(KeyboardInterrupt):
        build(settings, run, "ray", Progress(Console()))
    thread.join()
    assert "1 workers of wait, 1 CPU and 3 GPU each, are not started" in capsys.readouterr().out


def kill_an_actor() -> None:
    """Kill the process of one worker: Ray names it after the task that it has."""
    for process in psutil.process_iter(["cmdline"]):
        if " ".join(process.info["cmdline"] or ()).startswith("ray::find_numbers"):
            os.kill(process.pid, signal.SIGKILL)
            return
