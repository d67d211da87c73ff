"""When each frame of a video file is shown: read from its packets, nothing is decoded.

All readers find frames by this index, so that they agree on what a time means. Times count from the first
frame: containers may start their clock anywhere. Frames that an edit list hides are not listed.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from pipeline.errors import SampleError

# The demuxers that may open a file. Pictures, text and playlists would open as video too, and a playlist
# would have FFmpeg read whatever it names.
CONTAINERS = "mov,matroska,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,mxf,rm,dv,ivf,nut,h264,hevc,gif"
# Of MP4's relatives, those that hold a single picture (HEIF, ISO/IEC 23008-12; AVIF).
PICTURE_BRANDS = ("mif1", "heic", "heix", "avif")
# What such files begin with, to tell a damaged video from something else: offset and bytes.
SIGNATURES = (
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (0, b"\x1a\x45\xdf\xa3"),
    (8, b"AVI "),
    (0, b"FLV\x01"),
    (0, b"\x00\x00\x01\xba"),
    (0, b"\x30\x26\xb2\x75"),
    (0, b"OggS"),
    (0, b"GIF8"),
)
# As many as 8K has (DCI, 8192 x 4320). A header that says more would have decoders set gigabytes aside.
MOST_FRAME_PIXELS = 8192 * 4320
# Films may be stitched together so that a clock starts again: then a time no longer names one frame.
MOST_SECONDS_BACK = 1.0
# Some containers round times to milliseconds: a frame shown this much later still counts as shown.
TOLERANCE_SECONDS = 1e-3


class Packet(NamedTuple):
    """What a packet says of its frame; times in units of the stream's time base."""

    pts: int
    dts: int
    key: bool
    hidden: bool


@dataclass(frozen=True)
class VideoIndex:
    """The frames of a file's first video stream in the order they are shown, and what its header says.

    `stream` is its number among all streams of the file. `pts` are in units of the stream's time base, `seconds` from
    the first frame. `keyframes` are positions in both; `dts` are the times at which these, and before them the first
    packet of all, are to be decoded.
    `closed` says that no frame is shown before a keyframe that comes earlier in the file: then decoding may begin
    at any keyframe. `steady` says that the codec's header stays the same. `missing_share` is the part of the file
    that its header announces and its packets do not hold, 0 to 1.
    """

    container: str
    stream: int
    codec: str
    time_base: Fraction
    pts: tuple[int, ...]
    seconds: tuple[float, ...]
    keyframes: tuple[int, ...]
    dts: tuple[int, ...]
    closed: bool
    steady: bool
    frames_per_second: float
    duration_seconds: float
    frame_count: int | None
    missing_share: float

    def seconds_of(self, pts: int) -> float:
        """Return when a frame with this time stamp is shown."""
        return float((pts - self.pts[0]) * self.time_base)

    def at(self, seconds: float) -> int:
        """Return the frame that is on screen at a time: the last one shown by then, or the first of all."""
        return max(bisect_right(self.seconds, seconds + TOLERANCE_SECONDS) - 1, 0)

    def between(self, start: float, end: float) -> range:
        """Return the frames first shown in [start, end)."""
        return range(bisect_left(self.seconds, start), bisect_left(self.seconds, end))

    def entries(self, frame: int) -> list[int]:
        """Return times to seek to for a frame, best first. Containers seek by pts, by dts, or inexactly."""
        found = bisect_right(self.keyframes, frame)
        times = [self.dts[found], self.dts[max(found - 1, 0)], self.dts[0]]
        return [self.pts[self.keyframes[found - 1]], *times] if found else times

    def keyframe_before(self, frame: int) -> int:
        """Return the last keyframe that is not after a frame; the first frame where there is none."""
        found = bisect_right(self.keyframes, frame)
        return self.keyframes[found - 1] if found else 0


@contextmanager
def open_video(path: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file and its first video stream, to be decoded in one thread.

    Raises SampleError with reason unreadable_file, not_a_video, unreadable (it begins like a video), no_video_stream or
    frame_too_large.
    """
    limits = {"max_pixels": str(MOST_FRAME_PIXELS)}
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file", **limits}
    try:
        container = av.open(path, options=options, metadata_errors="replace")
    except av.error.FFmpegError as error:  # also where a header asks for more memory than there is
        reason = "unreadable" if _looks_like_video(path) else "not_a_video"
        raise SampleError(reason, error.strerror) from error
    with container:
        covers = Disposition.attached_pic | Disposition.timed_thumbnails
        streams = [stream for stream in container.streams.video if not stream.disposition & covers]
        if not streams:
            raise SampleError("no_video_stream", measured=0, threshold=1)
        if streams[0].codec_context is None:
            raise SampleError("unreadable", "no decoder for its codec")
        if streams[0].width * streams[0].height > MOST_FRAME_PIXELS:
            size = f"{streams[0].width} x {streams[0].height}; at most 8192 x 4320"
            pixels = streams[0].width * streams[0].height
            raise SampleError("frame_too_large", size, pixels, MOST_FRAME_PIXELS)
        streams[0].codec_context.options = limits
        streams[0].thread_count = 1
        yield container, streams[0]


def packets_of(container: InputContainer, *streams: VideoStream) -> Iterator[av.Packet]:
    """Yield the packets of these streams, or of all, up to the file's end or to the damage that cannot be passed."""
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, IndexError):  # PyAV stumbles over streams that only appear on the way
            return
        if packet is None:
            return
        yield packet


def read_index(path: str) -> VideoIndex:
    """Read the index of a file: all its packets are read once, none is decoded.

    Raises SampleError as `open_video` does, and with reason unreadable when there is not a single frame, or its clock
    goes back, not_a_video when it is a still picture.
    """
    with open_video(path) as (container, stream):
        packets: list[Packet] = []
        first, last = math.inf, -math.inf  # seconds, over all streams
        decoded_last = -math.inf  # seconds
        steady = True
        time_base = _fraction(stream.time_base)
        for packet in packets_of(container):
            time = packet.pts if packet.pts is not None else packet.dts
            if time is None or packet.is_corrupt:
                continue
            unit = float(packet.time_base)
            first, last = min(first, time * unit), max(last, (time + (packet.duration or 0)) * unit)
            if packet.stream_index != stream.index:
                continue
            dts = min(time, packet.dts if packet.dts is not None else time)
            packets.append(Packet(time, dts, packet.is_keyframe, packet.is_discard))
            steady = steady and not packet.has_sidedata("new_extradata")
            if packet.dts is not None:
                if packet.dts * unit < decoded_last - MOST_SECONDS_BACK:
                    raise SampleError("unreadable", f"its clock goes back, from {decoded_last:.2f} s")
                decoded_last = max(decoded_last, packet.dts * unit)
        shown = [packet for packet in _from_first_keyframe(sorted(packets)) if not packet.hidden]
        if not shown:
            raise SampleError("unreadable", "it holds no frame")
        if len(shown) == 1 and _is_picture(container):
            raise SampleError("not_a_video", "a single picture")
        pts = tuple(packet.pts for packet in shown)
        keys = tuple(i for i, packet in enumerate(shown) if packet.key)
        rate = _rate(pts, time_base, stream)
        announced = container.duration / av.time_base if container.duration else None
        missing = [1 - len(packets) / stream.frames] if stream.frames else []
        if announced:  # Matroska announces when the file ends, others how long it is
            missing.append(1 - max(last - first, last) / announced)
        return VideoIndex(
            container=container.format.name.split(",")[0],
            stream=stream.index,
            codec=stream.codec_context.codec.canonical_name,
            time_base=time_base,
            pts=pts,
            seconds=tuple(float((time - pts[0]) * time_base) for time in pts),
            keyframes=keys,
            dts=(min(packet.dts for packet in packets), *(shown[i].dts for i in keys)),
            closed=_is_closed(packets),
            steady=steady,
            frames_per_second=float(rate),
            duration_seconds=float((pts[-1] - pts[0]) * time_base + 1 / rate),
            frame_count=stream.frames or None,
            missing_share=max([0.0, *missing]),
        )


def _rate(pts: tuple[int, ...], time_base: Fraction, stream: VideoStream) -> Fraction:
    if pts[-1] > pts[0]:
        return (len(pts) - 1) / ((pts[-1] - pts[0]) * time_base)
    return _fraction(stream.average_rate or 25)  # a single frame: any rate does


def _is_picture(container: InputContainer) -> bool:
    return container.format.name == "gif" or container.metadata.get("major_brand") in PICTURE_BRANDS


def _is_closed(packets: list[Packet]) -> bool:
    keyframe = packets[0].pts
    for packet in packets:
        keyframe = packet.pts if packet.key else keyframe
        if packet.pts < keyframe:
            return False
    return True


def _from_first_keyframe(packets: list[Packet]) -> list[Packet]:
    """Drop what comes before the first keyframe and cannot be decoded, as in a recording of a broadcast."""
    first = next((i for i, packet in enumerate(packets) if packet.key), 0)
    return packets[first:]


def _looks_like_video(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError as error:
        raise SampleError("unreadable_file", error.strerror) from error
    return any(head[offset : offset + len(mark)] == mark for offset, mark in SIGNATURES)


def _fraction(value) -> Fraction:
    return Fraction(value.numerator, value.denominator)
