"""Takes that are hard because of what people do: cross, leave, pass by, tilt or turn heads, raise hands."""

from dataclasses import replace

from stages.sources.studio.hard.director import Director
from stages.sources.studio.hard.take import Actor, Gesture, Mark, Take
from stages.sources.studio.script import FPS, HEIGHT, WIDTH

Takes = tuple[Take, ...]


def crossing(d: Director) -> Takes:
    """Two people change places, one right before the other; in some clips they change back."""
    behind, before = d.two(apart=5.0)
    if d.sign() > 0:
        behind, before = before, behind
    before = replace(before, place=replace(before.place, unit=1.10 * behind.place.unit, y=behind.place.y + 2))
    turns = [(d.between(1.0, 1.3), d.between(1.3, 1.6))]
    if d.sign() > 0:
        turns.append((turns[0][0] + turns[0][1] + d.between(0.7, 0.9), d.between(1.2, 1.4)))
    seconds = turns[-1][0] + turns[-1][1] + d.between(0.9, 1.1)
    xs = [behind.place.x, before.place.x]
    paths: list[list[Mark]] = [[], []]
    for start, takes_seconds in turns:
        for path, actor, k in zip(paths, (behind, before), (0, 1), strict=True):
            path.append(Mark(start, xs[k], actor.place.y, actor.place.unit))
            path.append(Mark(start + takes_seconds, xs[1 - k], actor.place.y, actor.place.unit))
        xs.reverse()
    people = (replace(behind, path=tuple(paths[0])), replace(before, path=tuple(paths[1])))
    return (replace(d.take(0, round(seconds * FPS), *people), camera=d.handheld(1.0)),)


def passing_before(d: Director) -> Takes:
    """One walks past before the other, who stands still, and stays on the other side."""
    way, unit = d.sign(), d.between(38, 42)
    eyes = HEIGHT * 0.37 + d.between(-6, 6)
    first, second = (0, 1) if d.sign() > 0 else (1, 0)
    standing = d.place(first, WIDTH / 2 + d.between(-10, 10), eyes, unit, -0.4 * way)
    nearer = d.place(second, WIDTH / 2 - way * 5.0 * unit, eyes + 2, 1.10 * unit, 0.7 * way)
    start, takes_seconds = d.between(1.2, 1.5), d.between(1.6, 2.1)
    place = nearer.place
    path = (
        Mark(start, place.x, place.y, place.unit),
        Mark(start + takes_seconds, WIDTH - place.x, place.y, place.unit),
    )
    frames = round((start + takes_seconds + d.between(1.1, 1.4)) * FPS)
    return (replace(d.take(0, frames, standing, replace(nearer, path=path)), camera=d.handheld(1.0)),)


def before_and_back(d: Director) -> Takes:
    """One of two leaves the picture and comes back after a while."""
    people = list(d.two())
    who = 0 if d.sign() > 0 else 1
    leaving = people[who]
    out = -3.8 * leaving.place.unit if who == 0 else WIDTH + 3.8 * leaving.place.unit
    away = d.between(0.5, 1.2)
    moments = (1.4, 2.2, 2.2 + away, 3.1 + away)
    places = (leaving.place.x, out, out, leaving.place.x)
    path = tuple(Mark(t, x, leaving.place.y, leaving.place.unit) for t, x in zip(moments, places, strict=True))
    people[who] = replace(leaving, path=path)
    return (d.take(0, round((moments[-1] + d.between(1.2, 1.5)) * FPS), *people),)


def passer_before(d: Director) -> Takes:
    """Somebody larger walks through between the camera and the two, hiding each for a moment."""
    frames = d.frames(4.6, 5.4)
    start = d.frames(1.3, 1.7)
    walker = d.walker(2, (start, start + d.frames(1.5, 1.9)), d.between(54, 60), HEIGHT * 0.34)
    return (d.take(0, frames, *d.two(), walker),)


def passer_behind(d: Director) -> Takes:
    """Somebody walks through behind the two, hidden by each for a moment."""
    frames = d.frames(4.6, 5.4)
    start = d.frames(1.2, 1.7)
    walker = d.walker(2, (start, start + d.frames(1.8, 2.3)), d.between(27, 31), HEIGHT * 0.36)
    return (d.take(0, frames, walker, *d.two()),)


def tilted(d: Director) -> Takes:
    """Both lean their heads, to 40 degrees."""
    people = [replace(actor, roll=_there_and_back(d, d.between(28, 40))) for actor in d.two()]
    return (replace(d.take(0, d.frames(4.2, 5.0), *people), camera=d.handheld(0.8)),)


def profiles(d: Director) -> Takes:
    """Both turn from the camera to a profile of up to 90 degrees, towards each other or away, and back."""
    away = d.rng.random() < 0.25
    people = [
        replace(actor, yaw=_there_and_back(d, d.between(68, 88), (-1 if away else 1) * toward))
        for actor, toward in zip(d.two(), (1, -1), strict=True)
    ]
    return (d.take(0, d.frames(4.4, 5.2), *people),)


def hands(d: Director) -> Takes:
    """Each holds a hand before mouth, eyes or the whole face for a moment, one after the other."""
    starts = (d.between(0.9, 1.3), d.between(2.4, 2.8))
    people = [_raising(d, actor, start) for actor, start in zip(d.two(), starts, strict=True)]
    return (d.take(0, d.frames(4.4, 5.2), *people),)


def _raising(d: Director, actor: Actor, start: float) -> Actor:
    side = d.sign()
    before = ((side * 0.15, 1.15), (side * 0.25, 0.55), (side * 0.45, 0.75))[int(d.rng.integers(3))]
    return replace(actor, gestures=(Gesture(start, d.between(0.5, 0.9), before, side),))


def _there_and_back(d: Director, degrees: float, way: int = 0) -> tuple[tuple[float, float], ...]:
    way = way or d.sign()
    start = d.between(0.5, 1.4)
    there, back = start + d.between(0.4, 0.7), start + d.between(1.5, 2.0)
    return (
        (start, -0.1 * way * degrees),
        (there, way * degrees),
        (back, way * degrees),
        (back + 0.6, 0.1 * way * degrees),
    )
