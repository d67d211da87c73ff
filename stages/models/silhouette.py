"""Where in a picture a person probably is, told from the face alone: head, neck, shoulders, trunk.

Lengths are in face sizes (`stages.faces.quality.size` of the box). The head leans and turns as the face does; the trunk
hangs straight down from where that puts the neck. What is drawn is loose, for hair and clothes: colour and edges
decide.
"""

import numpy as np

from stages.faces.quality import roll_degrees, size, yaw_degrees
from stages.models.faces import Detection

HEAD_AXES = 0.58, 0.78  # half axes across and along, with hair and ears
HEAD_ABOVE = 0.18  # the head's middle over that of the face
HEAD_SOFTNESS = 0.2  # share of the half axes over which the odds rise by e
BEHIND = 0.11  # how far a head turned by 30 degrees reaches further where its face does not look
NECK_BELOW = 0.67  # the neck's root under the middle of the face
TRUNK_DEPTHS = -0.27, 0.0, 0.13, 0.43, 0.86, 2.7  # under the neck's root ...
TRUNK_HALF_WIDTHS = 0.22, 0.29, 0.54, 1.08, 1.24, 1.35  # ... the trunk is so wide
SOFT_DEPTHS = -0.22, 0.11, 0.65, 1.6
SOFTNESSES = 0.086, 0.13, 0.24, 0.33  # over which the odds of neck and trunk rise by e
CERTAINTY = 5.0  # nats, at most: nothing is impossible


def log_odds(shape: tuple[int, int], face: Detection, others: tuple[Detection, ...] = ()) -> np.ndarray:
    """Return the log odds that a pixel belongs to the person with `face`, (H, W) float32 nats, of a picture (H, W).

    A pixel that probably belongs to somebody of `others` is improbable in the same measure.
    """
    mine = _log_odds(shape, face)
    for other in others:
        mine = mine - np.logaddexp(0, _log_odds(shape, other))
    return np.clip(mine, -2 * CERTAINTY, CERTAINTY)


def _log_odds(shape: tuple[int, int], face: Detection) -> np.ndarray:
    unit = size(face.box)
    middle_x, middle_y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = (x - np.float32(middle_x)) / np.float32(unit), (y - np.float32(middle_y)) / np.float32(unit)
    lean, turn = np.radians(roll_degrees(face.landmarks)), np.radians(np.clip(yaw_degrees(face.landmarks), -60, 60))
    up_x, up_y = float(np.sin(lean)), float(-np.cos(lean))
    across = -up_y * x + up_x * y + 2 * BEHIND * float(np.sin(turn))
    along = up_x * x + up_y * y
    radius = np.hypot(across / HEAD_AXES[0], (along - HEAD_ABOVE) / HEAD_AXES[1])
    head = (1 - radius) / HEAD_SOFTNESS
    depth = y + NECK_BELOW * up_y
    half = np.interp(depth, TRUNK_DEPTHS, TRUNK_HALF_WIDTHS).astype(np.float32)
    softness = np.interp(depth, SOFT_DEPTHS, SOFTNESSES).astype(np.float32)
    trunk = (half - np.abs(x + NECK_BELOW * up_x)) / softness
    trunk[depth < TRUNK_DEPTHS[0]] = -CERTAINTY
    return np.clip(np.maximum(head, trunk), -CERTAINTY, CERTAINTY)
