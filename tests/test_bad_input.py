"""One command, left alone with everything bad that there is: all good clips come through, all others have a reason."""

import csv
import math
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.manifest import Manifest, read
from pipeline.plan import INPUTS_FOLDER
from pipeline.run import Run
from pipeline.sample import Verdict
from stages.sources.found import key_of
from tests.mangle import MANGLERS
from tests.mangle.good import Shelf
from tests.mangle.places import good
from tests.poison import POISONS
from tests.unprivileged import unprivileged

STAGES = ["pull_clips", "drop_duplicates", "meet_poison", "cut_shots"]
SAMPLES_PER_PART = 6
CONFIG = f"""
catalog: tests.poison
input: clips.csv
samples_per_part: {SAMPLES_PER_PART}
stages: [{", ".join(STAGES)}]
workers:
  count: 2
  stages:
    meet_poison: {{deadline_seconds: 5, memory_gb: 1}}
"""
GOOD_CLIPS = 20
DEADLINE_SECONDS = 400  # for the whole build

Fate = tuple[Verdict, frozenset[str]]
READ: Fate = (Verdict.OK, frozenset())


@contextmanager
def growing(path: Path, listed: Callable[[], bool]) -> Iterator[None]:
    """Add to a file all the while from when it is listed on, as an upload does that is not over."""
    over = threading.Event()

    def grow() -> None:
        while not over.wait(0.02):
            if listed():
                with path.open("ab") as file:
                    file.write(bytes(100))

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def make_clips(folder: Path) -> dict[str, Fate]:
    """Make a folder of clips and a list of them all; return what must become of each, by key."""
    (folder / "good").mkdir()
    shelf = Shelf(folder / "good")
    fates: dict[str, Fate] = {}
    names = []
    for mangler in MANGLERS:
        names.append(mangler.mangle(shelf, folder).name)
        fates[key_of(names[-1])] = (mangler.verdict, mangler.reasons)
    for name in [f"good{number:02d}.mp4" for number in range(GOOD_CLIPS)]:
        names.append(name)
        fates[name] = READ
    for poison in POISONS:
        names.append(f"{poison}.mp4")
        reason = "deadline" if poison == "poison_hang" else "killed_worker"
        fates[names[-1]] = (Verdict.FAILED, frozenset({reason}))
    names.append("growing.mp4")
    fates["growing.mp4"] = (Verdict.FAILED, frozenset({"changed_file"}))
    for name in names[len(MANGLERS) :]:
        good(shelf, folder / name)
    with (folder / "clips.csv").open("w", errors="surrogateescape", newline="") as file:
        csv.writer(file).writerows([["path"], *([name] for name in names)])
    return fates


def outcomes(run: Run) -> dict[str, tuple[str, str | None]]:
    """Return verdict and reason of each video: those of the stage that stopped it, or of the last."""
    found: dict[str, tuple[str, str | None]] = {}
    for stage in STAGES:
        rows = read(run, stage)
        for key, verdict, reason in zip(rows.key, rows.verdict, rows.reason, strict=True):
            if verdict != Verdict.EXPANDED:
                found[key.split("/")[0]] = (verdict, reason if isinstance(reason, str) else None)
    return found


@pytest.mark.parametrize("engine", ["inline", "ray"])
def test_all_good_clips_come_through_and_all_others_have_their_reason(tmp_path, engine):
    fates = make_clips(tmp_path)
    (tmp_path / "bad.yaml").write_text(CONFIG.replace("clips.csv", str(tmp_path / "clips.csv")))
    run = Run("bad", tmp_path)
    parts = math.ceil(len(fates) / SAMPLES_PER_PART)
    command = [sys.executable, "-m", "pipeline", "build", str(tmp_path / "bad.yaml"), "--engine", engine]
    with (
        unprivileged(),
        growing(tmp_path / "growing.mp4", lambda: len(Manifest(run.manifests, INPUTS_FOLDER).names()) == parts),
    ):
        done = subprocess.run(
            [*command, "--root", str(tmp_path)], capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr

    found = outcomes(run)
    assert found.keys() == fates.keys()
    assert {
        key: found[key]
        for key, (verdict, reasons) in fates.items()
        if found[key][0] != verdict or not (reasons or {None}).issuperset({found[key][1]})
    } == {}
    stopped = [key for key, (verdict, _) in fates.items() if verdict is not Verdict.OK]
    assert len(stopped) >= 30 + len(POISONS)

    met = read(run, "meet_poison").set_index("key")
    assert "memory" in met.detail["poison_memory.mp4/w00"]
