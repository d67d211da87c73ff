"""Colour words: from pixels to a word, and which words say nearly the same."""

import re

import numpy as np
import numpy.typing as npt

Lab = npt.NDArray[np.float64]  # (..., 3): lightness 0 to 100, a (green to red), b (blue to yellow)

# Words for garments that are asked for, with the sRGB colour (0-255) that they stand for.
COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (28, 28, 30),
    "white": (240, 240, 236),
    "grey": (130, 132, 134),
    "navy": (32, 42, 84),
    "blue": (44, 92, 184),
    "light blue": (150, 190, 226),
    "green": (44, 128, 66),
    "olive": (106, 108, 54),
    "yellow": (238, 204, 62),
    "orange": (228, 124, 38),
    "red": (190, 36, 40),
    "burgundy": (104, 26, 44),
    "pink": (232, 152, 176),
    "purple": (112, 64, 146),
    "brown": (102, 68, 44),
    "beige": (212, 192, 158),
}

# Words of one family are too close for two garments to count as different.
FAMILIES: dict[str, tuple[str, ...]] = {
    "black": ("black", "charcoal"),
    "white": ("white", "cream", "ivory"),
    "grey": ("grey", "gray", "silver"),
    "blue": ("blue", "navy", "turquoise", "teal", "denim"),
    "green": ("green", "olive", "khaki", "mint"),
    "yellow": ("yellow", "gold", "mustard"),
    "orange": ("orange", "rust"),
    "red": ("red", "burgundy", "maroon", "crimson"),
    "pink": ("pink", "magenta", "rose"),
    "purple": ("purple", "violet", "lilac", "lavender"),
    "brown": ("brown", "chocolate"),
    "beige": ("beige", "tan", "sand"),
}

# What people call which colour, with the tones that cloth takes in shade and in light. Chosen by eye.
_TONES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((0, 0, 0), (20, 20, 22), (38, 37, 38), (30, 32, 38), (40, 36, 34)),
    "dark grey": ((62, 62, 64), (78, 78, 80), (60, 64, 70), (74, 70, 68)),
    "grey": ((105, 105, 107), (130, 132, 134), (118, 124, 132), (134, 128, 124)),
    "light grey": ((165, 166, 168), (190, 191, 193), (205, 206, 208), (176, 180, 186)),
    "white": ((228, 228, 228), (245, 245, 245), (255, 255, 255), (238, 238, 230), (228, 232, 238)),
    "navy": ((20, 24, 52), (32, 42, 84), (40, 44, 74), (28, 40, 66)),
    "blue": ((44, 92, 184), (30, 60, 140), (70, 110, 180), (74, 104, 146), (50, 80, 122), (40, 70, 220)),
    "light blue": ((150, 190, 226), (120, 166, 214), (176, 204, 230), (140, 170, 200)),
    "teal": ((20, 110, 114), (40, 140, 146), (20, 78, 84)),
    "turquoise": ((70, 196, 196), (120, 214, 210)),
    "dark green": ((24, 60, 36), (34, 74, 50), (40, 60, 44)),
    "green": ((44, 128, 66), (60, 160, 80), (90, 150, 90), (110, 190, 60), (70, 110, 76)),
    "light green": ((160, 210, 150), (180, 220, 170), (150, 190, 150)),
    "olive": ((106, 108, 54), (84, 86, 44), (122, 120, 76)),
    "yellow": ((238, 204, 62), (244, 222, 90), (250, 234, 130), (220, 190, 40), (222, 178, 50), (204, 160, 40)),
    "mustard": ((176, 138, 40), (156, 120, 36)),
    "orange": (
        (228, 124, 38),
        (240, 150, 40),
        (214, 100, 30),
        (236, 162, 60),
        (212, 140, 20),
        (252, 184, 30),
        (168, 108, 26),
    ),
    "red": ((190, 36, 40), (160, 30, 34), (214, 50, 50), (200, 60, 60), (150, 40, 40)),
    "burgundy": ((104, 26, 44), (80, 24, 36), (116, 40, 56)),
    "pink": ((232, 152, 176), (240, 180, 196), (220, 110, 150), (216, 150, 156), (230, 60, 140)),
    "purple": ((112, 64, 146), (84, 44, 110), (130, 90, 160), (96, 70, 120)),
    "lilac": ((180, 156, 206), (196, 178, 214)),
    "brown": ((102, 68, 44), (76, 50, 34), (124, 84, 56), (92, 70, 56), (140, 96, 64)),
    "beige": ((212, 192, 158), (196, 174, 142), (224, 208, 182), (184, 164, 136), (206, 190, 170)),
}

_FAMILY_OF = {word: family for family, words in FAMILIES.items() for word in words}


def families_in(text: str) -> frozenset[str]:
    """Return the colour families that a text names, e.g. {"blue"} for "a navy shirt"."""
    return frozenset(_FAMILY_OF[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _FAMILY_OF)


def to_lab(rgb: npt.ArrayLike) -> Lab:
    """Convert sRGB (..., 3), 0 to 255, into CIE L*a*b* for white D65 (IEC 61966-2-1, CIE 15)."""
    value = np.asarray(rgb, np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(a: Lab, b: Lab) -> npt.NDArray[np.float64]:
    """Return how different two colours are (CIE 1976, but lightness counts 0.7: shade changes it, dye does not)."""
    return np.sqrt((((a - b) * (0.7, 1, 1)) ** 2).sum(axis=-1))


def hue_chroma(lab: Lab) -> tuple[float, float]:
    """Return a colour's hue (degrees, -180 to 180; 0 is red, 90 yellow) and its chroma (0 is grey)."""
    return float(np.degrees(np.arctan2(lab[2], lab[1]))), float(np.hypot(lab[1], lab[2]))


def colour_word(lab: Lab) -> str:
    """Return the word for one colour."""
    return _WORDS[int(np.argmin(distance(_TONE_LAB, lab)))]


_TO_XYZ = np.array(
    [[0.4124564, 0.2126729, 0.0193339], [0.3575761, 0.7151522, 0.1191920], [0.1804375, 0.0721750, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_WORDS = [word for word, tones in _TONES.items() for _ in tones]
_TONE_LAB = to_lab([tone for tones in _TONES.values() for tone in tones])
