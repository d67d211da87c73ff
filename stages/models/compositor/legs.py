"""Legs and what covers them."""

import numpy as np

from stages.conversation.body_prompts import Bottom
from stages.models.compositor.body import between, edges, limb
from stages.models.compositor.fitting import CROTCH, POCKETED, WAIST, Fitting, cloth_of
from stages.models.compositor.relief import Cloth, Fold
from stages.models.compositor.shoes import draw_shoe
from stages.sources.studio.brush import curve, ellipse, stroke

THREAD = (190, 140, 80)  # of jeans


def draw_leg(fit: Fitting, side: int) -> None:
    """Draw one leg with its shoe and trouser leg."""
    bottom = fit.prompt.bottom
    hip, knee, ankle = (np.asarray(p[side]) for p in (fit.joints.hips, fit.joints.knees, fit.joints.ankles))
    if bottom not in POCKETED:
        _bare_leg(fit, hip, knee, ankle)
    draw_shoe(fit, side, knee, ankle)
    if bottom not in (*POCKETED, Bottom.SHORTS):
        return
    short = bottom is Bottom.SHORTS
    grain = 0.035 if bottom is Bottom.JEANS else 0.02
    cloth = cloth_of(fit.prompt.bottom_colour, wrinkle=0.008, grain=grain)
    sign = -1 if side == 0 else 1
    if fit.joints.seated:
        _seated_trouser_leg(fit, cloth, hip, knee, ankle, sign, short)
    else:
        _trouser_leg(fit, cloth, hip, knee, ankle, sign, short)


def draw_waistband(fit: Fitting) -> None:
    """Draw the band that trousers hang on."""
    middle = _middle(fit)
    low, high = WAIST + 0.05, WAIST - 0.07
    band = np.array([(-0.51, high), (0.51, high), (0.52, low), (-0.52, low)]) + (middle, 0)
    fit.layer.solid(band, cloth_of(fit.prompt.bottom_colour), 0.05)


def draw_skirt(fit: Fitting, cloth: Cloth, top: float, hem: float) -> None:
    """Draw a skirt from `top` to `hem`, or over the knees of a sitting figure."""
    if fit.joints.seated:
        _seated_skirt(fit, cloth, top)
        return
    knees = [knee[0] for knee in fit.joints.knees]
    low, high = min(knees) - 0.36, max(knees) + 0.36
    wave = hem + 0.04 + fit.rng.uniform(-0.02, 0.03, 4)
    half_way = (hem + 3.1) / 2
    outline = np.concatenate(
        [
            curve([(-0.47, top), (-0.60, 3.15), (low / 2 - 0.34, half_way), (low, hem)]),
            curve(np.stack([[low * 0.6, low * 0.2, high * 0.25, high * 0.65], wave], 1)),
            curve([(high, hem), (high / 2 + 0.34, half_way), (0.60, 3.15), (0.47, top)]),
        ]
    )
    folds = []
    for at in np.linspace(-0.8, 0.8, 7):
        foot = (low + high) / 2 + at * (high - low) / 2 + fit.rng.normal(0, 0.03)
        start = 0.42 * at
        pleat = [(start, top + 0.25), ((start + foot) / 2, (top + hem) / 2), (foot, hem + 0.1)]
        folds.append(Fold.along(pleat, 0.085, 0.040))
    fit.layer.solid(outline, cloth, 0.22, folds, shadow=0.5)
    if fit.prompt.bottom is Bottom.SKIRT:
        band = np.array([(-0.48, top - 0.03), (0.48, top - 0.03), (0.50, top + 0.09), (-0.50, top + 0.09)])
        fit.layer.solid(band, cloth, 0.05, shadow=0.2)


def _seated_skirt(fit: Fitting, cloth: Cloth, top: float) -> None:
    left, right = (np.asarray(knee) for knee in fit.joints.knees)
    outline = np.concatenate(
        [
            curve([(-0.46, top), (-0.62, 3.1), left + (-0.30, -0.05), left + (-0.27, 0.36)]),
            curve([left + (0.05, 0.42), (left + right) / 2 + (0, 0.36), right + (-0.05, 0.42)]),
            curve([right + (0.27, 0.36), right + (0.30, -0.05), (0.62, 3.1), (0.46, top)]),
        ]
    )
    middle = (left + right) / 2
    folds = [
        Fold.along([(0, 3.1), (middle[0] * 0.7, 3.4), middle + (0, 0.4)], 0.10, -0.05),
        Fold.along([(0.2, 3.15), (middle[0] + 0.15, 3.4), middle + (0.2, 0.3)], 0.08, 0.04),
    ]
    for knee in (left, right):
        folds.append(Fold.along([knee + (-0.15, 0.01), knee + (0, 0.06), knee + (0.16, 0.01)], 0.08, 0.03))
    fit.layer.solid(outline, cloth, 0.2, folds, shadow=0.45)


def _bare_leg(fit: Fitting, hip: np.ndarray, knee: np.ndarray, ankle: np.ndarray) -> None:
    calf = knee + (ankle - knee) * 0.36
    if fit.joints.seated:
        fit.layer.solid(limb([knee + (0, -0.1), calf, ankle], (0.34, 0.35, 0.27, 0.18)), fit.skin, 0.2)
        thigh = limb([hip, knee + (0, 0.02)], (0.5, 0.46, 0.40), cap=0.7)
        fit.layer.solid(thigh, fit.skin, 0.22, shadow=0.3)
        return
    outline = limb([hip, (hip + knee) / 2, knee, calf, ankle], (0.52, 0.46, 0.33, 0.35, 0.19))
    kneecap = [Fold(ellipse(knee + (0, 0.05), (0.09, 0.07), points=12), 0.06, 0.012)]
    fit.layer.solid(outline, fit.skin, 0.22, kneecap, shadow=0.25)


def _trouser_leg(fit: Fitting, cloth: Cloth, hip, knee, ankle, sign: int, short: bool) -> None:
    """Draw half of the pelvis and a leg as one solid: the two halves meet in the seam of the fly."""
    jeans = fit.prompt.bottom is Bottom.JEANS
    knee_width, hem_width = (0.42, 0.34) if jeans else (0.44, 0.40)
    widths: tuple[float, ...] = (0.60, 0.58, 0.60)
    if short:
        line = between([hip, knee], 0, 0.82, 3)
    else:
        line = np.stack([hip, (hip + knee) / 2, knee, (knee + ankle) / 2, ankle + (0, 0.08)])
        widths = (0.60, 0.53, knee_width, (knee_width + hem_width) / 2, hem_width)
    left, right = edges(line, widths)
    outer, inner = (left, right) if sign < 0 else (right, left)
    outer, inner = outer[outer[:, 1] > hip[1] + 0.25], inner[inner[:, 1] > CROTCH + 0.12]
    middle = _middle(fit)
    pelvis = curve([(middle + sign * 0.50, WAIST), (middle + sign * 0.58, WAIST + 0.22), outer[0]], 6)
    seam = curve([inner[0], (middle + sign * 0.02, CROTCH), (middle, CROTCH - 0.2), (middle, WAIST)], 6)
    outline = np.concatenate([pelvis[:-1], outer, inner[::-1], seam[1:]])
    drag = np.array([(0.0, -0.05), (0.2, -0.12), (0.42, -0.2)]) * (sign, 1) + (middle, CROTCH)
    lower = [(middle + sign * 0.03, CROTCH + 0.1), (middle + sign * 0.2, CROTCH + 0.12), hip + (sign * 0.18, 0.42)]
    folds = [Fold.along(drag, 0.05, 0.020), Fold.along(lower, 0.05, 0.016)]
    if not short:
        folds += _ankle_folds(fit, ankle, hem_width) + _knee_folds(fit, knee, sign)
    fit.layer.solid(outline, cloth, 0.24, folds, shadow=0.35)
    _pocket(fit, cloth, middle, sign)
    if fit.prompt.bottom is Bottom.TROUSERS:  # the crease of ironed trousers
        crease = curve([hip + (0, 0.3), knee, (knee + ankle) / 2, ankle])
        bright = tuple(min(255.0, c + 6) for c in fit.shade_of(cloth, 1.2))
        stroke(fit.layer.canvas, crease, 0.02, bright, 0.35, 0.008, fit.layer.alpha)


def _seated_trouser_leg(fit: Fitting, cloth: Cloth, hip, knee, ankle, sign: int, short: bool) -> None:
    end = knee + (0, 0.06)
    if short:
        end = hip + (knee - hip) * 0.80
    else:
        hem_width = 0.36 if fit.prompt.bottom is Bottom.JEANS else 0.40
        shin = limb([knee + (0, -0.12), (knee + ankle) / 2, ankle + (0, 0.06)], (0.44, 0.42, hem_width), cap=0.12)
        fit.layer.solid(shin, cloth, 0.2, _ankle_folds(fit, ankle, hem_width) + _shin_folds(knee, sign))
    thigh = limb([hip + (0, -0.1), (hip + end) / 2, end], (0.62, 0.60, 0.50), cap=0.2 if short else 0.6)
    across = np.array([(0.25, 0.0), (0.0, 0.10), (-0.25, 0.05)]) * (sign, 1) + hip
    folds = [Fold.along(across + (0, 0.05), 0.07, 0.03), Fold.along(across + (0, 0.22), 0.06, 0.02)]
    fit.layer.solid(thigh, cloth, 0.2, folds, shadow=0.4)


def _pocket(fit: Fitting, cloth: Cloth, middle: float, sign: int) -> None:
    layer = fit.layer
    opening = curve(np.array([(0.28, 0.03), (0.38, 0.22), (0.57, 0.30)]) * (sign, 1) + (middle, WAIST))
    stroke(layer.canvas, opening, 0.022, fit.shade_of(cloth, 0.45), 0.7, 0.006, layer.alpha)
    if fit.prompt.bottom is Bottom.JEANS:
        stroke(layer.canvas, opening + (-sign * 0.02, 0.025), 0.012, THREAD, 0.6, 0.0, layer.alpha)


def _knee_folds(fit: Fitting, knee: np.ndarray, sign: int) -> list[Fold]:
    first, second = fit.rng.normal(0, 0.03, 2)
    return [
        Fold.along([knee + (-0.17, 0.04 + first), knee + (0, 0.10), knee + (0.15, 0.02)], 0.05, 0.022),
        Fold.along([knee + (-0.15, 0.20), knee + (0.02, 0.16 + second), knee + (0.16, 0.24)], 0.05, 0.018),
        Fold.along([knee + (sign * 0.17, -0.16), knee + (0, -0.10), knee + (-sign * 0.12, -0.12)], 0.05, 0.014),
    ]


def _ankle_folds(fit: Fitting, ankle: np.ndarray, width: float) -> list[Fold]:
    half = width / 2
    return [
        Fold.along([ankle + (-half, y - tilt), ankle + (0, y + 0.05), ankle + (half, y + tilt)], 0.05, 0.022)
        for y, tilt in zip((-0.34, -0.21, -0.08), fit.rng.uniform(-0.06, 0.06, 3), strict=True)
    ]


def _shin_folds(knee: np.ndarray, sign: int) -> list[Fold]:
    long = np.array([(-0.14, 0.18), (0.0, 0.42), (0.10, 0.75)]) * (sign, 1)
    short = np.array([(0.16, 0.22), (0.08, 0.5), (-0.04, 0.8)]) * (sign, 1)
    return [Fold.along(long + knee, 0.06, 0.020), Fold.along(short + knee, 0.06, 0.014)]


def _middle(fit: Fitting) -> float:
    return (fit.joints.hips[0][0] + fit.joints.hips[1][0]) / 2
