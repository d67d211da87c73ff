"""The canvas of a place, with a floor in perspective and the brushes that places share.

One unit is the picture's side; the camera stands at the height of the chest, so HORIZON is where the person's chest
is. A point of the floor is known by its metres to the side and away.
"""

import cv2
import numpy as np

from stages.models.compositor.light import Daytime
from stages.sources.studio.brush import Canvas, cloud_noise, curve, fill, glow, stroke

HORIZON = 0.47


class Painter:
    """A canvas with the brushes that places share. Colours are given as they are by day."""

    def __init__(self, canvas: Canvas, daytime: Daytime, indoors: bool, rng: np.random.Generator):
        self.canvas, self.daytime, self.rng = canvas, daytime, rng
        self.tint = np.asarray(daytime.room if indoors else daytime.tint)
        side = np.arange(canvas.pixels.shape[0]) / canvas.scale
        below = side[side > HORIZON + 0.004]
        self.away = (1 / (below - HORIZON))[:, None]  # metres, for each row below the horizon
        self.aside = (side[None, :] - 0.5) * self.away

    def lit(self, colour) -> np.ndarray:
        """Return what a colour looks like in this light."""
        return np.asarray(colour, np.float64) * self.tint

    def fill(self, outline, colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        """Paint a polygon (N, 2)."""
        fill(self.canvas, np.asarray(outline, np.float64), self.lit(colour), opacity, soft)

    def stroke(self, line, width, colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        """Paint along a line (N, 2)."""
        stroke(self.canvas, np.asarray(line, np.float64), width, self.lit(colour), opacity, soft)

    def shine(self, centre, radius: float, colour=(255, 214, 150), opacity: float = 0.6) -> None:
        """Paint the glow of a lamp; it does not depend on the time of day."""
        glow(self.canvas, centre, (radius, radius), colour, opacity)

    def blur(self, sigma: float) -> None:
        """Put everything painted so far out of focus."""
        self.canvas.pixels[:] = cv2.GaussianBlur(self.canvas.pixels, (0, 0), sigma * self.canvas.scale)

    def down(self, top: float, bottom: float, above, below) -> None:
        """Paint a vertical gradient over the full width; its colours are taken as they are."""
        rows = slice(int(top * self.canvas.scale), int(np.ceil(bottom * self.canvas.scale)))
        count = self.canvas.pixels[rows].shape[0]
        t = np.linspace(0, 1, count, dtype=np.float32)[:, None, None]
        self.canvas.pixels[rows] = np.asarray(above, np.float32) * (1 - t) + np.asarray(below, np.float32) * t

    def sky(self, clouds: float = 0.5) -> None:
        """Paint the sky of the hour down to the horizon; `clouds` is how white they are, 0..1."""
        self.down(0, HORIZON + 0.02, self.daytime.sky_top, self.daytime.sky_low)
        size = self.canvas.pixels.shape[0]
        rows = slice(0, int(HORIZON * size))
        noise = cloud_noise(self.rng, rows.stop, size, (size * 0.05, size * 0.16))
        noise += 0.5 * cloud_noise(self.rng, rows.stop, size, (size * 0.02, size * 0.06))
        cover = np.clip(noise - 0.3, 0, 1)[..., None] * clouds
        bright = np.asarray(self.daytime.sky_low) * 0.5 + 128 * (1 - self.daytime.night * 0.8)
        self.canvas.pixels[rows] += (bright - self.canvas.pixels[rows]).astype(np.float32) * cover
        if self.daytime.night == 1.0:
            for x, y, big in self.rng.uniform(0, 1, (60, 3)):
                self.shine((x, y * 0.4), 0.001 + 0.0012 * big, (235, 238, 255), 0.8)

    def ground(self, near, far, grain: float = 8.0, cell: float = 0.3, streak: float = 1.0) -> None:
        """Paint the floor with a gradient and a texture in perspective; `cell` is the texture's grain in metres."""
        top = self.canvas.pixels.shape[0] - self.away.shape[0]
        pixels = self.canvas.pixels[top:]
        t = (np.linspace(0, 1, len(pixels), dtype=np.float32) ** 0.7)[:, None, None]
        pixels[:] = self.lit(far) * (1 - t) + self.lit(near) * t
        tile = self.rng.normal(size=(128, 128)).astype(np.float32)
        tile = cv2.GaussianBlur(np.tile(tile, (3, 3)), (0, 0), 1.0)[128:256, 128:256] * 3.5
        for octave, share in ((1.0, 1.0), (3.1, 0.7)):
            u = (self.aside / cell * octave / streak).astype(np.float32) % 127
            v = np.broadcast_to(self.away * 3 / cell * octave, u.shape).astype(np.float32) % 127
            texture = cv2.remap(tile, u, v, cv2.INTER_LINEAR)
            calm = np.clip(2.2 / self.away, 0, 1).astype(np.float32)  # too fine to be seen from afar
            pixels += (texture * calm * (grain * share))[..., None] * self.tint.astype(np.float32)

    def planks(self, width: float, colours, gap=(60, 42, 30), length: float = 1.6) -> None:
        """Paint a floor of boards that run away from the viewer; `width` and `length` in metres."""
        top = self.canvas.pixels.shape[0] - self.away.shape[0]
        board = np.floor(self.aside / width).astype(int)
        part = np.floor(self.away / length + (board * 0.37)).astype(int)
        shade = _hashed(board, part)
        colour = np.asarray(colours[0]) * (1 - shade[..., None]) + np.asarray(colours[1]) * shade[..., None]
        edge = np.abs(self.aside / width - board - 0.5) > 0.5 - np.clip(0.012 * self.away / 2, 0.01, 0.03)
        calm = np.clip(1.6 / self.away, 0, 1)
        colour = colour + (np.asarray(gap) - colour) * (edge * 0.7 * calm)[..., None]
        self.canvas.pixels[top:] = colour * self.tint

    def tiles(self, size: float, colours, gap, start: float = HORIZON, fade: float = 0.0) -> None:
        """Paint a floor of square slabs, `size` in metres, which comes in over `fade` from the height `start` down."""
        top = self.canvas.pixels.shape[0] - self.away.shape[0]
        row = np.broadcast_to(np.floor(self.away * 1.0 / size), self.aside.shape).astype(int)
        column = np.floor(self.aside / size + 0.5 * (row % 2)).astype(int)
        shade = _hashed(row, column)
        colour = np.asarray(colours[0]) * (1 - shade[..., None]) + np.asarray(colours[1]) * shade[..., None]
        across = np.abs(self.aside / size + 0.5 * (row % 2) - column - 0.5) > 0.48
        along = np.abs(self.away / size - row - 0.5) > 0.47
        calm = np.clip(1.8 / self.away, 0, 1)
        colour = colour + (np.asarray(gap) - colour) * ((across | along) * 0.6 * calm)[..., None]
        height = HORIZON + 1 / self.away
        share = np.clip((height - start) / max(fade, 1e-6), 0, 1)[..., None]
        pixels = self.canvas.pixels[top:]
        pixels += ((colour * self.tint - pixels) * share).astype(np.float32)

    def floor(self, aside: float, away: float) -> np.ndarray:
        """Return where a point of the floor is in the picture."""
        return np.array([0.5 + aside / away, HORIZON + 1 / away])

    def foliage(self, centre, radii, dark, light) -> None:
        """Paint a crown of leaves, lit from above."""
        scale = self.canvas.scale
        size = self.canvas.pixels.shape[0]
        low = np.clip(((np.asarray(centre) - np.asarray(radii) * 1.25) * scale).astype(int), 0, size)
        high = np.clip(((np.asarray(centre) + np.asarray(radii) * 1.25) * scale).astype(int) + 1, 0, size)
        if (high - low).min() < 4:
            return
        x = (np.arange(low[0], high[0]) / scale - centre[0]) / radii[0]
        y = (np.arange(low[1], high[1]) / scale - centre[1]) / radii[1]
        shape = (len(y), len(x))
        clump = cloud_noise(self.rng, *shape, (max(6, scale * 0.035),) * 2)
        leaf = cloud_noise(self.rng, *shape, (max(2.5, scale * 0.008),) * 2)
        inside = 1 - np.hypot(x[None, :], y[:, None]) + 0.16 * clump + 0.07 * leaf
        mask = np.clip(inside * 9, 0, 1)[..., None]
        side = self.daytime.outdoors.direction[0]
        lit = np.clip(0.42 - 0.42 * y[:, None] + 0.30 * side * x[None, :] + 0.22 * clump + 0.16 * leaf, 0, 1)[..., None]
        colour = self.lit(dark) * (1 - lit) + self.lit(light) * lit
        target = self.canvas.pixels[low[1] : high[1], low[0] : high[0]]
        target += ((colour - target) * mask).astype(np.float32)

    def tree(self, aside: float, away: float, height: float, dark=(34, 62, 30), light=(128, 168, 72)) -> None:
        """Paint a tree of `height` metres that stands on the floor."""
        x, y = self.floor(aside, away)
        tall = height / away
        sway = self.rng.normal(0, 0.01)
        trunk = curve([(x, y), (x + sway, y - tall * 0.3), (x + sway * 2, y - tall * 0.6)])
        self.stroke(trunk, np.linspace(0.075, 0.04, len(trunk)) * tall, (74, 56, 42))
        self.stroke(trunk - (0.012 * tall, 0), 0.012 * tall, (122, 98, 74), 0.6, 0.002)
        for dx, dy, r in ((-0.16, -0.58, 0.22), (0.17, -0.62, 0.22), (0.0, -0.78, 0.26)):
            self.foliage((x + dx * tall, y + dy * tall), (r * tall, r * tall * 0.85), dark, light)

    def windows(self, outline: np.ndarray, rows: int, columns: int, glass=(118, 138, 156)) -> None:
        """Paint windows onto a facade given by its corners: top left, top right, bottom right, bottom left."""
        a, b, c, d = np.asarray(outline, np.float64)
        for i in range(rows):
            for j in range(columns):
                u0, u1 = (j + 0.25) / columns, (j + 0.75) / columns
                v0, v1 = (i + 0.22) / rows, (i + 0.78) / rows
                u, v = np.array([u0, u1, u1, u0])[:, None], np.array([v0, v0, v1, v1])[:, None]
                pane = (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v
                self.fill(pane, glass)
                if self.daytime.night > 0 and self.rng.random() < 0.6:
                    fill(self.canvas, pane, (255, 206, 128), 0.35 + 0.55 * self.daytime.night)
                else:
                    self.fill((pane * (1, 0.6)) + (0, 0.4 * pane[0, 1]), (196, 212, 222), 0.4)


def _hashed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a number 0..1 for each pair of integers that says nothing about its neighbours'."""
    mixed = (a.astype(np.int64) * 73_856_093) ^ (b.astype(np.int64) * 19_349_663)
    return ((mixed ^ (mixed >> 7)) * 2_654_435_761 >> 9) % 1009 / 1009.0
