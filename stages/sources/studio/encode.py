"""Frames to the bytes of an H.264 mp4 file; the same frames always give the same bytes."""

import io
from collections.abc import Iterable

import av
import numpy as np


def encode_mp4(frames: Iterable[np.ndarray], fps: int, crf: int = 19) -> bytes:
    """Encode uint8 RGB frames (H, W, 3), all of one size with even sides. One thread, so that bytes do not vary.

    `crf`: x264's constant rate factor, lower is better; 19 looks clean, 40 falls to blocks.
    """
    target = io.BytesIO()
    with av.open(target, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = None
        for frame in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=fps)
                stream.height, stream.width = frame.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"preset": "veryfast", "crf": str(crf), "threads": "1", "g": str(2 * fps)}
                stream.codec_context.thread_count = 1
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        assert stream is not None, "a clip has at least one frame"
        container.mux(stream.encode())
    return target.getvalue()
