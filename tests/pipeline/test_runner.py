import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from pipeline.errors import ConfigError
from pipeline.journal import Journal
from pipeline.lock import locked
from pipeline.manifest import Manifest, read
from pipeline.run import Run
from pipeline.supervisor import WorkerBug
from tests.conftest import hashed_files, numbers_config


def drawn(path) -> Counter:
    return Counter(path.read_text().split())


def test_a_finished_run_does_nothing_again(build_numbers, run, tmp_path):
    log = tmp_path / "log"
    build_numbers(draw={"log": str(log)})
    build_numbers(draw={"log": str(log)})
    assert drawn(log) == Counter(map(str, range(12)))


def test_a_threshold_moves_without_drawing_again(build_numbers, run, tmp_path):
    log = tmp_path / "log"
    build_numbers(draw={"log": str(log)}, decide={"min_half": 4.0})
    strict = (read(run, "decide").verdict == "ok").sum()
    build_numbers(draw={"log": str(log)}, decide={"min_half": 0.5})
    assert (read(run, "decide").verdict == "ok").sum() > strict
    assert drawn(log) == Counter(map(str, range(12)))


def test_models_are_checked_before_anything_starts_and_reach_the_workers(build_numbers, run):
    with pytest.raises(ConfigError, match=r"stages\.draw\.pen: no pen\.txt in "):
        build_numbers(draw={"pen": "pen.txt"})
    assert not list(run.root.iterdir())
    (run.root / "models").mkdir()
    (run.root / "models" / "pen.txt").write_text("quill")
    build_numbers(input="0-3", draw={"pen": "pen.txt"})
    assert read(run, "draw").verdict.tolist() == ["ok"] * 4
    facts = json.loads((run.records / "run.json").read_text())
    assert facts["models"] == {"draw": {"pen.txt": "quill"}}


def test_added_samples_form_new_parts_and_change_no_old_one(build_numbers, run, tmp_path):
    log = tmp_path / "log"
    build_numbers(input="5-9", draw={"log": str(log)})
    before = Manifest(run.manifests, "00-inputs").names()
    build_numbers(input="0-9", draw={"log": str(log)})
    assert set(before) < set(Manifest(run.manifests, "00-inputs").names())
    assert drawn(log) == Counter(map(str, range(10)))
    assert len(read(run, "draw")) == 10


def test_samples_that_are_gone_are_no_longer_part_of_the_run(build_numbers, run):
    build_numbers(input="0-9")
    build_numbers(input="0-4")
    assert read(run, "draw").key.tolist() == [f"n{i:04d}" for i in range(5)]


def test_every_sample_that_reached_a_stage_has_a_row_with_its_verdict(build_numbers, run):
    build_numbers(find_numbers={"multiple_of": 5}, draw={"bad": 5})
    assert Counter(read(run, "find_numbers").verdict) == {"ok": 3, "rejected": 9}
    frame = read(run, "draw").set_index("key")
    assert frame.loc["n0005", ["verdict", "reason", "detail", "decided_in"]].tolist() == [
        "failed", "bad_number", "5 is bad", "draw",
    ]  # fmt: skip
    assert Counter(read(run, "split_digits").verdict) == {"expanded": 2, "ok": 3}


def test_samples_that_kill_or_hang_their_worker_fail_and_the_rest_goes_on(build_numbers, run):
    build_numbers(input="0-5", draw={"kills": 2, "hangs": 4})
    frame = read(run, "draw").set_index("key")
    assert frame.loc[["n0002", "n0004"], "reason"].tolist() == ["killed_worker", "deadline"]
    assert (frame.verdict == "ok").sum() == 4


def test_a_bug_stops_the_run_and_leaves_nothing_half_written(build_numbers, run):
    with pytest.raises(WorkerBug, match="ZeroDivisionError: a bug"):
        build_numbers(draw={"bug": 5})
    names = [path.name for path in run.manifests.rglob("*-draw-*/*")]
    assert not [name for name in names if name.startswith(".")]
    assert len([name for name in names if name.endswith(".parquet")]) < 3


def test_a_killed_run_goes_on_and_ends_in_the_same_bytes(build_numbers, run, tmp_path):
    log = tmp_path / "log"
    options = {"draw": {"pause_seconds": 0.2, "log": str(log)}, "samples_per_part": 2}
    code = (
        "from tests.conftest import *; from pathlib import Path; "
        f"build(numbers_config(**{options!r}), Run('numbers', Path({str(run.root)!r})), 'inline', "
        "Progress(Console(quiet=True)))"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=os.getcwd())
    deadline = time.monotonic() + 60
    while not list(run.manifests.glob("*-draw-*/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    finished = len(list(run.manifests.glob("*-draw-*/*.parquet")))
    assert 0 < finished < 6
    build_numbers(**options)
    twice = [number for number, times in drawn(log).items() if times > 1]
    assert len(twice) <= 2  # of the part that was under way, none of a finished one
    straight = build_numbers(where=Run("numbers", tmp_path / "straight"), **options)
    assert hashed_files(run) == hashed_files(straight)


def test_journals_that_nobody_needs_any_more_are_removed(build_numbers, run):
    build_numbers()
    part = Manifest(run.manifests, "00-inputs").names()[0]
    finished = next(run.manifests.glob("*-draw-*")).name
    for name in (f"{finished}-{part}", f"02-draw-0123456789ab-{part}"):
        Journal(run.journals / f"{name}.jsonl").open(["n0001"])
    build_numbers()
    assert list(run.journals.iterdir()) == []


def test_nothing_found_is_the_users_to_mend(build_numbers):
    with pytest.raises(ConfigError, match="nothing was found"):
        build_numbers(input="5-4")
    with pytest.raises(ConfigError, match="'5' is no range"):
        build_numbers(input="5")


def test_the_record_says_what_ran(build_numbers, run):
    import json

    build_numbers()
    facts = json.loads((run.records / "run.json").read_text())
    assert facts["config"]["input"] == numbers_config().input
    assert facts["finished"] >= facts["started"]
    assert {"pyarrow", "torch"} <= facts["versions"].keys()


def test_a_second_build_of_a_run_is_refused_while_the_first_goes_on(build_numbers, run):
    with locked(run), pytest.raises(ConfigError, match=rf"run 'numbers' is being built by process {os.getpid()} on"):
        build_numbers()
    build_numbers()
