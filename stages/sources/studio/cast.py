"""Which clips a run of the studio has: kinds, and who plays in them."""

from dataclasses import dataclass

import numpy as np

from stages.sources.studio.hard.kinds import HARD_KINDS
from stages.sources.studio.people import choose_cast
from stages.sources.studio.script import PEOPLE_NEEDED

USABLE_KINDS = ("duo", "duo_cut", "swapped_after_cut", "two_pairs", "duo_then_singles", "passer_by")
REJECTED_KINDS = ("single", "nobody", "same_twice", "trio", "far_away", "damaged", "never_together", "not_a_video")
KINDS = PEOPLE_NEEDED | {name: kind.people for name, kind in HARD_KINDS.items()}  # and how many people each needs
RECUR_EVERY = 5  # every fifth usable clip brings back a person of an earlier one


@dataclass(frozen=True)
class StudioClip:
    """A script: cheap to make, draws nothing."""

    name: str
    seed: int
    kind: str
    people: tuple[int, ...] = ()  # seeds; empty: chosen from the clip's own seed

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} of {self.name}: allowed are {', '.join(KINDS)}")


def cast_clips(count: int = 24, seed: int = 0) -> tuple[StudioClip, ...]:
    """Write `count` clips: about two thirds usable pairs, the rest what a pipeline must turn down.

    From 16 clips on every kind is present. Most usable clips have two people of their own; some people come back in a
    second clip with other clothes.
    """
    rng = np.random.default_rng((0xC11B, seed))
    kinds = _kinds(count)
    cast = iter(choose_cast(sum(PEOPLE_NEEDED[kind] for kind in kinds), seed))
    clips: list[StudioClip] = []
    seen: list[int] = []  # people of usable clips
    usable = 0
    for index, kind in enumerate(kinds):
        people = [next(cast).seed for _ in range(PEOPLE_NEEDED[kind])]
        if kind in USABLE_KINDS:
            usable += 1
            if usable % RECUR_EVERY == 0:
                people[0] = seen[int(rng.integers(len(seen)))]
            seen += people[:2]
        name = f"{kind}_{index:03d}.mp4"
        clips.append(StudioClip(name, int(rng.integers(1 << 31)), kind, tuple(people)))
    return tuple(clips)


def people_of(clip: StudioClip) -> tuple[int, ...]:
    """Return the seeds of the people of a clip."""
    needed = KINDS[clip.kind]
    return clip.people if clip.people or not needed else tuple(p.seed for p in choose_cast(needed, clip.seed))


def _kinds(count: int) -> list[str]:
    turned_down = round(count / 3)
    if count >= len(USABLE_KINDS) + len(REJECTED_KINDS):
        turned_down = max(turned_down, len(REJECTED_KINDS))
    kinds, good, bad = [], 0, 0
    for index in range(count):
        if (index + 1) * turned_down // count > bad:
            kinds.append(REJECTED_KINDS[bad % len(REJECTED_KINDS)])
            bad += 1
        else:
            kinds.append(USABLE_KINDS[good % len(USABLE_KINDS)])
            good += 1
    return kinds
