"""The compositor: sets a person's real head on a drawn, dressed body in a drawn place.

It needs no model and no download. What a diffusion personalizer guesses, the face, is taken from the reference; what it
is asked for, clothes, place, pose and light, is drawn from the prompt's record.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.sample import rng
from stages.conversation.body_prompts import BodyPrompt
from stages.models.compositor.body import CHIN_Y, Joints, draw_joints
from stages.models.compositor.face_frame import FaceFrame
from stages.models.compositor.fitting import POCKETED
from stages.models.compositor.garments import draw_figure
from stages.models.compositor.hair import draw_back_hair, draw_front_hair
from stages.models.compositor.head import Head, cut_head
from stages.models.compositor.places import Scene, paint_place
from stages.models.compositor.relief import Lamp, Layer
from stages.models.compositor.seats import draw_seat
from stages.models.synthesizer import Reference, Rendering
from stages.sources.studio.brush import Canvas, ellipse, shape_mask

HEAD = 1.10  # height of the head in units of the body: a little large, for the face's sake
FOOT_ROOM, HEAD_ROOM = 0.035, 0.045  # left free below and above, as shares of the picture
FACING = 0.25  # a face turned further than this decides which way the body goes


class Compositor:
    """The offline `Synthesizer`."""

    def synthesize(
        self, references: Sequence[Reference], prompt: BodyPrompt, text: str, seeds: Sequence[int], size_px: int
    ) -> list[Rendering]:
        """Return one picture for each seed; seeds take the references in turn."""
        return [compose(references[i % len(references)], prompt, seed, size_px) for i, seed in enumerate(seeds)]


def compose(reference: Reference, prompt: BodyPrompt, seed: int, size_px: int) -> Rendering:
    """Compose one picture."""
    for_place, for_figure = (rng(str(seed), "compositor", part) for part in ("place", "figure"))
    scene = paint_place(prompt.place, prompt.light, size_px, for_place)
    face = FaceFrame.of(reference)
    mirror = face.turn < 0 if abs(face.turn) > FACING else bool(for_figure.random() < 0.5)
    joints = draw_joints(prompt.pose, for_figure, prompt.bottom in POCKETED, mirror)
    tall = joints.height - CHIN_Y + HEAD * float(np.clip(face.reach, 1.05, 1.6))
    scale = size_px * (1 - FOOT_ROOM - HEAD_ROOM) / tall
    head = _relit(cut_head(reference, HEAD * scale), scene.lamp)
    middle = size_px * (0.5 + float(for_figure.uniform(-0.05, 0.05))) - joints.lean * scale
    crown = size_px * (1 - FOOT_ROOM) - joints.height * scale
    canvas = Canvas(np.zeros((size_px, size_px, 3), np.float32), (-middle / scale, -crown / scale), scale)
    layer = Layer(canvas, scene.lamp, for_figure)
    _ground_shadow(scene.pixels, canvas, joints, scene)
    if joints.seated:
        draw_seat(layer, prompt.place, joints)
    draw_back_hair(layer, head, HEAD)
    draw_figure(layer, prompt, joints, head.skin / scene.lamp.facing, for_figure)
    draw_front_hair(layer, head, HEAD)
    picture = scene.pixels * (1 - layer.alpha[..., None]) + canvas.pixels
    box = _set_head(picture, head, (middle, crown + CHIN_Y * scale))
    return Rendering(_finished(picture, for_figure), box)


def _relit(head: Head, lamp: Lamp) -> Head:
    """Bring the head's colours towards the scene's light, gently: the face must stay the person's."""
    tint = lamp.facing / lamp.facing.mean()
    gain = tint**0.6 * float(np.clip(lamp.facing.mean(), 0.8, 1.1)) ** 0.6
    side = np.linspace(-1, 1, head.pixels.shape[1], dtype=np.float32)[None, :, None] * 2.2
    fall = 1 + 0.13 * lamp.direction[0] * np.clip(side, -1, 1)
    light = gain.astype(np.float32) * fall
    return replace(head, pixels=head.pixels * light, skin=head.skin * gain, hair=head.hair * gain)


def _set_head(picture: np.ndarray, head: Head, chin: tuple[float, float]) -> tuple[float, float, float, float]:
    """Blend the head into the picture with its chin at a point; returns the box of what is visible of it."""
    size = picture.shape[0]
    corner = np.floor(np.asarray(chin) - head.chin).astype(int)
    fraction = np.asarray(chin) - head.chin - corner
    shift = np.array([[1, 0, fraction[0]], [0, 1, fraction[1]]])
    shape = (head.alpha.shape[1], head.alpha.shape[0])
    pixels = cv2.warpAffine(head.pixels, shift, shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(head.alpha, shift, shape, flags=cv2.INTER_LINEAR)
    low, high = np.maximum(corner, 0), np.minimum(corner + shape, size)
    inside = (slice(low[1] - corner[1], high[1] - corner[1]), slice(low[0] - corner[0], high[0] - corner[0]))
    target = picture[low[1] : high[1], low[0] : high[0]]
    target += (pixels[inside] - target) * alpha[inside][..., None]
    y, x = np.nonzero(alpha[inside] > 0.5)
    if not len(x):
        return (*chin, *chin)
    x, y = x + low[0], y + low[1]
    return float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)


def _ground_shadow(picture: np.ndarray, canvas: Canvas, joints: Joints, scene: Scene) -> None:
    """Darken the ground under the feet and, longer and softer, away from the lamp."""
    away = -scene.lamp.direction[0]
    feet = [((a[0] + t[0]) / 2, max(a[1], t[1]) + 0.14) for a, t in zip(joints.ankles, joints.toes, strict=True)]
    middle = np.mean(feet, axis=0)
    long = ellipse((middle[0] + away * 0.9, middle[1] - 0.06), (1.25, 0.20), -6 * np.sign(away))
    dark = shape_mask(canvas, long, 0.14) * 0.55
    for foot in feet:
        dark = np.maximum(dark, shape_mask(canvas, ellipse(foot, (0.36, 0.09)), 0.05))
    if joints.seated:
        dark = np.maximum(dark, shape_mask(canvas, ellipse((joints.lean, feet[1][1] - 0.12), (1.15, 0.26)), 0.10) * 0.8)
    picture *= 1 - (dark * scene.shadow)[..., None]


def _finished(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Bind head, body and place together: a vignette and one grain over all."""
    size = picture.shape[0]
    at = np.linspace(-1, 1, size, dtype=np.float32)
    vignette = 1 - 0.10 * np.clip(at[:, None] ** 2 + at[None, :] ** 2 - 0.5, 0, 2)
    grain = 2.0 * generator.standard_normal((size, size), np.float32)
    return np.clip(picture * vignette[..., None] + grain[..., None], 0, 255).astype(np.uint8)
