"""What is measured in the pixels of a person and of a scene, in words.

Only what a picture shows reliably is said: the colour of hair and whether it is long, the colours of clothes, a smile,
where the head is turned, the background. Whatever cannot be measured is None, and sentences leave it out. Age, sex
and skin are never guessed.
"""

import cv2
import numpy as np

from stages.conversation.colours import distance, to_lab
from stages.conversation.dominant import dominant_colours
from stages.conversation.grammar import with_article
from stages.conversation.hair import Hair, hair_like, measure_hair
from stages.conversation.head import LEAST_PIXELS, Box, Head, Mask, Portrait, Rgb, share, step_of, without_haze
from stages.conversation.words import Words


def describe_person(portrait: Portrait) -> Words:
    """Say of a person all that can be measured."""
    head = Head.of(portrait)
    hair = measure_hair(head, portrait.yaw_degrees)
    return Words(
        hair=hair.words if hair else None,
        clothes=_clothes(head, portrait.face_box, hair),
        expression=_expression(head, portrait.yaw_degrees),
        gaze=_gaze(portrait.yaw_degrees),
        tilt=_tilt(head),
    )


def describe_background(picture: Rgb, people: Mask) -> str | None:
    """Say what lies behind the people: "a plain light grey background". None when they fill the picture."""
    step = step_of(picture)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    near_people = cv2.dilate(people[::step, ::step].astype(np.uint8), cross, iterations=3) > 0
    lab, rest = without_haze(to_lab(picture[::step, ::step])), ~near_people
    if rest.mean() < _LEAST_BACKGROUND_SHARE:
        return None
    pixels = lab[rest]
    colours = dominant_colours(pixels)
    if not colours or sum(part for _, part in colours) < 0.6:
        return "a background of many colours"
    words = [word for word, _ in colours]
    if len(words) > 1:
        return with_article(f"{words[0]} and {words[1]} background")
    lightness = float(np.median(pixels[:, 0]))
    plain = ["plain"] if float(pixels[:, 0].std()) < 10 and colours[0][1] > 0.8 else []
    shade = ["bright"] if lightness > 72 else ["dim"] if lightness < 32 else []
    if any(part in words[0].split() for part in ("light", "dark", "white", "black", "navy")):
        shade = []
    return with_article(" ".join([*plain, *shade, words[0], "background"]))


def describe_framing(face_heights: tuple[float, float], picture_height: float) -> str | None:
    """Say how near the camera is, None for the usual distance. Heights in pixels."""
    part = sum(face_heights) / 2 / picture_height
    return "from close by" if part > 0.32 else "from some way off" if part < 0.16 else None


_LEAST_BACKGROUND_SHARE = 0.08  # of the picture
_SMILE_RATIO, _NEUTRAL_RATIO = 1.02, 0.88  # mouth width over eye distance, frontal faces only
_FRONTAL_DEGREES, _FACING_DEGREES, _TURNED_DEGREES, _TILTED_DEGREES = 15.0, 12.0, 22.0, 15.0


def _clothes(head: Head, face_box: Box, hair: Hair | None) -> str | None:
    x0, y0, x1, y1 = face_box
    torso = (head.y > y1 + 0.3 * (y1 - y0)) & (np.abs(head.x - (x0 + x1) / 2) < 1.3 * (x1 - x0))
    worn = head.mask & torso & head.unlike_skin
    # Hair that hangs over a garment, and wall that a mask took for one: left out unless the garment has that colour.
    behind = head.behind(head.v > -0.5)
    others = [hair_like(head, hair.lab)] if hair is not None and hair.long else []
    others += [distance(head.lab, behind) < 8] if behind is not None else []
    for other in others:
        bare = worn & ~other
        worn = bare if bare.sum() > 0.3 * worn.sum() else worn
    if worn.sum() < max(2 * LEAST_PIXELS, 0.25 * torso.sum()):
        return None
    colours = dominant_colours(head.lab[worn])
    if not colours:
        return None
    return with_article(" and ".join(word for word, _ in colours) + " top")


def _expression(head: Head, yaw_degrees: float) -> str | None:
    """Judge the mouth. A dark mouth says nothing: it may be open, bearded or in shadow."""
    if abs(yaw_degrees) > _FRONTAL_DEGREES or head.eye_distance < 0.5:
        return None
    mouth = (np.abs(head.u) < 0.35) & (head.v < -0.8) & (head.v > -1.25)
    dark = share(head.lab[..., 0] < 0.4 * head.skin[0], mouth)
    ratio = head.mouth_width / head.eye_distance
    if ratio > _SMILE_RATIO:
        return "a smile"
    return "a calm expression" if ratio < _NEUTRAL_RATIO and dark < 0.02 else None


def _gaze(yaw_degrees: float) -> str | None:
    if abs(yaw_degrees) < _FACING_DEGREES:
        return "facing the camera"
    if abs(yaw_degrees) > _TURNED_DEGREES:
        return "turned to the right" if yaw_degrees > 0 else "turned to the left"
    return None


def _tilt(head: Head) -> str | None:
    if abs(head.roll_degrees) < _TILTED_DEGREES:
        return None
    return f"tilted to the {'right' if head.roll_degrees > 0 else 'left'}"
