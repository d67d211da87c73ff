import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.columns import from_column, to_column
from pipeline.errors import SampleError, StorageError
from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.decode import Decoder, Probe
from stages.pull_clips import Clip, Item, PullClips, plan_windows
from stages.sources.built_in import draw_built_in
from tests.stages.films import copy_packets, write_film, write_sound


@pytest.fixture(scope="module")
def decoder():
    with PullClips().load(Run("test", Path())) as decoder:
        yield decoder


def judged(path: Path, decoder: Decoder, **options: float) -> Sample:
    """Return the sample of a file that is rejected."""
    stage = PullClips(**options)
    (sample,) = stage.find(str(path))
    outcome = stage.process(sample, decoder)
    assert isinstance(outcome, Sample)
    return outcome


def windows_of(path: Path, decoder: Decoder, **options: float) -> Sequence[Sample]:
    """Return the windows of a file that is taken up."""
    stage = PullClips(**options)
    (sample,) = stage.find(str(path))
    outcome = stage.process(sample, decoder)
    assert not isinstance(outcome, Sample), outcome.reason
    return outcome


@pytest.mark.parametrize(
    ("duration", "window", "shortest", "windows"),
    [
        (10.0, 60.0, 1.0, [(0.0, 10.0)]),
        (60.0, 60.0, 1.0, [(0.0, 60.0)]),
        (60.9, 60.0, 1.0, [(0.0, 60.9)]),  # what is left over is too short to stand alone
        (61.0, 60.0, 1.0, [(0.0, 60.0), (60.0, 61.0)]),
        (125.0, 60.0, 10.0, [(0.0, 60.0), (60.0, 125.0)]),
        (1.0, 60.0, 1.0, [(0.0, 1.0)]),
    ],
)
def test_windows_cover_the_video_once(duration, window, shortest, windows):
    assert plan_windows(duration, window, shortest) == windows


def test_a_video_becomes_windows_that_say_what_it_is(decoder, tmp_path):
    film = write_film(tmp_path / "talk.mp4", 70)
    first, second = windows_of(film, decoder, window_seconds=1.6, min_seconds=0.5)
    assert (first.key, second.key) == ("talk.mp4/w00", "talk.mp4/w01")
    clip = first[Clip]
    assert (clip.uri, clip.size_bytes, len(clip.sha256)) == (str(film), film.stat().st_size, 64)
    assert (clip.duration_seconds, clip.width, clip.height, clip.frames_per_second) == (2.8, 160, 96, 25.0)
    assert (clip.frame_count, clip.codec, clip.media) == (70, "h264", None)
    assert clip.modified_ns == film.stat().st_mtime_ns
    assert [(w[Clip].start_seconds, w[Clip].end_seconds) for w in (first, second)] == [(0.0, 1.6), (1.6, 2.8)]


def test_what_a_list_says_of_a_video_reaches_its_windows(decoder, tmp_path):
    write_film(tmp_path / "talk.mp4", 30)
    listing = tmp_path / "clips.csv"
    listing.write_text("path,licence,consent,source\ntalk.mp4,CC-BY-4.0,signed,the archive\n")
    (window,) = windows_of(listing, decoder)
    clip = window[Clip]
    assert (clip.licence, clip.consent, clip.source) == ("CC-BY-4.0", "signed", "the archive")


def test_an_item_tells_a_changed_file(tmp_path):
    film = tmp_path / "talk.mp4"
    film.write_bytes(b"before")
    (before,) = PullClips().find(str(tmp_path))
    film.write_bytes(b"afterwards")
    (after,) = PullClips().find(str(tmp_path))
    assert before.key == after.key
    assert before[Item] != after[Item]


class Meddler(Decoder):
    """Reads a file after something has been done to it."""

    def __init__(self, meddle: Callable[[Path], object]):
        super().__init__(deadline_seconds=20.0)
        self.meddle = meddle

    def probe(self, path: str | os.PathLike) -> Probe:
        facts = super().probe(path)
        self.meddle(Path(path))
        return facts


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _touch(path: Path) -> None:
    os.utime(path, ns=(0, 0))


def test_a_file_that_changes_while_it_is_read_is_failed(tmp_path):
    film = write_film(tmp_path / "talk.mp4", 30)
    with Meddler(_append) as decoder, pytest.raises(SampleError, match="changed_file"):
        windows_of(film, decoder)


def test_a_file_that_goes_while_it_is_read_is_missing(tmp_path):
    film = write_film(tmp_path / "talk.mp4", 30)
    with Meddler(Path.unlink) as decoder:
        assert judged(film, decoder).reason == "missing_file"


MEDDLED = [(_append, "changed_file"), (_touch, "changed_file"), (Path.unlink, "missing_file")]


@pytest.mark.parametrize(("meddle", "reason"), MEDDLED)
def test_a_window_is_not_read_from_another_file(decoder, tmp_path, meddle, reason):
    film = write_film(tmp_path / "talk.mp4", 30)
    (window,) = windows_of(film, decoder)
    meddle(film)
    with pytest.raises(SampleError, match=reason), window[Clip].local():
        pass


@pytest.mark.parametrize(("meddle", "reason"), MEDDLED)
def test_a_file_that_changes_while_a_window_is_read_fails_the_window(decoder, tmp_path, meddle, reason):
    film = write_film(tmp_path / "talk.mp4", 30)
    (window,) = windows_of(film, decoder)
    with pytest.raises(SampleError, match=reason), window[Clip].local():
        meddle(film)


def test_no_room_for_a_studio_clip_is_no_fault_of_the_clip():
    values: dict[str, Any] = dict.fromkeys(Clip.__dataclass_fields__)
    clip = Clip(**values | {"media": Media.of(bytes(5000), "mp4")})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError, match="cannot be written"), clip.local():
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _truncated(path: Path) -> None:
    # Pictures of noise, so that the file's index is small beside them.
    noise = np.random.default_rng(0).integers(0, 256, (60, 96, 160, 3), np.uint8)
    whole = copy_packets(
        write_film(path.with_name("whole.mp4"), noise), path.with_name("fast.mp4"), movflags="faststart"
    )
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _damaged(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 96, 160, 3), np.uint8)
    whole = copy_packets(
        write_film(path.with_name("whole.mp4"), noise), path.with_name("fast.mp4"), movflags="faststart"
    )
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3] + bytes(len(data) - len(data) * 2 // 3))


@pytest.mark.parametrize(
    ("make", "options", "reason", "measured", "threshold"),
    [
        (lambda path: path.write_bytes(b""), {}, "empty_file", 0, 1),
        (lambda path: path.write_text("words\n"), {}, "not_a_video", None, None),
        (os.mkfifo, {}, "not_a_video", None, None),
        (write_sound, {}, "no_video_stream", 0, 1),
        (_truncated, {}, "unreadable", 0.5, 0.05),
        (_damaged, {}, "unreadable", 0.2, 0.5),
        (lambda path: write_film(path, 20), {}, "too_short", 0.8, 1.0),
        (lambda path: write_film(path, 60), {"window_seconds": 2, "max_seconds": 2}, "too_long", 2.4, 2.0),
        (lambda path: write_film(path, 3, pts=[0, 50, 100]), {}, "too_few_frames", 0.5, 1.0),
    ],
)
def test_reasons(decoder, tmp_path, make, options, reason, measured, threshold):
    make(tmp_path / "film.mp4")
    sample = judged(tmp_path / "film.mp4", decoder, **options)
    assert (sample.verdict, sample.reason, sample.threshold) == (Verdict.REJECTED, reason, threshold)
    assert sample.measured == (measured if measured is None else pytest.approx(measured, abs=0.1))


def test_a_listed_file_that_is_gone_is_rejected(decoder, tmp_path):
    (tmp_path / "clips.txt").write_text("gone.mp4\n")
    assert judged(tmp_path / "clips.txt", decoder).reason == "missing_file"


def test_a_truncated_file_passes_where_it_is_allowed(decoder, tmp_path):
    _truncated(tmp_path / "film.mp4")
    (window,) = windows_of(tmp_path / "film.mp4", decoder, max_missing_share=0.9)
    assert window[Clip].duration_seconds == pytest.approx(1.2, abs=0.2)


def test_a_deadline_is_our_failure_not_the_file_s(tmp_path):
    film = write_film(tmp_path / "film.mp4", 30)
    with Decoder(deadline_seconds=0.001) as hurried, pytest.raises(SampleError, match="decode_deadline"):
        judged(film, hurried)


def test_a_studio_clip_carries_its_bytes(decoder):
    stage = PullClips()
    (item,) = (sample for sample in stage.find("studio:16?seed=3") if sample.key.startswith("nobody"))
    outcome = stage.process(item, decoder)
    assert not isinstance(outcome, Sample)
    clip = outcome[0][Clip]
    assert clip.media is not None
    assert clip.media == Media.of(draw_built_in(item[Item].uri), "mp4")
    with clip.local() as path:
        assert path.read_bytes() == clip.media.read()
    assert not path.exists()
    assert (clip.width, clip.height, clip.sha256) == (640, 360, clip.media.sha256)


def test_sections_are_columns(decoder, tmp_path):
    (window,) = windows_of(write_film(tmp_path / "talk.mp4", 30), decoder)
    for section in (window[Clip], replace(window[Clip], media=Media.of(b"bytes", "mp4").placed("p.tar", 512))):
        assert from_column(Clip, to_column(section)) == section


@pytest.mark.parametrize(
    "options",
    [
        {"min_seconds": 0},
        {"window_seconds": 0.5},
        {"max_seconds": 30},
        {"max_missing_share": 2},
        {"min_frames_per_second": -1},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        PullClips(**options)


def test_judge_looks_for_damage_before_length():
    facts = Probe(0.5, 160, 96, 25.0, 100, "h264", missing_share=0.9, decodable_share=1.0)
    sample = PullClips().judge(Sample("a"), facts)
    assert sample is not None
    assert sample.reason == "unreadable"
