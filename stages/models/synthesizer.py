"""What makes full-body pictures of a person, behind one Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stages.conversation.body_prompts import BodyPrompt


@dataclass(frozen=True)
class Reference:
    """A picture of the person: head and shoulders, seen from the front or nearly so.

    `picture` is (H, W, 3) uint8 RGB, `mask` (H, W) uint8 with 255 on the person. `face_box` (x0, y0, x1, y1) and
    `landmarks` (x, y of left eye, right eye, nose, left and right mouth corner, as the viewer sees them) are in its
    pixels. `embedding` is of the face; a backend that conditions on pixels ignores it.
    """

    picture: np.ndarray
    mask: np.ndarray
    face_box: tuple[float, float, float, float]
    landmarks: tuple[float, ...]
    embedding: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Rendering:
    """A picture (size, size, 3) uint8 RGB. `head_box`: where its head was put, or None where that is not known."""

    picture: np.ndarray
    head_box: tuple[float, float, float, float] | None


class Synthesizer(Protocol):
    """Makes pictures of one person in new clothes and a new place."""

    def synthesize(
        self, references: Sequence[Reference], prompt: BodyPrompt, text: str, seeds: Sequence[int], size_px: int
    ) -> list[Rendering]:
        """Return one picture for each seed.

        `text` is the prompt as a sentence and `prompt` the same as a record: a backend that reads text ignores the
        record. The same arguments give the same pixels.
        """
        ...
