"""Soft edges: how much of a pixel is the person, and what colour the person has there."""

import cv2
import numpy as np

HAZE = 0.2  # of the person outside, and of the ground inside, that the guided filter may leave


def soften(mask: np.ndarray, picture: np.ndarray, radius: int, flatness: float = 2e-4) -> np.ndarray:
    """Give `mask` (H, W float32, 0 to 1) a soft edge that follows the edges of `picture` (H, W, 3 uint8): (H, W), 0
    to 1.

    A guided filter (He, Sun, Tang, "Guided Image Filtering", TPAMI 2013) with the picture's grey values as guide.
    Variances of the grey values (0 to 1) below `flatness` count as no edge. Where it leaves traces of one side in the
    other, up to HAZE, there are none.
    """
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    window = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(mask, window)
    slope = (cv2.blur(guide * mask, window) - mean_guide * mean_mask) / (
        cv2.blur(guide * guide, window) - mean_guide**2 + flatness
    )
    offset = mean_mask - slope * mean_guide
    soft = cv2.blur(slope, window) * guide + cv2.blur(offset, window)
    return np.clip((soft - HAZE) / (1 - 2 * HAZE), 0, 1)


def foreground_colours(picture: np.ndarray, alpha: np.ndarray, radii: tuple[int, int] = (45, 3)) -> np.ndarray:
    """Return what colour the person has in each pixel, (H, W, 3) float32, where `picture` (H, W, 3) shows a mixture.

    `alpha` (H, W float32, 0 to 1) is the person's share of a pixel. Forte, "Approximate Fast Foreground Colour
    Estimation", ICIP 2021: means of either side, weighted by their shares, in a wide window and then in a narrow one
    (`radii`, pixels), and what is left of the picture given to the person by its share.
    """
    share, shown = alpha[..., None], picture.astype(np.float32)
    person = ground = shown
    for radius in radii:
        window = (2 * radius + 1, 2 * radius + 1)
        near = cv2.blur(alpha, window)[..., None]
        mean_person = cv2.blur(person * share, window) / (near + 1e-5)
        ground = cv2.blur(ground * (1 - share), window) / (1 - near + 1e-5)
        person = np.clip(mean_person + share * (shown - share * mean_person - (1 - share) * ground), 0, 255)
    return person


def laid_on(picture: np.ndarray, alpha: np.ndarray, ground: np.ndarray | float) -> np.ndarray:
    """Lay the person of `picture` (H, W, 3 uint8) on another ground, a picture or a grey level: (H, W, 3) uint8.

    `alpha` (H, W float32, 0 to 1) is the person's share of a pixel. The old ground does not shine through the edge.
    """
    share = alpha[..., None]
    return (foreground_colours(picture, alpha) * share + ground * (1 - share)).round().astype(np.uint8)


def blurred_ground(picture: np.ndarray, alpha: np.ndarray, radius: float) -> np.ndarray:
    """Return the ground of `picture` (H, W, 3 uint8) without the person, out of focus: (H, W, 3) float32.

    Blurred by a Gaussian of `radius` pixels over the ground alone, so the person leaves no shadow in it; deep behind
    the person, where the picture says nothing, wider blurs fill in.
    """
    share = (1 - alpha)[..., None]
    shown = np.clip(picture - foreground_colours(picture, alpha) * alpha[..., None], 0, 255 * share)
    filled = np.zeros_like(shown)
    known = np.zeros_like(share)
    for wider in (1, 3, 9):
        weight = cv2.GaussianBlur(share, (0, 0), radius * wider)[..., None]
        mean = cv2.GaussianBlur(shown, (0, 0), radius * wider) / np.maximum(weight, 1e-4)
        trust = np.clip(weight / 0.05, 0, 1) * (1 - known)
        filled += mean * trust
        known += trust
    return filled + (1 - known) * mean
