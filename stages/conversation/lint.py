"""The lint of later rounds: outside the name, a user may say nothing that tells the two people apart."""

import re
from collections.abc import Iterable

from stages.conversation.colours import families_in

_TELLING: dict[str, str] = {
    "sex": (
        "he him his himself she her hers herself man men woman women boy boys girl girls male female lady ladies guy "
        "guys gentleman gentlemen mother father mom dad sister brother daughter son wife husband aunt uncle "
        "grandmother grandfather girlfriend boyfriend mr mrs ms sir madam feminine masculine"
    ),
    "age": (
        "old older oldest elder elderly young younger youngest child children kid kids baby toddler teen teenage "
        "teenager adult aged age senior middle-aged"
    ),
    "hair": (
        "hair hairs haired hairstyle haircut hairline blond blonde brunette redhead bald balding beard bearded "
        "moustache mustache stubble ponytail pigtails braid braids bun bangs fringe curls curly"
    ),
    "side": (
        "left right leftmost rightmost middle-left middle-right other another both first second former latter "
        "opposite neighbour neighbor beside"
    ),
    "looks": (
        "skin complexion skinned pale freckles freckled wrinkles glasses spectacles eyed tall taller tallest short "
        "shorter shortest tattoo earring earrings piercing"
    ),
}

_GARMENTS = (
    "t-shirt shirt blouse sweater jumper pullover hoodie sweatshirt jacket coat cardigan vest suit dress skirt "
    "trousers pants jeans shorts sneakers boots loafers sandals shoes hat cap beanie scarf tie necklace uniform"
)


def leaks(text: str, names: tuple[str, str], worn: Iterable[str] = ()) -> list[str]:
    """List what in a user's turn would tell who is meant without the history, as "kind: word"; empty is good.

    `names` are the pair's. `worn` holds what both wear in round 1 ("a navy shirt"): their garments count, and so does
    every colour of the same family. Exactly one of the names has to occur.
    """
    rest, named = text, 0
    for name in names:
        rest, count = re.subn(rf"\b{re.escape(name)}(?:'s)?(?!\w)", " ", rest)
        named += count > 0
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", rest.lower())
    parts = {part for word in words for part in (word, *word.split("-"))}
    found = [
        f"{kind}: {word}" for kind, telling in _TELLING.items() for word in sorted(parts.intersection(telling.split()))
    ]
    seen = " ".join(worn).lower()
    found += [f"colour: {family}" for family in sorted(families_in(rest) & families_in(seen))]
    worn_words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", seen))
    found += [f"garment: {word}" for word in sorted({*words}.intersection(worn_words, _GARMENTS.split()))]
    return found if named == 1 else [*found, f"names: {named}"]
