"""The common similarity scale.

Embedders measure likeness in units of their own: distances for one, cosines for another. Everything after them reads
one scale instead:

    0    the median pair of strangers
    0.5  the embedder's threshold at a false-match rate of 1e-3: at or above it, two faces are called one person
    1    the same picture

Between these anchors the scale is a straight line; below 0 (less alike than most strangers) it goes on with the slope
of its first piece. Higher is more alike. A `Calibration` is a monotone function, so it moves no ranking.

The anchors hold for single faces. The mean of many faces lies nearer to everybody, so sets of faces are compared by the
mean of their pairs' similarities (`of_sets`), and who needs one vector for a person takes the `medoid` of their faces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

SAME_PERSON = 0.5

Metric = Literal["l2", "cosine"]


@dataclass(frozen=True)
class Calibration:
    """Where an embedder's raw scores lie on the common scale.

    `metric` says what the raw score is: `l2`, the distance of two vectors as the embedder gives them, or `cosine`, of
    their directions. `strangers`, `threshold` and `same` are the raw scores of 0, 0.5 and 1.
    """

    metric: Metric
    strangers: float
    threshold: float
    same: float

    def __post_init__(self) -> None:
        rising = self.strangers < self.threshold < self.same
        falling = self.strangers > self.threshold > self.same
        if not (falling if self.metric == "l2" else rising):
            raise ValueError(f"{self}: raw scores must run from strangers over threshold to same")

    def __call__(self, raw: float | np.ndarray) -> np.ndarray:
        """Put raw scores on the common scale. Raises nothing: any number has its place, none above 1."""
        score = np.asarray(raw, np.float64)
        low = SAME_PERSON * (score - self.strangers) / (self.threshold - self.strangers)
        high = SAME_PERSON + (1 - SAME_PERSON) * (score - self.threshold) / (self.same - self.threshold)
        return np.minimum(np.where(low < SAME_PERSON, low, high), 1.0)

    def between(self, a: Sequence | np.ndarray, b: Sequence | np.ndarray) -> np.ndarray:
        """Compare all of `a` (N, D) with all of `b` (M, D). Returns (N, M) similarities on the common scale."""
        return self(raw_scores(self.metric, a, b))

    def of_sets(self, a: np.ndarray, b: np.ndarray) -> float:
        """Compare two sets of faces, (N, D) and (M, D): the mean similarity of all pairs across."""
        return float(self.between(a, b).mean())

    def medoid(self, faces: np.ndarray) -> int:
        """Return the index of the face (of (N, D), N > 0) that is most like all the others."""
        return int(self.between(faces, faces).mean(axis=1).argmax())


def raw_scores(metric: Metric, a: Sequence | np.ndarray, b: Sequence | np.ndarray) -> np.ndarray:
    """Compare all of `a` (N, D) with all of `b` (M, D), in the embedder's units: (N, M) distances or cosines.

    Memory grows with N x M, not with D: squared distances are |a|^2 + |b|^2 - 2ab, right to about 1e-7.
    """
    left, right = np.atleast_2d(np.asarray(a, np.float64)), np.atleast_2d(np.asarray(b, np.float64))
    products = left @ right.T
    if metric == "l2":
        squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * products
        return np.sqrt(np.maximum(squares, 0.0))
    return products / (np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1))


# Shipped calibrations, one an embedder, for a false-match rate of 1e-3. A run with enough people measures its own
# (stages.calibrate).
#
# dlib: measured. 19,555 pairs of single faces of 25 px and more, seven people in webcam-like videos: the median
# distance of strangers is 0.73, and one pair in a thousand is nearer than 0.45; faces of one person have a median of
# 0.30. (The 0.6 that dlib recommends is where both kinds of error are about equally rare on LFW: too lax for joining
# tracks.)
#
# insightface (the ArcFace of pack buffalo_l): from others. On LFW, a million pairs of strangers, a cosine of 0.28 is
# exceeded by one in a thousand (ronny3050/AdvFaces, issue 7, of an ArcFace); 0.02 more for the softer faces of videos.
# Unrelated directions of 512 numbers have a cosine of 0 +- 0.04, faces have a little more.
#
# facenet (InceptionResnetV1 on VGGFace2): a guess that wants the run's own. DeepFace takes 0.60 of a FaceNet with 128
# numbers (deepface/config/threshold.py, as a distance of 0.40), which is for the best accuracy, not for a rate.
CALIBRATIONS: Mapping[str, Calibration] = {
    "dlib": Calibration("l2", strangers=0.73, threshold=0.45, same=0.0),
    "insightface": Calibration("cosine", strangers=0.03, threshold=0.30, same=1.0),
    "facenet": Calibration("cosine", strangers=0.05, threshold=0.50, same=1.0),
}
