"""Arms, sleeves and hands."""

import numpy as np

from stages.conversation.body_prompts import Top
from stages.models.compositor.body import between, limb
from stages.models.compositor.fitting import SHORT_SLEEVES, Fitting
from stages.models.compositor.relief import Cloth, Fold
from stages.sources.studio.brush import curve, stroke

CUFFED = (Top.SWEATER, Top.HOODIE, Top.SHIRT)


def draw_arm(fit: Fitting, side: int) -> None:
    """Draw one arm; its sleeve grows out of the shoulder unless the torso will hide it."""
    joints, e = fit.joints, fit.ease
    sign = -1 if side == 0 else 1
    shoulder, elbow, wrist = (np.asarray(p[side]) for p in (joints.shoulders, joints.elbows, joints.wrists))
    if side not in joints.pocketed:
        _hand(fit, elbow, wrist, sign)
    start = shoulder + (-sign * 0.10, 0.0)
    if fit.prompt.top in SHORT_SLEEVES:
        arm = between([shoulder, elbow, wrist], 0.12, 1.0, 7)
        fit.layer.solid(limb(arm, (0.26, 0.25, 0.23, 0.21, 0.22, 0.18, 0.13)), fit.skin, 0.16, shadow=0.3)
        line = between([start, elbow, wrist], 0, 0.36 if fit.prompt.top is Top.T_SHIRT else 0.24, 3)
        sleeve = limb(line, (0.31 + e, 0.34 + e, 0.33 + e), cap=0.3)
        folds = [Fold.along([line[0] + (-0.12, 0.2), line[1], line[1] + (0.14, 0.02)], 0.05, 0.018)]
    else:
        upper = (start + elbow) / 2 + (sign * 0.015, 0)
        line = np.stack([start, upper, elbow, (elbow + wrist) / 2, wrist + (wrist - elbow) * 0.02])
        sleeve = limb(line, (0.30 + e, 0.31 + e, 0.26 + e, 0.24 + e, 0.19 + e * 0.8), cap=0.9)
        folds = _sleeve_folds(fit, shoulder, elbow, wrist)
    if side in joints.arms_behind:
        fit.layer.solid(sleeve, fit.top, 0.16, folds)
    else:
        grown = (shoulder + (-sign * 0.22, 0.0), shoulder + (sign * 0.03, 0.16))
        fit.layer.solid(sleeve, fit.top, 0.16, folds, shadow=0.4, fade=grown)
    if fit.prompt.top in CUFFED and side not in joints.pocketed:
        ring = between([elbow, wrist + (wrist - elbow) * 0.03], 0.86, 1.0, 3)
        cuff = limb(ring, (0.22 + e, 0.21 + e * 0.6, 0.20 + e * 0.4), cap=0.05)
        rib = 0.0 if fit.prompt.top is Top.SHIRT else 0.045
        fit.layer.solid(cuff, Cloth(fit.top.colour, rib=rib, wrinkle=0.003), 0.05, shadow=0.2)


def _sleeve_folds(fit: Fitting, shoulder: np.ndarray, elbow: np.ndarray, wrist: np.ndarray) -> list[Fold]:
    folds = []
    for at, slope in ((-0.20, 0.05), (-0.06, -0.04), (0.07, 0.05), (0.20, -0.05)):
        middle = elbow + ((wrist - elbow) if at > 0 else (elbow - shoulder)) * at
        tilt = slope + float(fit.rng.normal(0, 0.02))
        line = [middle + (-0.14, -tilt), middle + (0, 0.02), middle + (0.14, tilt)]
        folds.append(Fold.along(line, 0.05, 0.024))
    near = wrist + (elbow - wrist) * 0.22
    folds.append(Fold.along([near + (-0.12, 0.03), near, near + (0.12, -0.03)], 0.05, 0.018))
    return folds


def _hand(fit: Fitting, elbow: np.ndarray, wrist: np.ndarray, sign: int) -> None:
    """Draw a relaxed hand that continues the forearm, seen from its back; sitting, it lies on the thigh."""
    layer, skin = fit.layer, fit.skin
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    if fit.joints.seated:
        along = along * 0.5 + (0, 0.6)
        along /= np.linalg.norm(along)
    inward = np.array([-sign * 1.0, 0.0]) - along * (-sign * along[0])
    inward /= np.linalg.norm(inward)

    def at(a: float, b: float) -> np.ndarray:
        return wrist + along * a + inward * b

    for spread, length in ((-0.075, 0.46), (-0.028, 0.52), (0.022, 0.53), (0.068, 0.49)):
        tip = at(length, spread * 0.55 + 0.045)
        finger = limb([at(0.20, spread), at(0.36, spread + 0.012), tip], (0.075, 0.07, 0.05), cap=0.8)
        layer.solid(finger, skin, 0.05, shadow=0.12, fade=(at(0.18, 0), at(0.30, 0)))
    palm = limb([at(-0.16, 0), at(0.08, 0.0), at(0.20, 0.0), at(0.30, 0.01)], (0.14, 0.17, 0.20, 0.17), cap=0.4)
    layer.solid(palm, skin, 0.12, fade=(at(-0.12, 0), at(0.02, 0)))
    for spread, length in ((-0.05, 0.43), (-0.003, 0.47), (0.045, 0.46)):
        gap = curve([at(0.30, spread), at(0.38, spread + 0.012), at(length, spread * 0.7 + 0.03)], 6)
        stroke(layer.canvas, gap, 0.012, fit.shade_of(skin, 0.5), 0.4, 0.004, layer.alpha)
    thumb = limb([at(0.04, 0.05), at(0.16, 0.115), at(0.30, 0.11)], (0.085, 0.08, 0.05), cap=0.8)
    layer.solid(thumb, skin, 0.05, shadow=0.15, fade=(at(0.02, 0), at(0.14, 0.06)))
