"""Boxes (x0, y0, x1, y1) and what two of them share."""

from collections.abc import Sequence


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the intersection over union of two boxes, 0 to 1."""
    inside = area(intersection(a, b))
    return inside / max(area(a) + area(b) - inside, 1e-9)


def intersection(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the box that two boxes share; its area is 0 where they share none."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def area(box: Sequence[float]) -> float:
    """Return the area of a box, 0 for one that is turned inside out."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
