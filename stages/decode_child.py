"""The process that decodes: `python -m stages.decode_child`. `stages.decode` starts it and talks to it.

Each line on stdin is a request, a JSON object with `op`, `path` and `deadline_seconds`:

    {"op": "probe"}                                      -> one line
    {"op": "times", "start": 0, "end": 60}               -> one line
    {"op": "frames", "reader": "decord", "seconds": [0.0, 0.5], "height": 144}
        -> {"shape": [2, 144, 256, 3]}, then for each frame {"seconds": 0.48} and its raw bytes, then {}

Where something fails, {"error": reason, "detail": line} takes the place of the next line. It ends when stdin
closes.
"""

import json
import math
import os
import signal
import sys
from collections.abc import Iterator
from itertools import chain, groupby
from typing import BinaryIO

import av
import cv2
import numpy as np

from pipeline.errors import SampleError
from stages.readers import READERS, Reader
from stages.video_index import VideoIndex, read_index

CHECKED_SECONDS = 1.0  # at both ends of a file


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

    def reader(self, name: str) -> Reader:
        if name not in self._readers:
            self._readers[name] = READERS[name](self.path, self.index)
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
                self._say(probe(file.index, file.reader("pyav")))
            elif request["op"] == "times":
                shown = file.index.between(request["start"], request["end"])
                self._say({"seconds": file.index.seconds[shown.start : shown.stop]})
            else:
                self._send_frames(file, **{key: request[key] for key in ("reader", "seconds", "height")})
        except SampleError as error:
            self._say({"error": error.reason, "detail": error.detail})
        self.replies.flush()

    def _open(self, path: str) -> OpenFile:
        if self.file is None or self.file.path != path or self.file.stamp != OpenFile.read_stamp(path):
            if self.file is not None:
                self.file.close()
            self.file = None
            self.file = OpenFile(path)
        return self.file

    def _send_frames(self, file: OpenFile, reader: str, seconds: list[float], height: int | None) -> None:
        wanted = [file.index.at(time) for time in seconds]
        try:
            found = file.reader(reader).frames([position for position, _ in groupby(wanted)])
            first = next(found)
            size = scaled_size(first[1].shape, height)
            self._say({"shape": [len(wanted), size[1], size[0], 3]})
            repeats = [len(list(same)) for _, same in groupby(wanted)]
            for (time, frame), count in zip(chain([first], found), repeats, strict=True):
                pixels = fit(frame, size).tobytes()
                for _ in range(count):
                    self._say({"seconds": time})
                    self.replies.write(pixels)
        except SampleError:
            file.drop(reader)
            raise
        self._say({})

    def _say(self, reply: dict) -> None:
        self.replies.write(json.dumps(reply).encode() + b"\n")


def probe(index: VideoIndex, reader: Reader) -> dict:
    """Describe a file, and see how much of its first and its last second can be decoded."""
    _, first = next(reader.frames([0]))
    ends = (
        index.between(0.0, CHECKED_SECONDS),
        index.between(index.seconds[-1] - CHECKED_SECONDS, math.inf),
    )
    return {
        "duration_seconds": index.duration_seconds,
        "width": first.shape[1],
        "height": first.shape[0],
        "frames_per_second": index.frames_per_second,
        "frame_count": index.frame_count,
        "codec": index.codec,
        "missing_share": index.missing_share,
        "decodable_share": min(len(set(_times(reader, end))) / len(end) for end in ends),
    }


def _times(reader: Reader, wanted: range) -> Iterator[float]:
    """Yield when the frames that come for those wanted are shown: damaged ones come as their neighbours."""
    try:
        for time, _ in reader.frames(wanted):
            yield time
    except SampleError:
        return


def scaled_size(shape: tuple[int, ...], height: int | None) -> tuple[int, int]:
    """Return (width, height) of a frame (H, W, 3) brought down to `height`; it is never enlarged."""
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


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle,
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # and a parent that is gone is no error
    av.logging.set_level(av.logging.PANIC)
    cv2.setNumThreads(1)
    child = Child(replies)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        # The parent kills a child that hangs; one whose parent is gone has to end by itself.
        signal.alarm(math.ceil(request["deadline_seconds"]) + 5)
        child.answer(request)
        signal.alarm(0)


if __name__ == "__main__":
    main()
