import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.errors import ConfigError
from pipeline.manifest import Manifest, read, read_layout
from pipeline.plan import Config
from pipeline.progress import Progress
from pipeline.report.funnel import remarks
from pipeline.run import Run
from pipeline.runner import build
from pipeline.stage import LazyPart
from stages.calibrate import RECORD, Calibrate, Findings, Scale, rounded, shortfall_of, weigh
from stages.likeness.people_sample import meet
from stages.likeness.similarity import CALIBRATIONS
from tests.conftest import hashed_files
from tests.stages.strangers import cast, false_match_rate, window

DLIB, FACENET = CALIBRATIONS["dlib"], CALIBRATIONS["facenet"]
GOOD = Findings(
    windows=100,
    people=200,
    returning_people=0,
    stranger_pairs=19_900,
    strangers=0.7261,
    threshold=0.4467,
    rate_bound=1.5e-3,
    genuine_pairs=200,
    genuine_median=0.2,
    accepted_share=0.99,
)


def make(root: Path, windows: int, shown: io.StringIO | None = None, **options) -> Run:
    """Build a run of made-up windows; what the build shows is written to `shown`."""
    run = Run("made", root)
    stages = ["find_windows", {"calibrate": options}, "use_scale"]
    config = Config(catalog="tests.stages.strangers", input=str(windows), samples_per_part=20, stages=stages)
    build(config, run, "inline", Progress(Console(file=shown or io.StringIO(), soft_wrap=True)))
    return run


def scale(run: Run) -> dict:
    scales = read(run, "calibrate")["scale"].tolist()
    assert all(one == scales[0] for one in scales)
    return scales[0]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make(tmp_path_factory.mktemp("large"), 140)


def test_a_run_with_enough_people_sets_its_own_threshold(large):
    found = scale(large)
    assert (found["source"], found["shortfall"], found["embedder"]) == ("run", None, "dlib")
    bound = json.loads((large.records / RECORD).read_text())["findings"]["rate_bound"]
    assert 0.5e-3 < false_match_rate(found["calibration"]["threshold"]) <= bound < 2e-3
    assert found["calibration"]["strangers"] == pytest.approx(0.73, abs=0.011)
    assert set(read(large, "use_scale")["alike"].map(lambda alike: alike["threshold"])) == {
        found["calibration"]["threshold"]
    }


def test_what_was_measured_stays_with_the_run(large):
    record = json.loads((large.records / RECORD).read_text())
    findings = record["findings"]
    assert (findings["windows"], findings["people"], findings["genuine_pairs"]) == (140, 280, 280)
    assert findings["stranger_pairs"] == pytest.approx(280 * 279 / 2, abs=5)  # who is seen together counts as well
    assert 1e-3 < findings["rate_bound"] < 2e-3
    assert record["shipped"]["threshold"] == 0.45
    (line,) = remarks(large)
    assert line.startswith(f"calibrate: dlib's threshold is {record['calibration']['threshold']:g}, ")
    assert f"{findings['stranger_pairs']:,} pairs of this run's people (shipped: 0.45)" in line


def test_a_few_more_clips_change_nothing_of_what_is_there(large, tmp_path):
    shutil.copytree(large.root, tmp_path / "grown")
    grown = make(tmp_path / "grown", 143)
    before, after = hashed_files(large), hashed_files(grown)
    assert before.items() < after.items()
    for stage, (_, parts) in read_layout(large).items():
        assert set(parts) < set(read_layout(grown)[stage][1])
    assert after == hashed_files(make(tmp_path / "at_once", 143))


def test_a_run_with_few_people_keeps_the_shipped_one_and_says_so(tmp_path):
    shown = io.StringIO()
    run = make(tmp_path, 30, shown)
    found = scale(run)
    assert (found["source"], found["shortfall"]) == ("shipped", "too_few_strangers")
    assert found["calibration"]["threshold"] == DLIB.threshold
    remark = (
        "calibrate: dlib's threshold is 0.45, the shipped one: 1,770 pairs of strangers in this run, 10,000 are needed"
    )
    assert remark in shown.getvalue().splitlines()
    inspected = CliRunner().invoke(app, ["inspect", run.name, "--root", str(run.root)])
    assert remark in inspected.output.splitlines()


@pytest.mark.parametrize(
    ("options", "source", "threshold", "remark"),
    [
        ({"calibration": "shipped"}, "shipped", 0.45, "the shipped one, as the configuration says"),
        ({"strangers": 0.7, "threshold": 0.5}, "fixed", 0.5, "0.5, as the configuration says (shipped: 0.45)"),
    ],
)
def test_the_configuration_may_decide(tmp_path, options, source, threshold, remark):
    run = make(tmp_path, 2, **options)
    found = scale(run)
    assert (found["source"], found["shortfall"], found["calibration"]["threshold"]) == (source, None, threshold)
    assert remark in remarks(run)[0]


def test_a_higher_rate_wants_fewer_people_and_is_laxer(tmp_path):
    found = scale(make(tmp_path, 40, false_match_rate=0.02))
    assert found["source"] == "run"
    assert false_match_rate(found["calibration"]["threshold"]) == pytest.approx(0.02, rel=0.6)


def test_anchors_that_are_out_of_order_are_the_users_mistake(tmp_path):
    with pytest.raises(ConfigError, match=r"stages\.calibrate\.threshold: of dlib, .* must run from strangers"):
        make(tmp_path, 1, strangers=0.3, threshold=0.5)


def test_a_run_without_windows_has_no_scale(tmp_path):
    run = Run("none", tmp_path)
    assert list(Calibrate().process_parts([], run)) == []
    assert Calibrate().remark(run) is None


@pytest.mark.parametrize(
    ("changes", "reason", "measured", "threshold"),
    [
        ({}, None, None, None),
        ({"stranger_pairs": 9_999}, "too_few_strangers", 9_999, 10_000),
        ({"stranger_pairs": 0, "rate_bound": None}, "too_few_strangers", 0, 10_000),
        ({"rate_bound": 2.5e-3}, "too_uncertain", 2.5, 2.0),
        ({"genuine_pairs": 29}, "too_few_genuine_pairs", 29, 30),
        ({"accepted_share": 0.4}, "not_told_apart", 0.4, 0.5),
    ],
)
def test_what_is_missing_is_named(changes, reason, measured, threshold):
    shortfall = shortfall_of(replace(GOOD, **changes), 1e-3)
    found = (shortfall.reason, pytest.approx(shortfall.measured), shortfall.threshold) if shortfall else (None,) * 3
    assert found == (reason, measured, threshold)


@pytest.mark.parametrize(
    ("shipped", "strangers", "threshold", "anchors"),
    [
        (DLIB, 0.7261, 0.4467, (0.73, 0.44)),  # nearer is stricter
        (DLIB, 0.7261, 0.44, (0.73, 0.44)),
        (FACENET, 0.0449, 0.4312, (0.04, 0.44)),  # more alike is stricter
        (FACENET, 0.0449, 0.43, (0.04, 0.43)),
        (DLIB, 0.4449, 0.4467, None),
    ],
)
def test_anchors_are_rounded_to_the_strict_side(shipped, strangers, threshold, anchors):
    found = rounded(replace(GOOD, strangers=strangers, threshold=threshold), shipped)
    assert (found and (found.strangers, found.threshold)) == anchors
    assert found is None or found.same == shipped.same


def people_of(*samples):
    return meet([LazyPart(lambda: list(samples))])[1]


def test_people_of_one_video_are_strangers_only_where_they_are_seen_together():
    seed = np.random.default_rng(0)
    found = weigh(people_of(window("a/w00", cast(2, seed)), window("a/w01", cast(2, seed))), "l2", 1e-3)
    assert (found.people, found.stranger_pairs) == (4, 2)


def test_near_copies_are_no_genuine_pairs():
    seed = np.random.default_rng(0)
    found = weigh(people_of(window("a/w00", cast(2, seed), (0.0, 0.5)), window("b/w00", cast(2, seed))), "l2", 1e-3)
    assert found.genuine_pairs == 2


def test_the_sample_takes_a_window_of_each_video_before_a_second_one(monkeypatch):
    monkeypatch.setattr("stages.likeness.people_sample.MOST_WINDOWS", 64)
    read_parts: list[int] = []

    def part(number: int, keys: list[str]) -> LazyPart:
        def load():
            read_parts.append(number)
            return [window(key, cast(1, np.random.default_rng(0)), (0.0,)) for key in keys]

        return LazyPart(load, lambda: [window(key, cast(1, np.random.default_rng(0)), ()) for key in keys])

    film = part(0, [f"film/w{n:04d}" for n in range(64)])
    clips = [part(1 + n, [f"c{n}-{i}/w00" for i in range(12)]) for n in range(5)]
    _, people = meet([film, *clips])
    assert len(people) == 64
    assert sum(person.video == "film" for person in people) == 4
    assert read_parts == [0, 1, 2, 3, 4, 5]
    names = {person.window for person in people}
    _, more = meet([film, *clips, part(6, ["new/w00"])])
    assert len(names & {person.window for person in more}) == 63


def test_a_scale_is_a_section_like_any_other(large):
    folder, parts = read_layout(large)["calibrate"]
    scales = Manifest(large.manifests, folder, (Scale,)).section(parts[0], Scale)
    assert {one.calibration.metric for one in scales.values()} == {"l2"}
