"""Faces of one shot joined into tracklets, frame by frame.

Two thresholds, as in ByteTrack (Zhang et al., "ByteTrack: multi-object tracking by associating every detection box",
ECCV 2022): faces of which the detector is sure are given to tracklets first, and may begin them; those of which it is
not are offered to the tracklets that are left, and begin none.

Nobody is guessed at. A face that two tracklets claim with nearly the same right is left out, and both wait for the next
frame; a face that may or may not be a tracklet's own ends it and begins another. What was torn apart is put together
by the best faces (`rejoining`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.likeness.similarity import Calibration
from stages.tracking import motion
from stages.tracking.assignment import assign
from stages.tracking.evidence import Evidence, Spotted
from stages.tracking.motion import Motion

REMEMBERED = 5  # latest embeddings of a tracklet that a face is compared with


@dataclass(frozen=True)
class Tracklet:
    """Faces that follow each other without doubt: (frame, face), in the order of time.

    `abstained` counts the frames in which nobody could say how it goes on.
    """

    sightings: tuple[tuple[int, int], ...]
    abstained: int


@dataclass
class _Open:
    """A tracklet that may go on."""

    at: Motion
    sightings: list[tuple[int, int]] = field(default_factory=list)
    look: np.ndarray | None = None
    embeddings: list[np.ndarray] = field(default_factory=list)
    abstained: int = 0
    ended: bool = False

    def add(self, frame: int, number: int, face: Spotted) -> None:
        self.sightings.append((frame, number))
        self.look = face.look
        if face.embedding is not None and face.begins:
            self.embeddings = [*self.embeddings[1 - REMEMBERED :], face.embedding]


@dataclass(frozen=True)
class Follower:
    """Follows faces through a shot.

    `width` and `height` are those of the frames, which boxes refer to. A tracklet goes on within `max_gap_seconds`,
    with a face that is better than all alternatives by `min_margin` nats.
    """

    width: int
    height: int
    scale: Calibration
    evidence: Evidence
    max_gap_seconds: float = 1.0
    min_margin: float = 2.0

    def follow(self, seconds: Sequence[float], frames: Sequence[Sequence[Spotted]]) -> list[Tracklet]:
        """Join the faces of the `frames` of one shot, seen at `seconds`, in the order of the tracklets' first faces."""
        found: list[_Open] = []
        for frame, (now, faces) in enumerate(zip(seconds, frames, strict=True)):
            waiting = [one for one in found if not one.ended and now - one.at.seconds <= self.max_gap_seconds + 1e-6]
            taken: set[int] = set()
            for sure in (True, False):
                offered = [number for number, face in enumerate(faces) if face.begins is sure]
                taken |= self._share_out(waiting, {number: faces[number] for number in offered}, frame, now)
                waiting = [one for one in waiting if not one.ended and one.at.seconds < now]
            for number, face in enumerate(faces):
                if face.begins and number not in taken:
                    found.append(_Open(motion.begin(face.box, now, self.evidence.dynamics)))
                    found[-1].add(frame, number, face)
        return [Tracklet(tuple(one.sightings), one.abstained) for one in found]

    def _share_out(self, waiting: Sequence[_Open], faces: dict[int, Spotted], frame: int, now: float) -> set[int]:
        """Give faces to tracklets. Returns the faces that were given or left out: all but those may begin others."""
        numbers = list(faces)
        expected = [motion.predict(one.at, now, self.evidence.dynamics) for one in waiting]
        matches = assign(
            np.array(
                [[self._gain(one, at, faces[n]) for n in numbers] for one, at in zip(waiting, expected, strict=True)]
            )
        )
        taken = set()
        for match in matches:
            one, number = waiting[match.row], numbers[match.column]
            if match.margin >= self.min_margin:
                one.at = motion.update(expected[match.row], faces[number].box, self.evidence.dynamics)
                one.add(frame, number, faces[number])
                taken.add(number)
                continue
            one.abstained += 1
            if len(match.rivals) > 1:
                taken.add(number)
            elif faces[number].begins:
                one.ended = True
        return taken

    def _gain(self, one: _Open, expected: Motion, face: Spotted) -> float:
        """Return what speaks for a tracklet going on with a face, in nats."""
        nats = self.evidence.going_on + self.evidence.of_motion(expected, face.box, (self.width, self.height))
        if face.embedding is not None and one.embeddings:
            nats += self.evidence.of_identity(self.scale.of_sets(np.array(one.embeddings), face.embedding[None]))
        if face.look is not None and one.look is not None:
            nats += self.evidence.of_looks(one.look, face.look)
        return nats
