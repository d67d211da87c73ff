"""How a hard clip is set up: where people are placed, which scene is behind them, what they wear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stages.sources.studio.hard.camera import Camera
from stages.sources.studio.hard.captions import WORDS
from stages.sources.studio.hard.take import Actor, Caption, Mark, Rectangle, Take, WallPicture
from stages.sources.studio.scene import NEAR_SKIN, SCENES, Scene
from stages.sources.studio.script import FPS, HEIGHT, WIDTH, Placement

NEAR_SKIN_SHARE = 0.35  # of clips, how many are filmed before walls of the colours of skin and wood
BLENDING_SHARE = 0.40  # of clips, how many have somebody dressed in the colour of what is behind them


@dataclass(frozen=True)
class Director:
    """Sets up the takes of one clip. `people`: seeds; everything else is drawn from the clip's seed."""

    rng: np.random.Generator
    people: tuple[int, ...]
    outfits: tuple[int, ...]
    scene: Scene
    blends_in: tuple[bool, ...]  # for each of the people

    @classmethod
    def of(cls, seed: int, people: tuple[int, ...]) -> "Director":
        """Make the director of a clip."""
        rng = np.random.default_rng((0xD12EC, seed))
        kinds = NEAR_SKIN if rng.random() < NEAR_SKIN_SHARE else SCENES
        scene = Scene(str(rng.choice(kinds)), int(rng.integers(1 << 30)))
        outfits = tuple(int(o) for o in rng.integers(1 << 30, size=max(len(people), 2)))
        dressed = int(rng.integers(2)) if rng.random() < BLENDING_SHARE else -1
        return cls(rng, people, outfits, scene, tuple(k == dressed for k in range(len(people))))

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.rng.uniform(low, high))

    def sign(self) -> int:
        """Draw -1 or 1."""
        return -1 if self.rng.random() < 0.5 else 1

    def frames(self, low: float, high: float) -> int:
        """Draw a length in frames between two numbers of seconds."""
        return round(self.between(low, high) * FPS)

    def two(
        self, who: Sequence[int] = (0, 1), unit: float | None = None, apart: float | None = None
    ) -> tuple[Actor, Actor]:
        """Place two of the people, left and right. `unit`: pixels per face unit; `apart`: of both, in face units."""
        unit = unit or self.between(40, 46)
        apart = (apart or self.between(4.7, 5.6)) * unit
        middle = WIDTH / 2 + self.between(-12, 12)
        eyes = max(HEIGHT * 0.37 + self.between(-8, 8), HEIGHT - 7.3 * unit)
        left, right = (
            self.place(
                person,
                middle + side * apart / 2,
                eyes + self.between(-0.2, 0.2) * unit,
                unit * self.between(0.95, 1.05),
                -0.7 * side,
            )
            for person, side in zip(who, (-1, 1), strict=True)
        )
        return left, right

    def alone(self, who: int, facing: float, unit: float | None = None) -> Actor:
        """Place one of the people by themselves, looking across the frame."""
        x = WIDTH / 2 - np.sign(facing) * self.between(30, 70)
        return self.place(who, x, HEIGHT * 0.42, unit or self.between(54, 62), facing)

    def place(self, who: int, x: float, y: float, unit: float, facing: float) -> Actor:
        """Place one of the people."""
        seed = int(self.rng.integers(1 << 30))
        at = Placement(self.people[who], self.outfits[who], float(x), float(y), float(unit), facing, seed)
        return Actor(at, blends_in=self.blends_in[who])

    def walker(self, who: int, frames: tuple[int, int], unit: float, eyes: float) -> Actor:
        """Place somebody who walks through the picture from one side to the other."""
        way, out = self.sign(), WIDTH / 2 + 3.8 * unit
        start, end = (frame / FPS for frame in frames)
        actor = self.place(who, WIDTH / 2, eyes, unit, 0.0)
        path = (Mark(start, WIDTH / 2 - way * out, eyes, unit), Mark(end, WIDTH / 2 + way * out, eyes, unit))
        return replace(actor, path=path, passing=True, blends_in=False)

    def handheld(self, shake_px: float = 2.0) -> Camera:
        """Return a camera in somebody's hand."""
        return Camera(shake_px=shake_px, shake_hertz=self.between(0.8, 1.6), seed=int(self.rng.integers(1 << 30)))

    def view(self, pan: float) -> Scene:
        """Return the clip's place as another camera sees it."""
        return replace(self.scene, pan=pan)

    def elsewhere(self) -> Scene:
        """Return another place."""
        return Scene(
            str(self.rng.choice([kind for kind in SCENES if kind != self.scene.kind])), int(self.rng.integers(1 << 30))
        )

    def take(self, start: int, end: int, *people: Actor, pan: float = 0.0) -> Take:
        """Return a plain take of some people, those at the back first."""
        return Take(start, end, self.view(pan), people)

    def words(self, lines: int, box: Rectangle, banner: bool = False) -> Caption:
        """Return a caption of a few words."""
        chosen = self.rng.choice(len(WORDS), lines, replace=False)
        return Caption(tuple(WORDS[k] for k in chosen), box, banner)

    def on_wall(self, who: int, frame: Rectangle, unit: float, screen: bool) -> WallPicture:
        """Hang a picture of one of the people on the wall."""
        x0, y0, x1, y1 = frame
        sitter = self.place(who, (x0 + x1) / 2, y0 + 0.44 * (y1 - y0), unit, self.between(-0.5, 0.5)).place
        return WallPicture(sitter, frame, self.elsewhere(), screen)
