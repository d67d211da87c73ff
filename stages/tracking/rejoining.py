"""Tracklets of one shot that are the same person: seen again after an occlusion, or where nobody knew who was who."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from stages.likeness.similarity import Calibration
from stages.tracking import motion
from stages.tracking.evidence import Evidence
from stages.tracking.linking import link
from stages.tracking.motion import Motion

Box = tuple[float, float, float, float]
MOTION_CREDIT = 1.5  # nats; that somebody appears where another was going says little where two have met


@dataclass(frozen=True)
class Piece:
    """A tracklet as it is looked at to be joined: frames, seconds and boxes of its faces, embeddings of the best."""

    frames: tuple[int, ...]
    seconds: tuple[float, ...]
    boxes: tuple[Box, ...]
    embeddings: np.ndarray  # (up to some, D); none where no face was embedded


@dataclass(frozen=True)
class Rejoiner:
    """Joins tracklets of a shot.

    Two of them are joined when at least `min_evidence` nats speak for it, and nothing else is within `min_margin`:
    the similarity of their best faces, and within `max_gap_seconds` how well the later begins where the earlier was
    going.
    """

    width: int
    height: int
    scale: Calibration
    evidence: Evidence
    max_gap_seconds: float = 1.0
    min_evidence: float = 3.0
    min_margin: float = 3.0

    def rejoin(self, pieces: Sequence[Piece]) -> list[list[int]]:
        """Return the indices of the pieces of each person, in the order of time."""
        nats = np.full((len(pieces), len(pieces)), np.nan)
        apart = np.zeros(nats.shape, bool)
        for i, j in combinations(range(len(pieces)), 2):
            a, b = pieces[i], pieces[j]
            apart[i, j] = apart[j, i] = bool(set(a.frames) & set(b.frames))
            if len(a.embeddings) and len(b.embeddings):
                nats[i, j] = nats[j, i] = self._nats(a, b)
        return link(nats, apart, self.min_evidence, self.min_margin)

    def _nats(self, a: Piece, b: Piece) -> float:
        alike = self.evidence.of_identity(self.scale.of_sets(a.embeddings, b.embeddings))
        first, second = (a, b) if a.seconds[-1] < b.seconds[0] else (b, a)
        gap = second.seconds[0] - first.seconds[-1]
        if not 0 < gap <= self.max_gap_seconds + 1e-6:
            return alike
        dynamics = self.evidence.dynamics
        expected = motion.predict(_end(first, self.evidence), second.seconds[0], dynamics)
        return alike + min(self.evidence.of_motion(expected, second.boxes[0], (self.width, self.height)), MOTION_CREDIT)


def _end(piece: Piece, evidence: Evidence) -> Motion:
    """Return how a piece moved at its end."""
    at = motion.begin(piece.boxes[0], piece.seconds[0], evidence.dynamics)
    for box, seconds in zip(piece.boxes[1:], piece.seconds[1:], strict=True):
        at = motion.update(motion.predict(at, seconds, evidence.dynamics), box, evidence.dynamics)
    return at
