"""Who goes with whom, and how sure that is."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Match:
    """A row that goes with a column.

    `margin` is what the whole assignment would lose, in the units of the gains, if these two had to part.
    `rivals` are the rows that would then go otherwise than now, this one first.
    """

    row: int
    column: int
    margin: float
    rivals: tuple[int, ...]


def assign(gains: np.ndarray) -> list[Match]:
    """Pair rows with columns of `gains` (R, C) so that the sum is largest (Kuhn 1955, scipy's linear_sum_assignment).

    Rows and columns may stay alone, which gains nothing: no pair with a gain below 0 is made.
    """
    if gains.size == 0:
        return []
    best = _largest(gains)
    matches = []
    for row, column in best.items():
        without = gains.copy()
        without[row, column] = -np.inf
        second = _largest(without)
        others = [r for r in range(len(gains)) if r != row and best.get(r) != second.get(r) and r in second]
        matches.append(Match(row, column, _sum(gains, best) - _sum(gains, second), (row, *others)))
    return matches


def _largest(gains: np.ndarray) -> dict[int, int]:
    """Return the best assignment, row -> column. Each row has a column of its own beside those given: to stay alone."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = gains.shape
    allowed = np.concatenate([np.maximum(gains, -1.0), np.zeros((rows, rows))], 1)
    chosen = zip(*linear_sum_assignment(allowed, maximize=True), strict=True)
    return {int(r): int(c) for r, c in chosen if c < columns and gains[r, c] > 0}


def _sum(gains: np.ndarray, pairs: dict[int, int]) -> float:
    return float(sum(gains[row, column] for row, column in pairs.items()))
