"""What is true of a clip, known from its script: identities, faces, cuts and what a pipeline should decide."""

from dataclasses import dataclass
from functools import lru_cache

from stages.sources.studio.cast import USABLE_KINDS, StudioClip, people_of
from stages.sources.studio.hard.kinds import HARD_KINDS, write_takes
from stages.sources.studio.hard.reel import faces_of
from stages.sources.studio.hard.take import Take
from stages.sources.studio.people import Person
from stages.sources.studio.script import FPS, HEIGHT, WIDTH, Shot, pose, write_script
from stages.sources.studio.seen import FaceBox, faces_in, layer_of

REASONS = {  # for every kind that may be turned down, the reasons that are right
    "single": ("one_person",),
    "nobody": ("no_faces", "still_picture", "slideshow"),  # nothing in it moves
    "same_twice": ("same_person_twice",),
    "trio": ("more_than_two",),
    "far_away": ("faces_too_small", "no_faces"),
    "passer_by": ("more_than_two", "not_together"),
    "never_together": ("one_person", "not_together"),
    "damaged": ("unreadable",),
    "not_a_video": ("not_a_video", "unreadable"),
    "brief": ("too_short",),
}
UNREADABLE_KINDS = ("damaged", "not_a_video")


@dataclass(frozen=True)
class ShotTruth:
    """One shot: [start, end) in seconds, and its people from left to right (without passers-by)."""

    start_seconds: float
    end_seconds: float
    people: tuple[int, ...]


@dataclass(frozen=True)
class ClipTruth:
    """All that is known of a clip. A file that cannot be read has no shots, no boxes and no pairs."""

    width: int
    height: int
    fps: int
    shots: tuple[ShotTruth, ...]
    cuts_seconds: tuple[float, ...]
    boxes: tuple[
        tuple[FaceBox, ...], ...
    ]  # per frame: what does not live, then people in drawing order (back to front)
    verdict: str  # "usable", "rejected", or "either": usable, or turned down for one of `reasons`
    reasons: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]  # who talks with whom, each pair once, smaller seed first
    picture: tuple[int, int, int, int] = (0, 0, WIDTH, HEIGHT)  # x0, y0, x1, y1: what is not black bars

    @property
    def frame_count(self) -> int:
        """Frames in the file."""
        return len(self.boxes)


@lru_cache(maxsize=16)
def truth(clip: StudioClip) -> ClipTruth:
    """Return what is true of a clip, without drawing it."""
    hard = HARD_KINDS.get(clip.kind)
    reasons = hard.reasons if hard else REASONS.get(clip.kind, ())
    usable = not reasons or clip.kind in USABLE_KINDS
    verdict = "usable" if not reasons else "either" if usable else "rejected"
    shots = shots_of(clip)
    together = {tuple(sorted(shot.left_to_right())) for shot in shots if len(shot.left_to_right()) == 2}
    return ClipTruth(
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        shots=tuple(ShotTruth(s.start_frame / FPS, s.end_frame / FPS, s.left_to_right()) for s in shots),
        cuts_seconds=tuple(s.start_frame / FPS for s in shots[1:]),
        boxes=tuple(_boxes(shot, index) for shot in shots for index in range(shot.start_frame, shot.end_frame)),
        verdict=verdict,
        reasons=reasons,
        pairs=tuple(sorted((pair[0], pair[1]) for pair in together)) if usable else (),
        picture=shots[0].picture if shots and isinstance(shots[0], Take) else (0, 0, WIDTH, HEIGHT),
    )


def shots_of(clip: StudioClip) -> tuple[Shot, ...] | tuple[Take, ...]:
    """Return the shots that a clip is drawn from; none for a file that cannot be read."""
    if clip.kind in UNREADABLE_KINDS:
        return ()
    if clip.kind in HARD_KINDS:
        return write_takes(clip.kind, clip.seed, people_of(clip))
    return write_script(clip.kind, clip.seed, people_of(clip))


def _boxes(shot: Shot | Take, index: int) -> tuple[FaceBox, ...]:
    if isinstance(shot, Take):
        return faces_of(shot, index)
    people = [(Person.from_seed(place.person), pose(place, index / FPS), place.unit) for place in shot.people]
    return faces_in([layer_of(*person) for person in people])
