"""Plain drawings of people with known colours, and a pair's Closeups made of them."""

from dataclasses import dataclass, replace

import numpy as np

from stages.conversation.head import Portrait
from stages.crop_closeups import Closeups, Subject, View
from stages.pictures import jpeg, png

SIZE = 160
SKIN, WALL = (208, 160, 130), (206, 206, 208)
Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Sitter:
    """What is drawn: colours in sRGB; no hair colour leaves the skull bare, no second colour the garment plain."""

    hair: Rgb | None = (40, 34, 32)
    long: bool = False
    garment: Rgb = (40, 90, 180)
    stripes: Rgb | None = None
    wall: Rgb = WALL
    mouth_width: float = 0.8  # in units of the eye distance
    yaw_degrees: float = 0.0


def draw(sitter: Sitter) -> Portrait:
    """Draw a frontal head above a torso, with its true mask and landmarks."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    picture = np.full((SIZE, SIZE, 3), sitter.wall, np.uint8)
    torso = (y > 112) & (np.abs(x - 80) < 58)
    neck = (np.abs(x - 80) < 12) & (y > 80) & (y < 116)
    skull = np.hypot((x - 80) / 26, (y - 60) / 38) < 1
    mask = torso | neck | skull
    picture[neck | skull] = SKIN
    picture[torso] = sitter.garment
    if sitter.stripes:
        picture[torso & (y % 12 < 6)] = sitter.stripes
    if sitter.hair:
        hair = skull & (y < 42)
        if sitter.long:
            hair |= (np.abs(np.abs(x - 80) - 32) < 8) & (y > 40) & (y < 118)
        picture[hair] = sitter.hair
        mask |= hair
    eyes, mouth, half = 58.0, 80.0, 11 * sitter.mouth_width
    picture[(np.abs(x - 80) < half) & (np.abs(y - mouth) < 1.5)] = (170, 90, 84)
    picture[-3:], mask[-3:] = 0, False  # every film has something black
    points = (69.0, eyes, 91.0, eyes, 80.0, 70.0, 80 - half, mouth, 80 + half, mouth)
    return Portrait(picture, mask, (54.0, 34.0, 106.0, 98.0), points, sitter.yaw_degrees)


def lean(sitter: Sitter, degrees: float) -> Portrait:
    """Draw the head turned about the neck (positive: to the viewer's right), above a torso with raised shoulders."""
    upright, (y, x), neck, turn = draw(sitter), np.mgrid[:SIZE, :SIZE], np.array([80, 112]), np.radians(degrees)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    from_x, from_y = np.rint((np.stack([x, y], -1) - neck) @ rotation.T + neck).astype(int).clip(0, SIZE - 1).T
    head = upright.mask[from_y.T, from_x.T] & (from_y.T < 112)
    picture = np.where(head[..., None], upright.picture[from_y.T, from_x.T], np.uint8(sitter.wall))
    torso = (y > 94) & (y < SIZE - 3) & (np.abs(x - 80) < 70)
    picture[torso], picture[-3:] = sitter.garment, 0
    landmarks = (np.array(upright.landmarks).reshape(5, 2) - neck) @ rotation + neck
    return replace(upright, picture=picture, mask=head | torso, landmarks=tuple(landmarks.ravel().tolist()))


def view(sitter: Sitter, seconds: float = 1.0) -> View:
    """Return the drawing as a view of a close-up."""
    portrait = draw(sitter)
    x0, y0, x1, y1 = (int(v) for v in portrait.face_box)
    plain = portrait.picture.copy()
    plain[~portrait.mask] = 230
    return View(
        shot=0,
        seconds=seconds,
        box=(0.0, 0.0, float(SIZE), float(SIZE)),
        face_box=portrait.face_box,
        landmarks=portrait.landmarks,
        yaw_degrees=portrait.yaw_degrees,
        sharpness=1.0,
        embedding=None,
        picture=jpeg(portrait.picture),
        plain=jpeg(plain),
        mask=png(portrait.mask.astype(np.uint8) * 255),
        face=jpeg(np.ascontiguousarray(portrait.picture[y0:y1, x0:x1])),
    )


def closeups(left: Sitter, right: Sitter) -> Closeups:
    """Return a pair: both drawings side by side are round 1, and each comes again at another moment."""
    people = [draw(left), draw(right)]
    subjects = []
    for person, (sitter, portrait) in enumerate(zip((left, right), people, strict=True)):
        mask = np.zeros((SIZE, 2 * SIZE), np.uint8)
        mask[:, person * SIZE : (person + 1) * SIZE] = portrait.mask * np.uint8(255)
        x0, y0, x1, y1 = portrait.face_box
        subjects.append(
            Subject(
                person=person,
                face_box=(x0 + person * SIZE, y0, x1 + person * SIZE, y1),
                mask=png(mask),
                near=view(sitter, 1.0),
                closeup=view(replace(sitter, mouth_width=1.15), 3.0),
            )
        )
    return Closeups(
        round1=jpeg(np.hstack([portrait.picture for portrait in people])),
        shot=0,
        seconds=1.0,
        box=(0.0, 0.0, 2.0 * SIZE, float(SIZE)),
        left=subjects[0],
        right=subjects[1],
    )
