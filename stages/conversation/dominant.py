"""The one or two colours of a garment or a wall, found under shade and highlights."""

import numpy as np

from stages.conversation.colours import Lab, colour_word, distance, families_in, hue_chroma

_GROUPS, _ROUNDS, _MOST_PIXELS = 5, 12, 4000
_SAME_COLOUR = 16.0  # distance below which two groups are one colour
_DYED_CHROMA, _SAME_HUE_DEGREES = 14.0, 28.0  # dyed groups of one hue are one cloth in light and shade
_SAME_FAMILY = 25.0  # distance above which two words of one family are both said
_FIRST_SHARE, _SECOND_SHARE = 0.4, 0.25


def dominant_colours(pixels: Lab) -> list[tuple[str, float]]:
    """Return one or two colour words with their shares of the pixels, the larger first; none when none stands out.

    `pixels` has shape (n, 3). k-means in Lab, then groups that differ by shade alone are joined.
    """
    pixels = pixels[:: len(pixels) // _MOST_PIXELS + 1]
    found: list[tuple[str, float]] = []
    first: Lab | None = None
    for group in _cloths(pixels)[:2]:
        share = len(group) / len(pixels)
        if share < (_SECOND_SHARE if found else _FIRST_SHARE):
            break
        colour = _dye(group)
        if first is not None:  # where two colours blur into each other, the second is seen farthest from the first
            far = distance(group, first)
            colour = np.median(group[far >= np.percentile(far, 60)], axis=0)
        word = colour_word(colour)
        if first is None or _differ(word, found[0][0], float(distance(colour, first))):
            found.append((word, share))
        first = colour
    return found


def _cloths(pixels: Lab) -> list[Lab]:
    """Join the closest of the groups, again and again, until what is left are different cloths."""
    groups = _k_means(pixels)
    while True:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a) if _one_cloth(groups[a], groups[b])]
        if not pairs:
            return sorted(groups, key=len, reverse=True)
        a, b = min(pairs, key=lambda pair: distance(groups[pair[0]].mean(axis=0), groups[pair[1]].mean(axis=0)))
        groups[b] = np.concatenate([groups[b], groups.pop(a)])


def _one_cloth(group: Lab, other: Lab) -> bool:
    a, b = group.mean(axis=0), other.mean(axis=0)
    if distance(a, b) < _SAME_COLOUR:
        return True
    (hue_a, chroma_a), (hue_b, chroma_b) = hue_chroma(a), hue_chroma(b)
    apart = abs((hue_a - hue_b + 180) % 360 - 180)
    return min(chroma_a, chroma_b) > _DYED_CHROMA and apart < _SAME_HUE_DEGREES


def _differ(word: str, other: str, apart: float) -> bool:
    return word != other and (not families_in(word) & families_in(other) or apart > _SAME_FAMILY)


def _dye(group: Lab) -> Lab:
    """Return the colour of a cloth: of dyed cloth where it is purest, since shade and glare both wash it out."""
    chroma = np.hypot(group[:, 1], group[:, 2])
    if np.median(chroma) > _DYED_CHROMA:
        group = group[chroma >= np.percentile(chroma, 75)]
    return np.median(group, axis=0)


def _k_means(pixels: Lab) -> list[Lab]:
    ranked = pixels[np.argsort(pixels[:, 0], kind="stable")]
    centres = ranked[(np.linspace(0.1, 0.9, _GROUPS) * (len(ranked) - 1)).astype(int)]
    for _ in range(_ROUNDS):
        labels = np.argmin(distance(pixels[:, None], centres[None]), axis=1)
        groups = [pixels[labels == k] for k in range(len(centres))]
        groups = [group for group in groups if len(group)]
        centres = np.asarray([group.mean(axis=0) for group in groups])
    return groups
