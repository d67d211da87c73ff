"""Takes that are hard because of how they were filmed, exposed, framed or written on."""

from dataclasses import replace

from stages.sources.studio.hard.camera import Camera
from stages.sources.studio.hard.director import Director
from stages.sources.studio.hard.movement import Takes
from stages.sources.studio.hard.take import Grade, Mark, Rectangle
from stages.sources.studio.script import FPS, HEIGHT, WIDTH


def dark(d: Director) -> Takes:
    """A scene with little light, and the noise that goes with it."""
    grade = Grade(gain=d.between(0.30, 0.45), gamma=1.1, noise=d.between(1.6, 2.4))
    return (replace(d.take(0, d.frames(4.0, 4.8), *d.two()), grade=grade, camera=d.handheld(0.8)),)


def overexposed(d: Director) -> Takes:
    """A scene with too much light: much of it is white."""
    grade = Grade(gain=d.between(1.55, 1.95), gamma=0.85)
    return (replace(d.take(0, d.frames(4.0, 4.8), *d.two()), grade=grade, camera=d.handheld(0.8)),)


def shaking(d: Director) -> Takes:
    """A camera that shakes."""
    camera = replace(d.handheld(d.between(6, 9)), shake_hertz=d.between(0.9, 1.5))
    return (replace(d.take(0, d.frames(4.0, 4.8), *d.two(apart=4.6)), camera=camera),)


def zooming(d: Director) -> Takes:
    """A camera that zooms in on two people, or away from them."""
    near, frames = d.between(1.25, 1.45), d.frames(4.2, 5.0)
    ends = (1.0, near) if d.sign() > 0 else (near, 1.0)
    zoom = ((0.6, ends[0]), (frames / FPS - 0.9, ends[1]))
    people = d.two(unit=d.between(35, 38), apart=4.8)
    return (replace(d.take(0, frames, *people), camera=replace(d.handheld(0.8), zoom=zoom)),)


def motion_blur(d: Director) -> Takes:
    """People who sway fast before a camera that follows late, smeared by a slow shutter."""
    frames = d.frames(3.2, 3.8)
    people = []
    for actor in d.two():
        at, beat = actor.place, d.between(0.45, 0.6)
        reach = d.between(0.7, 1.0) * at.unit
        path = tuple(Mark(0.3 + k * beat, at.x + (-1) ** k * reach / 2, at.y, at.unit) for k in range(8))
        people.append(replace(actor, path=path))
    camera = Camera(shake_px=5, shake_hertz=1.1, seed=int(d.rng.integers(1 << 30)))
    return (replace(d.take(0, frames, *people), camera=camera, grade=Grade(shutter=0.9)),)


def subtitles(d: Director) -> Takes:
    """Words below the faces, which hide nothing that matters, changing with the cut."""
    half, frames = d.frames(1.9, 2.2), d.frames(4.0, 4.6)
    size, lines = 24, (1 if d.sign() > 0 else 2)
    below = (40, HEIGHT - 12 - size * lines, WIDTH - 40, HEIGHT - 12)
    banner = d.rng.random() < 0.3
    first = replace(d.take(0, half, *d.two()), captions=(d.words(lines, below, banner),))
    return first, replace(first, start_frame=half, end_frame=frames, captions=(d.words(lines, below, banner),))


def text_over_face(d: Director) -> Takes:
    """Large words over the face of one of two people, all the time."""
    people = d.two()
    at = people[int(d.rng.integers(2))].place
    high, wide = d.between(1.7, 2.3) * at.unit, d.between(7.0, 9.0) * at.unit
    middle = at.y + d.between(0.25, 0.55) * at.unit
    box = _within(at.x - wide / 2, middle - high / 2, at.x + wide / 2, middle + high / 2)
    words = d.words(2, box, banner=d.rng.random() < 0.4)
    return (replace(d.take(0, d.frames(3.6, 4.4), *people), captions=(words,)),)


def letterbox(d: Director) -> Takes:
    """A wide picture between black bars."""
    high = round(WIDTH / d.between(2.2, 2.4)) // 4 * 4
    top = (HEIGHT - high) // 2
    camera = replace(d.handheld(0.8), zoom=((0.0, d.between(0.88, 0.94)),), pan_y=((0.0, -12.0),))
    take = d.take(0, d.frames(3.8, 4.6), *d.two(unit=d.between(34, 38)))
    return (replace(take, camera=camera, picture=(0, top, WIDTH, top + high)),)


def pillarbox(d: Director) -> Takes:
    """A narrow picture between black bars, 4:3 or narrower."""
    wide = round(HEIGHT * d.between(1.18, 4 / 3)) // 4 * 4
    left = (WIDTH - wide) // 2
    people = d.two(unit=d.between(33, 37), apart=d.between(4.6, 5.0))
    return (
        replace(d.take(0, d.frames(3.8, 4.6), *people), camera=d.handheld(0.8), picture=(left, 0, left + wide, HEIGHT)),
    )


def _within(x0: float, y0: float, x1: float, y1: float) -> Rectangle:
    return max(round(x0), 0), max(round(y0), 0), min(round(x1), WIDTH), min(round(y1), HEIGHT)
