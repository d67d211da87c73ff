"""What speaks for two faces being one person, in nats: logarithms of likelihood ratios, which add up.

0 says nothing, 3 is odds of 20 to 1 for the same person, negative is for somebody else. No single witness is believed
beyond a limit: a detector's box may jump, and embeddings of hidden faces lie.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.tracking.motion import Dynamics, Motion, log_density


@dataclass(frozen=True)
class Bell:
    """A normal distribution of similarities."""

    mean: float
    deviation: float

    def log_density(self, value: float) -> float:
        """Return the logarithm of its density."""
        return -0.5 * ((value - self.mean) / self.deviation) ** 2 - math.log(self.deviation)


@dataclass(frozen=True)
class Evidence:
    """How similarities and motion are weighed.

    `same` and `others` are similarities of embeddings on the common scale, within a shot; the two in one picture are
    more alike than any two people (0 is the median of those), for they share its light and often age or kin.
    `same_look` and `other_look` are correlations of upright grey patches, from one sampled frame to the next. All four
    were measured with dlib on 1,100 pairs of drawn faces; others are taken to be more alike than drawn ones in looks
    (0.17), and less in their embeddings (0.27). `going_on` is in favour of every track: that somebody leaves and
    another comes to the very place between two frames is rare.
    """

    same: Bell = Bell(0.70, 0.13)
    others: Bell = Bell(0.20, 0.16)
    identity_limit: float = 8.0
    same_look: Bell = Bell(0.75, 0.17)
    other_look: Bell = Bell(0.35, 0.27)
    look_limit: float = 3.0
    motion_limit: float = 8.0
    going_on: float = 2.0
    dynamics: Dynamics = field(default_factory=Dynamics)

    def of_identity(self, similarity: float) -> float:
        """Weigh the similarity of two faces, or sets of them, on the common scale."""
        return _ratio(similarity, self.same, self.others, self.identity_limit)

    def of_looks(self, a: np.ndarray, b: np.ndarray) -> float:
        """Weigh two patches as `standardized` gives them."""
        return _ratio(float(a @ b), self.same_look, self.other_look, self.look_limit)

    def of_motion(self, expected: Motion, box: Sequence[float], frame: tuple[int, int]) -> float:
        """Weigh a place against what was expected; somebody else may be anywhere in a `frame` (width, height)."""
        anywhere = -math.log(frame[0] * frame[1] / expected.face_pixels**2) - math.log(SIZES)
        nats = log_density(expected, box, self.dynamics) - anywhere
        return max(nats, -self.motion_limit)


SIZES = 2.0  # the range of the logarithms of people's sizes in one shot: 7 to 1


@dataclass(frozen=True)
class Spotted:
    """A face as the tracker sees it.

    `begins` says whether the detector was sure enough for a track to begin with it. `look` is a patch as
    `standardized` gives it, None where nothing is known; so is `embedding`, the embedder's vector.
    """

    box: tuple[float, float, float, float]
    embedding: np.ndarray | None = None
    look: np.ndarray | None = None
    begins: bool = True


def standardized(look: np.ndarray) -> np.ndarray:
    """Flatten a patch (any shape, grey levels), free of brightness and contrast: the dot product is a correlation."""
    flat = np.asarray(look, np.float64).ravel()
    flat = flat - flat.mean()
    return flat / max(float(np.linalg.norm(flat)), 1e-9)


def _ratio(value: float, same: Bell, other: Bell, limit: float) -> float:
    """Return the logarithm of a likelihood ratio, which never falls as `value` rises, within +-`limit`."""
    turn = _turning_point(same, other)
    held = min(value, turn) if same.deviation < other.deviation else max(value, turn)
    return min(max(same.log_density(held) - other.log_density(held), -limit), limit)


def _turning_point(same: Bell, other: Bell) -> float:
    """Return where the ratio of two bells turns back: beyond it, the wider of them wins on both sides."""
    a, b = same.deviation**-2, other.deviation**-2
    return (a * same.mean - b * other.mean) / (a - b) if a != b else -math.inf
