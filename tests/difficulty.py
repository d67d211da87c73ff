"""How hard the studio is: its people's distances in an embedder, and backgrounds in the colours of clothes and skin.

The figures to hold them against are those of real clips, measured once with dlib.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from stages.models.faces import Detector, Embedder
from stages.sources.studio import Expression, Person, StudioClip, draw_frames, draw_portrait, masks

PORTRAIT_PIXELS = 210  # gives faces of the size that they have in clips
YAW_DEGREES = 22.0
NEAR = 0.5  # Euclidean distance in dlib, below which two faces would be taken for one person's
RING_PIXELS = 24  # around a person, where background is compared with them
SAME_COLOUR = 12.0  # CIELAB distance
SHARED = 0.25  # of the ring


@dataclass(frozen=True)
class Distances:
    """Raw distances of faces in an embedder; larger is less alike."""

    people: int | None
    faces_found: float | None  # share of the portraits
    same_median: float
    different_median: float
    different_hardest: float  # the 1st percentile
    different_near: float  # share of the pairs of people whose faces are nearer than NEAR


REAL = Distances(None, None, same_median=0.31, different_median=0.73, different_hardest=0.53, different_near=0.015)


def distances(seeds: Sequence[int], detector: Detector, embedder: Embedder, portraits: int = 3) -> Distances:
    """Draw each person a few times, in other poses, clothes and places, and compare everybody with everybody."""
    drawn = [_faces(seed, detector, embedder, portraits) for seed in seeds]
    found = [faces for faces in drawn if len(faces)]
    same = [_between(faces, faces)[np.triu_indices(len(faces), 1)] for faces in found]
    other = [_between(a, b).ravel() for k, a in enumerate(found) for b in found[:k]]
    apart = np.concatenate(other)
    return Distances(
        people=len(seeds),
        faces_found=sum(map(len, drawn)) / (portraits * len(seeds)),
        same_median=float(np.median(np.concatenate(same))),
        different_median=float(np.median(apart)),
        different_hardest=float(np.percentile(apart, 1)),
        different_near=float((apart < NEAR).mean()),
    )


def shared_colours(clips: Sequence[StudioClip]) -> float:
    """Return the share of clips in whose first frame the background beside somebody has the colours of that person."""
    return float(np.mean([any(_shares(clip)) for clip in clips]))


def _faces(seed: int, detector: Detector, embedder: Embedder, portraits: int) -> np.ndarray:
    rng = np.random.default_rng((0xD1FF, seed))
    faces = []
    for _ in range(portraits):
        looks = Expression(float(rng.random()), float(rng.random() / 2), 0.0, float(rng.random() / 2))
        yaw = float(rng.uniform(-YAW_DEGREES, YAW_DEGREES))
        picture = draw_portrait(Person.from_seed(seed), PORTRAIT_PIXELS, yaw, looks, None, rng)
        found = detector.detect(picture[None])[0]
        if found:
            faces.append(embedder.embed(picture, [max(found, key=lambda face: face.score)])[0])
    return np.array(faces)


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.linalg.norm(a[:, None] - b[None], axis=-1)


def _shares(clip: StudioClip) -> list[bool]:
    frame = next((frame for _, frame in draw_frames(clip)), None)
    if frame is None:
        return []
    people = [mask > 0 for mask in masks(clip, 0)]
    anybody = np.any([np.zeros(frame.shape[:2], bool), *people], axis=0)
    lab = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    square = np.ones((2 * RING_PIXELS + 1, 2 * RING_PIXELS + 1), np.uint8)
    shared = []
    for person in people:
        ring = lab[(cv2.dilate(person.astype(np.uint8), square) > 0) & ~anybody]
        worn = _main_colours(lab[person])
        if len(ring) and len(worn):
            nearest = np.linalg.norm(ring[:, None] - worn[None], axis=-1).min(1)
            shared.append(bool((nearest < SAME_COLOUR).mean() > SHARED))
    return shared


def _main_colours(pixels: np.ndarray, step: float = 10.0, least: float = 0.04) -> np.ndarray:
    """Return the colours that at least a small share of the pixels have, roughly."""
    if not len(pixels):
        return pixels
    cells, counts = np.unique(np.round(pixels / step), axis=0, return_counts=True)
    return cells[counts >= least * len(pixels)] * step
