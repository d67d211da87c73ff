import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.columns import from_column, to_column
from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.cut_shots import CutShots, Shot, Shots, judge_shots
from stages.decode import Decoder
from stages.pull_clips import Clip, PullClips
from tests.stages.films import write_film

CLIPS = os.environ.get("DUOLOGUE_REAL_CLIPS")


@pytest.fixture(scope="module")
def decoder():
    with CutShots().load(Run("test", Path())) as decoder:
        yield decoder


def places(*lengths: int) -> list[np.ndarray]:
    """Draw shots of these lengths in frames: in each a pattern of its own slides by."""
    frames = []
    for place, length in enumerate(lengths):
        noise = np.random.default_rng(place).integers(0, 256, (12, 60, 3), np.uint8)
        pattern = noise.repeat(8, axis=0).repeat(8, axis=1)
        frames += [np.ascontiguousarray(pattern[:, 2 * step : 2 * step + 160]) for step in range(length)]
    return frames


def windows_of(path: Path, decoder: Decoder, **options: float) -> Sequence[Sample]:
    (item,) = PullClips().find(str(path))
    outcome = PullClips(**options).process(item, decoder)
    assert not isinstance(outcome, Sample), outcome.reason
    return outcome


def cut(window: Sample, decoder: Decoder, **options: Any) -> Sample:
    outcome = CutShots(**options).process(window, decoder)
    assert isinstance(outcome, Sample)
    return outcome


@pytest.mark.parametrize(
    ("lengths", "borders"),
    [
        ((75,), [(0.0, 3.0)]),
        ((40, 35), [(0.0, 1.6), (1.6, 3.0)]),
        ((31, 33, 26), [(0.0, 1.24), (1.24, 2.56), (2.56, 3.6)]),
    ],
)
def test_shots_begin_at_the_first_frame_after_a_cut(decoder, tmp_path, lengths, borders):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", places(*lengths)), decoder)
    sample = cut(window, decoder)
    assert [(shot.start_seconds, shot.end_seconds) for shot in sample[Shots].shots] == borders
    assert sample[Shots].reader == "pyav"


def test_cuts_are_times_in_the_file_not_in_the_window(decoder, tmp_path):
    film = write_film(tmp_path / "film.mp4", places(40, 30, 40))
    _, later = windows_of(film, decoder, window_seconds=2.0)
    shots = cut(later, decoder, min_shot_seconds=0.1)[Shots].shots
    assert [(shot.start_seconds, shot.end_seconds) for shot in shots] == [(2.0, 2.8), (2.8, 4.4)]


def test_short_shots_are_listed_with_their_length():
    assert judge_shots([0.0, 1.0, 1.5, 3.0], 1.0) == (
        Shot(0.0, 1.0, None, None, None),
        Shot(1.0, 1.5, "too_short", 0.5, 1.0),
        Shot(1.5, 3.0, None, None, None),
    )


def test_a_window_of_short_shots_is_rejected_with_the_longest(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", places(15, 20, 15)), decoder)
    sample = cut(window, decoder)
    assert (sample.verdict, sample.reason, sample.threshold) == (Verdict.REJECTED, "too_short", 1.0)
    assert sample.measured == pytest.approx(0.8)
    assert [shot.reason for shot in sample[Shots].shots] == ["too_short"] * 3


def test_a_window_in_which_no_frame_begins_is_rejected(decoder, tmp_path):
    film = write_film(tmp_path / "film.mp4", 60, pts=[*range(30), *range(200, 230)])
    windows = windows_of(film, decoder, window_seconds=3.0)
    assert [cut(window, decoder).reason for window in windows] == [None, "no_frames", None]


def test_a_higher_threshold_finds_fewer_cuts(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", places(40, 35)), decoder)
    assert len(cut(window, decoder)[Shots].shots) == 2
    assert len(cut(window, decoder, adaptive_threshold=250.0)[Shots].shots) == 1
    assert len(cut(window, decoder, min_content_change=250.0)[Shots].shots) == 1


def test_shots_are_a_column():
    shots = Shots("decord", judge_shots([0.0, 0.5, 3.0], 1.0))
    assert from_column(Shots, to_column(shots)) == shots


@pytest.mark.parametrize("options", [{"adaptive_threshold": 0}, {"frame_height_px": 4}])
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        CutShots(**options)


@pytest.mark.skipif(not CLIPS, reason="DUOLOGUE_REAL_CLIPS names no folder of filmed clips")
def test_filmed_clips_are_cut_where_they_were_joined(decoder):
    assert CLIPS is not None
    known = json.loads(Path(CLIPS, "truth.json").read_text())["clips"]
    cuts = {}
    for name in known:
        (window,) = windows_of(Path(CLIPS, name), decoder)
        shots = cut(window, decoder)[Shots].shots
        cuts[name] = [round(shot.start_seconds * 25) for shot in shots[1:]]
    assert {name: len(found) + 1 for name, found in cuts.items()} == {
        name: len(clip["shots"]) for name, clip in known.items()
    }
    assert cuts["duo_swapped_after_cut.mp4"] == [110]
    assert cuts["two_pairs_with_cut.mp4"] == [110]
    assert cuts["duo_then_singles.mp4"] == [78, 191]


def test_nothing_but_the_shots_is_written(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", places(30)), decoder)
    sections = cut(window, decoder).sections
    assert set(sections) == {*window.sections, Shots}
    assert sections[Clip] is window[Clip]
