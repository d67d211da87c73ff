"""Hair: its colour above the forehead, and whether it falls past the chin."""

from dataclasses import dataclass

import numpy as np

from stages.conversation.colours import Lab, distance, hue_chroma
from stages.conversation.head import LEAST_PIXELS, Head, Mask, share

_SIDEWAYS_DEGREES = 22.0  # a head turned further shows its back, which looks like long hair


@dataclass(frozen=True)
class Hair:
    """What is said of hair, and its colour."""

    words: str
    lab: Lab
    long: bool


def measure_hair(head: Head, yaw_degrees: float) -> Hair | None:
    """Return what can be said of the hair; None when it cannot be told from skin or wall, or has no clear word."""
    crown = head.mask & (head.v > 0.85) & (head.v < 1.7) & (np.abs(head.u) < 0.9)
    forehead = head.mask & (head.v > 0.35) & (head.v < 0.6) & (np.abs(head.u) < 0.35)
    if crown.sum() < LEAST_PIXELS or forehead.sum() < LEAST_PIXELS:
        return None
    brow, top = np.median(head.lab[forehead], axis=0), np.median(head.lab[crown], axis=0)
    if _is_same_skin(head.skin, brow, 10) and _is_same_skin(brow, top, 5):
        return Hair(words="a bald or shaved head", lab=top, long=False)
    hairy, behind = crown & head.unlike_skin, head.behind(head.v > 0.4)
    if behind is not None:
        apart = hairy & (distance(head.lab, behind) > 9)
        if apart.sum() < 0.6 * hairy.sum():
            return None  # too much of it looks like what is behind
        hairy = apart
    if hairy.sum() < max(LEAST_PIXELS, 0.2 * crown.sum()):
        return None
    lab = np.median(head.lab[hairy], axis=0)
    if lab[0] > 50 and hairy.sum() < 0.6 * crown.sum():
        return None  # a window or a hand above a forehead looks like little light hair
    colour = None if _is_same_skin(brow, lab, 6) else _hair_word(lab)
    if colour is None:
        return None
    long = abs(yaw_degrees) < _SIDEWAYS_DEGREES and _is_long(head, lab, behind)
    return Hair(words=f"{'long ' if long else ''}{colour} hair", lab=lab, long=long)


def _is_same_skin(skin: Lab, other: Lab, hue_degrees: float) -> bool:
    """Whether a colour is this skin's, perhaps in brighter light: nearly its hue and chroma, and not much darker."""
    (hue, chroma), (other_hue, other_chroma) = hue_chroma(skin), hue_chroma(other)
    alike = abs(hue - other_hue) <= hue_degrees and abs(other_chroma - chroma) <= 0.25 * chroma
    return bool(alike and other[0] > 0.85 * skin[0])


def _is_long(head: Head, hair: Lab, behind: Lab | None) -> bool:
    """Whether hair falls past the chin on one side. Where the wall has nearly its colour this cannot be seen."""
    if behind is not None and distance(hair, behind) < 20:
        return False
    like_hair = head.mask & hair_like(head, hair)
    # A head that leans has its shoulder on that side.
    sides = [head.u * sign for sign in (-1, 1) if sign * head.roll_degrees < 10]
    strips = [(out > 1.05) & (out < 1.45) & (head.v < -0.9) for out in sides]
    return any(
        share(like_hair, strip & (head.v > -1.4)) > 0.4
        and share(like_hair, strip & (head.v < -1.4) & (head.v > -1.7)) > 0.3
        for strip in strips
    )


def hair_like(head: Head, hair: Lab) -> Mask:
    """Pixels of the hair's tint, as light or darker: what hangs down lies in the shade."""
    darker = hair[0] - head.lab[..., 0]
    tint = np.hypot(head.lab[..., 1] - hair[1], head.lab[..., 2] - hair[2])
    return (darker > -8) & (darker < 30) & (tint < max(7.0, 0.35 * float(np.hypot(hair[1], hair[2]))))


def _hair_word(lab: Lab) -> str | None:
    """Return the word for a hair colour; None between two words, such as brown hair under cold light."""
    lightness = float(lab[0])
    hue, chroma = hue_chroma(lab)
    if lightness < 12:
        return "black"
    if lightness > 86 and chroma < 14:
        return "white"
    if chroma < 10:
        return "dark" if lightness < 42 else "grey" if lightness > 50 else None
    if lightness < 24:
        return "dark"
    if chroma > 24 and hue < 58:
        return "red"
    if lightness < 46:
        return "brown"
    if chroma < 20:
        return None
    return "light brown" if lightness < 60 else "blond"
