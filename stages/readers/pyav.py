"""Reads video with PyAV, which can do all that FFmpeg can."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import SampleError
from stages.readers.colour import ToRGB
from stages.readers.interlace import Shown, deinterlaced, with_neighbours
from stages.readers.picture import Picture
from stages.video_index import VideoIndex, open_video, packets_of

# Where a frame that no other refers to is known as such before it is decoded. HEVC's layers in time make that less than
# certain there.
KNOWS_UNREFERENCED = ("h264", "mpeg2video")


class PyAVReader:
    """Decodes from the keyframe before a frame, or on from the frame before, whichever is nearer.

    On the way to a frame those that no other refers to are skipped. For a frame that cannot be decoded the next one
    that can comes, with its own time. `decoded` counts the frames that were.
    """

    def __init__(self, path: str, index: VideoIndex, picture: Picture):
        self.index = index
        self.picture = picture
        self.decoded = 0
        self._opened = open_video(path)
        self._container, self._stream = self._opened.__enter__()
        self._skips = index.codec in KNOWS_UNREFERENCED and not picture.interlaced
        self._wanted = index.pts[0]
        self._shown: Shown | None = None
        self._coming: Iterator[Shown] = iter(())
        self._to_rgb = ToRGB()

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        for position in wanted:
            shown = self._frame(position)
            frame = deinterlaced(shown) if self.picture.interlaced else shown.frame
            yield self.index.seconds_of(shown.pts), self.picture.turn(self._to_rgb(frame))

    def close(self) -> None:
        self._opened.__exit__(None, None, None)

    def _frame(self, position: int) -> Shown:
        pts, key = self.index.pts, self.index.keyframe_before(position)
        self._wanted = pts[position]
        if self._shown is None or not pts[key] <= self._shown.pts <= pts[position]:
            for time in self.index.entries(position):
                self._seek(time)
                if self._shown is not None and self._shown.pts <= pts[position]:
                    break
        while self._shown is not None and self._shown.pts < pts[position]:
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
        if self.picture.interlaced:
            self._coming = with_neighbours(self._coming)
        self._shown = next(self._coming, None)

    def _decode(self) -> Iterator[Shown]:
        for shown in decode(self._container, self._stream, self._skip):
            self.decoded += 1
            yield shown

    def _skip(self, packet: av.Packet) -> bool:
        return self._skips and packet.pts is not None and packet.pts < self._wanted


def read_picture(path: str, index: VideoIndex) -> Picture:
    """Decode the first frame of a file and tell how its pictures are stored.

    Raises SampleError with reason unreadable where none can be decoded.
    """
    with open_video(path) as (container, stream):
        for shown in decode(container, stream):
            if shown.pts >= index.pts[0]:
                return Picture.of(shown.frame, stream)
    raise SampleError("unreadable", "PyAV: no frame can be decoded")


def decode(
    container: InputContainer, stream: VideoStream, skip: Callable[[av.Packet], bool] = lambda packet: False
) -> Iterator[Shown]:
    """Decode from here to the end, passing over packets that are damaged.

    Of the packets that `skip` names only frames come to which others refer.
    """
    packets = (packet for packet in packets_of(container, stream) if packet.size)
    for packet in chain(packets, [None]):  # None: what the decoder still holds
        stream.codec_context.skip_frame = "NONREF" if packet is not None and skip(packet) else "DEFAULT"
        try:
            frames = stream.decode(packet)
        except MemoryError:  # FFmpeg's is an FFmpegError too, but no damage that could be passed over
            raise
        except av.error.FFmpegError:
            continue
        yield from (Shown(f.pts, f) for f in frames if f.pts is not None and not f.is_corrupt)
