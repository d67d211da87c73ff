"""Two readers of video behind one Protocol: decord, and PyAV for what decord cannot do.

Both find frames by the index and give the same pixels: turned upright by the file's rotation, RGB as FFmpeg's
scaler converts it. Only the decode child imports this module, since both may crash on a damaged file.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Protocol

import av
import numpy as np
from av.video.frame import VideoFrame

from pipeline.errors import SampleError
from stages.video_index import VideoIndex, open_video, packets_of

# Elsewhere decord seeks to other places than it means to, and does not notice.
DECORD_CONTAINERS = ("mov", "matroska")

Timed = tuple[int, VideoFrame]  # a decoded frame and its pts


class Reader(Protocol):
    """An open video file."""

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        """Yield the frames at these positions of the index: its seconds and its pixels, (H, W, 3) uint8 RGB.

        Fastest in ascending order. Raises SampleError with reason unreadable.
        """
        ...

    def close(self) -> None: ...


class DecordReader:
    """Reads with decord, which finds a frame by counting from a keyframe.

    So files are refused in which it counts wrongly: frames that are hidden, or shown before the keyframe that they
    follow ("open" groups of pictures, which x265 makes by default), or called keyframes by the container and are
    none, put other frames in the place of those wanted.
    """

    def __init__(self, path: str, index: VideoIndex):
        if index.container not in DECORD_CONTAINERS:
            raise SampleError("unreadable", f"decord: not used for {index.container}")
        if not index.closed:
            raise SampleError("unreadable", "decord: not used for open groups of pictures")
        if not index.steady:
            raise SampleError("unreadable", "decord: not used where the codec's header changes")
        try:
            import decord
        except ImportError as error:
            raise SampleError("unreadable", "decord is not installed") from error
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


class PyAVReader:
    """Reads with PyAV. For a frame that cannot be decoded the next one that can comes, with its own time."""

    def __init__(self, path: str, index: VideoIndex):
        self.index = index
        self._opened = open_video(path)
        self._container, self._stream = self._opened.__enter__()
        self._shown: Timed | None = None
        self._coming: Iterator[Timed] = iter(())

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        for position in wanted:
            pts, frame = self._frame(position)
            pixels = frame.to_ndarray(format="rgb24")
            yield self.index.seconds_of(pts), np.rot90(pixels, frame.rotation // 90)

    def close(self) -> None:
        self._opened.__exit__(None, None, None)

    def _frame(self, position: int) -> Timed:
        pts, key = self.index.pts, self.index.keyframe_before(position)
        if self._shown is None or not pts[key] <= self._shown[0] <= pts[position]:
            for time in self.index.entries(position):
                self._seek(time)
                if self._shown is not None and self._shown[0] <= pts[position]:
                    break
        while self._shown is not None and self._shown[0] < pts[position]:
            following = next(self._coming, None)
            if following is None:
                return self._shown
            self._shown = following
        if self._shown is None:
            raise SampleError("unreadable", f"PyAV: no frame from {self.index.seconds[key]:.2f} s on")
        return self._shown

    def _seek(self, pts: int) -> None:
        self._shown = None
        try:
            self._container.seek(pts, stream=self._stream, backward=True)
        except av.error.FFmpegError:
            return  # there may be another entry
        self._coming = self._decode()
        self._shown = next(self._coming, None)

    def _decode(self) -> Iterator[Timed]:
        """Decode from here to the end, passing over packets that are damaged."""
        packets = (packet for packet in packets_of(self._container, self._stream) if packet.size)
        for packet in chain(packets, [None]):  # None: what the decoder still holds
            try:
                frames = self._stream.decode(packet)
            except MemoryError:  # FFmpeg's is an FFmpegError too, but no damage that could be passed over
                raise
            except av.error.FFmpegError:
                continue
            yield from ((f.pts, f) for f in frames if f.pts is not None and not f.is_corrupt)


READERS: dict[str, Callable[[str, VideoIndex], Reader]] = {"decord": DecordReader, "pyav": PyAVReader}


def _message(error: BaseException) -> str:
    """Return the first line of decord's message, without the clock and the places in its source."""
    lines = str(error).splitlines() or [type(error).__name__]
    return re.sub(r"\[[0-9:]+\] \S+: ", "", lines[0])
