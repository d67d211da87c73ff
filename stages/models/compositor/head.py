"""A person's real head, cut out at the jaw, with what the body needs to go with it."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.errors import SampleError
from stages.models.compositor.face_frame import CHIN, FaceFrame, shrunk
from stages.models.compositor.matte import Strand, find_strand, hanging_hair, head_matte, measure_tones
from stages.models.synthesizer import Reference

WORKING_SCALE = 1.6  # the head is cut at this many times its final size
LEAST_HEAD = 0.2  # area in squared head heights; whole heads have 0.4 and more
SATURATION = 1.10
UPRIGHT_SHARE = 0.6  # how much of a head's tilt is taken back
MOST_TILT = 0.16  # radians that may be left


@dataclass(frozen=True)
class Head:
    """A cut-out head: `pixels` (h, w, 3) float32 RGB, `alpha` (h, w) float32 0..1; `chin` is the chin's pixel (x, y).

    `skin` and `hair` are RGB; `strands` (left, right) are None for hair that ends above the chin.
    """

    pixels: np.ndarray
    alpha: np.ndarray
    chin: tuple[float, float]
    skin: np.ndarray
    hair: np.ndarray
    strands: tuple[Strand | None, Strand | None]


def cut_head(reference: Reference, height_px: float) -> Head:
    """Cut the head out of a picture, scaled so that chin to crown takes about `height_px`.

    Raises SampleError `no_head_in_mask` when the mask does not hold the face.
    """
    reference = shrunk(reference, WORKING_SCALE * height_px / FaceFrame.of(reference).unit)
    frame = FaceFrame.of(reference)
    lab = cv2.cvtColor(reference.picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    tones = measure_tones(frame, lab)
    hair = hanging_hair(frame, lab, tones)
    alpha = head_matte(frame, hair)
    if alpha.sum() < LEAST_HEAD * frame.unit**2:
        raise SampleError("no_head_in_mask", f"{alpha.sum():.0f} pixels of a head {frame.unit:.0f} pixels high")
    picture = _levelled(reference.picture, alpha > 0.8)
    pixels, cover, chin = _upright(_spread(picture, alpha), alpha, frame, height_px)
    return Head(
        pixels=pixels,
        alpha=cover,
        chin=chin,
        skin=_colour(picture, tones.skin_at),
        hair=_colour(picture, tones.hair_at),
        strands=(find_strand(frame, hair, -1), find_strand(frame, hair, 1)),
    )


def _levelled(picture: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Stretch a dim or hazy picture's range, within limits that leave the person's tone alone; float32."""
    pixels = picture.astype(np.float32)
    light = pixels.mean(-1)[head]
    if not light.size:
        return pixels
    low, high = np.percentile(light, (1, 98))
    black = min(0.6 * float(low), 24.0)
    gain = float(np.clip((218 - black) / max(float(high) - black, 1.0), 0.92, 1.25))
    pixels = (pixels - black) * gain + 0.3 * black
    grey = pixels.mean(-1, keepdims=True)
    return np.clip(grey + (pixels - grey) * SATURATION, 0, 255)


def _spread(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Carry the colours of the head outwards over its edge, so that no old background shines through it."""
    core = (alpha > 0.92).astype(np.float32)
    near = cv2.GaussianBlur(pixels * core[..., None], (0, 0), 3)
    weight = cv2.GaussianBlur(core, (0, 0), 3)
    untouched = np.maximum(core, weight < 0.02)[..., None]
    return pixels * untouched + near / np.maximum(weight, 1e-3)[..., None] * (1 - untouched)


def _upright(
    pixels: np.ndarray, alpha: np.ndarray, frame: FaceFrame, height_px: float
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Scale and turn a head; returns its pixels, its coverage and its chin in a square around the eyes."""
    height, width = alpha.shape
    scale = height_px / frame.unit
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    area = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pixels, alpha = cv2.resize(pixels, size, interpolation=area), cv2.resize(alpha, size, interpolation=area)
    left = float(np.clip(frame.roll * (1 - UPRIGHT_SHARE), -MOST_TILT, MOST_TILT))
    reach = int(np.ceil(1.1 * height_px))
    eyes = frame.eyes * (size[0] / width, size[1] / height)
    turn = cv2.getRotationMatrix2D((float(eyes[0]), float(eyes[1])), float(np.degrees(frame.roll - left)), 1.0)
    turn[:, 2] += reach - eyes
    square = (2 * reach, 2 * reach)
    pixels = cv2.warpAffine(pixels, turn, square, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(alpha, turn, square, flags=cv2.INTER_LINEAR)
    chin = (reach - float(np.sin(left)) * CHIN * height_px, reach + float(np.cos(left)) * CHIN * height_px)
    return np.clip(pixels, 0, 255), np.clip(alpha, 0, 1), chin


def _colour(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.percentile(picture[where], 55, axis=0) if where.sum() >= 20 else np.array([150.0, 120.0, 100.0])
