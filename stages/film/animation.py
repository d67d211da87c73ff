"""Tell flat, cel-shaded drawings from film.

A cel is made of areas of one colour with hard edges between them. Filmed things, and drawings that are shaded, go
over from one colour into another: most of what is not flat in them is a slope. Areas near black and white are left
out, as film has flat ones there too.
"""

import numpy as np

FLAT_LEVELS = 4  # of 255: by as much the colours of 3 x 3 pixels differ within a flat area, for compression
EDGE_LEVELS = 20  # and by more than this across an edge
DARK_LEVELS, BRIGHT_LEVELS = 40, 235  # the brightest channel is above the one, the darkest below the other
LEAST_SHARE = 0.15  # of the frame, that must lie between


def flatness(frame: np.ndarray) -> float | None:
    """Return how much a frame is like a cel, 0 (all slopes) to 1 (flat areas and hard edges only).

    `frame` is (H, W, 3) uint8 RGB, about 144 pixels high: larger ones have softer edges. It is the product of the
    share of flat pixels among those that are flat or slopes, and that of edges among edges and slopes. Film has less
    than 0.35, flat drawings more than 0.5. None where nearly all is black or white.
    """
    import cv2

    around = np.ones((3, 3), np.uint8)
    counts = (frame.max(axis=2) > DARK_LEVELS) & (frame.min(axis=2) < BRIGHT_LEVELS)
    if counts.mean() < LEAST_SHARE:
        return None
    differs = (cv2.dilate(frame, around) - cv2.erode(frame, around)).max(axis=2)[counts]
    flat, edge = float((differs <= FLAT_LEVELS).mean()), float((differs > EDGE_LEVELS).mean())
    slope = 1 - flat - edge
    return flat / max(flat + slope, 1e-6) * edge / max(edge + slope, 1e-6)
