"""How the pictures of a video file are stored, as its first frame tells, and how they are set upright."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc
from av.video.stream import VideoStream

from stages.video_index import MOST_FRAME_PIXELS

UNSTATED = 2  # of a matrix, transfer or primaries (ITU-T H.273)
HIGH_DYNAMIC_RANGE: dict[int, str] = {ColorTrc.SMPTE2084: "pq", ColorTrc.ARIB_STD_B67: "hlg"}
# Pixels wider or taller than this are no camera's: the header is wrong, and they are taken as square.
MOST_PIXEL_ASPECT = 4.0
# Pictures larger than those of PAL, in either direction, are of the HD kind, whose matrix is BT.709. Players hold to
# the same where a file says nothing (mpv, video/mp_image.c).
LARGEST_SD = (1279, 576)


class Turn(NamedTuple):
    """How a stored picture becomes the upright one: rows and columns exchanged, then sides, then top and bottom."""

    exchanged: bool = False
    sides: bool = False
    ends: bool = False

    @property
    def mirrored(self) -> bool:
        return sum(self) % 2 == 1

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """Return (H, W, 3) pixels turned, as a view."""
        if self.exchanged:
            pixels = pixels.transpose(1, 0, 2)
        return pixels[:: -1 if self.ends else 1, :: -1 if self.sides else 1]


@dataclass(frozen=True)
class Picture:
    """What the first frame of a file tells of its pictures.

    Width and height are stored pixels, `turn` sets them upright, `pixel_aspect` is the width of a stored pixel over
    its height. `dynamic_range` is "sdr", "pq" or "hlg" (BT.2100). `wide_gamut` says that the primaries are BT.2020's,
    `matrix_is_guessed` that the file is HD and does not name its matrix.
    """

    width: int
    height: int
    turn: Turn
    pixel_aspect: float
    dynamic_range: str
    wide_gamut: bool
    matrix_is_guessed: bool
    interlaced: bool

    @classmethod
    def of(cls, frame: VideoFrame, stream: VideoStream) -> "Picture":
        aspect = float(stream.sample_aspect_ratio or 1)
        if not 1 / MOST_PIXEL_ASPECT <= aspect <= MOST_PIXEL_ASPECT:
            aspect = 1.0
        return cls(
            width=frame.width,
            height=frame.height,
            turn=turn_of(frame),
            pixel_aspect=aspect if frame.width * frame.height * max(aspect, 1) <= MOST_FRAME_PIXELS else 1.0,
            dynamic_range=HIGH_DYNAMIC_RANGE.get(frame.color_trc, "sdr"),
            wide_gamut=frame.color_primaries == ColorPrimaries.BT2020,
            matrix_is_guessed=matrix_of(frame) is not None,
            interlaced=frame.interlaced_frame,
        )

    @property
    def special(self) -> str | None:
        """What only the reader on PyAV can do with such pictures; None where any reader will do."""
        if self.dynamic_range != "sdr":
            return "high dynamic range"
        if self.wide_gamut:
            return "a wide gamut"
        if self.matrix_is_guessed:
            return "a matrix that is not named"
        if self.interlaced:
            return "interlaced pictures"
        if self.turn.mirrored:
            return "mirrored pictures"
        return None

    @property
    def upright(self) -> tuple[int, int, int]:
        """The shape of a picture that is set upright, (H, W, 3), before its pixels are made square."""
        return (self.width, self.height, 3) if self.turn.exchanged else (self.height, self.width, 3)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of an upright picture of square pixels, (H, W, 3): its width as stored is what changes."""
        width = max(round(self.width * self.pixel_aspect), 1)
        return (width, self.height, 3) if self.turn.exchanged else (self.height, width, 3)

    def squared(self, pixels: np.ndarray) -> np.ndarray:
        """Return upright pixels stretched or narrowed to `shape`."""
        if pixels.shape == self.shape:
            return pixels
        size = self.shape[1::-1]
        narrower = self.pixel_aspect < 1
        how = cv2.INTER_AREA if narrower else cv2.INTER_LINEAR
        return cv2.resize(np.ascontiguousarray(pixels), size, interpolation=how)


def turn_of(frame: VideoFrame) -> Turn:
    """Return how a frame's display matrix turns it, to the nearest quarter.

    The matrix takes (x, y) to (a x + c y, b x + d y), its numbers are a, b, u, c, d, v, ... (ISO/IEC 14496-12, 6.2.2).
    """
    matrix = cast(Mapping[str, Any], frame.side_data).get("DISPLAYMATRIX")
    if matrix is None:
        return Turn()
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
    if abs(a) >= abs(b):
        return Turn(False, a < 0, d < 0)
    return Turn(True, c < 0, b < 0)


def matrix_of(frame: VideoFrame) -> Colorspace | None:
    """Return the matrix of a frame where the scaler would be wrong: it takes BT.601 where none is named."""
    large = frame.width > LARGEST_SD[0] or frame.height > LARGEST_SD[1]
    coded = "rgb" in frame.format.name or "gbr" in frame.format.name
    return Colorspace.ITU709 if frame.colorspace == UNSTATED and large and not coded else None
