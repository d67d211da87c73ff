"""Reads video with torchcodec, where it is installed and the system has FFmpeg's shared libraries."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import SampleError
from stages.readers.picture import Picture
from stages.video_index import VideoIndex

TOLERANCE_SECONDS = 1e-4  # its times are floats, the index counts in the stream's units


class TorchCodecReader:
    """Finds a frame by its number in an index that torchcodec makes for itself ("exact" seeking).

    Each frame says when it is shown: what is not of the time asked for is refused, and so is a file of which
    torchcodec counts other frames.
    """

    def __init__(self, path: str, index: VideoIndex, picture: Picture):
        if picture.special:
            raise SampleError("unreadable", f"torchcodec: not used for {picture.special}")
        if not index.closed:
            raise SampleError("unreadable", "torchcodec: not used for open groups of pictures")
        self.index = index
        decoder = _load()
        try:
            self._video = decoder(path, stream_index=index.stream, dimension_order="NHWC", num_ffmpeg_threads=1)
        except (RuntimeError, ValueError) as error:
            raise SampleError("unreadable", f"torchcodec: {_message(error)}") from error
        if len(self._video) != len(index.pts):
            raise SampleError("unreadable", f"torchcodec: {len(self._video)} frames, not {len(index.pts)}")

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        for position in wanted:
            try:
                frame = self._video.get_frame_at(position)
            except (RuntimeError, ValueError, IndexError) as error:
                raise SampleError("unreadable", f"torchcodec: {_message(error)}") from error
            due = float(self.index.pts[position] * self.index.time_base)
            if abs(frame.pts_seconds - due) > TOLERANCE_SECONDS:
                raise SampleError("unreadable", f"torchcodec: the frame of {frame.pts_seconds:.3f} s, not {due:.3f} s")
            yield self.index.seconds[position], frame.data.numpy()

    def close(self) -> None:
        del self._video


def _load() -> Any:
    """Import torchcodec, which looks for a version of FFmpeg that it knows, and return its decoder's class."""
    try:
        with _room_for_libraries():
            import torch
            import torchcodec
    except ImportError as error:
        raise SampleError("reader_missing", "it is not installed") from error
    if torchcodec.ffmpeg_major_version is None:
        raise SampleError("reader_missing", "the system has no shared libraries of FFmpeg that it knows")
    torch.set_num_threads(1)
    return torchcodec.decoders.VideoDecoder


@contextmanager
def _room_for_libraries() -> Iterator[None]:
    """Let the process map torch's libraries, which hold gigabytes of addresses and little memory, beside its limit."""
    before = _mapped_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        most = min(limit for limit in (soft + _mapped_bytes() - before, hard) if limit != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _mapped_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:  # not Linux: there such a limit is not held to
        return 0


def _message(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0]
