"""Mixtures of Gaussians, fitted to features of pixels and compared at all of them in one product of matrices."""

from dataclasses import dataclass

import cv2
import numpy as np

ROUNDS = 8  # of k-means
FEWEST = 6  # samples that make a component


@dataclass(frozen=True)
class Mixture:
    """The logarithm of a mixture's density, less its largest constant: `monomials(x) @ terms`, one column a component.

    `terms` is (1 + D + D (D + 1) / 2, K) float32.
    """

    terms: np.ndarray

    def log_density(self, monomials: np.ndarray) -> np.ndarray:
        """Return the log density, (N,) float32, at points whose monomials are (N, 1 + D + D (D + 1) / 2)."""
        each = monomials @ self.terms
        highest = each.max(1)
        return highest + np.log(np.exp(each - highest[:, None]).sum(1))


def fit(points: np.ndarray, components: int, variance_floor: float) -> Mixture:
    """Fit a mixture to `points` (N, D) float32: one Gaussian to each cluster that k-means finds.

    `variance_floor` is added to all variances. OpenCV's generator chooses the first centres: seed it.
    """
    criteria = (cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 0)
    start = np.zeros((len(points), 1), np.int32)
    _, labels, _ = cv2.kmeans(points, min(components, len(points)), start, criteria, 1, cv2.KMEANS_PP_CENTERS)
    clusters = [points[labels[:, 0] == number] for number in range(components)]
    kept = [cluster for cluster in clusters if len(cluster) >= FEWEST] or [points]
    return Mixture(np.stack([_terms(c, len(c) / len(points), variance_floor) for c in kept], 1).astype(np.float32))


def monomials(points: np.ndarray) -> np.ndarray:
    """Return 1, the coordinates and their products of two, (N, 1 + D + D (D + 1) / 2), of points (N, D) float32.

    Centre the points first: float32 carries the squares.
    """
    rows, columns = np.triu_indices(points.shape[1])
    return np.concatenate([np.ones((len(points), 1), np.float32), points, points[:, rows] * points[:, columns]], axis=1)


def _terms(points: np.ndarray, share: float, variance_floor: float) -> np.ndarray:
    """Return the coefficients of the monomials in the log density of a Gaussian with the weight `share`."""
    dimensions = points.shape[1]
    mean = points.mean(0, dtype=np.float64)
    deviations = points - mean
    covariance = deviations.T @ deviations / len(points) + variance_floor * np.eye(dimensions)
    precision = np.linalg.inv(covariance)
    _, log_determinant = np.linalg.slogdet(covariance)
    constant = np.log(share) - log_determinant / 2 - mean @ precision @ mean / 2
    squares = -precision / 2
    squares[~np.eye(dimensions, dtype=bool)] *= 2  # each product of two different coordinates stands for both orders
    return np.concatenate([[constant], precision @ mean, squares[np.triu_indices(dimensions)]])
