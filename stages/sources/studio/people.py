"""Who a drawn person is: every number that makes one face differ from another, drawn from one seed.

Lengths are in *face units*: 1 is half the width of an average face at the cheekbones (about 70 mm). The origin is the
middle between the eyes, x to the right of the picture, y down, z towards the viewer.
"""

from dataclasses import dataclass

import numpy as np

SKIN_TONES = np.array(  # from very light to very dark, RGB in daylight
    [(244, 208, 184), (236, 194, 164), (218, 172, 138), (194, 146, 110), (168, 120, 88), (141, 99, 73), (114, 80, 60)],
    np.float64,
)
HAIR_COLOURS = {
    "black": (30, 26, 27),
    "dark brown": (58, 40, 31),
    "brown": (94, 64, 43),
    "chestnut": (118, 66, 40),
    "red": (146, 74, 42),
    "dark blond": (156, 124, 82),
    "blond": (204, 170, 116),
    "grey": (150, 150, 153),
    "white": (222, 220, 216),
}
IRIS_COLOURS = {
    "brown": (84, 52, 32),
    "dark": (44, 28, 22),
    "blue": (92, 132, 168),
    "green": (92, 120, 84),
    "grey": (122, 134, 140),
}
SHORT_STYLES = ("buzz", "crop", "side_part", "quiff", "curly", "receding", "bald")
LONG_STYLES = ("bob", "long", "wavy", "fringe_bob", "bun", "afro", "pixie")
BEARDS = ("none", "stubble", "moustache", "goatee", "full")
GLASSES = ("none", "round", "square", "thin")


@dataclass(frozen=True)
class Trait:
    """The range of one number of a face, and how far a face embedder moves when it crosses that range.

    The reach was measured once with dlib's ResNet (Euclidean distance) on drawn faces, the rest of the face kept.
    """

    low: float
    high: float
    reach: float


TRAITS = {
    "age": Trait(0.0, 1.0, 0.39),
    "head_width": Trait(0.83, 1.17, 0.26),
    "skull_height": Trait(1.45, 1.72, 0.09),
    "chin_y": Trait(1.32, 1.76, 0.29),
    "jaw_square": Trait(2.3, 5.0, 0.16),
    "jaw_fall": Trait(0.4, 0.6, 0.04),
    "chin_forward": Trait(-0.06, 0.12, 0.04),
    "cheekbone": Trait(0.0, 0.12, 0.12),
    "ear_size": Trait(0.8, 1.2, 0.01),
    "fullness": Trait(0.0, 1.0, 0.16),
    "eye_x": Trait(0.36, 0.545, 0.63),
    "eye_width": Trait(0.17, 0.265, 0.26),
    "eye_open": Trait(0.13, 0.215, 0.1),
    "eye_slant": Trait(-0.09, 0.1, 0.39),
    "lid_fold": Trait(0.0, 1.0, 0.08),
    "socket": Trait(0.0, 1.0, 0.14),
    "lashes": Trait(0.0, 1.0, 0.09),
    "brow_y": Trait(-0.44, -0.22, 0.36),
    "brow_thick": Trait(0.03, 0.14, 0.28),
    "brow_arch": Trait(0.0, 0.115, 0.35),
    "brow_slant": Trait(-0.09, 0.035, 0.28),
    "brow_gap": Trait(-0.06, 0.08, 0.18),
    "nose_length": Trait(0.34, 0.48, 0.43),  # share of the way from the eyes to the chin
    "nose_width": Trait(0.15, 0.36, 0.35),
    "nose_forward": Trait(0.24, 0.52, 0.15),
    "nose_bridge": Trait(0.06, 0.12, 0.22),
    "nose_tip": Trait(-1.0, 1.0, 0.22),
    "lip_drop": Trait(0.24, 0.49, 0.59),  # mouth: share of the way from the nose to the chin
    "mouth_width": Trait(0.24, 0.48, 0.31),
    "lip_upper": Trait(0.035, 0.13, 0.09),
    "lip_lower": Trait(0.06, 0.17, 0.16),
    "mouth_curve": Trait(-0.6, 1.0, 0.11),
    "lip_tone": Trait(0.0, 1.0, 0.13),
    "ruggedness": Trait(0.0, 1.0, 0.09),
    "skin_tone": Trait(0.0, 5.8, 0.37),  # index into SKIN_TONES
    "skin_warm": Trait(-1.0, 1.0, 0.01),
    "hairline_y": Trait(-1.08, -0.8, 0.05),
}
# Lengths and places on a face that reach past their ranges, at both ends, in people of `VARIED` seeds and above: drawn
# people are more alike to an embedder than real ones, and a large cast of them would have many near doubles.
VARIED = 2_000_000
WIDENED = (
    "head_width", "chin_y", "jaw_square", "cheekbone", "eye_slant", "brow_y", "brow_thick", "brow_arch", "brow_slant",
    "nose_width", "nose_bridge", "nose_tip", "lip_drop", "mouth_width", "lip_upper", "lip_lower", "mouth_curve",
)  # fmt: skip
WIDER = 0.18  # of a range, at each end
VARIED_TRAITS = TRAITS | {
    name: Trait(t.low - WIDER * (t.high - t.low), t.high + WIDER * (t.high - t.low), t.reach * (1 + 2 * WIDER))
    for name, t in TRAITS.items()
    if name in WIDENED
}
LEAST_MOUTH, MOST_EYES, MOST_LENGTH = 0.57, 0.88, 2.05  # what still looks like a person: `Person.is_likely`
# The beta distribution that traits are drawn from: below 1 it prefers the ends of the ranges.
SPREAD = 0.5


@dataclass(frozen=True)
class Person:
    """One identity. Clothes are not part of it: they come from an `Outfit`."""

    seed: int
    masculine: bool
    age: float  # 0 young .. 1 old: lines, grey, thinner lips
    # head
    head_width: float  # half width at the cheekbones
    skull_height: float  # eyes to the top of the skull
    chin_y: float
    jaw_square: float  # 2 pointed .. 5 square
    jaw_fall: float  # 0.45 full cheeks .. 0.75 hollow
    chin_forward: float
    cheekbone: float
    ear_size: float
    fullness: float  # of the cheeks, 0..1
    # eyes
    eye_x: float  # half the distance between the pupils
    eye_width: float  # half width of one eye
    eye_open: float  # height of the opening
    eye_slant: float  # outer corner raised (> 0) or lowered
    lid_fold: float  # 0 hooded .. 1 deep crease
    socket: float  # how deep the eyes lie, 0..1
    lashes: float  # 0..1
    iris: str
    # brows
    brow_y: float
    brow_thick: float
    brow_arch: float
    brow_slant: float
    brow_gap: float  # how much farther apart than the eyes' inner corners
    # nose
    nose_y: float  # its base
    nose_width: float
    nose_forward: float
    nose_bridge: float
    nose_tip: float  # -1 turned down .. 1 turned up
    # mouth
    mouth_y: float
    mouth_width: float
    lip_upper: float
    lip_lower: float
    mouth_curve: float  # corners at rest: -1 down .. 1 up
    lip_tone: float  # 0 like the skin .. 1 deep red
    # surfaces
    skin_tone: float  # index into SKIN_TONES
    skin_warm: float
    ruggedness: float  # of the skin, 0 even .. 1
    freckles: float
    hair_style: str
    hair_colour: str
    hairline_y: float
    hair_part: float
    beard: str
    glasses: str

    @classmethod
    def from_seed(cls, seed: int) -> "Person":
        """Draw a person; the same seed is the same person in every clip and process."""
        rng = np.random.default_rng((0xFACE, seed))
        ranges = _ranges(seed)
        drawn = {name: t.low + (t.high - t.low) * float(rng.beta(SPREAD, SPREAD)) for name, t in ranges.items()}
        masculine = bool(rng.random() < 0.5)
        drawn["skin_tone"] = TRAITS["skin_tone"].high * float(rng.random()) ** 1.2
        drawn["age"] = float(rng.beta(0.8, 1.7))
        lean = 1.0 if masculine else -1.0
        drawn["chin_y"] += 0.04 * lean
        drawn["jaw_square"] += 0.4 * lean
        drawn["brow_thick"] = max(0.025, drawn["brow_thick"] + 0.015 * lean)
        if masculine:
            drawn["lip_tone"] *= 0.5
            drawn["lashes"] *= 0.4
        # Eyes that nearly meet and features huddled in the middle are not found, or not aligned, by face models.
        drawn["eye_width"] = min(drawn["eye_width"], 0.56 * drawn["eye_x"])
        nose_y = max(drawn.pop("nose_length") * drawn["chin_y"], 0.51)
        mouth_y = nose_y + drawn.pop("lip_drop") * (drawn["chin_y"] - nose_y)
        tone = drawn["skin_tone"]
        return cls(
            seed=seed,
            masculine=masculine,
            nose_y=nose_y,
            mouth_y=mouth_y,
            freckles=max(0.0, float(rng.uniform(-1.2, 1))) if tone < 2.5 else 0.0,
            iris=str(rng.choice(_iris_choices(tone))),
            hair_style=str(rng.choice(SHORT_STYLES if masculine else LONG_STYLES)),
            hair_colour=str(rng.choice(_hair_choices(tone, drawn["age"]))),
            hair_part=float(rng.choice([-1, 1]) * rng.uniform(0.15, 0.5)),
            beard=str(rng.choice(BEARDS, p=[0.44, 0.14, 0.14, 0.14, 0.14])) if masculine else "none",
            glasses=str(rng.choice(GLASSES, p=[0.76, 0.08, 0.08, 0.08])),
            **drawn,
        )

    @property
    def skin(self) -> np.ndarray:
        """Skin colour, RGB 0..255."""
        low = int(min(self.skin_tone, len(SKIN_TONES) - 2))
        colour = SKIN_TONES[low] + (SKIN_TONES[low + 1] - SKIN_TONES[low]) * (self.skin_tone - low)
        return colour * (1 + self.skin_warm * np.array([0.015, -0.012, -0.045]))

    @property
    def hair(self) -> np.ndarray:
        """Hair colour, RGB 0..255."""
        return np.array(HAIR_COLOURS[self.hair_colour], np.float64)

    @property
    def is_likely(self) -> bool:
        """Tell whether a face has proportions that people have: face models do not find all others.

        In adults the mouth lies about two thirds of the way from the eyes to the chin, the eyes end well within the
        head's outline, and no face is twice as long as it is wide (Farkas, "Anthropometry of the Head and Face", 1994).
        """
        mouth, eyes = self.mouth_y / self.chin_y, (self.eye_x + self.eye_width) / self.head_width
        return mouth >= LEAST_MOUTH and eyes <= MOST_EYES and self.chin_y / self.head_width <= MOST_LENGTH

    def traits(self) -> np.ndarray:
        """Return what tells people apart as a vector whose Euclidean distances follow those of a face embedder."""
        given = {
            **vars(self),
            "nose_length": self.nose_y / self.chin_y,
            "lip_drop": (self.mouth_y - self.nose_y) / (self.chin_y - self.nose_y),
        }
        # Each number lies on a half circle: the middle of a range is farther from both ends than half their distance,
        # as it is for embedders; a straight line would choose people from the corners alone.
        ranges = _ranges(self.seed)
        angles = [np.pi * (given[name] - t.low) / (t.high - t.low) for name, t in ranges.items()]
        reaches = [t.reach / 2 for t in ranges.values()]
        numbers = [*(reaches * np.cos(angles)), *(reaches * np.sin(angles))]
        surface = [
            0.13 * self.masculine,
            0.26 * {"none": 0.0, "stubble": 0.4, "moustache": 0.6, "goatee": 0.8, "full": 1.0}[self.beard],
            0.27 * self.hair.mean() / 180,
            *(0.15 * (self.glasses == kind) for kind in GLASSES[1:]),
            *(0.10 * (self.hair_style == kind) for kind in SHORT_STYLES + LONG_STYLES),
        ]
        return np.array(numbers + surface)


def choose_cast(count: int, seed: int, candidates_per_person: int = 40, first_seed: int = 0) -> tuple[Person, ...]:
    """Choose `count` people who look unlike each other: farthest-point sampling of candidates in the space of traits.

    The first people of a larger cast are not those of a smaller one. `first_seed`: `VARIED` for more varied people, of
    whom those count that look like people.
    """
    rng = np.random.default_rng((0xCA57, seed))
    seeds = rng.choice(1_000_000, size=max(count * candidates_per_person, 2), replace=False)
    people = [Person.from_seed(first_seed + int(s)) for s in seeds]
    if first_seed >= VARIED:
        people = [person for person in people if person.is_likely]
    traits = np.stack([person.traits() for person in people])
    chosen = [0]
    distance = np.linalg.norm(traits - traits[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(traits - traits[chosen[-1]], axis=1))
    order = rng.permutation(count)
    return tuple(people[chosen[i]] for i in order)


def _ranges(seed: int) -> dict[str, Trait]:
    return TRAITS if seed < VARIED else VARIED_TRAITS


def look_alike(seed: int, candidates: int = 200) -> int:
    """Return the seed of somebody who looks much like a person, and is another: the nearest of some in traits."""
    first = seed // VARIED * VARIED + 1_000_000  # none of these is in a cast
    person = Person.from_seed(seed)
    others = [Person.from_seed(first + (seed * 7919 + k) % 1_000_000) for k in range(candidates)]
    if seed >= VARIED:
        others = [other for other in others if other.is_likely]
    like = [p for p in others if (p.masculine, p.hair_colour) == (person.masculine, person.hair_colour)]
    return min(like or others, key=lambda other: float(np.linalg.norm(other.traits() - person.traits()))).seed


def _iris_choices(tone: float) -> list[str]:
    if tone > 3:
        return ["dark", "brown"]
    return ["brown", "blue", "green", "grey", "dark"] if tone < 1.8 else ["brown", "dark", "green"]


def _hair_choices(tone: float, age: float) -> list[str]:
    if age > 0.75:
        return ["grey", "white", "grey"]
    if tone > 3:
        return ["black", "dark brown"]
    if tone > 1.8:
        return ["black", "dark brown", "brown", "chestnut"]
    return ["dark brown", "brown", "chestnut", "red", "dark blond", "blond", "blond"]
