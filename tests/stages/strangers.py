"""Made-up people whose likeness is known: normal numbers, so that distances of strangers are as dlib's, 0.73 +- 0.09.

As a catalog, `find_windows` finds as many windows as its input says, with two people each who are seen together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from pipeline.sample import Sample, rng
from pipeline.stage import Source, Stage
from stages.calibrate import Calibrate, Scale
from stages.detect_faces import Faces, Frame
from stages.track_people import People, Person, Sighting, Track
from tests.stages.crowd import HEIGHT, WIDTH, face

DIMENSIONS = 32
SPREAD = 0.73 / np.sqrt(2 * DIMENSIONS)  # of one number; distances then have a root mean square of 0.73
WOBBLE = 0.25  # share of a face that varies from one to the next


def faces_of(people: np.ndarray, seed: np.random.Generator) -> np.ndarray:
    """Return a face of each of `people` (P, D), whose distances are distributed like the people's own."""
    noise = seed.normal(size=people.shape) * SPREAD
    return np.sqrt(1 - WOBBLE**2) * people + WOBBLE * noise


def cast(count: int, seed: np.random.Generator) -> np.ndarray:
    """Draw people: (count, D)."""
    return seed.normal(size=(count, DIMENSIONS)) * SPREAD


@cache
def _typical_distances() -> np.ndarray:
    a, b = (cast(200_000, np.random.default_rng(seed)) for seed in (1, 2))
    return np.sort(np.linalg.norm(a - b, axis=1))


def false_match_rate(threshold: float) -> float:
    """Return which share of strangers is nearer than `threshold`, by 200,000 pairs that share nobody."""
    typical = _typical_distances()
    return int(np.searchsorted(typical, threshold, side="right")) / len(typical)


def window(key: str, people: np.ndarray, seconds: tuple[float, ...] = (0.0, 1.0, 2.0)) -> Sample:
    """Return a window in which people (P, D) are seen together at these times, each as one track."""
    seed = rng(key)
    frames = []
    for time in seconds:
        seen = faces_of(people, seed)
        found = [
            replace(face(1, 120.0 * number), embedding=tuple(one.astype(np.float32).tolist()))
            for number, one in enumerate(seen)
        ]
        frames.append(Frame(0, time, tuple(found)))
    tracks = [
        Track(0, tuple(Sighting(frame, number) for frame in range(len(frames))), None, number, 0, 0, None, None, None)
        for number in range(len(people))
    ]
    persons = tuple(Person((number,), None) for number in range(len(people)))
    return Sample(key).put(Faces(WIDTH, HEIGHT, "pyav", "mtcnn", "dlib", tuple(frames)), People(tuple(tracks), persons))


@dataclass(frozen=True)
class Empty:
    number: int


@dataclass(frozen=True)
class FindWindows(Source):
    finds = (Empty,)
    reads = (Empty,)
    writes = (Faces, People)
    light = True

    def find(self, input: str) -> Iterable[Sample]:
        return (Sample(f"v{number:04d}/w00").put(Empty(number)) for number in range(int(input)))

    def process(self, sample: Sample, model: Any) -> Sample:
        made = window(sample.key, cast(2, rng(sample.key, "cast")))
        return sample.put(*made.sections.values())


@dataclass(frozen=True)
class Alike:
    threshold: float


@dataclass(frozen=True)
class UseScale(Stage):
    reads = (Scale,)
    writes = (Alike,)
    light = True

    def process(self, sample: Sample, model: Any) -> Sample:
        return sample.put(Alike(sample[Scale].calibration.threshold))


STAGES = {kind().name: kind for kind in (FindWindows, Calibrate, UseScale)}
