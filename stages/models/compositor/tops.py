"""Neck, torso and what covers it."""

import numpy as np

from stages.conversation.body_prompts import Top
from stages.models.compositor.body import limb
from stages.models.compositor.fitting import HEM, KNITTED, Fitting
from stages.models.compositor.relief import Cloth, Fold
from stages.sources.studio.brush import curve, ellipse, fill, stroke

BUTTON, BUTTON_HOLE, CORD = (236, 232, 222), (120, 116, 108), (236, 234, 228)
SEATED_HEM = 3.12
NECKLINE = {Top.T_SHIRT: 1.46, Top.DRESS: 1.60, Top.SHIRT: 1.44}  # y of its lowest point; 1.38 for any other
COLLAR = [(0.22, 1.20), (0.30, 1.30), (0.27, 1.52), (0.155, 1.58), (0.01, 1.46), (0.10, 1.38)]
POUCH = [(-0.26, -0.53), (0.26, -0.53), (0.42, -0.21), (0.42, -0.11), (-0.42, -0.11), (-0.42, -0.21)]


def draw_neck(fit: Fitting) -> None:
    """Draw neck and collarbones, with the shadow of the chin."""
    left = [(-0.21, 0.72), (-0.22, 1.05), (-0.26, 1.24), (-0.46, 1.42), (-0.5, 1.62)]
    outline = np.concatenate([curve(left), curve(np.array(left[::-1]) * (-1, 1))])
    folds = []
    for sign in (-1, 1):
        bone = np.array([(0.30, 1.47), (0.14, 1.50), (0.03, 1.54)]) * (sign, 1)
        tendon = np.array([(0.13, 1.05), (0.09, 1.30), (0.03, 1.50)]) * (sign, 1)
        folds += [Fold.along(bone, 0.05, 0.02), Fold.along(tendon, 0.06, 0.02)]
    fit.layer.solid(outline, fit.skin, 0.2, folds, shadow=0.3)
    shade = fit.shade_of(fit.skin, 0.48)
    fill(fit.layer.canvas, ellipse((0, 1.05), (0.34, 0.20)), shade, 0.6, 0.07, fit.layer.alpha)


def draw_torso(fit: Fitting) -> None:
    """Draw what covers the torso, but for sleeves and collar."""
    top = fit.prompt.top
    if top in (Top.JACKET, Top.COAT):
        _inner_shirt(fit)
        for sign in (-1, 1):
            _open_panel(fit, sign)
        return
    hem = {Top.DRESS: 2.70, Top.SHIRT: HEM + 0.1, Top.SWEATER: HEM, Top.HOODIE: HEM + 0.08}.get(top, HEM + 0.04)
    if fit.joints.seated:
        hem = min(hem, SEATED_HEM)
    fit.layer.solid(_torso_outline(fit, hem), fit.top, 0.30, _torso_folds(fit), shadow=0.35)
    if top in KNITTED:
        half = 0.55 + fit.ease
        band = limb([(-half, hem - 0.05), (0, hem), (half, hem - 0.05)], (0.15, 0.15), cap=0.0)
        fit.layer.solid(band, Cloth(fit.top.colour, rib=0.05, wrinkle=0.004), 0.06)
    if top is Top.SHIRT:
        _placket(fit, hem)
    elif top is Top.HOODIE:
        fit.layer.solid(np.array(POUCH) + (0, hem), fit.top, 0.06, shadow=0.3)
    elif top is Top.DRESS:
        belt = limb([(-0.47, 2.64), (0, 2.68), (0.47, 2.64)], (0.11, 0.11), cap=0)
        fit.layer.solid(belt, _darker(fit.top, 0.72), 0.05)


def draw_collar(fit: Fitting) -> None:
    """Draw what closes a top at the neck."""
    top, layer = fit.prompt.top, fit.layer
    if top is Top.T_SHIRT:
        ring = limb([(-0.27, 1.31), (-0.17, 1.43), (0, 1.48), (0.17, 1.43), (0.27, 1.31)], (0.06, 0.07, 0.06))
        layer.solid(ring, Cloth(fit.top.colour, wrinkle=0.002), 0.04, shadow=0.12)
    elif top is Top.SWEATER:
        ring = limb([(-0.27, 1.25), (-0.18, 1.36), (0, 1.41), (0.18, 1.36), (0.27, 1.25)], (0.10, 0.12, 0.10))
        layer.solid(ring, Cloth(fit.top.colour, rib=0.05, wrinkle=0.002), 0.06, shadow=0.2)
    elif top is Top.SHIRT:
        for sign in (-1, 1):
            layer.solid(np.array(COLLAR) * (sign, 1), fit.top, 0.04, shadow=0.35)
    elif top is Top.HOODIE:
        for sign in (-1, 1):
            line = np.array([(0.40, 1.18), (0.34, 1.36), (0.16, 1.50), (0, 1.55)]) * (sign, 1)
            layer.solid(limb(line, (0.16, 0.20, 0.17, 0.08)), fit.top, 0.09, shadow=0.35)
            cord = curve(np.array([(0.13, 1.53), (0.145, 1.75), (0.13, 1.98)]) * (sign, 1))
            stroke(layer.canvas, cord, 0.03, _lit(fit, CORD), 0.95, 0.004, layer.alpha)


def draw_hood(fit: Fitting) -> None:
    """Draw the hood that lies behind the neck."""
    right = [(0, 0.90), (0.34, 0.98), (0.50, 1.18), (0.48, 1.42), (0, 1.5)]
    left = [(-0.48, 1.42), (-0.50, 1.18), (-0.34, 0.98)]
    fit.layer.solid(curve(right + left, 8, closed=True), _darker(fit.top, 0.62), 0.14)


def draw_coat_back(fit: Fitting) -> None:
    """Draw the back of an open coat, seen between its panels."""
    hem = 3.5 if fit.joints.seated else 4.34
    outline = np.array([(-0.6, 2.6), (0.6, 2.6), (0.74, hem), (-0.74, hem)])
    fit.layer.solid(outline, _darker(fit.top, 0.5), 0.2)


def _torso_outline(fit: Fitting, hem: float) -> np.ndarray:
    dress, e = fit.prompt.top is Top.DRESS, fit.ease
    neck = 0.34 if dress else 0.27
    waist, hip = (0.46, 0.47) if dress else (0.50 + e, 0.57 + e)
    drop = NECKLINE.get(fit.prompt.top, 1.38)
    low = 1.27 + (drop - 1.27) * 0.72
    sides = [_shoulder_line(fit, sign, neck) + [(sign * waist, 2.55), (sign * hip, hem)] for sign in (-1, 1)]
    return np.concatenate(
        [
            curve(sides[0]),
            curve([(-hip * 0.5, hem + 0.03), (0, hem + 0.045), (hip * 0.5, hem + 0.03)], 6),
            curve(sides[1][::-1]),
            curve([(neck * 0.72, low), (0, drop), (-neck * 0.72, low)], 8),
        ]
    )


def _shoulder_line(fit: Fitting, sign: int, neck: float) -> list[tuple[float, float]]:
    """Return the outline from the neck over the shoulder to the armpit on one side (sign -1 or 1)."""
    x, y = fit.joints.shoulders[0 if sign < 0 else 1]
    e, bust = fit.ease, 0.64 + 0.8 * fit.ease
    over = [(x * 0.72, y - 0.19 - e / 3), (x + sign * (0.04 + e / 2), y - 0.08), (x + sign * (0.09 + e / 2), y + 0.08)]
    return [(sign * neck, 1.27), *over, (sign * bust, 1.95)]


def _torso_folds(fit: Fitting) -> list[Fold]:
    amount = 0.6 if fit.prompt.top is Top.SWEATER else 1.0
    folds = []
    for sign in (-1, 1):
        n = fit.rng.normal(0, 0.04, 4)
        lines = (
            ([(0.60, 1.95), (0.40, 2.10 + n[0]), (0.22, 2.18)], 0.07, 0.030),
            ([(0.60, 2.06), (0.46, 2.28 + n[1]), (0.36, 2.44)], 0.07, 0.022),
            ([(0.56, 2.62), (0.34, 2.72 + n[2]), (0.08, 2.70)], 0.07, 0.026),
            ([(0.58, 2.82), (0.38, 2.90 + n[3]), (0.16, 2.96)], 0.06, 0.020),
            ([(0.20, 1.75), (0.25, 1.95), (0.22, 2.10)], 0.14, 0.030),
        )
        folds += [Fold.along(np.array(line) * (sign, 1), width, high * amount) for line, width, high in lines]
    if fit.joints.seated:
        for y in (2.74, 2.90, 3.03):
            tilt = fit.rng.normal(0, 0.02)
            line = [(-0.48, y - 0.03 - tilt), (0, y + 0.05), (0.48, y - 0.03 + tilt)]
            folds.append(Fold.along(line, 0.07, 0.03 * amount))
    return folds


def _placket(fit: Fitting, hem: float) -> None:
    canvas, alpha = fit.layer.canvas, fit.layer.alpha
    for x in (-0.055, 0.055):
        stroke(canvas, [(x, 1.44), (x, hem + 0.03)], 0.014, fit.shade_of(fit.top, 0.6), 0.55, 0.004, alpha)
    for y in np.arange(1.62, hem - 0.05, 0.27):
        fill(canvas, ellipse((0, y), (0.026, 0.026), points=14), _lit(fit, BUTTON), 0.9, 0.003, alpha)
        fill(canvas, ellipse((0.004, y + 0.004), (0.011, 0.011), points=10), _lit(fit, BUTTON_HOLE), 0.8, 0.003, alpha)


def _inner_shirt(fit: Fitting) -> None:
    """Draw the plain shirt under an open jacket: light under dark, dark under light."""
    colour = (226.0, 224.0, 218.0) if sum(fit.top.colour) < 480 else (66.0, 68.0, 76.0)
    low = 3.1 if fit.joints.seated else HEM + 0.02
    side = np.array([(0.30, 1.30), (0.44, 1.9), (0.44, 2.6), (0.46, low)])
    neckline = curve([(0.2, 1.42), (0, 1.48), (-0.2, 1.42)], 6)
    outline = np.concatenate([curve(side * (-1, 1)), curve(side[::-1]), neckline])
    fit.layer.solid(outline, Cloth(colour, wrinkle=0.008), 0.3, _torso_folds(fit), shadow=0.3)
    ring = limb([(-0.23, 1.36), (0, 1.52), (0.23, 1.36)], (0.07, 0.07))
    fit.layer.solid(ring, Cloth(colour, wrinkle=0.002), 0.04, shadow=0.15)


def _open_panel(fit: Fitting, sign: int) -> None:
    """Draw one half of an open jacket or coat, with lapel and pocket."""
    e, coat, seated = fit.ease, fit.prompt.top is Top.COAT, fit.joints.seated
    hem = (3.62 if seated else 4.4) if coat else (3.14 if seated else HEM + 0.06)
    gap, low = (0.16, 0.26) if coat else (0.18, 0.26)
    side = _shoulder_line(fit, sign, 0.26) + [(sign * (0.54 + e), 2.55), (sign * (0.60 + e), 3.1)]
    if hem > 3.2:
        side.append((sign * (0.60 + e + 0.12 * coat), hem))
    edge = np.array([(low, hem + 0.02), (low - 0.06 * coat, 2.7), (gap, 2.2), (0.20, 1.7), (0.25, 1.36)])
    outline = np.concatenate([curve(side, 8), curve(edge * (sign, 1), 8)])
    folds = [fold for fold in _torso_folds(fit) if np.mean(fold.line[:, 0]) * sign > 0]
    if coat:
        fall = [np.array([(x, 3.2), (x + 0.03, 3.7), (x + 0.06, hem)]) * (sign, 1) for x in (0.34, 0.52)]
        folds += [Fold.along(line, 0.09, 0.035) for line in fall]
    fit.layer.solid(outline, fit.top, 0.2, folds, shadow=0.45)
    lapel = [(0.24, 1.30), (0.40, 1.52), (0.47, 1.68), (0.38, 1.74), (0.40, 1.82), (gap + 0.02, 2.36), (0.17, 1.8)]
    fit.layer.solid(np.array(lapel) * (sign, 1), fit.top, 0.07, shadow=0.35)
    pocket = np.array([(0.36, 2.86), (0.62, 2.82), (0.62, 2.89), (0.36, 2.93)]) * (sign, 1)
    fit.layer.solid(pocket, fit.top, 0.03, shadow=0.2)
    if coat and sign == 1:
        for y in (2.45, 2.75) if seated else (2.45, 2.75, 3.05):
            button = ellipse((low + 0.01, y), (0.04, 0.04), points=16)
            fill(fit.layer.canvas, button, fit.shade_of(fit.top, 0.35), 0.9, 0.004, fit.layer.alpha)


def _darker(cloth: Cloth, share: float) -> Cloth:
    red, green, blue = cloth.colour
    return Cloth((share * red, share * green, share * blue))


def _lit(fit: Fitting, colour: tuple[int, int, int]) -> tuple[float, ...]:
    return tuple(c * f for c, f in zip(colour, fit.layer.lamp.facing, strict=True))
