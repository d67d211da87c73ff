"""Names for the two people of a pair: drawn by key, never two that a reader could mix up."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.sample import rng

_LEAST_EDITS = 4  # or as many as the longer name has letters, if it has fewer


@dataclass(frozen=True)
class Name:
    """A given name and how it usually presents: female, male, or either (n)."""

    text: str
    presents: Literal["f", "m", "n"]


@cache
def pool() -> tuple[Name, ...]:
    """Return all names, in the file's order."""
    lines = files("stages.conversation").joinpath("names.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return tuple(Name(text, presents) for text, presents in rows)  # type: ignore[arg-type]


def assign_names(key: str, seed: int = 0) -> tuple[str, str]:
    """Draw the names of the left and the right person of a pair.

    Every name is as likely as any other, on either side. Nothing is known of the people here, so that a name tells
    nothing about a face; `presents` serves captioners that do look.
    """
    draw, names = rng(key, "names", seed), pool()
    while True:
        left, right = (names[int(i)].text for i in draw.integers(len(names), size=2))
        if not alike(left, right):
            return left, right


def alike(one: str, other: str) -> bool:
    """Whether two names begin or sound alike, end alike, or differ in few letters."""
    a, b = _letters(one), _letters(other)
    return (
        _onset(a) == _onset(b)
        or a[-3:] == b[-3:]
        or _skeleton(a) == _skeleton(b)
        or edits(a, b) < min(_LEAST_EDITS, max(len(a), len(b)))
    )


def edits(a: str, b: str) -> int:
    """Count the letters to insert, remove or replace between two words (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (letter != other))
    return row[-1]


# Letters that begin names which sound alike: Clara and Katarina, Jelena and Yelena, Philippa and Filip.
_SOUNDS = {
    **dict.fromkeys("ckqx", "k"),
    **dict.fromkeys("sz", "s"),
    **dict.fromkeys("gjyi", "j"),
    **dict.fromkeys("vwf", "f"),
    **dict.fromkeys("dt", "t"),
    **dict.fromkeys("bp", "p"),
    **dict.fromkeys("mn", "m"),
    **dict.fromkeys("ou", "o"),
    **dict.fromkeys("ae", "a"),
}


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in plain if letter.isalpha())


def _onset(letters: str) -> str:
    return "f" if letters.startswith("ph") else _SOUNDS.get(letters[0], letters[0])


def _skeleton(letters: str) -> str:
    """Return the sounds of the consonants, neighbours that are the same once."""
    sounds = [_SOUNDS.get(letter, letter) for letter in letters if letter not in "aeiouyh"]
    return "".join(sound for i, sound in enumerate(sounds) if i == 0 or sound != sounds[i - 1])
