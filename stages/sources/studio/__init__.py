"""The studio: drawn clips of two people talking, with known truth, so that a newcomer needs no video and no network.

    clips = cast_clips(count=24, seed=0)
    video = draw_clip(clips[0])       # the bytes of an mp4 file
    known = truth(clips[0])           # who is where, where the cuts are, what a pipeline should decide

A clip is a script (a seed and a kind); drawing it twice gives the same bytes. People are seeds too: `Person.from_seed`.
"""

from collections.abc import Iterator

import numpy as np

from stages.sources.studio.cast import StudioClip, cast_clips, people_of
from stages.sources.studio.encode import encode_mp4
from stages.sources.studio.figure import Outfit
from stages.sources.studio.film import ShotArtist
from stages.sources.studio.paint import Expression
from stages.sources.studio.people import Person, choose_cast
from stages.sources.studio.portrait import draw_portrait
from stages.sources.studio.scene import SCENES, Scene, draw_scene
from stages.sources.studio.script import FPS, Shot, write_script
from stages.sources.studio.truth import ClipTruth, FaceBox, ShotTruth, truth

__all__ = [
    "FPS",
    "SCENES",
    "ClipTruth",
    "Expression",
    "FaceBox",
    "Outfit",
    "Person",
    "Scene",
    "ShotTruth",
    "StudioClip",
    "cast_clips",
    "choose_cast",
    "draw_clip",
    "draw_frames",
    "draw_portrait",
    "draw_scene",
    "masks",
    "truth",
]

NOT_A_VIDEO = b"This file ends in .mp4 and holds a sentence.\n"
KEPT_OF_DAMAGED = 0.6  # share of the bytes; the index of an mp4 lies at its end


def draw_clip(clip: StudioClip) -> bytes:
    """Draw and encode a clip; returns the bytes of its file, which two kinds damage on purpose."""
    if clip.kind == "not_a_video":
        return NOT_A_VIDEO
    video = encode_mp4((frame for _, frame in _draw(clip)), FPS)
    return video[: int(len(video) * KEPT_OF_DAMAGED)] if clip.kind == "damaged" else video


def draw_frames(clip: StudioClip) -> Iterator[tuple[float, np.ndarray]]:
    """Yield (seconds, uint8 RGB frame (360, 640, 3)) of a clip; nothing for a file that cannot be read."""
    if truth(clip).frame_count:
        yield from _draw(clip)


def masks(clip: StudioClip, frame_index: int) -> tuple[np.ndarray, ...]:
    """Return the visible part (head, hair, body) of each person, in the order of `truth(clip).boxes[frame_index]`.

    Each is uint8 (360, 640), 255 on the person. Raises `IndexError` past the last frame.
    """
    for shot in _shots(clip):
        if shot.start_frame <= frame_index < shot.end_frame:
            return tuple(ShotArtist(shot).masks(frame_index))
    raise IndexError(f"clip {clip.name} has no frame {frame_index}")


def _shots(clip: StudioClip) -> tuple[Shot, ...]:
    return write_script(clip.kind, clip.seed, people_of(clip))


def _draw(clip: StudioClip) -> Iterator[tuple[float, np.ndarray]]:
    for shot in _shots(clip):
        artist = ShotArtist(shot)
        for index in range(shot.start_frame, shot.end_frame):
            yield index / FPS, artist.draw(index)
