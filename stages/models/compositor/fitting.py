"""What every part of a dressed figure is drawn from."""

from dataclasses import dataclass

import numpy as np

from stages.conversation.body_prompts import BodyPrompt, Bottom, Top
from stages.conversation.colours import COLOURS
from stages.models.compositor.body import Joints
from stages.models.compositor.relief import Cloth, Layer

EASE = {  # how far a garment stands off the body, in head heights
    Top.T_SHIRT: 0.03,
    Top.SHIRT: 0.04,
    Top.SWEATER: 0.07,
    Top.HOODIE: 0.09,
    Top.JACKET: 0.08,
    Top.COAT: 0.10,
    Top.DRESS: 0.0,
}
SHORT_SLEEVES = (Top.T_SHIRT, Top.DRESS)
KNITTED = (Top.SWEATER, Top.HOODIE)
POCKETED = (Bottom.TROUSERS, Bottom.JEANS)
WAIST, CROTCH, HEM = 2.86, 3.34, 3.16  # y of the belt, of the crotch, and of where tops end
LIT_SKIN = 1.12  # limbs are round and so darker than a face of their colour; this makes up for it


@dataclass(frozen=True)
class Fitting:
    """A figure to draw: where, in what pose, in which clothes and with which skin."""

    layer: Layer
    prompt: BodyPrompt
    joints: Joints
    rng: np.random.Generator
    skin: Cloth
    top: Cloth

    @classmethod
    def of(
        cls, layer: Layer, prompt: BodyPrompt, joints: Joints, skin: np.ndarray, rng: np.random.Generator
    ) -> "Fitting":
        """Prepare a figure. `skin` is the RGB of the face in flat light."""
        red, green, blue = (float(channel) * LIT_SKIN for channel in skin)
        rib = 0.055 if prompt.top is Top.SWEATER else 0.0
        wrinkle = 0.009 if prompt.top in (Top.SHIRT, Top.T_SHIRT) else 0.006
        return cls(
            layer=layer,
            prompt=prompt,
            joints=joints,
            rng=rng,
            skin=Cloth((red, green, blue), wrinkle=0.002, grain=0.008, relief=0.5),
            top=cloth_of(prompt.top_colour, rib=rib, wrinkle=wrinkle),
        )

    @property
    def ease(self) -> float:
        """How far the top stands off the body, in head heights."""
        return EASE[self.prompt.top]

    def shade_of(self, cloth: Cloth, share: float) -> tuple[float, ...]:
        """Return what a share of a cloth's colour looks like in this light, for seams and shadows."""
        return tuple(share * c * f for c, f in zip(cloth.colour, self.layer.lamp.facing, strict=True))


def cloth_of(colour: str | None, **surface: float) -> Cloth:
    """Return a cloth in a named colour."""
    assert colour is not None, "a garment that is worn has a colour"
    red, green, blue = COLOURS[colour]
    return Cloth((float(red), float(green), float(blue)), **surface)
