"""Readers of video behind one Protocol. Only the decode child imports them, since all may crash on a damaged file.

PyAV is tried first, since it reads everything and takes the least: CPU seconds for ten seconds of H.264 at 25 frames
per second, one thread, and the most memory that the decode child held.

    |                                              | PyAV   | decord | torchcodec |
    | 640 x 360: every frame, brought to 144 lines | 0.45 s | 0.90 s | 0.40 s     |
    | three frames a second                        | 0.15 s | 0.25 s | 0.19 s     |
    | five frames chosen                           | 0.09 s | 0.20 s | 0.16 s     |
    | 1080p: every frame, brought to 144 lines     | 3.2 s  | 8.4 s  | 2.5 s      |
    | three frames a second                        | 0.66 s | 1.53 s | 0.95 s     |
    | five frames chosen                           | 0.43 s | 0.96 s | 0.79 s     |
    | memory at 1080p                              | 131 MB | 218 MB | 837 MB     |

decord, whose FFmpeg is another one, is for where PyAV crashes or fails. torchcodec stands on FFmpeg as PyAV does and
brings torch into the child; it is taken where it is asked for.
"""

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
