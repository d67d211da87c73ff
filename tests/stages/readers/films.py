"""Small films of exact colours, in the matrices, depths and ranges that cameras and the web have."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

FULL, LIMITED = 2, 1  # ranges, as ITU-T H.273 and FFmpeg number them
# Of each matrix its number there and the weights of red and blue.
MATRICES = {"601": (6, 0.299, 0.114), "709": (1, 0.2126, 0.0722), "2020": (9, 0.2627, 0.0593), "unnamed": (2, 0, 0)}
COLOURS = ((1, 1, 1), (0, 0, 0), (0.8, 0.2, 0.2), (0.2, 0.8, 0.2), (0.2, 0.2, 0.8), (0.5, 0.5, 0.5), (0.9, 0.7, 0.6))


def stripes(colours=COLOURS, size: tuple[int, int] = (16 * len(COLOURS), 32)) -> np.ndarray:
    """Draw colours (r, g, b), 0 to 1, as upright stripes of equal width; `size` is width and height."""
    which = np.arange(size[0]) * len(colours) // size[0]
    return np.broadcast_to(np.asarray(colours, float)[which], (size[1], size[0], 3))


def read_stripes(frame: np.ndarray, count: int = len(COLOURS)) -> np.ndarray:
    """Return the colours of stripes, (count, 3), 0 to 255, away from their edges."""
    width = frame.shape[1] // count
    row = frame[frame.shape[0] // 4 : frame.shape[0] * 3 // 4].mean(0)
    return np.array([row[i * width + width // 4 : (i + 1) * width - width // 4].mean(0) for i in range(count)])


def encode_ycc(rgb: np.ndarray, matrix: str, full: bool, bits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (H, W, 3) colours, 0 to 1, as planes of luma and of halved chroma (ITU-R BT.709-6, 3 and 4)."""
    _, red, blue = MATRICES[matrix]
    luma = rgb @ np.array([red, 1 - red - blue, blue])
    chroma = ((rgb[..., 2] - luma) / (2 - 2 * blue), (rgb[..., 0] - luma) / (2 - 2 * red))
    step, most = 2 ** (bits - 8), 2**bits - 1
    y = luma * most if full else (219 * luma + 16) * step
    cb, cr = (c[::2, ::2] * (most if full else 224 * step) + 128 * step for c in chroma)
    kind = np.uint8 if bits == 8 else np.uint16
    planes = [np.rint(np.clip(plane, 0, most)).astype(kind) for plane in (y, cb, cr)]
    return planes[0], planes[1], planes[2]


def write_colours(
    path: Path,
    rgb: np.ndarray,
    *,
    matrix: str = "709",
    named: str | None = None,
    full: bool = False,
    bits: int = 8,
    codec: str = "libx264",
    transfer: int = 2,
    primaries: int = 2,
    frames: int = 3,
) -> Path:
    """Write a film of one picture without loss; `named` is the matrix that it says it has."""
    height, width, _ = rgb.shape
    options = {"libx264": {"qp": "0", "threads": "1"}, "libx265": {"x265-params": "lossless=1:pools=none:log-level=0"}}
    pixels = "yuv420p" if bits == 8 else "yuv420p10le"
    number = MATRICES[named or matrix][0]
    colour_range = 0 if named == "unnamed" else FULL if full else LIMITED
    with av.open(str(path), "w") as film:
        stream = film.add_stream(codec, rate=25, options=options[codec])
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        context = stream.codec_context
        context.colorspace, context.color_range = number, colour_range
        context.color_trc, context.color_primaries = transfer, primaries
        for time in range(frames):
            frame = av.VideoFrame(width, height, pixels)
            for plane, values in zip(frame.planes, encode_ycc(rgb, matrix, full, bits), strict=True):
                rows = np.zeros((plane.height, plane.line_size // values.itemsize), values.dtype)
                rows[:, : plane.width] = values
                plane.update(rows.tobytes())
            frame.pts, frame.time_base = time, Fraction(1, 25)
            frame.colorspace, frame.color_range = number, colour_range
            frame.color_trc, frame.color_primaries = transfer, primaries
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


def write_interlaced(path: Path, moments: np.ndarray) -> Path:
    """Write a film of half-pictures, the lower lines first; `moments` are pictures at twice its rate, (2N, H, W, 3)."""
    with av.open(str(path), "w") as film:
        options = {"x264-params": "bff=1:threads=1", "qp": "2"}
        stream = film.add_stream("libx264", rate=25, options=options)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = moments.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for time, (lower, upper) in enumerate(zip(moments[::2], moments[1::2], strict=True)):
            woven = lower.copy()
            woven[::2] = upper[::2]
            frame = av.VideoFrame.from_ndarray(woven, format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 25)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path
