"""How good the faces of one person are as pictures of that person.

Some faults can only be told by what is usual for the person: eyes that are closed have less of what the same eyes have
open, and a hand before the mouth, hair over the eyes or a microphone make half of the face look as it hardly ever does.
"""

from collections.abc import Sequence

import numpy as np

from stages.detect_faces import Face, quality_of
from stages.faces.quality import look_gaps

MIN_FACES = 5  # others of a person, for something to be usual
WITNESSES = 3  # other faces that must look alike: the hand may stay for a second
USUAL_EYES_QUANTILE = 0.75  # of the person's faces: people have their eyes open more often than not
UPPER, LOWER = slice(0, 13), slice(12, None)  # rows of a look, with the eyes and with the mouth
# `look_gap` to the third most alike: of real faces 0.02 to 0.2, with a hand at the temple 0.24; of drawn ones that turn
# and talk a median of 0.26, 97 in a hundred below 0.51, with a hand before them 0.68 to 0.9.
USUAL_GAP, COVERED_GAP = 0.35, 0.75


def qualities(faces: Sequence[Face]) -> list[float]:
    """Return the quality of each of one person's faces, in the order of time: 0 to 1, higher is better.

    What takes comparing counts as faultless where there are too few faces to compare with.
    """
    known = [face.eyes_open for face in faces if face.eyes_open is not None]
    usual = float(np.quantile(known, USUAL_EYES_QUANTILE)) if len(known) > MIN_FACES else None
    return [
        quality_of(
            face,
            eyes_open=None if not usual or face.eyes_open is None else face.eyes_open / usual,
            occlusion=covered,
        )
        for face, covered in zip(faces, occlusions([face.look for face in faces]), strict=True)
    ]


def occlusions(looks: Sequence[bytes]) -> list[float]:
    """Return how much of each of one person's faces seems to be covered, 0 to 1.

    The half that is less like the same half of other faces decides, by its `look_gap` to the WITNESSES-th most alike,
    from USUAL_GAP to COVERED_GAP. Poses are not compared, for a hand misleads the landmarks. 0 where a face has fewer
    than MIN_FACES others.
    """
    if len(looks) <= MIN_FACES:
        return [0.0] * len(looks)
    # each row begins with the face itself
    gaps = [np.sort(look_gaps(looks, half), axis=1)[:, WITNESSES] for half in (UPPER, LOWER)]
    return np.clip((np.maximum(*gaps) - USUAL_GAP) / (COVERED_GAP - USUAL_GAP), 0, 1).tolist()
