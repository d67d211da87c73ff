"""A person cut out of a frame, and what can be wrong with that.

Nobody tells a segmenter what it missed, so a cut-out is held against what is known without it: where the faces of
others are, and where around a face there are always head and shoulders, and never anything of a person.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from stages.detect_faces import Face
from stages.framing import Box
from stages.models.faces import Detection, Segmenter
from stages.models.silhouette import log_odds
from stages.moments import Look
from stages.tracking.boxes import intersection

SURROUNDINGS = 0.3  # sides of the square that are looked at beyond it when a person is cut out
MEASURED_PIXELS = 128  # side of the square while a cut-out is judged
SURE_NATS = 2.0  # odds of the outline beyond which a pixel must be the person's
ABSURD_NATS = -4.9  # and below which it cannot be


@dataclass(frozen=True)
class Limits:
    """What a cut-out must satisfy: `Flaw` says of what."""

    max_partner_share: float
    min_body_share: float
    max_stray_share: float


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a cut-out.

    partner_in_closeup   share of somebody else's face that is under the mask
    shoulders_missing    share of what must be head and shoulders in the crop that is under the mask
    ground_in_closeup    share of the mask in the crop that lies where nobody with this face can be
    """

    reason: str
    measured: float
    threshold: float


def person_in(frame: np.ndarray, look: Look, square: Box, segmenter: Segmenter) -> np.ndarray:
    """Return how much each pixel of `frame` (H, W, 3 uint8) belongs to the person, (H, W) uint8, 255 is all of it.

    Only the neighbourhood of `square` is segmented: more than the square, for what is beside and above a head
    shows best what is background, and what is below it what somebody wears.
    """
    x0, y0, x1, y1 = square
    around = SURROUNDINGS * (x1 - x0)
    left, top = max(int(x0 - around), 0), max(int(y0 - around), 0)
    right, bottom = min(math.ceil(x1 + around), frame.shape[1]), min(math.ceil(y1 + around), frame.shape[0])
    faces = [moved(face, -left, -top) for face in (look.face, *look.others)]
    mask = np.zeros(frame.shape[:2], np.uint8)
    alpha = segmenter.segment(frame[top:bottom, left:right], faces[0], faces[1:])
    mask[top:bottom, left:right] = (alpha * 255).round().astype(np.uint8)
    return mask


def flaw_of(mask: np.ndarray, look: Look, limits: Limits) -> Flaw | None:
    """Return the first flaw of a mask, (H, W) uint8 of the whole frame, or None where it has none."""
    measures = measure(mask, look)
    if measures.partner > limits.max_partner_share:
        return Flaw("partner_in_closeup", measures.partner, limits.max_partner_share)
    if measures.body < limits.min_body_share:
        return Flaw("shoulders_missing", measures.body, limits.min_body_share)
    if measures.stray > limits.max_stray_share:
        return Flaw("ground_in_closeup", measures.stray, limits.max_stray_share)
    return None


@dataclass(frozen=True)
class Measures:
    """What flaws are told by, each 0 to 1."""

    partner: float
    body: float
    stray: float


def measure(mask: np.ndarray, look: Look) -> Measures:
    """Measure a mask, (H, W) uint8 of the whole frame. Head and shoulders are looked for in the frame alone."""
    partner = max((_share(mask, face.box) for face in look.others), default=0.0)
    x0, y0, x1, _ = look.square
    step = (x1 - x0) / MEASURED_PIXELS
    places = (np.arange(MEASURED_PIXELS) + 0.5) * step
    columns, rows = (places + x0).astype(int), (places + y0).astype(int)
    columns, rows = columns[(columns >= 0) & (columns < mask.shape[1])], rows[(rows >= 0) & (rows < mask.shape[0])]
    found = mask[np.ix_(rows, columns)] > 127
    odds = log_odds(found.shape, _seen_from(look.face, columns[0], rows[0], step))
    sure = odds > SURE_NATS
    return Measures(
        partner=partner,
        body=float(found[sure].mean()) if sure.any() else 0.0,
        stray=float((odds[found] < ABSURD_NATS).mean()) if found.any() else 0.0,
    )


def moved(face: Face | Detection, dx: float, dy: float) -> Detection:
    """Return a face with its picture's origin moved."""
    x0, y0, x1, y1 = face.box
    points = tuple(v + (dx, dy)[i % 2] for i, v in enumerate(face.landmarks))
    return Detection((x0 + dx, y0 + dy, x1 + dx, y1 + dy), points, face.score)


def _seen_from(face: Face, left: float, top: float, step: float) -> Detection:
    """Return a face in a picture that begins at a corner and shows every `step`-th pixel."""
    near = moved(face, -left, -top)
    x0, y0, x1, y1 = (v / step for v in near.box)
    return replace(near, box=(x0, y0, x1, y1), landmarks=tuple(v / step for v in near.landmarks))


def _share(mask: np.ndarray, box: Box) -> float:
    """Return which share of a box, so far as it is in the frame, lies under a mask."""
    height, width = mask.shape
    x0, y0, x1, y1 = (round(v) for v in intersection(box, (0.0, 0.0, float(width), float(height))))
    within = mask[y0 : max(y1, y0), x0 : max(x1, x0)]
    return float((within > 127).mean()) if within.size else 0.0
