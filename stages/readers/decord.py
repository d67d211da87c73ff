"""Reads video with decord, whose own FFmpeg is another one than PyAV's."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.errors import SampleError
from stages.readers.picture import Picture
from stages.video_index import VideoIndex

# Elsewhere decord seeks to other places than it means to, and does not notice.
CONTAINERS = ("mov", "matroska")


class DecordReader:
    """Finds a frame by counting from a keyframe.

    So files are refused in which it counts wrongly: frames that are hidden, or shown before the keyframe that they
    follow ("open" groups of pictures, which x265 makes by default), or called keyframes by the container and are
    none, put other frames in the place of those wanted.
    """

    def __init__(self, path: str, index: VideoIndex, picture: Picture):
        if index.container not in CONTAINERS:
            raise SampleError("unreadable", f"decord: not used for {index.container}")
        if not index.closed:
            raise SampleError("unreadable", "decord: not used for open groups of pictures")
        if not index.steady:
            raise SampleError("unreadable", "decord: not used where the codec's header changes")
        if picture.special:
            raise SampleError("unreadable", f"decord: not used for {picture.special}")
        try:
            import decord
        except ImportError as error:
            raise SampleError("reader_missing", "it is not installed") from error
        decord.logging.set_level(decord.logging.QUIET)
        self.index = index
        self._errors = (decord.DECORDError, decord.DECORDLimitReachedError)
        try:
            # With its own tolerance decord repeats neighbours in the place of frames that it cannot decode.
            self._video = decord.VideoReader(path, num_threads=1, fault_tol=1e-9)
        except (*self._errors, RuntimeError, AssertionError, UnicodeEncodeError) as error:
            raise SampleError("unreadable", f"decord: {_message(error)}") from error
        if len(self._video) != len(index.pts):
            raise SampleError("unreadable", f"decord: {len(self._video)} frames, not {len(index.pts)}")
        if tuple(self._video.get_key_indices()) != index.keyframes:
            raise SampleError("unreadable", "decord: takes other frames for keyframes")

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        for position in wanted:
            try:
                self._video.seek_accurate(position)
                frame = self._video.next().asnumpy()
            except (*self._errors, StopIteration) as error:
                raise SampleError("unreadable", f"decord: {_message(error)}") from error
            yield self.index.seconds[position], frame
        # It decodes on while nobody asks: gigabytes in seconds. A seek drops what it holds and has it wait.
        self._video.seek(0)

    def close(self) -> None:
        del self._video


def _message(error: BaseException) -> str:
    """Return the first line of decord's message, without the clock and the places in its source."""
    lines = str(error).splitlines() or [type(error).__name__]
    return re.sub(r"\[[0-9:]+\] \S+: ", "", lines[0])
