"""Which moments of a pair become its pictures.

Round 1 is the moment whose worse face is best, among those with nobody but these two in the picture and for which
each of them can also be shown alone at another moment, some time away and if possible in another pose. A face's merit
is that of `stages.quality.merit` times the square of how much it looks like its person's best faces, which tells a
hand before a mouth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.detect_faces import Face, Faces, Frame
from stages.framing import Box, TooFarApart, padding_share, shows, square_of_one, square_of_two
from stages.pair_people import Pair, visible
from stages.quality import pose_gap_degrees, size
from stages.similarity import CALIBRATIONS
from stages.track_people import People, best_faces, face_of, merit_of

WIDE_POSE_GAP_DEGREES = 40.0  # farther apart makes a close-up no better
POSE_WEIGHT = 0.5  # a pose that far away outweighs a face half as good again


@dataclass(frozen=True)
class Limits:
    """What pictures must satisfy.

    `min_face_pixels` holds for both faces of round 1 after scaling to `training_pixels`; `max_pad_share` is the share
    of round 1 that may lie above the frame; `closeup_faces` the side of a close-up in sizes of its face.
    """

    training_pixels: int
    min_face_pixels: float
    max_upscale: float
    max_pad_share: float
    closeup_faces: float
    min_gap_seconds: float


@dataclass(frozen=True)
class Look:
    """A face that may be shown alone: when it was seen, the square around it, how good it is (0 to 1)."""

    person: int
    shot: int
    seconds: float
    face: Face
    others: tuple[Face, ...]  # the frame's other faces
    square: Box
    merit: float


@dataclass(frozen=True)
class Choice:
    """What is to be cut out: the square of round 1, and looks at the two people, from left to right in round 1."""

    square: Box
    near: tuple[Look, Look]
    closeups: tuple[Look, Look]


# What a moment can fail for, in the order in which it is tried. A pair gets the reason of the moment that came
# farthest.
#
#   heads_too_far_apart   side of the square that would hold both heads, in sides of the largest square within the frame
#   magnified_too_much    training size over side of the square, of round 1 or a close-up
#   faces_too_small       size of the smaller face in round 1
#   someone_else          faces in round 1
#   head_cut_off          people who can be shown alone, with the whole head and nobody else's face
#   no_closeup            longest time between round 1 and another look at the same person, in seconds
REASONS = (
    "heads_too_far_apart",
    "magnified_too_much",
    "faces_too_small",
    "someone_else",
    "head_cut_off",
    "no_closeup",
)


@dataclass(frozen=True)
class Shortfall:
    """Why nothing could be chosen: one of REASONS."""

    reason: str
    measured: float
    threshold: float

    @property
    def closeness(self) -> tuple[int, float]:
        """Return a key that is larger for what came nearer to a choice."""
        return REASONS.index(self.reason), -abs(self.measured - self.threshold)


def choose(faces: Faces, people: People, pair: Pair, limits: Limits) -> Choice | Shortfall:
    """Choose the moments and squares of a pair, or say what stood nearest and why it would not do."""
    looks = {person: looks_at(faces, people, person, limits) for person in pair.persons}
    best: Choice | None = None
    shortfalls = []
    for shot in pair.shots:
        for number, seen in visible(faces, people, shot).items():
            if seen.keys() != set(pair.persons):
                continue
            found = _try(faces, seen, faces.frames[number], looks, limits)
            if isinstance(found, Shortfall):
                shortfalls.append(found)
            elif best is None or _merit(found) > _merit(best):
                best = found
    if best is not None:
        return best
    return max(shortfalls, key=lambda shortfall: shortfall.closeness)


def looks_at(faces: Faces, people: People, person: int, limits: Limits) -> list[Look]:
    """Return all looks at one person that show the whole head and nobody else's face, in the order of time."""
    tracks = [people.tracks[number] for number in people.persons[person].tracks]
    best = best_faces(faces, tracks)
    scale = CALIBRATIONS[faces.embedder]
    looks = []
    for sighting in sorted((s for track in tracks for s in track.sightings), key=lambda s: s.frame):
        frame, face = faces.frames[sighting.frame], face_of(faces, sighting)
        if face.embedding is None:
            continue
        others = tuple(other for other in frame.faces if other is not face)
        square = square_of_one(
            face.box, (faces.width, faces.height), limits.closeup_faces, [other.box for other in others]
        )
        if square is None or any(shows(square, other.box) for other in others):
            continue
        typical = float(np.clip(scale.of_sets(np.array([face.embedding]), best), 0, 1))
        looks.append(Look(person, frame.shot, frame.seconds, face, others, square, merit_of(face) * typical**2))
    return looks


def _try(
    faces: Faces, together: Mapping[int, Face], frame: Frame, looks: Mapping[int, Sequence[Look]], limits: Limits
) -> Choice | Shortfall:
    """Choose around one moment of round 1, at which `together` says who is where."""
    people = sorted(together, key=lambda person: together[person].box[0])
    square = square_of_two(
        [together[person].box for person in people],
        (faces.width, faces.height),
        limits.training_pixels / limits.max_upscale,
        limits.max_pad_share,
    )
    if isinstance(square, TooFarApart):
        return Shortfall("heads_too_far_apart", square.sides, 1 / (1 - limits.max_pad_share))
    scale = _upscale(square, limits)
    near = [look for person in people for look in looks[person] if look.seconds == frame.seconds]
    largest = max([scale, *(_upscale(look.square, limits) for look in near)])
    if largest > limits.max_upscale + 1e-6:
        return Shortfall("magnified_too_much", largest, limits.max_upscale)
    smaller = min(size(face.box) for face in together.values()) * scale
    if smaller < limits.min_face_pixels:
        return Shortfall("faces_too_small", smaller, limits.min_face_pixels)
    inside = sum(shows(square, face.box) for face in frame.faces)
    if inside > 2:
        return Shortfall("someone_else", inside, 2)
    if len(near) < 2:
        return Shortfall("head_cut_off", len(near), 2)
    closeups = []
    for look in near:
        gaps = [
            (abs(other.seconds - look.seconds), other)
            for other in looks[look.person]
            if _upscale(other.square, limits) <= limits.max_upscale
        ]
        longest = max(gap for gap, _ in gaps)
        if longest < limits.min_gap_seconds:
            return Shortfall("no_closeup", longest, limits.min_gap_seconds)
        others = [other for gap, other in gaps if gap >= limits.min_gap_seconds]
        closeups.append(max(others, key=lambda other: _worth(other, look)))
    return Choice(square, (near[0], near[1]), (closeups[0], closeups[1]))


def _worth(closeup: Look, near: Look) -> float:
    """Return how good a close-up is beside round 1: its merit, and more for another pose."""
    a, b = closeup.face, near.face
    gap = pose_gap_degrees((a.yaw_degrees, a.roll_degrees), (b.yaw_degrees, b.roll_degrees))
    return closeup.merit * (1 + POSE_WEIGHT * min(gap / WIDE_POSE_GAP_DEGREES, 1.0))


def _merit(choice: Choice) -> float:
    return min(look.merit for look in choice.near) * (1 - padding_share(choice.square))


def _upscale(square: Box, limits: Limits) -> float:
    return limits.training_pixels / (square[2] - square[0])
