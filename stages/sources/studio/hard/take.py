"""What the hard set's camera sees: people who walk, turn and gesture, pictures on walls, and how it was filmed.

A take is to the hard set what a shot is to the plain studio. The *stage* is measured in pixels of the frame as a camera
at rest sees it; a `Camera` takes the stage to the frame.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from stages.sources.studio.hard.camera import Camera, follow
from stages.sources.studio.scene import Scene
from stages.sources.studio.script import FPS, HEIGHT, WIDTH, Placement, Pose, pose

Programme = tuple[tuple[float, float], ...]  # (seconds, value), the earliest first; eased between them
Rectangle = tuple[int, int, int, int]  # x0, y0, x1, y1: pixels

WALKING_YAW_DEGREES = 42.0
CALM = 0.35  # of a head's own movements, what is left while it follows a programme


@dataclass(frozen=True)
class Mark:
    """Where somebody is at a moment: between the eyes, in pixels of the stage, and pixels per face unit."""

    seconds: float
    x: float
    y: float
    unit: float


@dataclass(frozen=True)
class Gesture:
    """A hand that rises before the face and sinks again; `to` is the palm's place in face units from the eyes."""

    rise_seconds: float
    hold_seconds: float
    to: tuple[float, float]
    side: int  # -1 comes from the left of the picture, 1 from the right


@dataclass(frozen=True)
class Actor:
    """One person in one take. `place` is where they are at rest, and moves their head and face."""

    place: Placement
    path: tuple[Mark, ...] = ()  # empty: stays
    yaw: Programme = ()  # degrees, > 0 looks to the right of the picture; empty: looks about
    roll: Programme = ()  # degrees
    gestures: tuple[Gesture, ...] = ()
    passing: bool = False  # comes through, and takes no part
    blends_in: bool = False  # wears the colour of what is behind them


@dataclass(frozen=True)
class WallPicture:
    """A face that does not live: a poster or a screen, its sitter placed in pixels of the stage."""

    sitter: Placement
    frame: Rectangle
    scene: Scene  # behind the sitter
    screen: bool = False  # a lit screen; else a framed print


@dataclass(frozen=True)
class Mirror:
    """A looking-glass: what lies left of x = `axis` is seen again, the wrong way round, inside `frame`."""

    frame: Rectangle
    axis: float


@dataclass(frozen=True)
class Caption:
    """Words burned into the frame, one line each; `box` is what they fill. `banner`: on a plain ground."""

    lines: tuple[str, ...]
    box: Rectangle
    banner: bool = False


@dataclass(frozen=True)
class Grade:
    """How the picture was exposed. A value v (0..1) becomes gain * v ** gamma."""

    gain: float = 1.0
    gamma: float = 1.0
    noise: float = 1.0  # of the studio's own grain
    shutter: float = 0.0  # share of a frame's time that is smeared


@dataclass(frozen=True)
class Take:
    """What one camera sees without a cut. `people` are drawn in this order, those at the back first."""

    start_frame: int
    end_frame: int  # exclusive
    scene: Scene
    people: tuple[Actor, ...]
    camera: Camera = field(default_factory=Camera)
    pictures: tuple[WallPicture, ...] = ()
    mirror: Mirror | None = None
    captions: tuple[Caption, ...] = ()
    grade: Grade = field(default_factory=Grade)
    picture: Rectangle = (0, 0, WIDTH, HEIGHT)  # what is not black bars
    frozen_seconds: float | None = None  # a photo of that moment
    fade_frames: int = 0  # in which the take before shows through
    cartoon: bool = False

    def seconds(self, frame_index: int) -> float:
        """Return the time that people live in."""
        return frame_index / FPS if self.frozen_seconds is None else self.frozen_seconds

    def left_to_right(self) -> tuple[int, ...]:
        """Return the seeds of the people who take part, from the left of the picture to the right as it begins."""
        at = self.seconds(self.start_frame)
        staying = [actor for actor in self.people if not actor.passing]
        return tuple(actor.place.person for actor in sorted(staying, key=lambda actor: stand(actor, at)[0].x))


def stand(actor: Actor, seconds: float) -> tuple[Pose, float]:
    """Return how somebody is placed on the stage at a moment, and their pixels per face unit."""
    place, unit = actor.place, actor.place.unit
    at = pose(place, seconds)
    yaw, roll = at.yaw, at.roll
    if actor.path:
        mark, speed = _along(actor.path, seconds)
        grown = mark.unit / unit
        bob = 0.10 * mark.unit * min(abs(speed) / (2 * mark.unit), 1.0) * abs(np.sin(5.2 * seconds))
        at = replace(
            at,
            x=mark.x + grown * (at.x - place.x),
            y=mark.y + grown * (at.y - place.y) + bob,
            body_x=mark.x + grown * (at.body_x - place.x),
            body_y=mark.y + grown * (at.body_y - place.y) + bob,
        )
        striding = float(np.clip(speed / (3.0 * mark.unit), -1, 1))
        yaw = yaw * (1 - abs(striding)) + WALKING_YAW_DEGREES * striding
        unit = mark.unit
    if actor.yaw:
        yaw = follow(actor.yaw, seconds) + CALM * yaw
    if actor.roll:
        roll = follow(actor.roll, seconds) + CALM * roll
    return replace(at, yaw=float(yaw), roll=float(roll)), unit


def hand_at(gesture: Gesture, seconds: float) -> tuple[float, float, float] | None:
    """Return the palm's (x, y) in face units from the eyes and the turn of an arm from the right, in degrees.

    None while the hand is out of sight. An arm from the left is its mirror image.
    """
    rise, hold = gesture.rise_seconds, gesture.hold_seconds
    up = follow(((rise - 0.45, 0.0), (rise, 1.0), (rise + hold, 1.0), (rise + hold + 0.45, 0.0)), seconds)
    if up <= 0:
        return None
    low = np.array([gesture.side * 2.2, 7.5])
    x, y = low + (np.array(gesture.to) - low) * up
    return float(x), float(y), -(8.0 + 18.0 * up)


def _along(path: tuple[Mark, ...], seconds: float) -> tuple[Mark, float]:
    """Return the place on a path, and the pixels per second to the right."""

    def at(moment: float) -> Mark:
        x, y, unit = (follow(tuple((m.seconds, getattr(m, name)) for m in path), moment) for name in ("x", "y", "unit"))
        return Mark(moment, x, y, unit)

    here, soon = at(seconds), at(seconds + 0.04)
    return here, (soon.x - here.x) / 0.04
