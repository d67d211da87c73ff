import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.columns import from_column, to_column
from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.cut_shots import CutShots, Shot, Shots, judge_shots, verdict
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
    shots = [cut(window, decoder, min_local_motion=0.0, max_flatness=2.0) for window in windows]
    assert [sample.reason for sample in shots] == [None, "no_frames", None]


def test_a_higher_threshold_finds_fewer_cuts(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", places(40, 35)), decoder)
    assert len(cut(window, decoder)[Shots].shots) == 2
    assert len(cut(window, decoder, adaptive_threshold=250.0)[Shots].shots) == 1
    assert len(cut(window, decoder, min_content_change=250.0)[Shots].shots) == 1


def test_shots_are_a_column():
    shots = Shots("decord", judge_shots([0.0, 0.5, 3.0], 1.0))
    assert from_column(Shots, to_column(shots)) == shots


def photo(place: int) -> np.ndarray:
    """Draw a photo, 320 x 180: soft colours with some texture."""
    rng = np.random.default_rng(place)
    soft, rough = (
        cv2.resize(rng.uniform(-1, 1, (*size, 3)), (320, 180), interpolation=cv2.INTER_CUBIC)
        for size in ((5, 8), (40, 70))
    )
    return np.clip(130 + 90 * soft + 30 * rough, 0, 255).astype(np.uint8)


def moved(picture: np.ndarray, step: int) -> np.ndarray:
    """Show a photo as a camera that comes nearer."""
    matrix = cv2.getRotationMatrix2D((160, 90), 0, 1.02 + 0.002 * step)
    return cv2.warpAffine(picture, matrix, (320, 180))


def write_photos(path: Path, *pictures: np.ndarray, fade: int = 0) -> Path:
    """Write a film in which each photo is zoomed into for 50 frames, and fades into the next."""
    frames = []
    for number, picture in enumerate(pictures):
        for step in range(50):
            frame = moved(picture, step)
            if fade and number + 1 < len(pictures) and step >= 50 - fade:
                share = (step - 50 + fade + 1) / (fade + 1)
                frame = cv2.addWeighted(frame, 1 - share, moved(pictures[number + 1], 0), share, 0)
            frames.append(frame)
    return write_film(path, frames, size=(320, 180))


@pytest.mark.parametrize(
    ("photos", "fade", "reason", "reasons"),
    [
        (1, 0, "still_picture", ["still_picture"]),
        (2, 0, "slideshow", ["still_picture"] * 2),
        (3, 15, "slideshow", ["still_picture"]),
    ],
)
def test_photos_shown_as_film_are_rejected_with_their_motion(decoder, tmp_path, photos, fade, reason, reasons):
    film = write_photos(tmp_path / "film.mp4", *(photo(place) for place in range(photos)), fade=fade)
    (window,) = windows_of(film, decoder)
    sample = cut(window, decoder)
    assert (sample.verdict, sample.reason, sample.threshold) == (Verdict.REJECTED, reason, CutShots().min_local_motion)
    assert [shot.reason for shot in sample[Shots].shots] == reasons
    assert sample.measured in [shot.local_motion for shot in sample[Shots].shots]
    assert cut(window, decoder, min_local_motion=0.0).verdict is Verdict.OK


def test_a_drawing_is_rejected_with_its_flatness(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "film.mp4", 60), decoder)
    options = {"min_local_motion": 0.0, "adaptive_threshold": 250.0}
    sample = cut(window, decoder, **options)
    assert (sample.verdict, sample.reason, sample.threshold) == (Verdict.REJECTED, "animation", 0.5)
    assert sample.measured is not None
    assert sample.measured >= 0.5
    assert cut(window, decoder, max_flatness=1.1, **options).verdict is Verdict.OK


def test_bars_are_measured_in_pixels_of_the_full_frame_and_are_no_part_of_what_is_looked_at(decoder, tmp_path):
    frames = [np.pad(frame.repeat(2, axis=0).repeat(2, axis=1), ((78, 78), (0, 0), (0, 0))) for frame in places(40)]
    film = write_film(tmp_path / "film.mp4", frames, size=(320, 348))
    (window,) = windows_of(film, decoder)
    shots = cut(window, decoder)[Shots]
    assert shots.picture == (0, 78, 320, 270)
    (plain,) = windows_of(write_film(tmp_path / "plain.mp4", places(40)), decoder)
    assert cut(plain, decoder)[Shots].picture is None


def shot(seconds: float, reason: str, measured: float, threshold: float, fades: int | None = None) -> Shot:
    return Shot(0.0, seconds, reason, measured, threshold, fades=fades)


@pytest.mark.parametrize(
    ("shots", "expected"),
    [
        ([shot(0.5, "too_short", 0.5, 1), shot(0.8, "too_short", 0.8, 1)], ("too_short", 0.8, 1)),
        ([shot(2, "still_picture", 0.02, 0.1, 0), shot(0.8, "too_short", 0.8, 1)], ("still_picture", 0.02, 0.1)),
        ([shot(2, "still_picture", 0.02, 0.1, 1)], ("slideshow", 0.02, 0.1)),
        ([shot(2, "still_picture", 0.02, 0.1, 0), shot(2, "still_picture", 0.05, 0.1, 0)], ("slideshow", 0.05, 0.1)),
        ([shot(2, "still_picture", 0.02, 0.1, 0), shot(3, "animation", 0.6, 0.5)], ("animation", 0.6, 0.5)),
    ],
)
def test_a_window_gets_the_reason_that_most_of_its_time_has(shots, expected):
    assert verdict(shots) == expected


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
