"""How alike strangers are to an embedder, measured on the people of a run.

Two people are *strangers* when they are seen in one frame, or when they are of different videos. The latter are many,
but some of them are one person who comes back, and a few such pairs outweigh all of the far end of the distribution
that a low false-match rate is about. They are told by three things together: both are each other's nearest, they are
more alike than any pair of strangers among so many is expected to be, and that expectation comes from the bulk of the
pairs, which people who come back hardly touch (`returning`).

Likeness is a raw score turned so that higher is more alike: cosines as they are, distances negated.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

BULK = (0.5, 0.9)  # quantiles between which strangers' likeness is followed to tell what is out of the ordinary
REPLICATES = 400
CONFIDENCE = 0.95
NOT_COMPARED = -np.inf


@dataclass(frozen=True)
class Strangers:
    """What was found out about pairs of strangers.

    `median` and `threshold` are likenesses, the latter exceeded by the requested share of the pairs. The true share is
    below `rate_bound` with a confidence of CONFIDENCE. `returning` people were taken for somebody seen elsewhere.
    """

    pairs: int
    returning: int
    median: float
    threshold: float
    rate_bound: float


def measure(likeness: np.ndarray, videos: np.ndarray, false_match_rate: float, seed: np.random.Generator) -> Strangers:
    """Estimate the distribution of strangers' likeness.

    `likeness` (P, P) is symmetric, NOT_COMPARED for pairs that are no strangers for sure; `videos` (P,) numbers each
    person's video. At least one pair has to be compared.
    """
    groups = returning(likeness)
    apart = np.where(groups[:, None] == groups, NOT_COMPARED, likeness)
    scores = _pairs(apart)
    threshold = float(np.quantile(scores, 1 - false_match_rate, method="higher"))
    return Strangers(
        pairs=len(scores),
        returning=len(groups) - len(np.unique(groups)),
        median=float(np.median(scores)),
        threshold=threshold,
        rate_bound=rate_bound(apart, videos, threshold, seed),
    )


def returning(likeness: np.ndarray) -> np.ndarray:
    """Group the people of `likeness` (P, P) who are one person: returns (P,) numbers, equal within a group.

    On normal paper (normal quantiles against likeness) the bulk of strangers lies about on a line. Followed to the
    quantile that one pair in all reaches, the line says how alike the most alike strangers are; each other's nearest
    who are more alike are joined, and again without the pairs within groups, until none is left. Where strangers have
    a heavier tail than the normal one, the line ends too low, but few of them are each other's nearest.
    """
    groups = np.arange(len(likeness))
    left = likeness
    while len(scores := _pairs(left)):
        nearest = left.argmax(axis=1)
        mutual = nearest[nearest] == np.arange(len(left))
        joined = mutual & (left.max(axis=1) > _expected_most(scores))
        if not joined.any():
            break
        for i in np.flatnonzero(joined):
            groups[groups == groups[nearest[i]]] = groups[i]
        left = np.where(groups[:, None] == groups, NOT_COMPARED, likeness)
    return groups


def rate_bound(likeness: np.ndarray, videos: np.ndarray, threshold: float, seed: np.random.Generator) -> float:
    """Return the share of pairs at or above `threshold` that is exceeded with a probability of 1 - CONFIDENCE.

    Pairs that share a person, and people who share a video, are not independent, so videos are drawn again, with all
    their people: the subsets bootstrap of Bolle, Ratha and Pankanti, "Error analysis of pattern recognition systems",
    CVIU 93, 2004.
    """
    compared = np.triu(likeness > NOT_COMPARED, 1)
    first, second = np.nonzero(compared & (likeness >= threshold))
    _, video = np.unique(videos, return_inverse=True)
    count = int(video.max()) + 1
    member = (video == np.arange(count)[:, None]).astype(np.float64)
    pairs = member @ compared @ member.T  # (videos, videos): how many pairs are compared
    own, inside = np.diag(pairs), video[first] == video[second]  # pairs seen together, which come as their video does
    rates = []
    for _ in range(REPLICATES):
        times = np.bincount(seed.integers(count, size=count), minlength=count).astype(np.float64)
        found = np.where(inside, times[video[first]], times[video[first]] * times[video[second]]).sum()
        total = times @ pairs @ times - own @ times**2 + own @ times
        rates.append(found / max(total, 1.0))
    return float(np.quantile(rates, CONFIDENCE))


def _expected_most(scores: np.ndarray) -> float:
    """Return the likeness of the most alike of so many strangers, if all are as the bulk of them."""
    normal = NormalDist()
    low, high = np.quantile(scores, BULK)
    z_low, z_high = (normal.inv_cdf(share) for share in BULK)
    return float(low + (high - low) / (z_high - z_low) * (normal.inv_cdf(1 - 1 / (len(scores) + 1)) - z_low))


def _pairs(likeness: np.ndarray) -> np.ndarray:
    """Return the scores of the compared pairs, each once."""
    scores = likeness[np.triu_indices(len(likeness), 1)]
    return scores[scores > NOT_COMPARED]
