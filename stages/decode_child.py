"""The process that decodes: `python -m stages.decode_child PARENT`, a process id. `stages.decode` talks to it.

Each line on stdin is a request, a JSON object with `op`, `path` and `deadline_seconds`:

    {"op": "probe"}                                      -> one line
    {"op": "times", "start": 0, "end": 60}               -> one line
    {"op": "frames", "reader": "decord", "seconds": [0.0, 0.5], "height": 144, "crop": null}
        -> {"shape": [2, 144, 256, 3]}, then for each frame {"seconds": 0.48} and its raw bytes, then {}

Where something fails, {"error": reason, "detail": line, "measured": number, "threshold": number} takes the place of
the next line. It ends when stdin closes, and with its parent.
"""

import ctypes
import json
import math
import os
import resource
import signal
import sys
from functools import cached_property
from itertools import groupby
from typing import BinaryIO

import av
import cv2
import numpy as np

from pipeline.errors import SampleError
from stages.readers import READERS
from stages.readers.picture import Picture
from stages.readers.pyav import read_picture
from stages.readers.reader import Reader
from stages.video_index import VideoIndex, read_index

CHECKED_SECONDS = 1.0  # at both ends of a file
# Of address space. Two readers of a 4K film take up to 1.1 GiB, of an 8K film in 10 bits 3.6 GiB; what takes more is
# damaged or made to harm.
MOST_BYTES = 4 << 30
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class OpenFile:
    """The file that was asked for last, kept open between requests."""

    def __init__(self, path: str):
        self.path = path
        self.stamp = self.read_stamp(path)
        self.index: VideoIndex = read_index(path)
        self._readers: dict[str, Reader] = {}

    @staticmethod
    def read_stamp(path: str) -> tuple[int, ...]:
        """What tells that a file of this name is another one now."""
        try:
            stat = os.stat(path)
        except OSError as error:
            raise SampleError("missing_file", str(error.strerror)) from error
        return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)

    @cached_property
    def picture(self) -> Picture:
        """What the first frame is like, and all others must be."""
        return read_picture(self.path, self.index)

    def reader(self, name: str) -> Reader:
        if name not in self._readers:
            self._readers[name] = READERS[name](self.path, self.index, self.picture)
        return self._readers[name]

    def drop(self, name: str) -> None:
        """Forget a reader that failed: what state it is in is unknown."""
        if name in self._readers:
            self._readers.pop(name).close()

    def close(self) -> None:
        for name in tuple(self._readers):
            self.drop(name)


class Child:
    def __init__(self, replies: BinaryIO):
        self.replies = replies
        self.file: OpenFile | None = None

    def answer(self, request: dict) -> None:
        try:
            file = self._open(request["path"])
            if request["op"] == "probe":
                self._say(probe(file))
            elif request["op"] == "times":
                shown = file.index.between(request["start"], request["end"])
                self._say({"seconds": file.index.seconds[shown.start : shown.stop]})
            else:
                self._send_frames(file, **{key: request[key] for key in ("reader", "seconds", "height", "crop")})
        except SampleError as error:
            numbers = {"measured": error.measured, "threshold": error.threshold}
            self._say({"error": error.reason, "detail": error.detail, **numbers})
        except MemoryError:
            self._say({"error": "out_of_memory", "detail": f"decoding takes more than {MOST_BYTES >> 30} GiB"})
        self.replies.flush()

    def _open(self, path: str) -> OpenFile:
        if self.file is None or self.file.path != path or self.file.stamp != OpenFile.read_stamp(path):
            if self.file is not None:
                self.file.close()
            self.file = None
            self.file = OpenFile(path)
        return self.file

    def _send_frames(
        self, file: OpenFile, reader: str, seconds: list[float], height: int | None, crop: list[int] | None
    ) -> None:
        wanted = [file.index.at(time) for time in seconds]
        full_height, full_width, _ = file.picture.shape
        x0, y0, x1, y1 = crop or (0, 0, full_width, full_height)
        assert 0 <= x0 < x1 <= full_width, crop
        assert 0 <= y0 < y1 <= full_height, crop
        size = scaled_size((y1 - y0, x1 - x0), height)
        repeats = [len(list(same)) for _, same in groupby(wanted)]
        try:
            found = file.reader(reader).frames([position for position, _ in groupby(wanted)])
            self._say({"shape": [len(wanted), size[1], size[0], 3]})
            for (time, frame), count in zip(found, repeats, strict=True):
                check_shape(frame, file.picture)
                pixels = fit(file.picture.squared(frame)[y0:y1, x0:x1], size).tobytes()
                for _ in range(count):
                    self._say({"seconds": time})
                    self.replies.write(pixels)
        except SampleError:
            file.drop(reader)
            raise
        self._say({})

    def _say(self, reply: dict) -> None:
        self.replies.write(json.dumps(reply).encode() + b"\n")


def probe(file: OpenFile) -> dict:
    """Describe a file, and see how much of its first and its last second can be decoded."""
    index, picture, reader = file.index, file.picture, file.reader("pyav")
    ends = (
        index.between(0.0, CHECKED_SECONDS),
        index.between(index.seconds[-1] - CHECKED_SECONDS, math.inf),
    )
    return {
        "duration_seconds": index.duration_seconds,
        "width": picture.shape[1],
        "height": picture.shape[0],
        "frames_per_second": index.frames_per_second,
        "frame_count": index.frame_count,
        "codec": index.codec,
        "missing_share": index.missing_share,
        "decodable_share": min(decodable_share(reader, end, picture) for end in ends),
        "dynamic_range": picture.dynamic_range,
        "interlaced": picture.interlaced,
        "pixel_aspect": picture.pixel_aspect,
    }


def decodable_share(reader: Reader, wanted: range, picture: Picture) -> float:
    """Return how many of these frames come when they are asked for: in the place of damaged ones come neighbours."""
    times: set[float] = set()
    frames = reader.frames(wanted)
    while True:
        try:
            time, frame = next(frames)
        except (SampleError, StopIteration):
            return len(times) / len(wanted)
        check_shape(frame, picture)
        times.add(time)


def check_shape(frame: np.ndarray, picture: Picture) -> None:
    """Raise SampleError when a frame is not of the size of its file's first: it shows something else, or squashed."""
    if frame.shape != picture.upright:
        sizes = [f"{width} x {height}" for height, width, _ in (picture.upright, frame.shape)]
        raise SampleError("changing_resolution", f"{sizes[0]} at first, {sizes[1]} later")


def scaled_size(shape: tuple[int, ...], height: int | None) -> tuple[int, int]:
    """Return (width, height) of a frame of shape (H, W, ...) brought down to `height`; it is never enlarged."""
    if height is None or shape[0] <= height:
        return shape[1], shape[0]
    return max(round(shape[1] * height / shape[0]), 1), height


def fit(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale a frame to (width, height): by pixel area as far as whole numbers go, which is fast, then linearly."""
    whole = min(frame.shape[1] // size[0], frame.shape[0] // size[1])
    if whole > 1:
        nearly = (frame.shape[1] // whole, frame.shape[0] // whole)
        cut = np.ascontiguousarray(frame[: nearly[1] * whole, : nearly[0] * whole])
        frame = cv2.resize(cut, nearly, interpolation=cv2.INTER_AREA)
    if frame.shape[1::-1] == size:
        return frame
    return cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_LINEAR)


def limit_process(parent: int) -> None:
    """Bound what the process may take, and have the kernel kill it when its parent ends, if that is still there."""
    for limit, most in ((resource.RLIMIT_AS, MOST_BYTES), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


def main() -> None:
    limit_process(parent=int(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle,
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # and a parent that is gone is no error
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    child = Child(replies)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        # The parent kills a child that hangs. One whose parent is gone ends by itself, should the kernel not see to it.
        signal.alarm(math.ceil(request["deadline_seconds"]) + 5)
        child.answer(request)
        signal.alarm(0)


if __name__ == "__main__":
    main()
