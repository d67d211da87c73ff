"""Which clips the hard set has, and who plays in them."""

import numpy as np

from stages.sources.studio.cast import StudioClip
from stages.sources.studio.hard.kinds import HARD_KINDS, REJECTED, USABLE
from stages.sources.studio.people import choose_cast, look_alike

USABLE_SHARE = 0.58
RECUR_EVERY = 3  # every third usable clip brings back the people of an earlier one


def hard_clips(count: int = 200, seed: int = 1) -> tuple[StudioClip, ...]:
    """Write `count` hard clips: somewhat more than half usable pairs, the rest what a pipeline must turn down.

    Kinds take turns, those that are usable and the others; from 38 clips on all are there. In every third usable clip
    people of an earlier one come back in other clothes. Not fewer clips of a longer set: the cast depends on `count`.
    """
    rng = np.random.default_rng((0x4A2D, seed))
    kinds = _kinds(count)
    needed = sum(HARD_KINDS[kind].people for kind in kinds)
    cast = iter(choose_cast(needed, seed, candidates_per_person=10))
    clips: list[StudioClip] = []
    seen: list[int] = []  # people of usable clips
    usable = 0
    for index, kind in enumerate(kinds):
        hard = HARD_KINDS[kind]
        people = [next(cast).seed for _ in range(hard.people)]
        if kind in USABLE:
            usable += 1
            if usable % RECUR_EVERY == 0 and seen:
                again = [seen[int(rng.integers(len(seen)))]]
                people[: len(again)] = again
            seen += people[:2]
        if hard.alike:
            first, second = hard.alike
            people[second] = look_alike(people[first])
        clips.append(StudioClip(f"{kind}_{index:03d}.mp4", int(rng.integers(1 << 31)), kind, tuple(people)))
    return tuple(clips)


def _kinds(count: int) -> list[str]:
    usable = round(count * USABLE_SHARE)
    kinds: list[str] = []
    good = 0
    for index in range(count):
        if (index + 1) * usable // count > good:
            kinds.append(list(USABLE)[good % len(USABLE)])
            good += 1
        else:
            kinds.append(list(REJECTED)[(index - good) % len(REJECTED)])
    return kinds
