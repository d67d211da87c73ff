"""The command line: what a user sees, above all when something is wrong."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DEFAULT = "configs/dataset/default.yaml"
NUMBERS = """
catalog: tests.fakes
input: 0-11
stages: [find_numbers, draw, split_digits, score_digits, rank_digits, {decide: {min_half: 2}}]
"""


def duologue(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.yaml"
    path.write_text(NUMBERS)
    return path


def test_build_shows_a_line_for_each_stage_also_in_a_log_file(numbers, tmp_path):
    done = duologue("build", numbers, "--engine", "inline", "--root", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stderr.splitlines()]
    assert ["draw", "3/3", "12", "0", "0"] in [line[:5] for line in lines]
    assert [line[0] for line in lines if line[-1] == "done"][-1] == "decide"
    assert "\x1b" not in done.stderr


def test_inspect_shows_the_funnel_with_reasons(numbers, tmp_path):
    duologue("build", numbers, "--engine", "inline", "--root", tmp_path)
    shown = duologue("inspect", "numbers", "--root", tmp_path)
    row, cost = (line.split() for line in shown.stdout.splitlines() if line.startswith("decide"))
    assert row[2:] == ["6", "8", "8", "too_small"]
    assert cost[-1] == "kB"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.yaml"], "no configuration at nothing.yaml"),
        ([DEFAULT, "--set", "decide.min_similarty=0.6"], "(did you mean min_similarity?)"),
        ([DEFAULT, "--set", "decide.min_similarity=high"], "stages.decide.min_similarity"),
        ([DEFAULT, "--set", "score_identity.embedder=arc"], "embedder"),
        ([DEFAULT, "--input", "no/such/folder"], "no/such/folder does not exist"),
        ([DEFAULT, "--input", "EMPTY"], "no video"),
        ([DEFAULT, "--run", "a/b"], "--run 'a/b'"),
    ],
)
def test_mistakes_are_one_line_that_names_the_remedy(tmp_path, arguments, message):
    (tmp_path / "empty").mkdir()
    given = [str(tmp_path / "empty") if argument == "EMPTY" else argument for argument in arguments]
    done = duologue("build", *given, "--engine", "inline", "--root", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("duologue: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_an_output_that_cannot_be_written_is_named(numbers, tmp_path):
    (tmp_path / "file").touch()
    done = duologue("build", numbers, "--engine", "inline", "--root", tmp_path / "file")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "file") in done.stderr
    assert "cannot be written" in done.stderr


def test_help_names_the_commands_and_options():
    shown = duologue("--help").stdout
    assert all(command in shown for command in ("build", "inspect", "sheet"))
    shown = duologue("build", "--help").stdout
    assert all(option in shown for option in ("--input", "--run", "--engine", "--set", "--root"))


def test_ctrl_c_stops_the_run_and_says_how_to_go_on(numbers, tmp_path):
    numbers.write_text(NUMBERS.replace("draw,", "{draw: {pause_seconds: 30}},"))
    command = [sys.executable, "-m", "pipeline", "build", numbers, "--engine", "inline", "--root", tmp_path]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        wait_for(tmp_path / "runs" / "numbers" / "journal")
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert told.splitlines()[-1] == "duologue: stopped; the same command goes on from here"


def wait_for(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not (folder.is_dir() and any(folder.glob("*-draw-*"))) and time.monotonic() < deadline:
        time.sleep(0.05)
