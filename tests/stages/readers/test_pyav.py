"""How many frames are decoded for those asked for."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from stages.readers.pyav import PyAVReader, read_picture
from stages.video_index import read_index
from tests.stages.films import number_of, write_film

GROUP = 50  # frames from one keyframe to the next


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    options = {"bf": "3", "g": str(GROUP), "threads": "1", "sc_threshold": "0"}
    return write_film(tmp_path_factory.mktemp("films") / "film.mp4", 200, options=options)


@contextmanager
def reader_of(film: Path) -> Iterator[PyAVReader]:
    index = read_index(str(film))
    with closing(PyAVReader(str(film), index, read_picture(str(film), index))) as reader:
        yield reader


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        ([0], 1),
        ([3 * GROUP], 2),  # a keyframe is sought, whatever lies between
        ([20, 21, 22, 23, 24], 26),  # neighbours take what is between them, not their group again
        ([40, 41, 49], 50),
        ([10, 10, 10], 12),
        ([10, GROUP + 10, 2 * GROUP + 10], 3 * 12),
        (range(100), 101),
    ],
)
def test_a_group_is_decoded_once(film, wanted, most):
    with reader_of(film) as reader:
        numbers = [number_of(frame) for _, frame in reader.frames(wanted)]
        assert numbers == list(wanted)
        assert len(set(wanted)) <= reader.decoded <= most


def test_frames_that_no_other_needs_are_not_decoded(film):
    wanted = range(0, 200, 8)  # about three a second
    with reader_of(film) as reader:
        assert [number_of(frame) for _, frame in reader.frames(wanted)] == list(wanted)
        assert reader.decoded < 150  # of 200


def test_skipping_changes_no_pixel(film):
    with reader_of(film) as reader, reader_of(film) as whole:
        whole._skips = False
        for (_, one), (_, other) in zip(reader.frames(range(5, 200, 7)), whole.frames(range(5, 200, 7)), strict=True):
            assert (one == other).all()
        assert reader.decoded < whole.decoded
