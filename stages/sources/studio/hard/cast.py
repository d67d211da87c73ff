"""Which clips the hard set has, and who plays in them."""

from collections.abc import Iterator

import numpy as np

from stages.sources.studio.cast import StudioClip
from stages.sources.studio.hard.kinds import HARD_KINDS, REJECTED, USABLE
from stages.sources.studio.people import VARIED, choose_cast, look_alike

USABLE_SHARE = 0.58
CLIPS_OF_A_COUPLE = 2  # in how many usable clips two people play, about, in other clothes each time


def hard_clips(count: int = 200, seed: int = 1) -> tuple[StudioClip, ...]:
    """Write `count` hard clips: somewhat more than half usable pairs, the rest what a pipeline must turn down.

    Kinds take turns, those that are usable and the others; from 42 clips on all are there. People come as couples, who
    play together in more than one clip; passers-by, and those who are seen in what is turned down, are of the same
    troupe. Who plays depends on `count`: a larger set is not a smaller one with clips added.
    """
    rng = np.random.default_rng((0x4A2D, seed))
    kinds = _kinds(count)
    usable = sum(kind in USABLE for kind in kinds)
    couples = max(2, -(-usable // CLIPS_OF_A_COUPLE))
    troupe = [person.seed for person in choose_cast(2 * couples, seed, first_seed=VARIED)]
    pairs = _turns(rng, [(troupe[2 * k], troupe[2 * k + 1]) for k in range(couples)])
    clips: list[StudioClip] = []
    for index, kind in enumerate(kinds):
        hard = HARD_KINDS[kind]
        first, second = next(pairs) if kind in USABLE else _pick(rng, troupe, 2)
        people = [first, second, *_pick(rng, [p for p in troupe if p not in (first, second)], 2)][: hard.people]
        if hard.alike:
            people[hard.alike[1]] = look_alike(people[hard.alike[0]])
        clips.append(StudioClip(f"{kind}_{index:03d}.mp4", int(rng.integers(1 << 31)), kind, tuple(people)))
    return tuple(clips)


def _turns(rng: np.random.Generator, couples: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield couples without end, all of them before any comes again."""
    while True:
        for k in rng.permutation(len(couples)):
            yield couples[k]


def _pick(rng: np.random.Generator, seeds: list[int], count: int) -> list[int]:
    return [int(seed) for seed in rng.choice(seeds, count, replace=False)]


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
