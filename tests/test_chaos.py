"""Builds that are stopped lose nothing: the short form of `make chaos`, and what it can tell."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from pipeline.run import Run
from tests.chaos.__main__ import ENGINES, plan
from tests.chaos.remains import finished_parts, litter, repeated_parts
from tests.chaos.ways import WAYS


@pytest.mark.timeout(1800)
def test_builds_stopped_in_six_ways_end_in_the_bytes_of_an_undisturbed_one():
    command = [sys.executable, "-m", "tests.chaos", "--stops", "6", "--run", "numbers"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert [summary[name] for name in ("stops", "identical", "repeated_parts", "leftovers")] == [6, 6, 0, 0]


def test_fifty_stops_take_every_way_and_both_engines_in_turn():
    stops = list(plan(50, ENGINES, "both", mounts=True))
    assert {stop.way for stop in stops} == set(WAYS)
    assert [stop.engine for stop in stops] == ["inline", "ray"] * 25
    assert Counter(stop.run for stop in stops) == {"numbers": 38, "studio": 12}


@pytest.fixture
def run(build_numbers) -> Run:
    return build_numbers()


def test_a_part_that_is_made_again_is_told_from_one_that_is_kept(run, tmp_path):
    before = finished_parts(run)
    assert before
    assert repeated_parts(before, finished_parts(run)) == []
    again, gone = sorted(before)[:2]
    content = (run.root / again).read_bytes()
    (run.root / again).unlink()
    (run.root / again).write_bytes(content)
    (run.root / gone).unlink()
    assert repeated_parts(before, finished_parts(run)) == [again, gone]


def test_what_a_finished_run_should_not_have_left_is_found(run, tmp_path):
    temporary = tmp_path / "tmp"
    strewn = [
        run.manifests / "01-find_numbers-0" / ".partial-12-part-a.parquet",
        run.manifests / "01-find_numbers-0" / "part-a.tar",
        run.records / "journal" / "part-a.jsonl",
        run.shards / "pages" / ".partial-3-00000.txt",
        temporary / "clip.mp4",
    ]
    assert litter(run, temporary) == []
    for path in strewn:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert litter(run, temporary) == sorted(map(str, strewn))
