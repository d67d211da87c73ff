"""Feet and shoes."""

import numpy as np

from stages.conversation.body_prompts import Shoes
from stages.models.compositor.body import limb
from stages.models.compositor.fitting import Fitting, cloth_of
from stages.models.compositor.relief import Cloth, Fold
from stages.sources.studio.brush import stroke

WHITE_SOLE = Cloth((232.0, 230.0, 224.0), wrinkle=0.0)
DARK_SOLE = Cloth((48.0, 38.0, 32.0), wrinkle=0.0)
POLISHED = (Shoes.LOAFERS, Shoes.BOOTS)


def draw_shoe(fit: Fitting, side: int, knee: np.ndarray, ankle: np.ndarray) -> None:
    """Draw a foot in its shoe; it points from the ankle to the toes of the pose."""
    shoes, layer = fit.prompt.shoes, fit.layer
    cloth = cloth_of(fit.prompt.shoes_colour, wrinkle=0.004, gloss=0.10 if shoes in POLISHED else 0.0)
    toe = np.asarray(fit.joints.toes[side])
    forward = toe - ankle
    heel = ankle + (-forward[0] * 0.25, 0.20)
    tip = toe + (forward[0] * 0.25, 0.06)
    ball = (heel + tip) / 2
    sole = limb([heel + (0, 0.035), ball + (0, 0.065), tip + (0, 0.055)], (0.24, 0.29, 0.22), cap=0.8)
    layer.solid(sole, WHITE_SOLE if shoes is Shoes.SNEAKERS else DARK_SOLE, 0.06, shadow=0.3)
    if shoes is Shoes.SANDALS:
        _sandal(fit, cloth, ankle, heel, tip)
        return
    if shoes is Shoes.LOAFERS:
        sock = limb([knee * 0.12 + ankle * 0.88, ankle, ankle + (0, 0.1)], (0.2, 0.19, 0.2))
        layer.solid(sock, fit.skin, 0.1)
    elif shoes is Shoes.BOOTS:
        shaft = limb([knee * 0.42 + ankle * 0.58, ankle, ankle + (0, 0.12)], (0.37, 0.30, 0.30), cap=0.1)
        fold = Fold.along([ankle + (-0.14, -0.03), ankle + (0, 0.02), ankle + (0.14, -0.04)], 0.05, 0.02)
        layer.solid(shaft, cloth, 0.14, [fold], shadow=0.2)
    else:
        layer.solid(limb([ankle + (0, -0.02), ankle + (0, 0.12)], (0.24, 0.27)), cloth, 0.1)
    upper = limb([heel + (0, -0.05), ball + (0, -0.03), tip + (0, -0.015)], (0.24, 0.28, 0.21), cap=0.8)
    mouth = Fold.along([ankle + (-0.08, 0.16), ankle + (0.0, 0.13), ankle + (0.1, 0.16)], 0.04, -0.02)
    layer.solid(upper, cloth, 0.12, [mouth])
    if shoes is Shoes.SNEAKERS:
        for at in (0.0, 0.35, 0.7):
            lace = ankle + (0, 0.08) + (forward * 0.45) * at
            line = [lace + (-0.07, 0.0), lace + (0.07, 0.015)]
            stroke(layer.canvas, line, 0.025, fit.shade_of(WHITE_SOLE, 1.0), 0.85, 0.004, layer.alpha)


def _sandal(fit: Fitting, cloth: Cloth, ankle: np.ndarray, heel: np.ndarray, tip: np.ndarray) -> None:
    layer = fit.layer
    foot = limb([ankle, heel + (0, -0.04), (heel + tip) / 2, tip], (0.19, 0.22, 0.25, 0.2), cap=0.7)
    layer.solid(foot, fit.skin, 0.12)
    for at in (0.35, 0.75):
        middle = heel + (tip - heel) * at
        strap = limb([middle + (-0.14, 0.03), middle + (0, -0.05), middle + (0.14, 0.03)], (0.06, 0.06))
        layer.solid(strap, cloth, 0.04, shadow=0.3)
    strap = limb([ankle + (-0.10, 0.07), ankle + (0, 0.10), ankle + (0.10, 0.07)], (0.05, 0.05))
    layer.solid(strap, cloth, 0.04, shadow=0.3)
