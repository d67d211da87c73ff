"""The studio: drawn clips of two people talking, with known truth, so that a newcomer needs no video and no network.

    clips = cast_clips(count=24, seed=0)
    video = draw_clip(clips[0])       # the bytes of an mp4 file
    known = truth(clips[0])           # who is where, where the cuts are, what a pipeline should decide
    clips = hard_clips(200, seed=1)   # the hard set: drawn, known and masked in the same ways

A clip is a script (a seed and a kind); drawing it twice gives the same bytes. People are seeds too: `Person.from_seed`.
"""

from collections.abc import Iterator

import numpy as np

from stages.sources.studio.cast import StudioClip, cast_clips, people_of
from stages.sources.studio.encode import encode_mp4
from stages.sources.studio.figure import Outfit
from stages.sources.studio.film import ShotArtist
from stages.sources.studio.hard.cast import hard_clips
from stages.sources.studio.hard.film import TakeArtist
from stages.sources.studio.hard.kinds import HARD_KINDS, write_takes
from stages.sources.studio.hard.reel import draw_takes
from stages.sources.studio.hard.take import Take
from stages.sources.studio.paint import Expression
from stages.sources.studio.people import Person, choose_cast
from stages.sources.studio.portrait import draw_portrait
from stages.sources.studio.scene import SCENES, Scene, draw_scene
from stages.sources.studio.script import FPS, write_script
from stages.sources.studio.seen import FaceBox
from stages.sources.studio.truth import UNREADABLE_KINDS, ClipTruth, ShotTruth, shots_of, truth

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
    "hard_clips",
    "masks",
    "truth",
]

NOT_A_VIDEO = b"This file ends in .mp4 and holds a sentence.\n"
KEPT_OF_DAMAGED = 0.6  # share of the bytes; the index of an mp4 lies at its end


def draw_clip(clip: StudioClip) -> bytes:
    """Draw and encode a clip; returns the bytes of its file, which two kinds damage on purpose."""
    if clip.kind == "not_a_video":
        return NOT_A_VIDEO
    crf = HARD_KINDS[clip.kind].crf if clip.kind in HARD_KINDS else 19
    video = encode_mp4(_draw(clip), FPS, crf)
    return video[: int(len(video) * KEPT_OF_DAMAGED)] if clip.kind == "damaged" else video


def draw_frames(clip: StudioClip) -> Iterator[tuple[float, np.ndarray]]:
    """Yield (seconds, uint8 RGB frame (360, 640, 3)) of a clip; nothing for a file that cannot be read."""
    if clip.kind not in UNREADABLE_KINDS:
        for index, frame in enumerate(_draw(clip)):
            yield index / FPS, frame


def masks(clip: StudioClip, frame_index: int) -> tuple[np.ndarray, ...]:
    """Return the visible part (head, hair, body, hands) of each person, in the order of the boxes that live.

    Each is uint8 (360, 640), 255 on the person. Words burned into the picture cut nothing out. Raises `IndexError` past
    the last frame.
    """
    for shot in shots_of(clip):
        if shot.start_frame <= frame_index < shot.end_frame:
            artist = TakeArtist(shot) if isinstance(shot, Take) else ShotArtist(shot)
            return tuple(artist.masks(frame_index))
    raise IndexError(f"clip {clip.name} has no frame {frame_index}")


def _draw(clip: StudioClip) -> Iterator[np.ndarray]:
    if clip.kind in HARD_KINDS:
        yield from draw_takes(write_takes(clip.kind, clip.seed, people_of(clip)))
    else:
        for shot in write_script(clip.kind, clip.seed, people_of(clip)):
            artist = ShotArtist(shot)
            yield from (artist.draw(index) for index in range(shot.start_frame, shot.end_frame))
