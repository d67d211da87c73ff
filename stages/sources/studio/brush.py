"""Soft brushes on a canvas measured in units of the drawing instead of pixels.

Everything the studio draws that does not move by itself (skin, clothes, walls) is painted with these few strokes.
A stroke touches only the pixels around it, which is what makes drawing quick.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SUBPIXEL_BITS = 4  # fixed-point coordinates of OpenCV's antialiased polygons


@dataclass(frozen=True)
class Canvas:
    """A float32 picture (H, W, 3), RGB 0..255, whose pixel (0, 0) lies at `origin`; one unit is `scale` pixels."""

    pixels: np.ndarray
    origin: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Turn points (N, 2) in units into pixel coordinates."""
        return (np.asarray(points, np.float64) - self.origin) * self.scale


def new_canvas(box: tuple[float, float, float, float], scale: float, colour=(0.0, 0.0, 0.0)) -> Canvas:
    """Make a canvas of one colour that covers box (x0, y0, x1, y1) in units."""
    x0, y0, x1, y1 = box
    height, width = round((y1 - y0) * scale), round((x1 - x0) * scale)
    pixels = np.empty((height, width, 3), np.float32)
    pixels[:] = colour
    return Canvas(pixels, (x0, y0), scale)


def curve(points, samples: int = 10, closed: bool = False) -> np.ndarray:
    """Run a smooth (Catmull-Rom) curve through points (N, 2); returns about N * samples points."""
    points = np.asarray(points, np.float64)
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, here, there, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, samples, endpoint=False)[None, :, None]
    before, here, there, after = (p[:, None, :] for p in (before, here, there, after))
    line = 0.5 * (
        2 * here
        + (there - before) * t
        + (2 * before - 5 * here + 4 * there - after) * t**2
        + (3 * here - before - 3 * there + after) * t**3
    )
    line = line.reshape(-1, 2)
    return line if closed else np.concatenate([line, points[-1:]])


def shape_mask(canvas: Canvas, polygon, soft: float = 0.0) -> np.ndarray:
    """Return the coverage (H, W) float32 0..1 of a polygon over the whole canvas; `soft` is the blur in units."""
    points = canvas.to_pixels(polygon)
    mask: np.ndarray = np.zeros(canvas.pixels.shape[:2], np.uint8)
    _fill(mask, points)
    blur = max(soft * canvas.scale, 0.3)
    window = _window(canvas, points, 3 * blur + 2)
    if soft > 0 and window is not None:
        mask[window] = cv2.GaussianBlur(mask[window], (0, 0), blur)
    return mask.astype(np.float32) / 255.0


def fill(canvas: Canvas, polygon, colour, opacity: float = 1.0, soft: float = 0.0, within=None) -> None:
    """Paint a polygon (N, 2) in units. `within`: coverage (H, W) of the canvas outside which nothing is painted."""
    points = canvas.to_pixels(polygon)
    blur = soft * canvas.scale
    window = _window(canvas, points, 3 * blur + 2)
    if window is None:
        return
    rows, columns = window
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    _fill(mask, points - (columns.start, rows.start))
    if blur > 0.3:
        mask = cv2.GaussianBlur(mask, (0, 0), blur)
    _blend(canvas, window, mask.astype(np.float32) * (opacity / 255.0), colour, within)


def stroke(canvas: Canvas, line, width, colour, opacity: float = 1.0, soft: float = 0.0, within=None) -> None:
    """Paint along a line (N, 2). `width`: units, one number or one for each point (a tapered stroke)."""
    line = np.asarray(line, np.float64)
    half = np.broadcast_to(np.asarray(width, np.float64) / 2, (len(line),))[:, None]
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
    fill(canvas, np.concatenate([line + across * half, (line - across * half)[::-1]]), colour, opacity, soft, within)


def glow(canvas: Canvas, centre, radii, colour, opacity: float = 1.0, within=None) -> None:
    """Paint a Gaussian spot; `radii` are its two standard deviations in units."""
    centre, radii = np.asarray(centre, np.float64), np.asarray(radii, np.float64)
    corners = canvas.to_pixels(np.stack([centre - 3 * radii, centre + 3 * radii]))
    window = _window(canvas, corners, 1)
    if window is None:
        return
    rows, columns = window
    x = (np.arange(columns.start, columns.stop) / canvas.scale + canvas.origin[0] - centre[0]) / radii[0]
    y = (np.arange(rows.start, rows.stop) / canvas.scale + canvas.origin[1] - centre[1]) / radii[1]
    mask = np.exp(-0.5 * y**2)[:, None] * np.exp(-0.5 * x**2)[None, :]
    _blend(canvas, window, (mask * opacity).astype(np.float32), colour, within)


def ellipse(centre, radii, turn_degrees: float = 0.0, points: int = 40) -> np.ndarray:
    """Return an ellipse as a polygon (points, 2)."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    x, y = np.cos(angle) * radii[0], np.sin(angle) * radii[1]
    turn = np.radians(turn_degrees)
    across = x * np.cos(turn) - y * np.sin(turn)
    down = x * np.sin(turn) + y * np.cos(turn)
    return np.stack([centre[0] + across, centre[1] + down], 1)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Return a rectangle as a polygon (4, 2)."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64)


def cloud_noise(rng: np.random.Generator, height: int, width: int, cell: tuple[float, float]) -> np.ndarray:
    """Return smooth noise (height, width) float32, mean 0, deviation about 1; `cell`: its grain (y, x) in pixels."""
    grid = rng.normal(size=(max(2, int(height / cell[0]) + 2), max(2, int(width / cell[1]) + 2))).astype(np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def _fill(mask: np.ndarray, points: np.ndarray) -> None:
    fixed = np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)


def _window(canvas: Canvas, points: np.ndarray, margin: float) -> tuple[slice, slice] | None:
    height, width = canvas.pixels.shape[:2]
    low = np.floor(points.min(0) - margin).astype(int)
    high = np.ceil(points.max(0) + margin).astype(int) + 1
    rows, columns = slice(max(low[1], 0), min(high[1], height)), slice(max(low[0], 0), min(high[0], width))
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None


def _blend(canvas: Canvas, window: tuple[slice, slice], mask: np.ndarray, colour, within) -> None:
    if within is not None:
        mask = mask * within[window]
    target = canvas.pixels[window]
    target += (np.asarray(colour, np.float32) - target) * mask[..., None]
