"""What is true of a clip, known from its script: identities, faces, cuts and what a pipeline should decide."""

from dataclasses import dataclass

from stages.sources.studio.cast import USABLE_KINDS, StudioClip, people_of
from stages.sources.studio.face import face_box
from stages.sources.studio.people import Person
from stages.sources.studio.script import FPS, HEIGHT, WIDTH, Shot, pose, write_script

REASONS = {  # for every kind that may be turned down, the reasons that are right
    "single": ("one_person",),
    "nobody": ("no_faces",),
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
class FaceBox:
    """One face in one frame: pixels, from mid-forehead to chin; it may reach past the frame's edge."""

    person: int  # seed
    x0: float
    y0: float
    x1: float
    y1: float
    yaw_degrees: float  # > 0 looks to the right of the picture


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
    boxes: tuple[tuple[FaceBox, ...], ...]  # per frame, the people in drawing order (back to front)
    verdict: str  # "usable", "rejected", or "either": usable, or turned down for one of `reasons`
    reasons: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]  # who talks with whom, each pair once, smaller seed first

    @property
    def frame_count(self) -> int:
        """Frames in the file."""
        return len(self.boxes)


def truth(clip: StudioClip) -> ClipTruth:
    """Return what is true of a clip, without drawing it."""
    shots = () if clip.kind in UNREADABLE_KINDS else write_script(clip.kind, clip.seed, people_of(clip))
    reasons = REASONS.get(clip.kind, ())
    verdict = "usable" if not reasons else "either" if clip.kind in USABLE_KINDS else "rejected"
    together = [sorted(s.left_to_right()) for s in shots if len(s.left_to_right()) == 2]
    pairs = {(first, second) for first, second in together}
    return ClipTruth(
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        shots=tuple(ShotTruth(s.start_frame / FPS, s.end_frame / FPS, s.left_to_right()) for s in shots),
        cuts_seconds=tuple(s.start_frame / FPS for s in shots[1:]),
        boxes=tuple(_boxes(shot, index) for shot in shots for index in range(shot.start_frame, shot.end_frame)),
        verdict=verdict,
        reasons=reasons,
        pairs=tuple(sorted(pairs)) if verdict != "rejected" else (),
    )


def _boxes(shot: Shot, index: int) -> tuple[FaceBox, ...]:
    boxes = []
    for place in shot.people:
        at = pose(place, index / FPS)
        x0, y0, x1, y1 = face_box(Person.from_seed(place.person), at.yaw, at.pitch, at.roll) * place.unit
        boxes.append(
            FaceBox(place.person, float(at.x + x0), float(at.y + y0), float(at.x + x1), float(at.y + y1), at.yaw)
        )
    return tuple(boxes)
