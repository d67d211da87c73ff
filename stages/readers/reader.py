"""What a reader of video does, whichever library it stands on."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np


class Reader(Protocol):
    """An open video file.

    All find frames by the index and give the same pixels: turned upright, RGB as FFmpeg's scaler converts it, of the
    matrix and range that the file states. What one cannot do (see `Picture.special`) it refuses.
    """

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[float, np.ndarray]]:
        """Yield the frames at these positions of the index: its seconds and its pixels, (H, W, 3) uint8 RGB.

        Pixels are as wide as they are stored. Fastest in ascending order. Raises SampleError with reason unreadable.
        """
        ...

    def close(self) -> None: ...
