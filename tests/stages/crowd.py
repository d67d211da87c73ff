"""Made-up sections for tests of tracking, pairing and choosing: people are numbers, and every face of one is alike."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.sample import Sample
from stages.calibrate import Scale
from stages.detect_faces import Face, Faces, Frame
from stages.faces.quality import LOOK_PIXELS
from stages.likeness.similarity import CALIBRATIONS

WIDTH, HEIGHT = 640, 360
SHIPPED = Scale("dlib", CALIBRATIONS["dlib"], "shipped", None, 1e-3)


def vector(person: int, wobble: int = 0, twin_of: int | None = None) -> tuple[float, ...]:
    """Return a face of a person as dlib would: 0.8 from anybody else's, about 0.2 from the person's others.

    `twin_of` places the person 0.3 from another.
    """
    base = np.zeros(128)
    base[person if twin_of is None else twin_of] = 0.8 / np.sqrt(2)
    if twin_of is not None:
        base[person] = 0.3
    base[100 + wobble % 20] += 0.14
    return tuple(base.tolist())


def look(person: int, wobble: int = 0) -> bytes:
    """Return grey levels that are a person's own, 0.2 to 0.3 (faces.quality.look_gap) from the person's others."""
    own, passing = (np.random.default_rng(seed) for seed in (person, 1000 + wobble))
    levels = own.normal(128, 40, (LOOK_PIXELS, LOOK_PIXELS)) + passing.normal(0, 23, (LOOK_PIXELS, LOOK_PIXELS))
    return levels.clip(0, 255).astype(np.uint8).tobytes()


def face(
    person: int,
    x: float,
    y: float = 100.0,
    size: float = 80.0,
    *,
    wobble: int = 0,
    yaw: float = 0.0,
    score: float = 1.0,
) -> Face:
    """Return an upright face whose box has its upper left corner at (x, y)."""
    points = (0.3, 0.4, 0.7, 0.4, 0.5, 0.6, 0.35, 0.8, 0.65, 0.8)
    return Face(
        box=(x, y, x + size, y + size),
        landmarks=tuple((x, y)[i % 2] + size * p for i, p in enumerate(points)),
        score=score,
        sharpness=100.0,
        exposure=1.0,
        eyes_open=0.4,
        yaw_degrees=yaw,
        pitch_degrees=0.0,
        roll_degrees=0.0,
        text_share=0.0,
        look=look(person, wobble),
        embedding=vector(person, wobble) if size >= 28 else None,
    )


def shot(
    number: int, people: Mapping[int, Sequence[int]], *, frames: int = 12, x: Mapping[int, float], size: float = 80.0
):
    """Return the frames of a shot: `people` says in which of them each person is seen, `x` where."""
    return [
        Frame(
            shot=number,
            seconds=round(100 * number + i / 3, 6),
            faces=tuple(
                sorted(
                    (face(p, x[p], size=size, wobble=i + 3 * p) for p, seen in people.items() if i in seen),
                    key=lambda one: one.box,
                )
            ),
        )
        for i in range(frames)
    ]


def window(*frames: Sequence[Frame]) -> Sample:
    """Return a window in which these shots were seen."""
    seen = tuple(frame for some in frames for frame in some)
    return Sample("film.mp4/w00").put(SHIPPED, Faces(WIDTH, HEIGHT, "decord", "mtcnn", "dlib", seen))
