"""Frames and facts of video files, decoded in a child process.

Decoders hang, crash and take memory without end on damaged files. So they run in a child that is killed at a
deadline and started again for the next request; the worker itself never imports one. The child is a fresh
interpreter, never a fork, limits its own memory, and ends when its parent does.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import numpy as np

from pipeline.errors import ConfigError, SampleError

READERS = {
    "auto": ("pyav", "decord"),
    "pyav": ("pyav",),
    "decord": ("decord",),
    "torchcodec": ("torchcodec",),
}
FRAMES_PER_REQUEST = 32  # of `every_frame`
# A decoder that crashes does so each time it sees the file; a child that was killed was merely unlucky.
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
# What one reader may say where the other one succeeds; else what the first one said counts.
NOT_THE_LAST_WORD = ("unreadable", "changing_resolution", "out_of_memory", "decoder_crashed", "reader_missing")
ENDING_SECONDS = 5.0  # for a child whose pipe is closed: then its status says how it ended


@dataclass(frozen=True)
class Probe:
    """What a video file is. Width and height are those of an upright picture of square pixels.

    `duration_seconds` and `frames_per_second` are counted from the frames that are there, `frame_count` is
    what the header says, None where it says nothing. `missing_share` is the part of the announced length that
    is not in the file; `decodable_share` the part of the frames of the first and the last second that can be
    decoded, the worse of the two. Both 0 to 1. `dynamic_range` is "sdr", "pq" or "hlg", before it is brought into the
    range of a screen; `pixel_aspect` the width of a stored pixel over its height, before pixels are made square.
    """

    duration_seconds: float
    width: int
    height: int
    frames_per_second: float
    frame_count: int | None
    codec: str
    missing_share: float
    decodable_share: float
    dynamic_range: str = "sdr"
    interlaced: bool = False
    pixel_aspect: float = 1.0


@dataclass(frozen=True)
class Decoded:
    """Decoded frames: who read them, when each is shown, and their pixels, (N, H, W, 3) uint8 RGB.

    `seconds` count from the file's first frame.
    """

    reader: str
    seconds: tuple[float, ...]
    frames: np.ndarray


class Decoder:
    """Reads video files through a child process, which starts with the first request.

    `reader` is "pyav", "decord", "torchcodec", or "auto": PyAV, and decord where PyAV crashes or cannot read the
    file. `deadline_seconds` is for each request. All times are seconds from the file's first frame.

    Every method raises SampleError: `unreadable` and its kin for the file's faults, `changing_resolution` where a
    frame is not of the first one's size, `out_of_memory` where pictures take more than the child's limit,
    `decode_deadline` when no answer came in time, `decoder_crashed` when the child ended, `decoder_died` when it
    was killed twice; and ConfigError where the one reader asked for is not installed. A deadline never leads to the
    other reader: how busy a machine is must not change a result.
    """

    def __init__(self, reader: str = "auto", deadline_seconds: float = 60.0):
        self.readers = READERS[reader]
        self.deadline_seconds = deadline_seconds
        self._child: subprocess.Popen | None = None

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid if self._child else None

    def probe(self, path: str | os.PathLike) -> Probe:
        """Describe a file; all of it is read, its first and last second are decoded.

        Raises SampleError with reason not_a_video, no_video_stream, frame_too_large, unreadable or missing_file.
        """
        return Probe(**self._ask({"op": "probe", "path": os.fspath(path)}))

    def frames_at(
        self,
        path: str | os.PathLike,
        seconds: Sequence[float],
        height: int | None = None,
        crop: tuple[int, int, int, int] | None = None,
    ) -> Decoded:
        """Return the frames that are on screen at these times, one for each.

        Frames are cut to `crop` first, (x0, y0, x1, y1) in pixels of the whole upright frame; what is then taller than
        `height` pixels is scaled down to it. All frames are in memory at once: ask for a long stretch in pieces, with
        `sample_times`. They are decoded in the order in which they are shown, whatever order they are asked for in.
        """
        if not seconds:
            return Decoded(self.readers[0], (), np.empty((0, 0, 0, 3), np.uint8))
        order = sorted(range(len(seconds)), key=lambda i: seconds[i])
        request = {
            "op": "frames",
            "path": os.fspath(path),
            "seconds": [float(seconds[i]) for i in order],
            "height": height,
            "crop": crop,
        }
        said: SampleError | None = None
        for reader in self.readers:
            try:
                return self._ask({**request, "reader": reader}, order)
            except SampleError as error:
                if error.reason == "reader_missing" and self.readers == (reader,):
                    raise ConfigError(f"reader: {reader} cannot be used here: {error.detail}") from error
                if error.reason not in NOT_THE_LAST_WORD:
                    raise
                said = said or error
        assert said is not None
        raise said

    def sampled(
        self,
        path: str | os.PathLike,
        start: float,
        end: float,
        frames_per_second: float,
        height: int | None = None,
    ) -> Decoded:
        """Return frames of [start, end) at a steady rate, beginning at `start`."""
        return self.frames_at(path, sample_times(start, end, frames_per_second), height)

    def every_frame(
        self, path: str | os.PathLike, start: float, end: float, height: int | None = None
    ) -> Iterator[Decoded]:
        """Yield all frames that are first shown in [start, end), some at a time to hold few in memory."""
        path = os.fspath(path)
        times = self._ask({"op": "times", "path": path, "start": start, "end": end})
        for first in range(0, len(times["seconds"]), FRAMES_PER_REQUEST):
            yield self.frames_at(path, times["seconds"][first : first + FRAMES_PER_REQUEST], height)

    def close(self) -> None:
        """End the child. The next request would start another."""
        if self._child:
            _stop(self._child)
        self._child = None

    def _ask(self, request: dict[str, Any], order: Sequence[int] = ()) -> Any:
        try:
            return self._ask_once(request, order)
        except SampleError as error:
            if error.reason != "decoder_died":
                raise
            return self._ask_once(
                request, order
            )  # who killed it (a machine out of memory, a person) may not mean this file

    def _ask_once(self, request: dict[str, Any], order: Sequence[int]) -> Any:
        child = self._running()
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            child.kill()

        timer = threading.Timer(self.deadline_seconds, expire)
        timer.start()
        try:
            _write(child, {**request, "deadline_seconds": self.deadline_seconds})
            return _read_frames(child, request["reader"], order) if request["op"] == "frames" else _read(child)
        except (BrokenPipeError, EOFError) as error:
            with suppress(subprocess.TimeoutExpired):
                child.wait(ENDING_SECONDS)
            self.close()
            if expired.is_set():
                detail = f"no answer within {self.deadline_seconds:g} s"
                raise SampleError("decode_deadline", detail) from error
            crashed = child.returncode > 0 or -child.returncode in CRASHES
            reason = "decoder_crashed" if crashed else "decoder_died"
            raise SampleError(reason, f"the decoding process ended with status {child.returncode}") from error
        except SampleError as error:
            if error.reason == "out_of_memory":
                self.close()  # the next file gets a child that holds nothing of this one
            raise
        except BaseException:
            self.close()  # half a reply is still in the pipe
            raise
        finally:
            timer.cancel()
            timer.join()
            if expired.is_set():
                self.close()

    def _running(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _start()
            weakref.finalize(self, _stop, self._child)
        return self._child


def sample_times(start: float, end: float, frames_per_second: float) -> tuple[float, ...]:
    """Return the times of [start, end) at a steady rate, beginning at `start`."""
    count = max(int(np.ceil((end - start) * frames_per_second - 1e-6)), 0)
    return tuple(start + i / frames_per_second for i in range(count))


def _start() -> subprocess.Popen:
    root = str(Path(__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "stages.decode_child", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # numpy's library would set memory aside for each core, and the child's is limited
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
    )


def _stop(child: subprocess.Popen) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        assert pipe is not None
        with suppress(BrokenPipeError):  # an unsent request may be in it
            pipe.close()


def _write(child: subprocess.Popen, request: dict[str, Any]) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.flush()


def _read(child: subprocess.Popen) -> dict[str, Any]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    reply = json.loads(line)
    if "error" in reply:
        raise SampleError(*(reply.get(key) for key in ("error", "detail", "measured", "threshold")))
    return reply


def _read_frames(child: subprocess.Popen, reader: str, order: Sequence[int]) -> Decoded:
    """Read the frames of a reply, which come in `order`, each into its place."""
    frames = np.empty(_read(child)["shape"], np.uint8)
    pixels = cast(BufferedReader, child.stdout)
    seconds = [0.0] * len(order)
    for place in order:
        seconds[place] = _read(child)["seconds"]
        if pixels.readinto(memoryview(frames[place]).cast("B")) != frames[place].nbytes:
            raise EOFError
    _read(child)
    return Decoded(reader, tuple(seconds), frames)
