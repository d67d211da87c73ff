"""Takes in which something that is not a living face looks like one: photos, posters, screens, mirrors, cartoons."""

from dataclasses import replace

from stages.sources.studio.hard.camera import Camera
from stages.sources.studio.hard.director import Director
from stages.sources.studio.hard.movement import Takes
from stages.sources.studio.hard.take import Grade, Mirror, Take
from stages.sources.studio.script import FPS, HEIGHT, WIDTH


def still(d: Director) -> Takes:
    """A photo of two people that fills the screen."""
    return (replace(d.take(0, d.frames(3.4, 4.4), *d.two()), frozen_seconds=d.between(0, 4), grade=_grade(d)),)


def still_panned(d: Director) -> Takes:
    """A photo of two people, over which the camera moves slowly."""
    frames = d.frames(3.6, 4.6)
    return (_photo(d, 0, frames, (0, 1)),)


def slideshow_cut(d: Director) -> Takes:
    """Photos one after the other, most of two people."""
    return _slides(d, 0)


def slideshow_faded(d: Director) -> Takes:
    """Photos that fade into each other while the camera moves over them."""
    return _slides(d, d.frames(0.4, 0.7))


def one_and_poster(d: Director) -> Takes:
    """One person, and a poster of somebody else on the wall."""
    return _one_and_picture(d, screen=False)


def one_and_screen(d: Director) -> Takes:
    """One person beside a screen with a photo of somebody else."""
    return _one_and_picture(d, screen=True)


def two_and_poster(d: Director) -> Takes:
    """Two people, and a picture of a third between them on the wall."""
    unit = d.between(17, 21)
    wide, high = round(4.4 * unit), round(5.2 * unit)
    left, top = WIDTH // 2 - wide // 2 + round(d.between(-8, 8)), round(d.between(14, 26))
    picture = d.on_wall(2, (left, top, left + wide, top + high), unit, d.rng.random() < 0.4)
    take = d.take(0, d.frames(4.0, 4.8), *d.two(apart=6.0, unit=d.between(40, 43)))
    return (replace(take, pictures=(picture,), camera=d.handheld(0.7)),)


def mirror(d: Director) -> Takes:
    """One person beside a mirror in which they are seen again."""
    unit = d.between(39, 44)
    axis = WIDTH * d.between(0.47, 0.51)
    person = d.place(0, axis - d.between(2.6, 2.9) * unit, HEIGHT * 0.38, unit, d.between(0.1, 0.5))
    glass = Mirror((round(axis + 0.45 * unit), 18, min(round(axis + 6.4 * unit), WIDTH - 12), HEIGHT - 8), axis)
    return (replace(d.take(0, d.frames(3.8, 4.6), person), mirror=glass, camera=d.handheld(0.7)),)


def animation(d: Director) -> Takes:
    """Two people of an animated film."""
    half, frames = d.frames(1.9, 2.3), d.frames(4.0, 4.6)
    first = replace(d.take(0, half, *d.two()), cartoon=True)
    return first, replace(d.take(half, frames, *d.two(), pan=0.4), cartoon=True)


def _one_and_picture(d: Director, screen: bool) -> Takes:
    side = d.sign()
    person = d.place(0, WIDTH / 2 + side * d.between(105, 140), HEIGHT * 0.38, d.between(41, 46), -0.5 * side)
    unit = d.between(27, 36)
    wide, high = round((6.2 if screen else 4.4) * unit), round((4.6 if screen else 5.4) * unit)
    middle = WIDTH / 2 - side * d.between(150, 170)
    left, top = round(middle - wide / 2), round(d.between(18, 60))
    picture = d.on_wall(1, (left, top, left + wide, top + high), unit, screen)
    return (replace(d.take(0, d.frames(3.8, 4.6), person), pictures=(picture,), camera=d.handheld(0.7)),)


def _slides(d: Director, fade_frames: int) -> Takes:
    takes: list[Take] = []
    end = 0
    for who in ((0, 1), (2, 3), (1, 0)):
        until = end + d.frames(1.3, 1.7)
        photo = _photo(d, end, until, who)
        takes.append(replace(photo, scene=d.elsewhere(), fade_frames=fade_frames if takes else 0))
        end = until
    return tuple(takes)


def _photo(d: Director, start: int, end: int, who: tuple[int, int]) -> Take:
    near = d.between(1.08, 1.25)
    zooms = (1.0, near) if d.sign() > 0 else (near, 1.0)
    reach = d.between(-14, 14)
    moments = (start / FPS - 0.5, end / FPS + 0.5)
    camera = Camera(
        zoom=tuple(zip(moments, zooms, strict=True)), pan_x=tuple(zip(moments, (-reach, reach), strict=True))
    )
    take = d.take(start, end, *d.two(who))
    return replace(take, frozen_seconds=d.between(0, 4), camera=camera, grade=_grade(d))


def _grade(d: Director) -> Grade:
    return Grade(noise=0.0 if d.rng.random() < 0.7 else 0.6)
