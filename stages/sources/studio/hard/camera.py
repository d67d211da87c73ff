"""A camera that is held by hand, pans and zooms: an affine map from the stage to the frame."""

import itertools
from dataclasses import dataclass

import numpy as np

from stages.sources.studio.script import HEIGHT, WIDTH


@dataclass(frozen=True)
class Camera:
    """How a take is filmed. The programmes are (seconds, value), eased between their points."""

    shake_px: float = 0.0
    shake_hertz: float = 1.6
    seed: int = 0
    zoom: tuple[tuple[float, float], ...] = ((0.0, 1.0),)  # > 1 is closer
    pan_x: tuple[tuple[float, float], ...] = ((0.0, 0.0),)  # pixels of the stage, > 0 looks to the right
    pan_y: tuple[tuple[float, float], ...] = ((0.0, 0.0),)  # > 0 looks down

    def matrix(self, seconds: float) -> np.ndarray:
        """Return the (2, 3) matrix that takes pixels of the stage to pixels of the frame."""
        phase = np.random.default_rng((0xCA3E, self.seed)).uniform(0, 2 * np.pi, 6)
        beat = 2 * np.pi * self.shake_hertz * seconds
        sway = np.sin(np.array([1.0, 1.23, 0.71]) * beat + phase[:3])
        sway += 0.55 * np.sin(np.array([2.71, 2.33, 1.9]) * beat + phase[3:])
        zoom = follow(self.zoom, seconds)
        roll = np.radians(0.12 * self.shake_px * sway[2])
        turn = zoom * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        looks_at = middle + (follow(self.pan_x, seconds), follow(self.pan_y, seconds)) + self.shake_px * sway[:2]
        return np.concatenate([turn, (middle - turn @ looks_at)[:, None]], 1)


def follow(programme: tuple[tuple[float, float], ...], seconds: float) -> float:
    """Return the value of a programme at a moment: eased between its points, constant before and after."""
    for (start, low), (end, high) in itertools.pairwise(programme):
        if seconds < end:
            share = min(max((seconds - start) / (end - start), 0.0), 1.0)
            return low + (high - low) * share * share * (3 - 2 * share)
    return programme[-1][1]
