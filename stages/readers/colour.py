"""Decoded frames as RGB of BT.709: the matrix and range that they name, light brought into the range of a screen.

High dynamic range is shown as on a display of 203 cd/m2, where diffuse white lies (ITU-R BT.2408-7, 2): what is
brighter is rolled off, up to 1,000 cd/m2. The same numbers are taken for all files, so that no cut changes the light.
"""

import tempfile
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc

from stages.readers.picture import matrix_of

SOURCE_NITS, SCREEN_NITS, PQ_NITS = 1000.0, 203.0, 10_000.0
SCREEN_GAMMA = 2.4  # ITU-R BT.1886
HLG_SYSTEM_GAMMA = 1.2  # of a display of 1,000 cd/m2 (ITU-R BT.2100-2, table 5)
LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # ITU-R BT.2020-2, table 4
# Linear light of BT.2020 as that of BT.709 (ITU-R BT.2087-0, annex 1, inverted).
TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
NODES = 33  # of the table in each direction; between them FFmpeg's lut3d is linear in tetrahedra
PLANAR = "gbrp16le"  # what the table is applied to, five times as fast as to other depths


class ToRGB:
    """Turns frames into (H, W, 3) uint8 RGB, in one thread."""

    def __init__(self) -> None:
        self._shape: tuple[int, int] | None = None
        self._to_screen: Callable[[np.ndarray], np.ndarray] | None = None
        self._graph: Graph | None = None

    def __call__(self, frame: VideoFrame) -> np.ndarray:
        to_screen = _to_screen(frame)
        matrix = matrix_of(frame)
        if to_screen is None:
            return frame.to_ndarray(format="rgb24", src_colorspace=matrix, threads=1)
        if self._graph is None or (self._shape, self._to_screen) != ((frame.width, frame.height), to_screen):
            self._shape, self._to_screen = (frame.width, frame.height), to_screen
            self._graph = _table_graph(frame.width, frame.height, to_screen)
        planar = frame.reformat(format=PLANAR, src_colorspace=matrix, threads=1)
        planar.pts = None  # which the filter would compare with those before
        self._graph.vpush(planar)
        return self._graph.vpull().to_ndarray(format="rgb24", threads=1)


def pq_to_screen(signal: np.ndarray) -> np.ndarray:
    """Return what a screen of BT.709 is sent for (..., 3) signals of PQ and BT.2020, all 0 to 1."""
    return _shown(_tone_mapped(_pq_light(signal)))


def hlg_to_screen(signal: np.ndarray) -> np.ndarray:
    """Return what a screen of BT.709 is sent for (..., 3) signals of HLG and BT.2020, all 0 to 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # ITU-R BT.2100-2, table 5
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = np.maximum(scene @ LUMINANCE, 1e-9)[..., None]
    return _shown(_tone_mapped(SOURCE_NITS * luminance ** (HLG_SYSTEM_GAMMA - 1) * scene))


def wide_to_screen(signal: np.ndarray) -> np.ndarray:
    """Return what a screen of BT.709 is sent for (..., 3) signals of BT.2020 without high dynamic range."""
    return _shown(signal**SCREEN_GAMMA)


def tone_curve(nits: np.ndarray) -> np.ndarray:
    """Return the light that a screen shows for that of the source: the same up to a knee, then rolled off.

    The curve of ITU-R BT.2390-10, 5.4.1, black being black on both.
    """
    peak = _pq_signal(np.array(SOURCE_NITS))
    e1 = np.minimum(_pq_signal(nits) / peak, 1.0)
    top = _pq_signal(np.array(SCREEN_NITS)) / peak
    knee = 1.5 * top - 0.5
    t = (e1 - knee) / (1 - knee)
    rolled = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * top
    return _pq_light(np.where(e1 < knee, e1, rolled) * peak)


def _to_screen(frame: VideoFrame) -> Callable[[np.ndarray], np.ndarray] | None:
    if frame.color_trc == ColorTrc.SMPTE2084:
        return pq_to_screen
    if frame.color_trc == ColorTrc.ARIB_STD_B67:
        return hlg_to_screen
    return wide_to_screen if frame.color_primaries == ColorPrimaries.BT2020 else None


def _tone_mapped(nits: np.ndarray) -> np.ndarray:
    """Return (..., 3) light for a screen, 1 its white; the components of a colour keep their proportions."""
    largest = np.maximum(nits.max(-1, keepdims=True), 1e-6)
    return nits * tone_curve(largest) / largest / SCREEN_NITS


def _shown(light: np.ndarray) -> np.ndarray:
    """Return the signal of BT.709 for (..., 3) linear light of BT.2020; colours that it does not have are cut off."""
    return np.clip(light @ TO_BT709.T, 0, 1) ** (1 / SCREEN_GAMMA)


# SMPTE ST 2084, as in ITU-R BT.2100-2, table 4.
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128


def _pq_light(signal: np.ndarray) -> np.ndarray:
    root = signal ** (1 / _M2)
    return PQ_NITS * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)


def _pq_signal(nits: np.ndarray) -> np.ndarray:
    power = (nits / PQ_NITS) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


def _table_graph(width: int, height: int, to_screen: Callable[[np.ndarray], np.ndarray]) -> Graph:
    """Return a filter that looks colours up in a table of what `to_screen` makes of them."""
    step = np.linspace(0, 1, NODES)
    blue, green, red = np.meshgrid(step, step, step, indexing="ij")  # red changes fastest in such a file
    table = to_screen(np.stack([red, green, blue], -1)).reshape(-1, 3)
    graph = Graph()
    graph.threads = 1
    with tempfile.NamedTemporaryFile("w", suffix=".cube") as file:
        file.write(f"LUT_3D_SIZE {NODES}\n")
        np.savetxt(file, table, "%.6f")
        file.flush()
        graph.link_nodes(
            graph.add_buffer(width=width, height=height, format=VideoFormat(PLANAR), time_base=Fraction(1, 25)),
            graph.add("lut3d", file=file.name),
            graph.add("buffersink"),
        ).configure()
    return graph
