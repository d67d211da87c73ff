"""Where the joints of a body are, and the outlines of its limbs.

All lengths are in head heights (chin to crown): the crown is at y = 0, the chin at y = 1, x = 0 is the middle of the
neck. Index 0 is the side that the viewer sees on the left. A standing figure is a little over six heads tall: heads
are somewhat large, as in a photograph taken from near, so that the face keeps enough pixels.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from stages.conversation.body_prompts import Pose
from stages.sources.studio.brush import curve

CHIN_Y = 1.13  # where a head's chin is put: a little lower than the joints say, into the neck

Points = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Joints:
    """A pose. `arms_behind` are sides whose arm the torso hides; `pocketed` sides end in a pocket."""

    shoulders: Points
    elbows: Points
    wrists: Points
    hips: Points
    knees: Points
    ankles: Points
    toes: Points
    seated: bool = False
    arms_behind: tuple[int, ...] = ()
    pocketed: tuple[int, ...] = ()
    front_leg: int = 1  # drawn over the other

    @property
    def height(self) -> float:
        """From the crown to the lowest sole."""
        return max(y for _, y in (*self.ankles, *self.toes)) + 0.22

    @property
    def lean(self) -> float:
        """How far right of the neck the middle of the body is."""
        return (self.knees[0][0] + self.knees[1][0]) / 4


STANDING = Joints(
    shoulders=((-0.69, 1.62), (0.69, 1.61)),
    elbows=((-0.93, 2.50), (0.92, 2.48)),
    wrists=((-0.86, 3.26), (0.90, 3.24)),
    hips=((-0.30, 3.10), (0.30, 3.10)),
    knees=((-0.34, 4.50), (0.37, 4.47)),
    ankles=((-0.34, 5.78), (0.46, 5.74)),
    toes=((-0.48, 6.00), (0.66, 5.94)),
    front_leg=0,
)
WALKING = Joints(
    shoulders=((-0.66, 1.62), (0.66, 1.60)),
    elbows=((-0.90, 2.46), (0.84, 2.46)),
    wrists=((-0.58, 3.12), (0.86, 3.20)),
    hips=((-0.24, 3.10), (0.24, 3.10)),
    knees=((-0.34, 4.48), (0.46, 4.46)),
    ankles=((-0.72, 5.62), (0.62, 5.78)),
    toes=((-0.46, 5.90), (0.92, 5.94)),
    arms_behind=(1,),
)
SITTING = Joints(
    shoulders=((-0.70, 1.64), (0.68, 1.62)),
    elbows=((-0.90, 2.50), (0.92, 2.46)),
    wrists=((-0.36, 3.02), (0.62, 3.12)),
    hips=((-0.26, 3.14), (0.34, 3.12)),
    knees=((0.20, 3.72), (0.98, 3.58)),
    ankles=((0.12, 5.02), (1.02, 4.84)),
    toes=((0.22, 5.28), (1.22, 5.04)),
    seated=True,
    front_leg=0,
)
JOINTS = {Pose.STANDING: STANDING, Pose.WALKING: WALKING, Pose.SITTING: SITTING}
SEAT_HEIGHT = 3.46  # y of the surface that a sitting figure rests on


def draw_joints(pose: Pose, rng: np.random.Generator, pockets: bool, mirror: bool) -> Joints:
    """Draw a variation of a pose; with `pockets`, a standing figure may put a hand into one."""
    joints = JOINTS[pose]
    if pose is Pose.STANDING and pockets and rng.random() < 0.5:
        side = int(rng.integers(2))
        sign = (-1, 1)[side]
        joints = replace(
            joints,
            elbows=_with(joints.elbows, side, (sign * 1.04, 2.44)),
            wrists=_with(joints.wrists, side, (sign * 0.66, 3.10)),
            pocketed=(side,),
        )
    if pose is Pose.STANDING and rng.random() < 0.5:  # weight on one leg
        joints = replace(joints, knees=((-0.30, 4.50), (0.48, 4.44)), toes=((-0.40, 6.00), (0.76, 5.90)))
    moved: dict[str, Any] = {}
    for name, spread in (("elbows", 0.03), ("wrists", 0.03), ("knees", 0.025), ("ankles", 0.025)):
        pair = getattr(joints, name)
        moved[name] = tuple((x + rng.normal(0, spread), y + rng.normal(0, spread / 2)) for x, y in pair)
    joints = replace(joints, **moved)
    return _mirrored(joints) if mirror else joints


def edges(joints, widths, samples: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """Return both edges of a limb that bends through its joints; where it runs down, the first is the left one."""
    line, across, half, _ = _tube(joints, widths, samples)
    return line + across * half[:, None], line - across * half[:, None]


def limb(joints, widths, samples: int = 14, cap: float = 0.35) -> np.ndarray:
    """Return the outline of a limb that bends through its joints; `cap` is how far its ends bulge, in half widths."""
    line, across, half, along = _tube(joints, widths, samples)
    turn = np.linspace(0, np.pi, 9)[1:-1, None]
    end = line[-1] + half[-1] * (np.cos(turn) * across[-1] + cap * np.sin(turn) * along[-1])
    start = line[0] - half[0] * (np.cos(turn) * across[0] + cap * np.sin(turn) * along[0])
    side = across * half[:, None]
    return np.concatenate([line + side, end, (line - side)[::-1], start])


def _tube(joints, widths, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    line = curve(np.asarray(joints, np.float64), samples)
    half = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), np.asarray(widths) / 2)
    half = np.convolve(np.pad(half, 4, "edge"), np.ones(9) / 9, "valid")
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    return line, np.stack([-along[:, 1], along[:, 0]], 1), half, along


def between(joints, start: float, stop: float, points: int = 5) -> np.ndarray:
    """Return `points` joints of the same bend from `start` to `stop`, which are shares of its length."""
    line = curve(np.asarray(joints, np.float64), 14)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(start, stop, points) * length[-1]
    return np.stack([np.interp(at, length, line[:, axis]) for axis in (0, 1)], 1)


def _with(pair: Points, side: int, value: tuple[float, float]) -> Points:
    return (value, pair[1]) if side == 0 else (pair[0], value)


def _mirrored(joints: Joints) -> Joints:
    changes: dict[str, Any] = {}
    for field in fields(joints):
        value = getattr(joints, field.name)
        if field.name in ("arms_behind", "pocketed"):
            changes[field.name] = tuple(1 - side for side in value)
        elif field.name == "front_leg":
            changes[field.name] = 1 - value
        elif field.name != "seated":
            changes[field.name] = ((-value[1][0], value[1][1]), (-value[0][0], value[0][1]))
    return replace(joints, **changes)
