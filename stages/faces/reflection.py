"""Tell whether two faces are one person and a mirror image: whatever one does the other does, the other way round."""

from collections.abc import Sequence

import numpy as np

from stages.faces.quality import grey_levels

MIN_MOMENTS = 5  # fewer may agree by chance
# Drawn people before a mirror have 0.56 to 0.65, as their two faces' boxes tremble apart; any two people, filmed or
# drawn, from -0.15 to 0.15, one person filmed twice too.
MIN_REFLECTION = 0.35


def reflection(left: Sequence[bytes], right: Sequence[bytes]) -> float | None:
    """Return how far one face is the other's mirror image, -1 to 1: about 0 for two people, 1 for a mirror.

    `left` and `right` are the `Face.look`s of the two at the same moments. It is the correlation between what changes
    in one and what changes in the other turned round, so that people who merely look alike, twins or one person
    filmed twice, have none. At least MIN_REFLECTION is a mirror image. None when there are too few moments, or
    nothing changes.
    """
    if len(left) < MIN_MOMENTS:
        return None
    a, b = (np.stack([grey_levels(look).astype(np.float64) for look in looks]) for looks in (left, right))
    a, b = (looks - looks.mean(axis=0) for looks in (a, b[:, :, ::-1]))
    spread = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum() / spread) if spread > 0 else None
