"""Soft edges: how much of a pixel is the person, and what colour the person has there."""

import cv2
import numpy as np


def soften(mask: np.ndarray, picture: np.ndarray, radius: int, flatness: float = 2e-4) -> np.ndarray:
    """Give `mask` (H, W float32, 0 to 1) a soft edge that follows the edges of `picture` (H, W, 3 uint8): (H, W), 0
    to 1.

    A guided filter (He, Sun, Tang, "Guided Image Filtering", TPAMI 2013) with the picture's grey values as guide.
    Variances of the grey values (0 to 1) below `flatness` count as no edge.
    """
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    window = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(mask, window)
    slope = (cv2.blur(guide * mask, window) - mean_guide * mean_mask) / (
        cv2.blur(guide * guide, window) - mean_guide**2 + flatness
    )
    offset = mean_mask - slope * mean_guide
    return np.clip(cv2.blur(slope, window) * guide + cv2.blur(offset, window), 0, 1)
