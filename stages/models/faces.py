"""What the stages ask of face models, and which models there are.

A model gets in by a value of the configuration: its name stands in one of the dictionaries below, whose factories
import the model's library only when they are called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Detection:
    """One face found in a picture, in pixels of that picture."""

    box: tuple[float, float, float, float]  # x0, y0, x1, y1; may reach over the picture's edge
    landmarks: tuple[float, ...]  # x, y of left eye, right eye, nose, left and right mouth corner (viewer's left)
    score: float  # 0 to 1


class Detector(Protocol):
    """Finds faces."""

    def detect(self, pictures: np.ndarray) -> list[list[Detection]]:
        """Find the faces in `pictures` (N, H, W, 3 uint8 RGB): a list for each, from left to right.

        The same pictures in the same order give the same faces, to the bit.
        """
        ...


class Embedder(Protocol):
    """Turns a face into a vector that lies near the vectors of the same person."""

    def embed(self, picture: np.ndarray, faces: Sequence[Detection]) -> np.ndarray:
        """Embed `faces` of `picture` (H, W, 3 uint8 RGB). Returns (len(faces), D) float32, as `similarity` expects."""
        ...


class Segmenter(Protocol):
    """Tells one person from everything else in a picture."""

    def segment(self, picture: np.ndarray, face: Detection, others: Sequence[Detection] = ()) -> np.ndarray:
        """Return how much each pixel of `picture` (H, W, 3 uint8 RGB) belongs to the person with `face`.

        (H, W) float32, 0 to 1, with a soft edge. `others` are faces of people who are not wanted. Faces are in
        pixels of the picture.
        """
        ...
