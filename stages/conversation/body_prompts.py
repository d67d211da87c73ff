"""Full-body prompts: a vocabulary that a compositor can draw, and sentences that open with a name.

A prompt is drawn part by part, so that text and drawing come from the same record. It names new clothes, a place, a
pose and the light, and nothing that tells one person from another.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np

from pipeline.errors import SampleError
from stages.conversation.colours import COLOURS, families_in
from stages.conversation.grammar import with_article


class Place(StrEnum):
    """Where the person is."""

    PARK = "park"
    BEACH = "beach"
    CITY_STREET = "city_street"
    LIVING_ROOM = "living_room"
    OFFICE = "office"
    LIBRARY = "library"
    CAFE_TERRACE = "cafe_terrace"
    MOUNTAIN_PATH = "mountain_path"
    SNOWY_SQUARE = "snowy_square"
    STAGE = "stage"


class Pose(StrEnum):
    """What the body does."""

    STANDING = "standing"
    WALKING = "walking"
    SITTING = "sitting"


class Top(StrEnum):
    """What covers the upper body; a dress covers the legs too."""

    T_SHIRT = "t_shirt"
    SHIRT = "shirt"
    SWEATER = "sweater"
    HOODIE = "hoodie"
    JACKET = "jacket"
    COAT = "coat"
    DRESS = "dress"


class Bottom(StrEnum):
    """What covers the legs."""

    TROUSERS = "trousers"
    JEANS = "jeans"
    SKIRT = "skirt"
    SHORTS = "shorts"


class Shoes(StrEnum):
    """What is on the feet."""

    SNEAKERS = "sneakers"
    BOOTS = "boots"
    LOAFERS = "loafers"
    SANDALS = "sandals"


class Light(StrEnum):
    """What time of day the picture shows."""

    MORNING = "morning"
    DAYLIGHT = "daylight"
    EVENING = "evening"
    NIGHT = "night"


# What one sits on, by place: words here, and what a compositor draws.
SEATS: dict[Place, str] = {
    Place.PARK: "a wooden bench",
    Place.BEACH: "a deck chair",
    Place.CITY_STREET: "a bench",
    Place.LIVING_ROOM: "a sofa",
    Place.OFFICE: "an office chair",
    Place.LIBRARY: "a wooden chair",
    Place.CAFE_TERRACE: "a metal chair",
    Place.MOUNTAIN_PATH: "a large rock",
    Place.SNOWY_SQUARE: "a bench",
    Place.STAGE: "a stool",
}


@dataclass(frozen=True)
class BodyPrompt:
    """What a full-body picture shows besides its person. Colours are keys of COLOURS.

    `bottom` and `bottom_colour` are None when `top` is a dress. `phrasing` chooses the wording of `sentence` and has
    no bearing on the picture.
    """

    top: Top
    top_colour: str
    bottom: Bottom | None
    bottom_colour: str | None
    shoes: Shoes
    shoes_colour: str
    place: Place
    pose: Pose
    light: Light
    phrasing: int = 0

    def sentence(self, name: str) -> str:
        """Return the prompt's text, which opens with the name and says "they" from then on."""
        form = _PHRASINGS[self.phrasing % len(_PHRASINGS)]
        return form.format(
            name=name,
            is_doing=f"is {self.pose} {self.where}",
            are_doing=f"are {self.pose} {self.where}",
            does=f"{_DOES[self.pose]} {self.where}",
            clothes=self.clothes,
            when=_when(self),
            light=_light(self),
        )

    @property
    def clothes(self) -> str:
        """All garments with their colours, e.g. "a red sweater, black jeans and white sneakers"."""
        worn = [_garment(self.top_colour, self.top)]
        if self.bottom is not None and self.bottom_colour is not None:
            worn.append(_garment(self.bottom_colour, self.bottom))
        return f"{', '.join(worn)} and {_garment(self.shoes_colour, self.shoes)}"

    @property
    def where(self) -> str:
        """The place as the pose needs it, e.g. "on a wooden bench in a park" for somebody who sits."""
        if self.pose is Pose.SITTING:
            return f"on {SEATS[self.place]} {_AT[self.place]}"
        return _THROUGH[self.place] if self.pose is Pose.WALKING else _AT[self.place]


def draw_prompt(
    rng: np.random.Generator, avoid: Iterable[str] = (), without: Collection[StrEnum] = frozenset()
) -> BodyPrompt:
    """Draw a prompt without contradictions, such as shorts in the snow, and without the garments of `without`.

    `avoid` holds what the pair wears in round 1 ("a navy shirt"): no garment and no colour of theirs comes again, or
    the clothes would tell whose picture it is. Raises SampleError `no_clothes_left` when nothing remains.
    """
    seen = " ".join(avoid).lower()
    families = families_in(seen)
    place = _pick(rng, Place)
    unfit = _UNFIT[place].union(without)
    top = _pick(rng, [t for t in _TOPS if t not in unfit and not _named(t, seen)])
    tops = _shades(top, families)
    top_colour = _pick(rng, tops)
    bottom, bottom_colour = None, None
    if top is not Top.DRESS:
        beneath = unfit | _BARE if top is Top.COAT else unfit
        bottoms = [b for b in Bottom if b not in beneath and not _named(b, seen)]
        bottom, bottom_colour = _dressed(rng, bottoms, families, top_colour)
    shoes = [s for s in Shoes if s not in _UNFIT[place] and not _named(s, seen)]
    chosen, shoes_colour = _dressed(rng, shoes, families, None)
    return BodyPrompt(
        top=top,
        top_colour=top_colour,
        bottom=bottom,
        bottom_colour=bottom_colour,
        shoes=chosen,
        shoes_colour=shoes_colour,
        place=place,
        pose=_pick(rng, Pose),
        light=_pick(rng, _LIGHTS.get(place, tuple(Light))),
        phrasing=int(rng.integers(len(_PHRASINGS))),
    )


T = TypeVar("T")

# A dress comes half as often as any other top, since half of all prompts would not be for somebody who wears one.
_TOPS = [top for top in Top for _ in range(1 if top is Top.DRESS else 2)]

# Under a long coat these are not seen, and its wearer would seem to have forgotten something.
_BARE = frozenset({Bottom.SHORTS, Bottom.SKIRT})

DRESSES: frozenset[StrEnum] = frozenset({Top.DRESS, Bottom.SKIRT})

_UNFIT: dict[Place, frozenset[StrEnum]] = {
    **{place: frozenset() for place in Place},
    Place.PARK: frozenset({Shoes.SANDALS}),
    Place.BEACH: frozenset({Top.COAT, Top.JACKET, Shoes.BOOTS, Shoes.LOAFERS}),
    Place.LIVING_ROOM: frozenset({Top.COAT, Top.JACKET, Shoes.BOOTS}),
    Place.OFFICE: frozenset({Top.COAT, Bottom.SHORTS, Shoes.SANDALS, Shoes.BOOTS}),
    Place.LIBRARY: frozenset({Top.COAT, Bottom.SHORTS, Shoes.SANDALS}),
    Place.MOUNTAIN_PATH: frozenset({Top.DRESS, Bottom.SKIRT, Shoes.LOAFERS, Shoes.SANDALS}),
    Place.SNOWY_SQUARE: frozenset(
        {Top.T_SHIRT, Top.SHIRT, Top.DRESS, Bottom.SKIRT, Bottom.SHORTS, Shoes.LOAFERS, Shoes.SANDALS}
    ),
    Place.STAGE: frozenset({Top.COAT, Bottom.SHORTS, Shoes.SANDALS}),
}

_LIGHTS: dict[Place, tuple[Light, ...]] = {
    Place.MOUNTAIN_PATH: (Light.MORNING, Light.DAYLIGHT, Light.EVENING),
    Place.STAGE: (Light.EVENING, Light.NIGHT),
}

# Garments that come in few colours; any other comes in all.
_SHADES: dict[StrEnum, tuple[str, ...]] = {
    Bottom.TROUSERS: ("black", "grey", "navy", "brown", "beige", "olive", "white", "burgundy"),
    Bottom.JEANS: ("blue", "light blue", "navy", "black", "grey", "white"),
    Bottom.SHORTS: ("black", "grey", "navy", "blue", "brown", "beige", "olive", "white", "red"),
    Shoes.SNEAKERS: ("white", "black", "grey", "blue", "red", "green", "orange"),
    Shoes.BOOTS: ("black", "brown", "beige", "burgundy", "grey", "yellow"),
    Shoes.LOAFERS: ("black", "brown", "beige", "burgundy", "navy"),
    Shoes.SANDALS: ("black", "brown", "beige", "white", "blue", "red"),
}

_WORDS: dict[StrEnum, str] = {Top.T_SHIRT: "T-shirt"}
_PLURAL = frozenset({Bottom.TROUSERS, Bottom.JEANS, Bottom.SHORTS, *Shoes})
_DOES = {Pose.STANDING: "stands", Pose.WALKING: "walks", Pose.SITTING: "sits"}

_AT = {
    Place.PARK: "in a park",
    Place.BEACH: "on a beach",
    Place.CITY_STREET: "on a city street",
    Place.LIVING_ROOM: "in a living room",
    Place.OFFICE: "in an office",
    Place.LIBRARY: "in a library",
    Place.CAFE_TERRACE: "on a cafe terrace",
    Place.MOUNTAIN_PATH: "on a mountain path",
    Place.SNOWY_SQUARE: "in a snowy square",
    Place.STAGE: "on a stage",
}

_THROUGH = {
    Place.PARK: "through a park",
    Place.BEACH: "along a beach",
    Place.CITY_STREET: "down a city street",
    Place.LIVING_ROOM: "across a living room",
    Place.OFFICE: "through an office",
    Place.LIBRARY: "through a library",
    Place.CAFE_TERRACE: "across a cafe terrace",
    Place.MOUNTAIN_PATH: "up a mountain path",
    Place.SNOWY_SQUARE: "across a snowy square",
    Place.STAGE: "across a stage",
}

_INDOORS = frozenset({Place.LIVING_ROOM, Place.OFFICE, Place.LIBRARY})

_PHRASINGS = (
    "{name} {is_doing} {when}. They wear {clothes}. Show them from head to toe.",
    "{name} {is_doing}, dressed in {clothes}. {light} Their whole body is in the picture.",
    "{name} wears {clothes}. They {are_doing} {when}, and the picture shows all of them, shoes included.",
    "{name} {does} {when} in {clothes}. Make it a full-length picture of them.",
    "{name}, in {clothes}, {does}. {light} Keep them in full view, down to their shoes.",
    "{name} is seen at full length. They {are_doing} {when} and have {clothes} on.",
)


def _when(prompt: BodyPrompt) -> str:
    if prompt.light is Light.DAYLIGHT:
        return "in the middle of the day" if prompt.place in _INDOORS else "on a clear day"
    return {Light.MORNING: "in the morning", Light.EVENING: "in the evening", Light.NIGHT: "at night"}[prompt.light]


def _light(prompt: BodyPrompt) -> str:
    if prompt.place is Place.STAGE:
        return "Warm stage lights shine." if prompt.light is Light.EVENING else "Bright spotlights shine."
    if prompt.place in _INDOORS:
        return {
            Light.MORNING: "Soft morning light fills the room.",
            Light.DAYLIGHT: "Clear daylight fills the room.",
            Light.EVENING: "Warm evening light fills the room.",
            Light.NIGHT: "It is night, and lamps light the room.",
        }[prompt.light]
    return {
        Light.MORNING: "The morning light is soft.",
        Light.DAYLIGHT: "The daylight is clear and even.",
        Light.EVENING: "The evening light is warm and low.",
        Light.NIGHT: "It is night, and the sky is dark.",
    }[prompt.light]


def _garment(colour: str, kind: StrEnum) -> str:
    words = f"{colour} {_WORDS.get(kind, kind.value)}"
    return words if kind in _PLURAL else with_article(words)


def _shades(kind: StrEnum, families: frozenset[str]) -> list[str]:
    return [colour for colour in _SHADES.get(kind, tuple(COLOURS)) if not families_in(colour) & families]


def _dressed(rng: np.random.Generator, kinds: list[T], families: frozenset[str], beside: str | None) -> tuple[T, str]:
    left = {kind: [c for c in _shades(kind, families) if c != beside] for kind in kinds}  # type: ignore[arg-type]
    kind = _pick(rng, [kind for kind, colours in left.items() if colours])
    return kind, _pick(rng, left[kind])


def _named(kind: StrEnum, seen: str) -> bool:
    return _WORDS.get(kind, kind.value).lower() in seen


def _pick(rng: np.random.Generator, items: Iterable[T]) -> T:
    choices = list(items)
    if not choices:
        raise SampleError("no_clothes_left", "every garment or colour is already worn in round 1")
    return choices[int(rng.integers(len(choices)))]
