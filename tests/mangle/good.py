"""The good films that are mangled."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from tests.stages.films import HEIGHT, WIDTH, copy_packets, numbered, write_film

FRAMES = 60


@dataclass(frozen=True)
class Shelf:
    """Films of the same pictures in several containers, as bytes; each is made when it is first asked for."""

    folder: Path

    @cached_property
    def mp4(self) -> bytes:
        """H.264, the index at the end."""
        return write_film(self.folder / "good.mp4", pictures()).read_bytes()

    @cached_property
    def fast_mp4(self) -> bytes:
        """The index at the beginning."""
        return self._copied("fast.mp4", movflags="faststart")

    @cached_property
    def fragmented_mp4(self) -> bytes:
        return self._copied("fragmented.mp4", movflags="frag_keyframe+empty_moov")

    @cached_property
    def mkv(self) -> bytes:
        return self._copied("good.mkv")

    @cached_property
    def ts(self) -> bytes:
        return self._copied("good.ts")

    @cached_property
    def webm(self) -> bytes:
        """VP8."""
        options = {"cpu-used": "8", "deadline": "realtime", "g": "25"}
        return write_film(self.folder / "good.webm", pictures(), codec="libvpx", options=options).read_bytes()

    @cached_property
    def avi(self) -> bytes:
        """MPEG-4 part 2."""
        return write_film(self.folder / "good.avi", pictures(), codec="mpeg4", options={"g": "25"}).read_bytes()

    def _copied(self, name: str, **options: str) -> bytes:
        assert self.mp4
        return copy_packets(self.folder / "good.mp4", self.folder / name, 0.0, **options).read_bytes()


def pictures(count: int = FRAMES, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Iterator[np.ndarray]:
    """Draw numbered frames above noise, which makes a file large beside its index; `size` is width and height."""
    noise = np.random.default_rng(0)
    for number in range(count):
        frame = cv2.resize(numbered(number), size, interpolation=cv2.INTER_NEAREST)
        lower = frame[frame.shape[0] // 2 :]
        lower[:] = noise.integers(0, 256, lower.shape, np.uint8)
        yield frame
