"""Tell a living face from one on a poster or a photo, by how its looks change.

A print never changes: what differs between two looks at it is how the detector laid its box, the light, and what the
codec made of it. The first two are taken out here, by shifting, turning, scaling and shading one look until it is as
like the other as it gets. What then remains is small for a print. A face on a screen lives, and counts as a person.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from stages.faces.quality import grey_levels

MIN_LOOKS = 4  # fewer say nothing
MOST_LOOKS = 9  # that are compared; of more, an even selection
APART_SECONDS = 0.5  # looks nearer to each other are alike in the living too
ROUNDS = 6
BORDER = 2  # pixels of a look that shifting may bring in from outside
BLUR_PX = 1.0  # evens out what shrinking a face to a look, and shifting that, does to its finest parts
SHADING = 4  # of the columns that are fitted, the first: contrast, brightness, and how it falls off to the sides
FLAT = 25.0  # squared grey levels; a look with less contrast than this tells nothing
TOLD_BY = 0.7  # the quantile of the differences: the largest are the detector's, the smallest are calm moments
# Faces on posters and photos, seen by MTCNN before shaking and zooming cameras, have 0.03 to 0.052; a man who smiles
# into the camera and keeps as still as he can has 0.062, people who talk 0.09 and more.
MIN_LIVELINESS = 0.055
# On small and oblique prints the detector's boxes leap, which makes up to 0.075. So beside somebody who is several
# times as lively a face has to give more: the stillest of the people filmed beside such a one has 0.083. Who sits still
# alone is spared.
MIN_LIVELINESS_BESIDE, MUCH_LIVELIER = 0.078, 4.0


def liveliness(looks: Sequence[bytes], seconds: Sequence[float]) -> float | None:
    """Return how much the looks at one face differ: 0 for the same picture, 1 for unrelated ones.

    `looks` are `Face.look`s, `seconds` their times, in order. A face that gives less than MIN_LIVELINESS is a print.
    None when there are too few looks, or none far enough apart in time.
    """
    import cv2

    chosen = np.unique(np.linspace(0, len(looks) - 1, min(len(looks), MOST_LOOKS)).round().astype(int))
    if len(chosen) < MIN_LOOKS:
        return None
    pictures = {i: cv2.GaussianBlur(grey_levels(looks[i]).astype(np.float64), (0, 0), BLUR_PX) for i in chosen}
    gaps = [
        min(gap(pictures[i], pictures[j]), gap(pictures[j], pictures[i]))
        for i, j in combinations(chosen, 2)
        if seconds[j] - seconds[i] >= APART_SECONDS
    ]
    return float(np.quantile(gaps, TOLD_BY)) if gaps else None


def gap(a: np.ndarray, b: np.ndarray) -> float:
    """Return by how much two looks (LOOK_PIXELS, LOOK_PIXELS) differ once one is laid on the other, 0 to 1.

    The root of the share of the variance that remains. Shift, turn, scale, brightness and contrast are found by
    Gauss-Newton steps (Baker and Matthews, "Lucas-Kanade 20 years on", IJCV 2004).
    """
    import cv2

    inner = slice(BORDER, -BORDER)
    middle = (len(a) - 1) / 2
    y, x = np.mgrid[: len(a), : len(a)] - middle
    target = b[inner, inner].ravel()
    spread = float(target.var()) + FLAT
    turn = np.eye(3)
    remains = 1.0
    for _ in range(ROUNDS):
        moved = cv2.warpAffine(
            a, turn[:2], a.shape, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        down, across = np.gradient(moved)
        columns = (moved, np.ones_like(moved), x, y, across, down, across * x + down * y, down * x - across * y)
        design = np.stack([column[inner, inner].ravel() for column in columns], 1)
        rest = target - design[:, :SHADING] @ _fit(design[:, :SHADING], target)
        remains = min(remains, float(np.square(rest).mean()) / spread)
        found = _fit(design, target)
        shift_x, shift_y, grow, roll = found[SHADING:] / max(float(found[0]), 0.1)
        step = np.array([[1 + grow, -roll, shift_x], [roll, 1 + grow, shift_y], [0.0, 0.0, 1.0]])
        centre = np.array([[1.0, 0.0, middle], [0.0, 1.0, middle], [0.0, 0.0, 1.0]])
        turn = turn @ centre @ step @ np.linalg.inv(centre)
        if not 0.5 < abs(np.linalg.det(turn)) < 2:
            break
    return float(np.sqrt(remains))


def _fit(design: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the least squares' coefficients of the columns of `design` (N, K) for `target` (N,)."""
    normal = design.T @ design
    return np.linalg.solve(normal + 1e-6 * np.diag(np.diag(normal) + 1.0), design.T @ target)
