"""Interlaced frames, two half-pictures of two moments in one, made into whole pictures of the first moment."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from av.filter import Graph
from av.video.frame import VideoFrame


class Shown(NamedTuple):
    """A decoded frame, its pts, and the frames shown before and after it where these are wanted."""

    pts: int
    frame: VideoFrame
    before: VideoFrame | None = None
    after: VideoFrame | None = None


def with_neighbours(frames: Iterator[Shown]) -> Iterator[Shown]:
    """Yield each frame together with the one before and the one after it, None at either end."""
    before, current = None, next(frames, None)
    while current is not None:
        after = next(frames, None)
        yield Shown(current.pts, current.frame, before, after.frame if after else None)
        before, current = current.frame, after


def deinterlaced(shown: Shown) -> VideoFrame:
    """Return a frame with the lines of its second half-picture filled in anew; one that is not interlaced as it is.

    FFmpeg's bwdif does it: by w3fdif's filter where something moves and else by the lines of the frames around, as
    yadif. So it is given these.
    """
    frame = shown.frame
    if not frame.interlaced_frame:
        return frame
    given = [f for f in (shown.before, frame, shown.after) if f is not None and _alike(f, frame)]
    graph = Graph()
    graph.threads = 1
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)),
        graph.add("bwdif", mode="send_frame"),
        graph.add("buffersink"),
    ).configure()
    for each in given:
        graph.vpush(each)
    graph.vpush(None)
    filtered = [graph.vpull() for _ in given]
    return filtered[given.index(frame)]


def _alike(one: VideoFrame, other: VideoFrame) -> bool:
    return (one.width, one.height, one.format.name) == (other.width, other.height, other.format.name)
