"""Readers of video behind one Protocol. Only the decode child imports them, since all may crash on a damaged file."""

from collections.abc import Callable

from stages.readers.decord import DecordReader
from stages.readers.picture import Picture
from stages.readers.pyav import PyAVReader
from stages.readers.reader import Reader
from stages.readers.torchcodec import TorchCodecReader
from stages.video_index import VideoIndex

READERS: dict[str, Callable[[str, VideoIndex, Picture], Reader]] = {
    "pyav": PyAVReader,
    "decord": DecordReader,
    "torchcodec": TorchCodecReader,
}
