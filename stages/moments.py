"""Which moments of a pair become its pictures.

Round 1 is the moment whose worse face is best, among those with nobody but these two in the picture and for which
each of them can also be shown alone at another moment: some time away, and in another pose or, where somebody speaks
straight ahead all the while, with another look. A face need not be embedded, for its track vouches for it; one that is
embedded must be like its person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.detect_faces import Face, Faces, Frame
from stages.faces.quality import look_gap, pose_gap_degrees, size
from stages.faces.usual_look import qualities
from stages.framing import Box, TooFarApart, padding_share, shows, square_of_one, square_of_two
from stages.likeness.similarity import Calibration
from stages.pair_people import Pair, visible
from stages.track_people import People, best_faces, face_of

WIDE_POSE_GAP_DEGREES = 40.0  # poses that have nothing in common
GAP_WEIGHT = 0.5  # a close-up that has nothing in common with round 1 outweighs a face half as good again
ALTERNATIVES = 4  # close-ups of a person, so that there is another where one cannot be cut out


@dataclass(frozen=True)
class Limits:
    """What pictures must satisfy.

    `min_face_pixels` holds for both faces of round 1 after scaling to `training_pixels`; `max_pad_share` is the share
    of round 1 that may lie above the frame; `closeup_faces` the side of a close-up in sizes of its face. A close-up
    is `min_gap_seconds` away from round 1 and `min_gap` (of `gap`, 0 to 1) different. At most `max_text_share` of a
    face may lie under burned-in text, and one that is embedded has `min_similarity` to its person's best.
    """

    training_pixels: int
    min_face_pixels: float
    max_upscale: float
    max_pad_share: float
    closeup_faces: float
    min_gap_seconds: float
    min_gap: float
    max_text_share: float
    min_similarity: float


@dataclass(frozen=True)
class Look:
    """A face that may be shown alone: when it was seen, the square around it, how good it is (0 to 1)."""

    person: int
    shot: int
    seconds: float
    face: Face
    others: tuple[Face, ...]  # the frame's other faces
    square: Box
    quality: float


@dataclass(frozen=True)
class Choice:
    """What is to be cut out: the square of round 1, and looks at the two people, from left to right in round 1.

    `closeups` has up to ALTERNATIVES looks at each, the best first.
    """

    square: Box
    near: tuple[Look, Look]
    closeups: tuple[tuple[Look, ...], tuple[Look, ...]]


# What a moment can fail for, in the order in which it is tried. A pair gets the reason of the moment that came
# farthest.
#
#   heads_too_far_apart   side of the square that would hold both heads, in sides of the largest square within the frame
#   magnified_too_much    training size over side of the square, of round 1 or a close-up
#   faces_too_small       size of the smaller face in round 1
#   someone_else          faces in round 1
#   text_over_face        share of a face, the one with more, under burned-in text
#   head_cut_off          people who can be shown alone, with the whole head and nobody else's face
#   no_closeup            longest time between round 1 and another look at the same person, in seconds
#   closeup_too_similar_to_round1
#                         largest gap (of `gap`, 0 to 1) between round 1 and a look at the same person at such a time
REASONS = (
    "heads_too_far_apart",
    "magnified_too_much",
    "faces_too_small",
    "someone_else",
    "text_over_face",
    "head_cut_off",
    "no_closeup",
    "closeup_too_similar_to_round1",
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


def choose(faces: Faces, people: People, pair: Pair, limits: Limits, scale: Calibration) -> Choice | Shortfall:
    """Choose the moments and squares of a pair, or say what stood nearest and why it would not do.

    `scale` compares the embeddings.
    """
    looks = {person: looks_at(faces, people, person, limits, scale) for person in pair.persons}
    best: Choice | None = None
    shortfalls = []
    for shot in pair.shots:
        for number, seen in visible(faces, people, shot).items():
            if seen.keys() != set(pair.persons):
                continue
            found = _try(faces, seen, faces.frames[number], looks, limits)
            if isinstance(found, Shortfall):
                shortfalls.append(found)
            elif best is None or _quality(found) > _quality(best):
                best = found
    if best is not None:
        return best
    return max(shortfalls, key=lambda shortfall: shortfall.closeness)


def looks_at(faces: Faces, people: People, person: int, limits: Limits, scale: Calibration) -> list[Look]:
    """Return all looks at one person that show the whole head and nobody else's face, in the order of time."""
    tracks = [people.tracks[number] for number in people.persons[person].tracks]
    best = best_faces(faces, tracks)
    sightings = sorted((sighting for track in tracks for sighting in track.sightings), key=lambda s: s.frame)
    seen = [face_of(faces, sighting) for sighting in sightings]
    looks = []
    for sighting, face, quality in zip(sightings, seen, qualities(seen), strict=True):
        frame = faces.frames[sighting.frame]
        if face.text_share > limits.max_text_share:
            continue
        if face.embedding is not None and scale.of_sets(np.array([face.embedding]), best) < limits.min_similarity:
            continue
        others = tuple(other for other in frame.faces if other is not face)
        square = square_of_one(
            face.box, (faces.width, faces.height), limits.closeup_faces, [other.box for other in others]
        )
        if square is None or any(shows(square, other.box) for other in others):
            continue
        looks.append(Look(person, frame.shot, frame.seconds, face, others, square, quality))
    return looks


def gap(a: Face, b: Face) -> float:
    """Return how different two pictures of a person are, 0 (the same) to 1 (nothing in common).

    1 less the product of what they share in pose, of WIDE_POSE_GAP_DEGREES, and in look.
    """
    angles = [(face.yaw_degrees, face.pitch_degrees, face.roll_degrees) for face in (a, b)]
    pose = min(pose_gap_degrees(*angles) / WIDE_POSE_GAP_DEGREES, 1.0)
    return 1 - (1 - pose) * (1 - look_gap(a.look, b.look))


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
    covered = max(face.text_share for face in together.values())
    if covered > limits.max_text_share:
        return Shortfall("text_over_face", covered, limits.max_text_share)
    if len(near) < 2:
        return Shortfall("head_cut_off", len(near), 2)
    closeups = []
    for look in near:
        ranked = _closeups(look, looks[look.person], limits)
        if isinstance(ranked, Shortfall):
            return ranked
        closeups.append(ranked)
    return Choice(square, (near[0], near[1]), (closeups[0], closeups[1]))


def _closeups(near: Look, looks: Sequence[Look], limits: Limits) -> tuple[Look, ...] | Shortfall:
    """Return the best other looks at the person who is seen `near`, the best first."""
    usable = [look for look in looks if _upscale(look.square, limits) <= limits.max_upscale + 1e-6]
    longest = max(abs(look.seconds - near.seconds) for look in usable)
    if longest < limits.min_gap_seconds:
        return Shortfall("no_closeup", longest, limits.min_gap_seconds)
    away = [
        (gap(look.face, near.face), look)
        for look in usable
        if abs(look.seconds - near.seconds) >= limits.min_gap_seconds
    ]
    widest = max(width for width, _ in away)
    if widest < limits.min_gap:
        return Shortfall("closeup_too_similar_to_round1", widest, limits.min_gap)
    different = [(look.quality * (1 + GAP_WEIGHT * width), look) for width, look in away if width >= limits.min_gap]
    return tuple(look for _, look in sorted(different, key=lambda one: -one[0])[:ALTERNATIVES])


def _quality(choice: Choice) -> float:
    return min(look.quality for look in choice.near) * (1 - padding_share(choice.square))


def _upscale(square: Box, limits: Limits) -> float:
    return limits.training_pixels / (square[2] - square[0])
