"""Every mangled file through the stages that read files: each is read correctly or ends with a right reason."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SampleError
from pipeline.sample import Sample, Verdict
from stages.cut_shots import CutShots, Shots
from stages.decode import Decoder
from stages.pull_clips import Clip, PullClips
from tests.mangle import MANGLERS, Mangler
from tests.mangle.good import FRAMES, Shelf
from tests.stages.films import FRAMES_PER_SECOND, number_of
from tests.unprivileged import unprivileged

DEADLINE_SECONDS = 20.0
MOST_GROWTH_BYTES = 200e6  # of the worker; what the decoding child may take is its own affair


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(deadline_seconds=DEADLINE_SECONDS) as decoder:
        yield decoder


def pulled(folder: Path, name: str, decoder: Decoder) -> list[Sample]:
    """Return what pull_clips makes of a file that a list names, as rows."""
    listing = folder / "clips.csv"
    quoted = name.replace('"', '""')
    listing.write_text(f'path\n"{quoted}"\n', errors="surrogateescape")
    (sample,) = PullClips().find(str(listing))
    try:
        outcome = PullClips().process(sample, decoder)
    except SampleError as error:  # which the engine records
        return [sample.fail(error.reason, error.detail)]
    return [outcome] if isinstance(outcome, Sample) else list(outcome)


@pytest.mark.timeout(4 * DEADLINE_SECONDS)
@pytest.mark.parametrize("mangler", MANGLERS, ids=[mangler.name for mangler in MANGLERS])
def test_a_mangled_file_has_its_reason_or_is_read(shelf, decoder, tmp_path, mangler):
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    path = mangler.mangle(shelf, tmp_path)
    with unprivileged():
        rows = pulled(tmp_path, path.name, decoder)
    assert [row.verdict for row in rows] == [mangler.verdict], rows[0].reason
    assert not mangler.reasons or rows[0].reason in mangler.reasons, rows[0].detail
    if mangler.verdict is Verdict.OK:
        check_frames(mangler, rows[0], decoder)
    assert time.monotonic() - started < 2 * DEADLINE_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_GROWTH_BYTES


def check_frames(mangler: Mangler, window: Sample, decoder: Decoder) -> None:
    """Read a window as cut_shots and detect_faces do."""
    cut = CutShots().process(window, decoder)
    assert isinstance(cut, Sample)
    assert cut[Shots].shots
    clip = window[Clip]
    with clip.local() as path:
        every = [some.frames for some in decoder.every_frame(path, clip.start_seconds, clip.end_seconds)]
        sampled = decoder.sampled(path, clip.start_seconds, clip.end_seconds, 5.0)
    if mangler.whole:
        numbers = [number_of(frame) for frames in every for frame in frames]
        assert numbers == list(range(mangler.first_number, FRAMES))
        assert [number_of(frame) for frame in sampled.frames] == numbers[:: FRAMES_PER_SECOND // 5]
