"""A dressed figure without its head, drawn from back to front."""

import numpy as np

from stages.conversation.body_prompts import BodyPrompt, Bottom, Top
from stages.models.compositor.arms import draw_arm
from stages.models.compositor.body import Joints
from stages.models.compositor.fitting import POCKETED, WAIST, Fitting, cloth_of
from stages.models.compositor.legs import draw_leg, draw_skirt, draw_waistband
from stages.models.compositor.relief import Layer
from stages.models.compositor.tops import draw_coat_back, draw_collar, draw_hood, draw_neck, draw_torso

SKIRT_HEM, DRESS_HEM = 4.25, 4.45


def draw_figure(layer: Layer, prompt: BodyPrompt, joints: Joints, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Draw everything below the chin. `skin` is the RGB of the face in flat light."""
    fit = Fitting.of(layer, prompt, joints, skin, rng)
    top, bottom = prompt.top, prompt.bottom
    for side in joints.arms_behind:
        draw_arm(fit, side)
    if top is Top.HOODIE:
        draw_hood(fit)
    if top is Top.COAT:
        draw_coat_back(fit)
    for side in (1 - joints.front_leg, joints.front_leg):
        draw_leg(fit, side)
    draw_neck(fit)
    if bottom is Bottom.SKIRT:
        draw_skirt(fit, cloth_of(prompt.bottom_colour), WAIST - 0.05, SKIRT_HEM)
    elif top is Top.DRESS:
        draw_skirt(fit, fit.top, 2.62, DRESS_HEM)
    elif bottom in (*POCKETED, Bottom.SHORTS):
        draw_waistband(fit)
    draw_torso(fit)
    for side in (0, 1):
        if side not in joints.arms_behind:
            draw_arm(fit, side)
    draw_collar(fit)
