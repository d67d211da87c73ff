"""Samples that crash, hang and eat memory; machines that run out of disk; and what is taken up again on purpose."""

import json
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from subprocess import PIPE

import pytest
import yaml
from rich.console import Console

from pipeline.errors import StorageError
from pipeline.manifest import Manifest, read
from pipeline.plan import Config
from pipeline.progress import Progress
from pipeline.run import Run
from pipeline.runner import build
from tests.conftest import hashed_files


def config(*stages: dict | str, input: str = "0-11", parts: int = 12, **workers) -> Config:
    return Config(
        catalog="tests.hazards",
        input=input,
        samples_per_part=parts,
        stages=["find_numbers", *stages],
        workers=workers,
    )


def quietly(settings: Config, run: Run, retry_failed: bool = False) -> Run:
    build(settings, run, "inline", Progress(Console(quiet=True)), retry_failed)
    return run


def events(run: Run, kind: str) -> list[dict]:
    lines = map(json.loads, (run.records / "log.jsonl").read_text().splitlines())
    return [line for line in lines if line["event"] == kind]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_of_a_batch_that_dies_only_the_culprit_fails(run, tmp_path):
    log = tmp_path / "log"
    quietly(config("fetch", {"square_numbers": {"kills": 6, "log": str(log)}}), run)
    frame = read(run, "square_numbers").set_index("key")
    assert Counter(frame.verdict) == {"ok": 11, "failed": 1}
    assert frame.loc["n0006", ["reason", "detail"]].tolist() == ["killed_worker", "its process ended by SIGSEGV"]
    assert Counter(lines(log))["4 5 6 7"] == 1
    assert [line for line in lines(log) if "6" in line.split()] == ["4 5 6 7", "6 7", "6", "6"]


def test_a_part_that_is_taken_whole_is_never_taken_in_pieces(run, tmp_path):
    log, danger = tmp_path / "log", tmp_path / "danger"
    danger.touch()
    options = {"kills": 1, "danger": str(danger), "log": str(log)}
    quietly(config("fetch", {"add_numbers": options}, input="0-3"), run)
    assert lines(log) == ["0 1 2 3"] * 2
    assert read(run, "add_numbers").reason.tolist() == ["killed_worker"] * 4
    danger.unlink()
    quietly(config("fetch", {"add_numbers": options}, input="0-3"), run, retry_failed=True)
    assert lines(log) == ["0 1 2 3"] * 3
    assert [square["value"] for square in read(run, "add_numbers").square] == [6] * 4


def test_native_code_that_hangs_is_ended_at_the_stages_deadline(run):
    limits = {"square_numbers": {"deadline_seconds": 1.0}}
    quietly(config("fetch", {"square_numbers": {"hangs": 1}}, input="0-3", stages=limits), run)
    frame = read(run, "square_numbers").set_index("key")
    assert frame.loc["n0001", ["reason", "detail"]].tolist() == ["deadline", "took more than 1 s"]
    assert Counter(frame.verdict) == {"ok": 3, "failed": 1}
    assert "process_batch" in (run.records / "logs" / "worker-inline.log").read_text()  # where it hung


def test_what_eats_more_memory_than_its_stage_may_is_ended(run):
    limits = {"square_numbers": {"memory_gb": 1.0}}
    quietly(config("fetch", {"square_numbers": {"eats": 1}}, input="0-3", stages=limits), run)
    frame = read(run, "square_numbers").set_index("key")
    assert frame.loc["n0001", ["reason", "detail"]].tolist() == ["killed_worker", "took more than 1 GB of memory"]
    assert Counter(frame.verdict) == {"ok": 3, "failed": 1}


def test_a_worker_has_one_thread(run):
    quietly(config("count_threads", input="0-0"), run)
    assert read(run, "count_threads").scores[0] == {"opencv": 1.0, "torch": 1.0}


def test_deaths_are_in_the_log(run):
    quietly(config("fetch", {"square_numbers": {"kills": 0}}, input="0-1"), run)
    died = events(run, "died")
    assert [(event["stage"], event["reason"]) for event in died] == [("square_numbers", "killed_worker")] * 3
    assert {event["detail"] for event in died} == {"its process ended by SIGSEGV"}


def test_failed_samples_are_taken_up_again_only_on_purpose(run, tmp_path):
    log, server = tmp_path / "log", tmp_path / "server"
    server.mkdir()
    for number in range(11):
        (server / str(number)).touch()
    settings = config({"fetch": {"server": str(server), "log": str(log)}}, "square_numbers", parts=4)
    quietly(settings, run)
    assert read(run, "fetch").set_index("key").loc["n0011", "reason"] == "unreachable"
    assert len(read(run, "square_numbers")) == 11
    (server / "11").touch()
    quietly(settings, run)
    assert Counter(lines(log)) == Counter(map(str, range(12)))
    quietly(settings, run, retry_failed=True)
    assert Counter(lines(log)) == Counter([*map(str, range(12)), "11"])  # nothing that was good is fetched again
    assert Counter(read(run, "square_numbers").verdict) == {"ok": 12}
    straight = quietly(settings, Run(run.name, tmp_path / "straight"))
    assert hashed_files(run) == hashed_files(straight)


def test_a_retry_that_is_cut_short_loses_nothing(run, tmp_path):
    server = tmp_path / "server"
    server.mkdir()
    settings = config({"fetch": {"server": str(server)}}, "square_numbers", input="0-3")
    quietly(settings, run)
    for stage in ("square_numbers", "fetch"):
        folder = next(run.manifests.glob(f"*-{stage}-*"))
        manifest = Manifest(run.manifests, folder.name)
        manifest.set_aside(manifest.names()[0])
    for number in range(4):
        (server / str(number)).touch()
    quietly(settings, run)  # without asking for a retry
    assert hashed_files(run) == hashed_files(quietly(settings, Run(run.name, tmp_path / "straight")))


def test_a_write_that_fails_halfway_ends_the_build_in_one_line_and_the_next_goes_on(run, tmp_path):
    """The limit on the size of a file stands in for a full disk: writing fails in the middle, in driver and workers."""
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(config("fetch", parts=300, input="0-299").model_dump()))
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "build",
        path,
        "--engine",
        "inline",
        "--root",
        run.root,
        "--run",
        run.name,
    ]
    limited = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert limited.returncode == 1
    assert "cannot be written (File too large); free space" in limited.stderr.splitlines()[-1]
    assert not list(run.manifests.glob("*-fetch-*/*.parquet"))
    subprocess.run(command, capture_output=True, check=True)
    left = [path.name for path in run.root.rglob("*") if path.name.startswith(".partial-") or path.suffix == ".stale"]
    assert (left, list(run.journals.iterdir())) == ([], [])
    assert len(read(run, "fetch")) == 300


def test_a_part_that_was_damaged_on_disk_is_named(run):
    settings = config("fetch", "square_numbers")
    quietly(settings, run)
    part = next(run.manifests.glob("*-fetch-*/*.parquet"))
    part.write_bytes(part.read_bytes()[:100])
    for path in run.manifests.glob("*-square_numbers-*/*"):
        path.unlink()
    with pytest.raises(StorageError, match=rf"{part.name}: cannot be read .*; remove it and build again"):
        quietly(settings, run)
    part.unlink()
    quietly(settings, run)


def test_a_stall_is_reported_with_the_sample_that_is_waited_for(run, capsys):
    stages = [{"wait": {"seconds": 4.0}}]
    build(config(*stages, input="5-5", stall_minutes=0.02), run, "inline", Progress(Console()))
    assert "n0005 in 02-wait-" in capsys.readouterr().out
    assert any("n0005" in line for event in events(run, "stall") for line in event["waiting_for"])


def test_a_worker_whose_supervisor_is_gone_ends_also_while_native_code_hangs(run):
    """The interpreter's lock is held, so that only a timer beside the interpreter can end it."""
    quietly(config("fetch", input="0-0"), run)
    part = Manifest(run.manifests, next(run.manifests.glob("*-fetch-*")).name).names()[0]
    limits = {"square_numbers": {"deadline_seconds": 1.0}}
    settings = config("fetch", {"square_numbers": {"hangs": 0}}, input="0-0", stages=limits)
    facts = {"config": settings.model_dump(), "run": run.name, "root": str(run.root), "build": "b", "supervisor": "s"}
    order = {"part": part, "stages": ["square_numbers"]}
    command = [sys.executable, "-m", "pipeline.worker"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as worker:
        assert worker.stdin
        assert worker.stdout
        assert worker.stderr
        worker.stdin.write(f"{json.dumps(facts)}\n{json.dumps(order)}\n")
        worker.stdin.flush()
        assert any(json.loads(line)["event"] == "open" for line in worker.stdout)
        time.sleep(1.0)  # until it hangs
        worker.stdin.close()
        assert worker.wait(60) == 1
        assert "Timeout" in worker.stderr.read()
