"""Where a face will be: a Kalman filter with constant velocity.

The three axes (x and y of the centre in pixels, logarithm of the size) are filtered on their own, as in SORT (Bewley
et al., "Simple online and realtime tracking", ICIP 2016), but noise is in sizes of the face and seconds, so that it
means the same for faces near and far and for any rate of sampling. Few frames a second are sampled, and people who
talk start and stop between two of them. So a face may also just have stayed where it was last seen, however long ago
(OC-SORT's recovery from the last observation; Cao et al., "Observation-centric SORT", CVPR 2023).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stages.faces.quality import size


@dataclass(frozen=True)
class Dynamics:
    """How faces move: standard deviations, of the centre in sizes of the face, of the size in its logarithm."""

    start_speed: float = 3.0  # a second, of a face that has been seen once and does not stay
    acceleration: float = 3.0  # a second squared
    jitter: float = 0.08  # of the detector's boxes
    sway: float = 0.5  # of a face that has stayed, after one second; grows with the root of time
    size_start_speed: float = 0.15
    size_acceleration: float = 0.4
    size_jitter: float = 0.06

    def of_axes(self, centre: float, of_size: float) -> np.ndarray:
        """Return a value for each axis, (3,)."""
        return np.array([centre, centre, of_size])


@dataclass(frozen=True)
class Motion:
    """What is believed of a face at a moment, and where it was last seen."""

    mean: np.ndarray  # (3, 2): position and velocity on each axis
    covariance: np.ndarray  # (3, 2, 2), the centre's in sizes of the face
    seconds: float
    seen: np.ndarray  # (3,) position at the last sighting
    seen_seconds: float

    @property
    def face_pixels(self) -> float:
        """Size of the face."""
        return float(math.exp(self.mean[2, 0]))


def begin(box: Sequence[float], seconds: float, dynamics: Dynamics) -> Motion:
    """Return what is known of a face that has been seen once: where it is, and that it will not move fast."""
    at = _position(box)
    spread = np.zeros((3, 2, 2))
    spread[:, 0, 0] = _noise(dynamics)
    spread[:, 1, 1] = dynamics.of_axes(dynamics.start_speed, dynamics.size_start_speed) ** 2
    return Motion(np.stack([at, np.zeros(3)], 1), spread, seconds, at, seconds)


def predict(motion: Motion, seconds: float, dynamics: Dynamics) -> Motion:
    """Return what is to be expected at a later moment."""
    dt = seconds - motion.seconds
    step = np.array([[1.0, dt], [0.0, 1.0]])
    push = np.outer(*(2 * [np.array([dt**2 / 2, dt])]))  # of an acceleration that lasts from one sighting to the next
    strength = dynamics.of_axes(dynamics.acceleration, dynamics.size_acceleration) ** 2
    return replace(
        motion,
        mean=motion.mean @ step.T,
        covariance=step @ motion.covariance @ step.T + strength[:, None, None] * push,
        seconds=seconds,
    )


def update(motion: Motion, box: Sequence[float], dynamics: Dynamics) -> Motion:
    """Correct what was expected by what was seen at `motion.seconds`."""
    at = _position(box)
    total = motion.covariance[:, 0, 0] + _noise(dynamics)
    gain = motion.covariance[:, :, 0] / total[:, None]
    mean = motion.mean + gain * (at - motion.mean[:, 0])[:, None]
    spread = motion.covariance - gain[:, :, None] * motion.covariance[:, None, 0, :]
    return Motion(mean, spread, motion.seconds, at, motion.seconds)


def log_density(motion: Motion, box: Sequence[float], dynamics: Dynamics) -> float:
    """Return the logarithm of the density with which a face is expected at `box`, in nats.

    `motion` is a prediction. The density is over centres in sizes of the face, and logarithms of its size: half of it
    is for going on at the same speed, half for having stayed.
    """
    at = _position(box)
    unit = np.array([motion.face_pixels, motion.face_pixels, 1.0])
    noise = _noise(dynamics)
    waited = max(motion.seconds - motion.seen_seconds, 0.0)
    stayed = 2 * noise + dynamics.of_axes(dynamics.sway, dynamics.size_start_speed) ** 2 * waited
    return float(
        np.logaddexp(
            _log_normal((at - motion.mean[:, 0]) / unit, motion.covariance[:, 0, 0] + noise),
            _log_normal((at - motion.seen) / unit, stayed),
        )
        - math.log(2)
    )


def _position(box: Sequence[float]) -> np.ndarray:
    x0, y0, x1, y1 = box
    return np.array([(x0 + x1) / 2, (y0 + y1) / 2, math.log(max(size(box), 1e-3))])


def _noise(dynamics: Dynamics) -> np.ndarray:
    return dynamics.of_axes(dynamics.jitter, dynamics.size_jitter) ** 2


def _log_normal(gap: np.ndarray, variance: np.ndarray) -> float:
    return float(-0.5 * np.sum(gap**2 / variance + np.log(2 * math.pi * variance)))
