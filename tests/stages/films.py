"""Small films whose frames say their number, so that a test knows which frame it was given."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

WIDTH, HEIGHT, BITS = 160, 96, 8
FRAMES_PER_SECOND = 25
B_FRAMES = {"bf": "3", "g": "25", "threads": "1"}


def numbered(number: int) -> np.ndarray:
    """Draw a frame with its number as bars in the upper half, the lowest bit at the left."""
    frame = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    bar = WIDTH // BITS
    for bit in range(BITS):
        frame[: HEIGHT // 2, bit * bar : (bit + 1) * bar] = 255 * (number >> bit & 1)
    return frame


def number_of(frame: np.ndarray) -> int:
    """Read the number off a frame of any size."""
    bars = np.array_split(frame[frame.shape[0] // 4, :, 1], BITS)
    return sum(1 << bit for bit in range(BITS) if bars[bit].mean() > 127)


def write_film(
    path: Path,
    frames: int | Iterable[np.ndarray] = 50,
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pts: Sequence[int] | None = None,
    rotation: float | None = None,
    container_options: dict[str, str] | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pixels: str = "yuv420p",
    pixel_aspect: str = "1/1",
    mirrored: bool = False,
) -> Path:
    """Write a film at 25 frames per second; `pts` are the times of its frames in 25ths of a second."""
    drawn = map(numbered, range(frames)) if isinstance(frames, int) else frames
    with av.open(str(path), "w", options=container_options or {}) as film:
        stream = film.add_stream(codec, rate=FRAMES_PER_SECOND, options=options or B_FRAMES)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        if rotation is not None:
            stream.set_display_rotation(rotation, hflip=mirrored)
        if pixel_aspect != "1/1":
            stream.codec_context.sample_aspect_ratio = Fraction(pixel_aspect)
        for number, picture in enumerate(drawn):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = pts[number] if pts else number
            frame.time_base = Fraction(1, FRAMES_PER_SECOND)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


def copy_packets(film: Path, path: Path, shift_seconds: float = 0.0, **options: str) -> Path:
    """Copy a film without encoding it again; a negative shift makes an edit list hide its beginning."""
    with av.open(str(film)) as source, av.open(str(path), "w", options=options) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.pts is not None and packet.dts is not None:
                shift = round(shift_seconds / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                target.mux(packet)
    return path


def write_sound(path: Path) -> Path:
    """Write a second of silence, and no picture."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path
