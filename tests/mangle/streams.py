"""Odd films, written as such: what faulty cameras, recorders and editing programs leave."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext

from tests.mangle.good import Shelf, pictures
from tests.stages.films import FRAMES_PER_SECOND, HEIGHT, WIDTH, copy_packets, write_film, write_sound

HOUR = 3600 * FRAMES_PER_SECOND  # in frames


def one_frame(shelf: Shelf, path: Path) -> None:
    write_film(path, 1)


def sound_alone(shelf: Shelf, path: Path) -> None:
    write_sound(path)


def a_frame_an_hour(shelf: Shelf, path: Path) -> None:
    write_film(path, 3, pts=[0, HOUR, 2 * HOUR])


def hidden_beginning(shelf: Shelf, path: Path) -> None:
    """Give the first ten frames negative times, so that they are not shown."""
    assert shelf.mp4
    copy_packets(shelf.folder / "good.mp4", path, -0.4, avoid_negative_ts="disabled")


def two_sizes(shelf: Shelf, path: Path) -> None:
    """Film on in another size, as a stream does when the connection gets better."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for start, size in ((0, (WIDTH, HEIGHT)), (30, (320, 240))):
            for packet in _encoded(size, start):
                packet.stream = stream
                film.mux(packet)


def _encoded(size: tuple[int, int], start: int) -> list[av.Packet]:
    """Encode 30 pictures, shown from frame `start` on."""
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = *size, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, FRAMES_PER_SECOND), Fraction(FRAMES_PER_SECOND)
    codec.options = {"bf": "0", "threads": "1"}
    packets = []
    for number, pixels in enumerate(pictures(30, size), start):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, codec.time_base
        packets += codec.encode(frame)
    packets += codec.encode(None)
    for packet in packets:
        packet.time_base = codec.time_base
    return packets
