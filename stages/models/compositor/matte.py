"""Which pixels of a portrait are head: face and hair, but nothing of neck and clothes."""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.models.compositor.face_frame import CHIN, FaceFrame

HAIR_SPREAD = 30.0  # Lab distance at which a colour is hardly the hair's any more
NOT_SKIN = 20.0
BALD = 9.0


@dataclass(frozen=True)
class Tones:
    """The colours of a head in 8-bit Lab, and where they were taken: masks (H, W) bool."""

    skin: np.ndarray
    hair: np.ndarray
    clothes: np.ndarray | None  # None where the picture ends above them
    skin_at: np.ndarray
    hair_at: np.ndarray


@dataclass(frozen=True)
class Strand:
    """Long hair on one side: its inner and outer edge at the chin, and how far it falls below; in head heights."""

    inner: float
    outer: float
    fall: float


def measure_tones(frame: FaceFrame, lab: np.ndarray) -> Tones:
    """Measure skin on the cheeks, and hair beside the face or, where it is short, on the crown."""
    u, v = frame.coordinates
    skin_at = frame.person & (np.abs(u) < 0.2) & (v > 0.08) & (v < 0.26)
    skin = _median(lab, skin_at)
    top = CHIN - frame.reach
    crown = frame.person & (np.abs(u) < 0.22) & (v > top + 0.03) & (v < top + 0.13)
    beside = frame.person & (np.abs(u) > frame.half) & (np.abs(u) < frame.half + 0.2) & (np.abs(v) < 0.25)
    beside &= _distance(lab, skin) > NOT_SKIN**2
    hair_at = beside if beside.sum() > 0.02 * frame.unit**2 else crown
    chest = frame.person & (v > 0.95) & (v < 1.4) & (np.abs(u) < 0.9)
    clothes = _median(lab, chest) if chest.sum() >= 20 else None
    return Tones(skin, _median(lab, hair_at), clothes, skin_at, hair_at)


def hanging_hair(frame: FaceFrame, lab: np.ndarray, tones: Tones) -> np.ndarray:
    """Return (H, W) float 0..1: what hangs beside the face, joined to hair at the height of the eyes.

    The joint is what tells hair from shadows and dark clothes.
    """
    if np.linalg.norm(tones.hair - tones.skin) < BALD:
        return np.zeros(lab.shape[:2], np.float32)
    u, v = frame.coordinates
    distance = _distance(lab, tones.hair)
    nearest = frame.person & (distance < _distance(lab, tones.skin))
    if tones.clothes is not None and np.linalg.norm(tones.clothes - tones.hair) > BALD:
        nearest &= (distance < _distance(lab, tones.clothes)) | (v < 0.45)  # clothes begin below the chin
    alike = np.exp(-distance / HAIR_SPREAD**2) * nearest
    size = max(3, int(frame.unit * 0.03) | 1)
    solid = cv2.morphologyEx(alike.astype(np.float32), cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    zone = (solid > 0.4) & (np.abs(u) > frame.half * 0.72) & (v > -0.15)
    _, labels = cv2.connectedComponents(zone.astype(np.uint8))
    rooted = np.unique(labels[zone & (v < 0.12)])
    kept = np.where(np.isin(labels, rooted[rooted > 0]), solid, 0)
    return cv2.GaussianBlur(kept, (0, 0), 0.008 * frame.unit)


def head_matte(frame: FaceFrame, hair: np.ndarray) -> np.ndarray:
    """Return the head's coverage (H, W) float32 0..1.

    Above the mouth that is the person's mask, below it the face inside the jaw and the hair beside it.
    """
    u, v = frame.coordinates
    aside, unit = np.abs(u), frame.unit
    below = np.clip((v - 0.06) / (CHIN + 0.02 - 0.06), 0, 3)
    jaw = (aside / (frame.half * 1.03)) ** 2.5 + below**2.5
    face = np.clip((1.10 - jaw) / 0.14, 0, 1)
    upper = np.clip((0.20 - v) / 0.06, 0, 1) * np.clip((0.72 - aside) / 0.08, 0, 1)
    low = np.clip((0.72 - v) / 0.24, 0, 1) * np.clip((frame.half + 0.30 - aside) / 0.08, 0, 1)
    hang = np.clip(hair * 1.8 - 0.4, 0, 1) * low
    cross = np.ones((3, 3), np.uint8)
    inner = cv2.erode(frame.person.astype(np.uint8), cross, iterations=max(1, round(unit * 0.006)))
    edge = cv2.GaussianBlur(inner.astype(np.float32), (0, 0), max(0.9, unit * 0.008))
    matte = np.clip(edge * 1.15 - 0.08, 0, 1) * np.maximum(np.maximum(face, hang), upper)
    return (matte * _largest(matte > 0.12)).astype(np.float32)


def find_strand(frame: FaceFrame, hair: np.ndarray, sign: int) -> Strand | None:
    """Look for long hair on one side (sign -1: the viewer's left); None when it ends above the chin."""
    u, v = frame.coordinates
    out, across = sign * u, frame.half * 0.25 + 0.32
    beside = (out > frame.half * 0.75) & (out < frame.half + 0.32)
    at_chin = beside & (v > 0.34) & (v < 0.50)
    where = at_chin & (hair > 0.45)
    if where.sum() * across < 0.06 * max(at_chin.sum(), 20):
        return None
    inner, outer = np.percentile(out[where], (4, 96))
    fall = 0.30
    for low in np.arange(0.55, 1.3, 0.1):
        row = beside & (v > low) & (v < low + 0.1)
        if row.sum() < 20 or (hair[row] > 0.45).mean() * across < 0.05:
            break
        fall = low + 0.1 - CHIN
    return Strand(float(inner), float(outer), float(fall))


def _largest(mask: np.ndarray) -> np.ndarray:
    """Return the largest connected part of a mask, a little widened; uint8 0 or 1."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    if not labels.any():
        return mask.astype(np.uint8)
    part = labels == np.bincount(labels[labels > 0]).argmax()
    return cv2.dilate(part.astype(np.uint8), np.ones((5, 5), np.uint8))


def _median(lab: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.median(lab[where], axis=0) if where.sum() >= 20 else np.array([130.0, 138.0, 142.0])


def _distance(lab: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Return squared distances in Lab in which lightness counts less, and shade less than shine."""
    light = lab[..., 0] - colour[0]
    light = np.where(light > 0, 0.4, 0.25) * light
    return light**2 + 2.2 * ((lab[..., 1] - colour[1]) ** 2 + (lab[..., 2] - colour[2]) ** 2)
