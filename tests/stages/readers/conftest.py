"""One decoder a reader. torchcodec's child is given the FFmpeg that PyAV brings, so that none need be installed."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from stages.decode import Decoder
from tests.stages.films import write_film


@pytest.fixture(scope="session")
def decoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Decoder]]:
    folder = tmp_path_factory.mktemp("ffmpeg")
    for library in (Path(av.__file__).parents[1] / "av.libs").glob("lib*.so.*"):
        named = re.fullmatch(r"(lib(?:av|sw)\w+)-\w+\.so\.(\d+)[.\d]*", library.name)
        if named:
            (folder / f"{named[1]}.so.{named[2]}").symlink_to(library)
    film = write_film(folder / "film.mp4", 5)
    # torch takes its time to be imported
    with Decoder("pyav") as pyav, Decoder("decord") as decord, Decoder("torchcodec", 300.0) as torchcodec:
        with pytest.MonkeyPatch.context() as patch:
            paths = [str(folder), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
            patch.setenv("LD_LIBRARY_PATH", os.pathsep.join(paths))
            torchcodec.frames_at(film, [0.0])
        yield {"pyav": pyav, "decord": decord, "torchcodec": torchcodec}
