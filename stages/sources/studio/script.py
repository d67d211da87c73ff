"""What happens in a clip: shots, who stands where, and how each person moves. Nothing is drawn here.

A clip is a seed and a kind; `write_script` turns it into shots, and `pose` says where a head is at a moment.
"""

from dataclasses import dataclass, replace

import numpy as np

from stages.sources.studio.paint import Expression
from stages.sources.studio.scene import SCENES, Scene

FPS = 25
WIDTH, HEIGHT = 640, 360
MAX_YAW_DEGREES = 35.0


@dataclass(frozen=True)
class Placement:
    """One person in one shot. Pixels of the frame; `unit` is pixels per face unit (half a face's width)."""

    person: int  # seed
    outfit: int  # seed
    x: float  # between the eyes
    y: float
    unit: float
    facing: float  # -1 turned to the left of the picture .. 1 to the right
    seed: int  # of the movements
    walk: float = 0.0  # pixels per second to the right


@dataclass(frozen=True)
class Shot:
    """What one camera sees without a cut. `people` are drawn in this order, those at the back first."""

    start_frame: int
    end_frame: int  # exclusive
    scene: Scene
    people: tuple[Placement, ...]

    def left_to_right(self) -> tuple[int, ...]:
        """Return the seeds of the people who stay, from the left of the picture to the right."""
        return tuple(p.person for p in sorted(self.people, key=lambda p: p.x) if p.walk == 0)


@dataclass(frozen=True)
class Pose:
    """A head at a moment. Pixels and degrees; yaw > 0 looks, and roll > 0 leans, to the right of the picture."""

    x: float
    y: float
    yaw: float
    pitch: float
    roll: float
    body_x: float
    body_y: float
    expression: Expression


def write_script(kind: str, seed: int, people: tuple[int, ...]) -> tuple[Shot, ...]:
    """Return the shots of a clip. `people`: seeds, as many as the kind needs (see `PEOPLE_NEEDED`)."""
    rng = np.random.default_rng((0x5C217, seed))
    scene = Scene(str(rng.choice(SCENES)), int(rng.integers(1 << 30)), 0.0)
    outfits = tuple(int(o) for o in rng.integers(1 << 30, size=8))
    who = tuple(zip(people, outfits, strict=False))
    writer = _Writer(rng, scene)
    frames = _seconds(float(rng.uniform(3.8, 4.4)))
    half, cut = frames // 2, int(frames // 2 + rng.integers(-8, 9))
    if kind in ("duo", "damaged"):
        return (writer.two(who[:2], 0, frames),)
    if kind == "duo_cut":
        return writer.two(who[:2], 0, cut), writer.two(who[:2], cut, frames, pan=0.35, closer=1.13)
    if kind == "swapped_after_cut":
        return writer.two(who[:2], 0, cut), writer.two(who[1::-1], cut, frames, pan=-0.45)
    if kind == "two_pairs":
        frames += 15
        elsewhere = Scene(str(rng.choice([s for s in SCENES if s != scene.kind])), int(rng.integers(1 << 30)))
        second = _Writer(rng, elsewhere)
        return writer.two(who[:2], 0, frames // 2), second.two((who[1], who[2]), frames // 2, frames)
    if kind == "duo_then_singles":
        first, one = _seconds(2.4), _seconds(1.3)
        return (
            writer.two(who[:2], 0, first),
            writer.one(who[0], first, first + one, pan=-0.3, facing=0.5),
            writer.one(who[1], first + one, first + 2 * one, pan=0.4, facing=-0.5),
        )
    if kind == "single":
        return (writer.one(who[0], 0, frames, pan=0.0, facing=float(rng.choice([-0.4, 0.4]))),)
    if kind == "trio":
        return (writer.row(who[:3], 0, frames),)
    if kind == "nobody":
        return (Shot(0, half, scene, ()), Shot(half, frames, Scene(scene.kind, scene.seed, 0.5), ()))
    if kind == "same_twice":
        return (writer.two(((people[0], outfits[0]), (people[0], outfits[1])), 0, frames),)
    if kind == "far_away":
        return (writer.two(who[:2], 0, frames, closer=0.215),)
    if kind == "passer_by":
        return (writer.with_passer_by(who[:2], who[2], 0, frames),)
    if kind == "never_together":
        quarter = frames // 4
        ends = [0, quarter, 2 * quarter, 3 * quarter, frames]
        return tuple(
            writer.one(who[k % 2], ends[k], ends[k + 1], pan=(-0.35, 0.35)[k % 2], facing=(0.5, -0.5)[k % 2])
            for k in range(4)
        )
    if kind == "brief":
        return (writer.two(who[:2], 0, _seconds(0.48)),)
    if kind == "not_a_video":
        return ()
    raise AssertionError(f"no script for kind {kind!r}")


PEOPLE_NEEDED = {
    "duo": 2,
    "duo_cut": 2,
    "swapped_after_cut": 2,
    "two_pairs": 3,
    "duo_then_singles": 2,
    "passer_by": 3,
    "single": 1,
    "nobody": 0,
    "same_twice": 1,
    "trio": 3,
    "far_away": 2,
    "damaged": 2,
    "never_together": 2,
    "not_a_video": 0,
    "brief": 2,
}


def pose(placement: Placement, seconds: float) -> Pose:
    """Return where a head is, and what its face does, `seconds` into the clip."""
    rng = np.random.default_rng((0x905E, placement.seed))
    phase, t = rng.uniform(0, 2 * np.pi, 10), seconds
    walking = placement.walk != 0
    turn_period = rng.uniform(2.6, 3.8)
    # Turning slowly between the partner and the camera, or past it, so that close-ups of several poses exist.
    yaw = (
        placement.facing * 12
        + 19 * np.sin(2 * np.pi * t / turn_period + phase[0])
        + 4 * np.sin(2 * np.pi * t / 1.3 + phase[1])
    )
    if walking:
        yaw = np.sign(placement.walk) * (26 + 4 * np.sin(t + phase[0]))
    yaw = float(np.clip(yaw, -MAX_YAW_DEGREES, MAX_YAW_DEGREES))
    pitch = float(2.0 + 4.0 * np.sin(2 * np.pi * t / 2.3 + phase[2]))
    roll = float(0.10 * yaw * rng.uniform(-1, 1) + 4.0 * np.sin(2 * np.pi * t / 3.1 + phase[3]))
    unit = placement.unit
    body_x = placement.x + placement.walk * t + unit * 0.10 * np.sin(2 * np.pi * t / 3.7 + phase[4])
    body_y = placement.y + unit * (
        0.03 * np.sin(2 * np.pi * t / 2.9 + phase[5]) + 0.10 * walking * abs(np.sin(5.2 * t))
    )
    x = body_x + unit * (0.07 * np.sin(2 * np.pi * t / 1.9 + phase[6]) + 0.004 * yaw + 0.010 * roll)
    y = body_y + unit * 0.008 * pitch
    return Pose(
        float(x), float(y), yaw, pitch, roll, float(body_x), float(body_y), _expression(placement, rng, phase, t)
    )


def _expression(placement: Placement, rng: np.random.Generator, phase: np.ndarray, t: float) -> Expression:
    turn_seconds = rng.uniform(1.1, 1.7)
    speaks = np.clip(1.8 * np.sin(2 * np.pi * t / (2 * turn_seconds) + (0 if placement.facing > 0 else np.pi)), 0, 1)
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 3.9 * t + phase[7] + 1.7 * np.sin(2 * np.pi * 1.1 * t))
    smile = np.clip(0.35 + 0.75 * np.sin(2 * np.pi * t / rng.uniform(3.0, 5.5) + phase[8]), 0, 1)
    blink_period = rng.uniform(1.9, 3.1)
    since = (t + phase[9]) % blink_period
    closed = float(np.clip(1.5 - abs(since - 0.10) / 0.055, 0, 1))
    raised = float(np.clip(np.sin(2 * np.pi * t / 2.1 + phase[1]), 0, 1) * 0.6)
    return Expression(
        float(smile * (1 - 0.4 * speaks)), float(0.75 * speaks * syllables), closed, raised, 0.4 * placement.facing
    )


@dataclass(frozen=True)
class _Writer:
    rng: np.random.Generator
    scene: Scene

    def two(self, who, start: int, end: int, pan: float = 0.0, closer: float = 1.0) -> Shot:
        rng = self.rng
        unit = float(rng.uniform(41, 47)) * closer
        apart = float(rng.uniform(4.6, 5.4)) * unit
        middle = WIDTH / 2 + float(rng.uniform(-14, 14))
        if closer < 0.5:  # far away: small and low in the picture
            apart, eyes = 8.0 * unit, HEIGHT - 7.4 * unit
        else:
            eyes = HEIGHT * 0.37 + float(rng.uniform(-8, 8))
        people = []
        for k, (person, outfit) in enumerate(who):
            side = (-1, 1)[k]
            own = unit * float(rng.uniform(0.95, 1.05))
            people.append(
                self._place(
                    person,
                    outfit,
                    middle + side * apart / 2,
                    eyes + float(rng.uniform(-9, 9)) * closer,
                    own,
                    -side * 0.7,
                )
            )
        if rng.random() < 0.5:
            people.reverse()
        return Shot(start, end, self._panned(pan), tuple(people))

    def one(self, who, start: int, end: int, pan: float, facing: float) -> Shot:
        unit = float(self.rng.uniform(58, 66))
        x = WIDTH / 2 - np.sign(facing) * float(self.rng.uniform(30, 70))
        return Shot(start, end, self._panned(pan), (self._place(who[0], who[1], x, HEIGHT * 0.42, unit, facing),))

    def row(self, who, start: int, end: int) -> Shot:
        unit = float(self.rng.uniform(33, 36))
        people = [
            self._place(
                w[0],
                w[1],
                WIDTH / 2 + (k - 1) * 5.4 * unit,
                HEIGHT * 0.38 + float(self.rng.uniform(-8, 8)),
                unit,
                (0.7, 0.0, -0.7)[k],
            )
            for k, w in enumerate(who)
        ]
        return Shot(start, end, self.scene, (people[1], people[0], people[2]))

    def with_passer_by(self, who, passer, start: int, end: int) -> Shot:
        shot = self.two(who, start, end)
        way = float(self.rng.choice([-1, 1]))
        speed = way * (WIDTH + 160) / ((end - start) / FPS)
        walker = self._place(passer[0], passer[1], WIDTH / 2 - way * (WIDTH / 2 + 80), HEIGHT * 0.34, 27.0, 0.0)
        walker = replace(walker, walk=speed)
        return Shot(start, end, shot.scene, (walker, *shot.people))

    def _place(self, person: int, outfit: int, x: float, y: float, unit: float, facing: float) -> Placement:
        return Placement(person, outfit, float(x), float(y), float(unit), facing, int(self.rng.integers(1 << 30)))

    def _panned(self, pan: float) -> Scene:
        return Scene(self.scene.kind, self.scene.seed, pan)


def _seconds(seconds: float) -> int:
    return round(seconds * FPS)
