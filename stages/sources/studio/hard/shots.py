"""Takes that are hard because of how they are cut together or framed."""

from dataclasses import replace

from stages.sources.studio.hard.director import Director
from stages.sources.studio.hard.movement import Takes
from stages.sources.studio.hard.take import Take
from stages.sources.studio.people import Person
from stages.sources.studio.script import HEIGHT, WIDTH


def still_two(d: Director) -> Takes:
    """Two people before a camera at rest, cut once to a closer view."""
    half = d.frames(2.1, 2.6)
    first = d.take(0, half, *d.two())
    return first, d.take(half, half + d.frames(2.0, 2.4), *d.two(unit=d.between(46, 50)), pan=0.3)


def handheld_two(d: Director) -> Takes:
    """Two people before a camera held by hand."""
    return (replace(d.take(0, d.frames(4.0, 4.8), *d.two()), camera=d.handheld(1.5)),)


def swapped_sides(d: Director) -> Takes:
    """Both again after a cut, on each other's side, larger or smaller."""
    half = d.frames(2.1, 2.5)
    unit = d.between(33, 37) if d.sign() > 0 else d.between(47, 50)
    first = d.take(0, half, *d.two())
    return first, d.take(half, half + d.frames(2.1, 2.5), *d.two((1, 0), unit=unit), pan=-0.45)


def reverse_shot(d: Director) -> Takes:
    """The two together, then singles of each in turn, as dialogue is cut; in some clips both come again."""
    end = d.frames(1.6, 2.0)
    takes = [d.take(0, end, *d.two())]
    for who, pan in ((0, -0.3), (1, 0.4), (0, -0.3)):
        until = end + d.frames(1.1, 1.3)
        takes.append(d.take(end, until, d.alone(who, 0.5 if who == 0 else -0.5), pan=pan))
        end = until
    if d.sign() > 0:
        takes[-1] = replace(d.take(takes[-1].start_frame, end + 5, *d.two()), camera=d.handheld(0.6))
    return tuple(takes)


def long_shot(d: Director) -> Takes:
    """Both from afar, faces of 32 to 45 pixels, cut to a closer view of them."""
    half = d.frames(2.1, 2.6)
    faces_px = d.between(34, 43)  # wide, on average
    widths = sum(Person.from_seed(seed).head_width for seed in d.people[:2])
    far = d.take(0, half, *d.two(unit=faces_px / widths, apart=d.between(5, 9)))
    return far, d.take(half, half + d.frames(2.0, 2.4), *d.two(), pan=0.2)


def somebody_else_after_cut(d: Director) -> Takes:
    """The two together, then somebody who looks like the first of them, elsewhere."""
    first = d.frames(2.2, 2.6)
    other = d.take(first, first + d.frames(1.5, 1.9), d.alone(2, 0.5 * d.sign()))
    return d.take(0, first, *d.two()), replace(other, scene=d.elsewhere())


def trio(d: Director) -> Takes:
    """Three people in a row."""
    unit = d.between(31, 34)
    people = [
        d.place(k, WIDTH / 2 + (k - 1) * 5.3 * unit, HEIGHT * 0.38 + d.between(-8, 8), unit, (0.7, 0.0, -0.7)[k])
        for k in range(3)
    ]
    return (replace(d.take(0, d.frames(3.6, 4.4), *people), camera=d.handheld(1.0)),)


def single(d: Director) -> Takes:
    """One person by themselves, twice."""
    half = d.frames(1.6, 2.0)
    return tuple(
        replace(d.take(k * half, (k + 1) * half, d.alone(0, 0.5 * d.sign()), pan=0.3 * k), camera=d.handheld(1.5))
        for k in range(2)
    )


def split_screen(d: Director) -> Takes:
    """One person twice in a picture, in two different outfits."""
    left, right = d.two((0, 0))
    right = replace(right, place=replace(right.place, outfit=d.outfits[1]))
    return (d.take(0, d.frames(3.6, 4.4), left, right),)


def far_away(d: Director) -> Takes:
    """Two people too far away to be told apart, faces of some 20 pixels."""
    people = d.two(unit=d.between(8.8, 9.6), apart=8.0)
    return (replace(d.take(0, d.frames(3.2, 4.0), *people), camera=d.handheld(0.8)),)


def only_singles(d: Director) -> Takes:
    """Singles of two people in turn, who are never seen together."""
    takes: list[Take] = []
    end = 0
    for k in range(4):
        until = end + d.frames(1.1, 1.3)
        takes.append(d.take(end, until, d.alone(k % 2, (0.5, -0.5)[k % 2]), pan=(-0.35, 0.35)[k % 2]))
        end = until
    return tuple(takes)
