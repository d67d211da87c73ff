"""The person around a face, cut out by colour, place and edges, without a network.

As in GrabCut (Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004) mixtures of Gaussians learn what the person and what
the background is like, and a minimal cut parts them where the picture has an edge. Here they learn of colour *and
place*: a shelf beside somebody in a jacket of its colour is a shelf over there. And they begin with odds of a person's
outline (`stages.models.silhouette`) which stay in force, so that no colour leads far from where people are.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from stages.faces.quality import size
from stages.models.faces import Detection
from stages.models.matting import soften
from stages.models.mixture import fit, monomials
from stages.models.silhouette import log_odds

SIDE_PIXELS = 224  # of the longer side while cutting: edges need no more, and the time grows with the area
LEARNING_SHARE = 0.5  # of that side while colours are learnt
EDGE_PIXELS = 2  # how far the soft edge follows the picture, in pixels of the cut
SEED = 20260101  # k-means draws its first centres from OpenCV's generator

ROUNDS = 2  # of learning: from the outline, then from what was found with it
SAMPLES = 2500  # pixels of the person, and as many of the background, that a mixture is fitted to
PERSON_PURITY, GROUND_PURITY = 2, 4  # powers of the odds' shares: broad shoulders outside the outline teach no ground
COMPONENTS = 8
PLACE_WEIGHT = 15.0  # units of colour (CIE L*a*b* in 8 bits) that a distance of a face's size is worth
VARIANCE_FLOOR = 9.0
COLOUR_WEIGHT = 0.25  # of a log ratio of densities: neighbouring pixels repeat each other
COLOUR_CERTAINTY = 6.0  # nats, at most

EVIDENCE_WEIGHT = 1.5  # against edges, which count up to 50 nats a pixel, as in OpenCV's GrabCut
EVIDENCE_NATS = 20.0  # at most, after weighing
EVIDENCE_LEVELS = 160.0  # that the range of evidence takes of the 256 of a channel


class GrabCut:
    """Cuts out the person around a face."""

    def segment(self, picture: np.ndarray, face: Detection, others: Sequence[Detection] = ()) -> np.ndarray:
        factor = min(1.0, SIDE_PIXELS / max(picture.shape[:2]))
        small = _shrunk(picture, factor)
        coarse = _shrunk(small, LEARNING_SHARE)
        cv2.setRNGSeed(SEED)
        learnt = evidence(coarse, *(_scaled(one, factor * LEARNING_SHARE) for one in (face, *others)))
        person = minimal_cut(small, cv2.resize(learnt, small.shape[1::-1], interpolation=cv2.INTER_LINEAR))
        x, y = ((a + b) / 2 * factor for a, b in zip(face.box[:2], face.box[2:], strict=True))
        piece = whole(person, (int(x), int(y))).astype(np.float32)
        mask = cv2.resize(piece, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return soften(mask, picture, radius=round(EDGE_PIXELS / factor))


def evidence(picture: np.ndarray, face: Detection, *others: Detection) -> np.ndarray:
    """Return the log odds that a pixel of `picture` (H, W, 3 uint8) is the person's, (H, W) float32 nats.

    The outline's odds, and those of colour and place learnt from it.
    """
    height, width = picture.shape[:2]
    outline = log_odds((height, width), face, others).ravel()
    colours = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    places = np.mgrid[:height, :width].reshape(2, -1).T * np.float32(PLACE_WEIGHT / size(face.box))
    features = np.concatenate([colours, places.astype(np.float32)], axis=1)
    features -= features.mean(0)
    terms = monomials(features)
    found = outline
    for _ in range(ROUNDS):
        share = 1 / (1 + np.exp(-found))
        person, ground = (
            fit(features[_drawn(weights, SAMPLES)], COMPONENTS, VARIANCE_FLOOR)
            for weights in (share**PERSON_PURITY, (1 - share) ** GROUND_PURITY)
        )
        ratio = COLOUR_WEIGHT * (person.log_density(terms) - ground.log_density(terms))
        found = outline + np.clip(ratio, -COLOUR_CERTAINTY, COLOUR_CERTAINTY)
    return found.reshape(height, width)


def minimal_cut(picture: np.ndarray, evidence: np.ndarray) -> np.ndarray:
    """Part a picture (H, W, 3 uint8) along its edges as `evidence` (H, W, nats, positive inside) says: (H, W), 0 or 1.

    OpenCV's GrabCut does it. It takes no evidence of others, but mixtures that it is told to leave as they are: with
    the evidence as the first channel, and two Gaussians of one variance at the ends of that channel's range, the
    log ratio of their densities is linear in the channel. The other two channels, in which these Gaussians are flat,
    are brightness and red less blue, and show the edges.
    """
    certain = np.clip(EVIDENCE_WEIGHT * evidence / EVIDENCE_NATS, -1, 1)
    channel = 127.5 + certain * EVIDENCE_LEVELS / 2
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    warmth = 127.5 + (picture[..., 0].astype(np.float32) - picture[..., 2]) / 2
    shown = np.stack([channel.round(), grey, warmth.round()], axis=2).astype(np.uint8)
    marks = np.where(evidence > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    variance = EVIDENCE_LEVELS**2 / (2 * EVIDENCE_NATS)
    ground, person = (_flat_model(127.5 + end * EVIDENCE_LEVELS / 2, variance) for end in (-1, 1))
    cv2.grabCut(shown, marks, (0, 0, 0, 0), ground, person, 1, cv2.GC_EVAL_FREEZE_MODEL)
    return ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)


def whole(mask: np.ndarray, inside: tuple[int, int]) -> np.ndarray:
    """Return the one piece of `mask` (H, W, 0 or 1) at the point `inside` (x, y), smoothed and without holes."""
    small = max(round(max(mask.shape) / 75), 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * small + 1, 2 * small + 1))
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(opened)
    x, y = (min(max(v, 0), n - 1) for v, n in zip(inside, mask.shape[::-1], strict=True))
    piece = (labels == labels[y, x]).astype(np.uint8) if opened[y, x] else opened
    outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 1, cv2.FILLED)


def _flat_model(mean: float, variance: float) -> np.ndarray:
    """Return one Gaussian, wide in channels 2 and 3, as OpenCV keeps five: their weights, means, covariances."""
    model = np.zeros((1, 65))
    model[0, 0] = 1
    model[0, 5:8] = mean, 127.5, 127.5
    model[0, 20:29] = np.diag([variance, 1e6, 1e6]).ravel()
    return model


def _drawn(weights: np.ndarray, count: int) -> np.ndarray:
    """Return `count` indices into `weights` (N,), each as often as its weight's share asks: systematic sampling."""
    steps = np.cumsum(weights, dtype=np.float64)
    return np.minimum(np.searchsorted(steps, (np.arange(count) + 0.5) / count * steps[-1]), len(weights) - 1)


def _shrunk(picture: np.ndarray, factor: float) -> np.ndarray:
    height, width = (max(round(length * factor), 1) for length in picture.shape[:2])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _scaled(face: Detection, factor: float) -> Detection:
    x0, y0, x1, y1 = (v * factor for v in face.box)
    return Detection((x0, y0, x1, y1), tuple(v * factor for v in face.landmarks), face.score)
