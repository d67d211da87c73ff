"""Tracks that are one person: average linkage that abstains."""

import numpy as np


def link(evidence: np.ndarray, apart: np.ndarray, min_evidence: float, min_margin: float) -> list[list[int]]:
    """Cluster N tracks by average linkage, those first for which most speaks. Returns clusters of indices, in order.

    `evidence` is (N, N), higher for the same person, NaN where nothing is known: the evidence for two clusters is the
    mean of what is known between their tracks. `apart` (N, N, bool) are tracks that were seen at once, so they are
    never joined. Two clusters are joined when their evidence is at least `min_evidence`; but when one of them is nearly
    as much like a third cluster (within `min_margin`) that cannot be the same person as the other, nobody can say which
    of the two it is, and they stay as they are.
    """
    members = [[i] for i in range(len(evidence))]
    known = ~np.isnan(evidence)
    total, count = np.where(known, evidence, 0.0), known.astype(np.int64)
    apart = apart.copy()
    doubtful = np.zeros_like(apart)
    alive = np.ones(len(evidence), bool)
    while True:
        with np.errstate(invalid="ignore"):
            mean = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
        open_to = ~apart & ~doubtful & alive[:, None] & alive[None] & ~np.eye(len(mean), dtype=bool)
        candidates = np.where(open_to, mean, -np.inf)
        if candidates.size == 0 or candidates.max() < min_evidence:
            return sorted(sorted(group) for group, is_alive in zip(members, alive, strict=True) if is_alive)
        a, b = (int(i) for i in np.unravel_index(candidates.argmax(), candidates.shape))
        if _has_rival(mean, apart, alive, a, b, min_margin):
            doubtful[a, b] = doubtful[b, a] = True
            continue
        members[a] += members[b]
        alive[b] = False
        for matrix in (total, count):
            matrix[a] += matrix[b]
            matrix[:, a] += matrix[:, b]
        apart[a] |= apart[b]
        apart[:, a] |= apart[:, b]
        doubtful[a] = doubtful[:, a] = False


def _has_rival(mean: np.ndarray, apart: np.ndarray, alive: np.ndarray, a: int, b: int, min_margin: float) -> bool:
    """Return whether a third cluster excludes one of two, and is nearly as much like the other."""
    others = alive.copy()
    others[[a, b]] = False
    near = mean > mean[a, b] - min_margin
    return bool((others & ((apart[a] & ~apart[b] & near[b]) | (apart[b] & ~apart[a] & near[a]))).any())
