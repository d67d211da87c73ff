"""The surface of a head: a grid of points with places in the person's skin texture, and how it is seen from an angle.

The head is a cylinder-like grid (rows from the top of the skull to under the chin, columns around) bent into the
person's proportions; nose, sockets, lips and hair volume are bumps on it. Hair that hangs is a second grid.
A view is made by splatting the points into a depth buffer; what it keeps for each pixel is where in the texture to
look and how much light falls there, so a new expression costs one look-up.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stages.sources.studio.hair import CURTAIN_TOP, HairStyle, hair_volume, hanging_hair
from stages.sources.studio.paint import EAR_PLACE
from stages.sources.studio.people import Person

VIEW_BOX = (-2.1, -2.6, 2.1, 3.0)  # face units covered by a sprite
CAMERA_DISTANCE = 14.0  # face units; gives heads a slight perspective
DEPTH_STEPS = 4096  # of the depth buffer, per face unit
LEAK = 0.25  # face units: a pixel this far behind those around it is seen through a hole between points
LIGHT_REACH = np.array([0.42, 0.32, 0.27], np.float32)  # light bleeds around skin, red the furthest


@dataclass(frozen=True)
class Surface:
    """Points of a head. P = number of points."""

    points: np.ndarray  # (P, 3) face units
    normals: np.ndarray  # (P, 3) unit length, outward
    texture: np.ndarray  # (P, 2) place in the texture, face units
    is_hair: np.ndarray  # (P,) 0..1


@dataclass(frozen=True)
class Light:
    """A soft key light and what comes from everywhere else; RGB factors around 1."""

    direction: tuple[float, float, float] = (-0.5, -0.55, 0.67)  # towards the light, x right, y down, z to the viewer
    key: tuple[float, float, float] = (0.66, 0.64, 0.60)
    fill: tuple[float, float, float] = (0.52, 0.50, 0.50)


@dataclass(frozen=True)
class View:
    """A head seen from one angle; all arrays are (H, W, ...) over VIEW_BOX."""

    map_x: np.ndarray  # float32, face units in the texture
    map_y: np.ndarray
    shade: np.ndarray  # float32 (H, W, 3): what the texture is multiplied with
    shine: np.ndarray  # float32 (H, W): what is added
    alpha: np.ndarray  # float32 (H, W) 0..1


def build_surface(person: Person, style: HairStyle, density: float) -> Surface:
    """Bend the grids into this person. `density`: points per face unit on the front, about the pixels of a view."""
    rows, columns = int(3.6 * density * 1.7), int(4.6 * density * 1.25)
    top, chin = -person.skull_height, person.chin_y
    y = top + (chin - top) * (1 - np.cos(np.linspace(0.012, np.pi - 0.03, rows))) / 2
    theta = np.radians(np.linspace(-130, 130, columns))
    y, theta = np.meshgrid(y, theta, indexing="ij")
    width, front, back = _outline(person, y)
    x = width * np.sign(np.sin(theta)) * np.abs(np.sin(theta)) ** 0.92
    depth = np.where(np.cos(theta) > 0, front, back)
    z = depth * np.sign(np.cos(theta)) * np.abs(np.cos(theta)) ** 0.98
    around = np.abs(theta)
    turned = np.where(
        around < np.pi / 3, np.sin(around) ** 0.92, np.sin(np.pi / 3) ** 0.92 + 0.5 * (around - np.pi / 3)
    )
    texture = np.stack([width * np.sign(theta) * turned, y], -1)
    z = z + _features(person, x, y) * np.clip(np.cos(theta) * 2.5, 0, 1)
    smooth = _normals(np.stack([x, y, z], -1))
    volume = hair_volume(style, person, texture[..., 0], texture[..., 1])
    points = np.stack([x, y, z], -1) + smooth * volume[..., None]
    parts = [
        Surface(
            points.reshape(-1, 3),
            _normals(points).reshape(-1, 3),
            texture.reshape(-1, 2),
            np.clip(volume.reshape(-1) * 30, 0, 0.8),
        )
    ]
    if style.shows_ears:
        parts += [_ear(person, side, density) for side in (-1, 1)]
    if style.bun:
        parts.append(_bun(person, density))
    hanging = hanging_hair(style, person, density, behind=False)
    if hanging is not None:
        parts.append(_curtain(*hanging))
    return _join(parts)


def build_back_hair(person: Person, style: HairStyle, density: float) -> Surface | None:
    """Return the hair that hangs behind neck and shoulders, or None."""
    hanging = hanging_hair(style, person, density, behind=True)
    return None if hanging is None else _join([_curtain(*hanging)])


def _curtain(grid: np.ndarray, place: np.ndarray) -> Surface:
    ones = np.ones(grid.shape[0] * grid.shape[1])
    return Surface(grid.reshape(-1, 3), _normals(grid).reshape(-1, 3), place.reshape(-1, 2), ones)


def _join(parts: list[Surface]) -> Surface:
    fields = ("points", "normals", "texture", "is_hair")
    return Surface(*(np.concatenate([getattr(p, f) for p in parts]).astype(np.float32) for f in fields))


def turn(points: np.ndarray, yaw_degrees: float, pitch_degrees: float) -> np.ndarray:
    """Turn points (..., 3) about the neck axis: yaw > 0 looks to the right of the picture, pitch > 0 looks down."""
    yaw, pitch = np.radians(yaw_degrees), np.radians(pitch_degrees)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    return points @ (about_x @ about_y).T.astype(points.dtype)


def project(points: np.ndarray) -> np.ndarray:
    """Project turned points (..., 3) to the picture plane: (..., 2) face units."""
    return points[..., :2] * (CAMERA_DISTANCE / (CAMERA_DISTANCE - points[..., 2:3]))


def see(surface: Surface, yaw_degrees: float, pitch_degrees: float, light: Light, scale: float) -> View:
    """Look at a surface. `scale`: pixels of the view per face unit."""
    x0, y0, x1, y1 = VIEW_BOX
    scale = scale / 2  # splatted at half size: places and light are smooth
    height, width = round((y1 - y0) * scale), round((x1 - x0) * scale)
    points = turn(surface.points, yaw_degrees, pitch_degrees)
    toward_viewer = turn(np.eye(3, dtype=np.float32), yaw_degrees, pitch_degrees)[:, 2]
    pixel = np.floor((project(points) - (x0, y0)) * scale).astype(np.int64)
    seen = (surface.normals @ toward_viewer > -0.05) | (surface.is_hair > 0.9)  # a lock of hair has no inside
    seen &= (pixel[:, 0] >= 0) & (pixel[:, 0] < width) & (pixel[:, 1] >= 0) & (pixel[:, 1] < height)
    which = np.flatnonzero(seen)
    # Nearest point wins: depth in the high bits, the point's index in the low ones.
    depth = ((points[which, 2] + 4) * DEPTH_STEPS).astype(np.int64)
    buffer = np.zeros(height * width, np.int64)
    np.maximum.at(buffer, pixel[which, 1] * width + pixel[which, 0], (depth << 32) | (which + 1))
    buffer = _close_holes(buffer.reshape(height, width))
    index = (buffer & 0xFFFFFFFF).astype(np.int64) - 1
    inside = (index >= 0).astype(np.float32)
    index = np.maximum(index, 0)
    place = _enlarge_places(surface.texture[index], inside, 6 / scale)
    alpha = cv2.resize(cv2.GaussianBlur(inside, (0, 0), 0.8), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    alpha = np.clip((alpha - 0.5) * 2 + 0.35, 0, 1)
    shade, shine = _lighting(turn(surface.normals[index], yaw_degrees, pitch_degrees), surface.is_hair[index], light)
    shade = shade * _hidden_from_light(points[index, 2], inside, scale)[..., None]
    soft = 0.012 * scale + 0.4
    weight = np.maximum(cv2.GaussianBlur(inside, (0, 0), soft), 0.05)
    shade = cv2.GaussianBlur(shade * inside[..., None], (0, 0), soft) / weight[..., None]
    shine = cv2.GaussianBlur(shine * inside, (0, 0), 1.0)
    shade, shine = (cv2.resize(a, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) for a in (shade, shine))
    return View(place[..., 0].copy(), place[..., 1].copy(), shade, shine, alpha)


def _hidden_from_light(depth: np.ndarray, inside: np.ndarray, scale: float) -> np.ndarray:
    """Return how much light reaches each pixel (H, W): less beside what stands before it, as hair before a cheek."""
    reach = 0.10 * scale
    around = cv2.GaussianBlur(depth * inside, (0, 0), reach) / np.maximum(cv2.GaussianBlur(inside, (0, 0), reach), 0.05)
    return 1 - 0.9 * np.clip(around - depth - 0.02, 0, 0.30)


def _enlarge_places(place: np.ndarray, inside: np.ndarray, jump: float) -> np.ndarray:
    """Double the map of places (H, W, 2), smoothly, except where one part stands before another (a jump)."""
    square = np.ones((3, 3), np.uint8)
    spread = (cv2.dilate(place, square) - cv2.erode(place, square)).max(-1)
    weight = np.maximum(cv2.blur(inside, (3, 3)), 0.01)[..., None]
    smooth = np.where((spread < jump)[..., None], cv2.blur(place * inside[..., None], (3, 3)) / weight, place)
    large = cv2.resize(smooth, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    near = cv2.resize(smooth, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    edge = cv2.resize((spread >= jump).astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    return np.where(edge[..., None] > 0, near, large)


def _lighting(normals: np.ndarray, hair: np.ndarray, light: Light) -> tuple[np.ndarray, np.ndarray]:
    toward = np.asarray(light.direction, np.float32)
    toward = toward / np.linalg.norm(toward)
    facing = (normals @ toward)[..., None]
    wrapped = np.clip((facing + LIGHT_REACH) / (1 + LIGHT_REACH), 0, 1)
    sky = 0.82 - 0.18 * normals[..., 1:2]
    rim = np.clip(1 - normals[..., 2:3], 0, 1) ** 3 * 0.10
    shade = np.asarray(light.fill, np.float32) * sky + np.asarray(light.key, np.float32) * wrapped - rim
    halfway = toward + np.array([0, 0, 1], np.float32)
    halfway /= np.linalg.norm(halfway)
    gloss = np.clip(normals @ halfway, 0, 1)
    shine = np.where(hair > 0.5, 10 * gloss**10, 22 * gloss**26)
    return shade.astype(np.float32), shine.astype(np.float32)


def _outline(person: Person, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half width, depth in front and depth behind at each height."""
    middle = -0.25
    up = np.clip((middle - y) / (middle + person.skull_height), 0, 1)
    down = np.clip((y - middle) / (person.chin_y - middle), 0, 1)
    dome = (1 - up**2.3) ** (1 / 2.25)
    jaw = (1 - down**person.jaw_square) ** person.jaw_fall
    width = person.head_width * np.where(y < middle, dome, jaw)
    front = np.where(y < middle, 1.16 * (1 - up**2.7) ** (1 / 2.3), 0.55 + 0.61 * np.sqrt(np.clip(1 - down**14, 0, 1)))
    behind = np.clip((y - middle) / 1.2, 0, 1)
    back = np.where(y < middle, 1.32 * dome, 1.32 - 0.95 * behind**2 * (3 - 2 * behind))
    return width, front, back


def _features(p: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the face stands out (> 0) or sinks at each place, face units."""

    def bump(cx, cy, sx, sy):
        return np.exp(-0.5 * (((x - cx) / sx) ** 2 + ((y - cy) / sy) ** 2))

    out = np.zeros_like(x)
    for side in (-1, 1):
        out += (0.05 + 0.04 * p.masculine) * bump(side * p.eye_x, p.brow_y + 0.03, 0.22, 0.075)
        out -= (0.10 + 0.12 * p.socket) * bump(side * p.eye_x * 0.95, -0.02, 0.21, 0.13)
        out += 0.09 * bump(side * p.eye_x, 0.0, 0.115, 0.085)
        out += p.cheekbone * bump(side * 0.60 * p.head_width, 0.36, 0.20, 0.16)
        out += (0.14 * p.fullness - 0.06) * bump(side * 0.58 * p.head_width, 0.8, 0.17, 0.25)
        out += 0.10 * bump(side * p.nose_width * 0.72, p.nose_y - 0.05, 0.065, 0.07)
    tip = p.nose_y - 0.08 - 0.05 * p.nose_tip
    along = np.clip((y + 0.12) / (tip + 0.12), 0, 1)
    fall = 1 / (1 + np.exp((y - tip - 0.07) / 0.022))
    ridge = p.nose_bridge * (0.75 + 0.55 * along)
    out += (
        (0.11 + (p.nose_forward - 0.11) * along**1.3)
        * fall
        * np.exp(-0.5 * (x / ridge) ** 2)
        * (y > -0.5)
        * np.clip((y + 0.42) / 0.3, 0, 1)
    )
    out += 0.08 * bump(0, tip, p.nose_width * 0.45, 0.075)
    out += 0.06 * bump(0, p.mouth_y - 0.06, p.mouth_width * 0.6, 0.05) + 0.07 * bump(
        0, p.mouth_y + 0.08, p.mouth_width * 0.5, 0.05
    )
    out -= 0.05 * bump(0, p.mouth_y, p.mouth_width * 0.8, 0.018)
    chin = p.chin_y - 0.2
    out -= 0.05 * bump(0, (p.mouth_y + 0.12 + chin) / 2, 0.24, 0.05)
    out += (0.08 + p.chin_forward) * bump(0, chin, 0.2, 0.13)
    return out


def _ear(p: Person, side: int, density: float) -> Surface:
    n = int(0.7 * density * 1.6)
    a, b = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
    keep = a**2 + b**2 < 1
    a, b = a[keep], b[keep]
    bulge = np.sqrt(1 - a**2 - b**2)
    height, depth = 0.36 * p.ear_size, 0.24 * p.ear_size
    edge = p.head_width * 0.97
    # The ear is a leaf that stands off the head, its back edge farther out.
    x = side * (edge + 0.03 + 0.10 * bulge + 0.16 * (0.5 - 0.5 * b) * p.ear_size)
    y = 0.22 + a * height * (1 - 0.12 * b)
    z = -0.12 + b * depth - 0.08 * a
    normal = np.stack([side * (0.55 + 0.3 * bulge), 0.25 * a, 0.75 + 0.3 * b], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    texture = np.stack([side * (EAR_PLACE[0] - 0.2 * b), EAR_PLACE[1] + 0.4 * a], -1)
    return Surface(np.stack([x, y, z], -1), normal, texture, np.zeros(len(x)))


def _bun(p: Person, density: float) -> Surface:
    """A knot of hair on top of the head."""
    n = int(2.2 * density)
    around, down = np.meshgrid(np.linspace(-np.pi, np.pi, n), np.linspace(0.05, np.pi - 0.05, n))
    normal = np.stack([np.sin(around) * np.sin(down), -np.cos(down), np.cos(around) * np.sin(down)], -1).reshape(-1, 3)
    twist = 0.03 * np.sin(5 * around + 6 * down).reshape(-1, 1)
    points = normal * (np.array([0.46, 0.36, 0.42]) + twist) + (0.0, -p.skull_height - 0.20, -0.35)
    texture = np.stack([around.ravel() * 0.6, CURTAIN_TOP + 0.1 + 0.3 * down.ravel()], -1)
    return Surface(points, normal, texture, np.ones(len(points)))


def _normals(grid: np.ndarray) -> np.ndarray:
    down, across = np.gradient(grid, axis=0), np.gradient(grid, axis=1)
    normal = np.cross(across, down)
    return normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9)


def _close_holes(buffer: np.ndarray) -> np.ndarray:
    """Fill pixels inside the head that no point fell on, or only one far behind, with the surface beside them."""
    depth = (buffer >> 32).astype(np.float32)
    closed = cv2.morphologyEx(depth, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    hole = closed - depth > LEAK * DEPTH_STEPS
    buffer = np.where(hole, 0, buffer)
    height, width = buffer.shape
    for _ in range(4):
        rows, columns = np.nonzero(hole & (buffer == 0))
        if not len(rows):
            break
        near = [
            buffer[np.clip(rows + dy, 0, height - 1), np.clip(columns + dx, 0, width - 1)]
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
        ]
        buffer[rows, columns] = np.max(near, axis=0)
    return buffer
