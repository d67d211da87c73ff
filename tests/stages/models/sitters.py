"""Portraits of the studio as references: what cropping gives, with a real detector and a known mask."""

import numpy as np

from stages.models.mtcnn import Mtcnn
from stages.models.synthesizer import Reference
from stages.sources.studio import Expression, Person, draw_portrait

SIZE = 320
WALL = (58, 150, 92)  # no skin, hair or garment has this green


def sit(detector: Mtcnn, seed: int, yaw_degrees: float = 0.0) -> Reference:
    """Draw a person before a plain wall and take their portrait."""
    wall = np.full((SIZE, SIZE, 3), WALL, np.uint8)
    picture = draw_portrait(
        Person.from_seed(seed), SIZE, yaw_degrees, Expression(smile=0.4), wall, np.random.default_rng(seed)
    )
    (face,) = detector.detect(picture[None])[0]
    away = np.abs(picture.astype(int) - WALL).max(-1) > 6
    return Reference(picture, (away * 255).astype(np.uint8), face.box, face.landmarks)
