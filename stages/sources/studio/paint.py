"""The skin texture of a person: everything on a face that is colour rather than shape.

The texture is the face seen from the front (face units); towards the ears it unrolls. What never changes (skin, lines,
brows, beard, hair) is painted once; eyes and mouth are painted for each expression on top of it.
"""

from dataclasses import dataclass

import numpy as np

from stages.sources.studio.brush import Canvas, cloud_noise, curve, ellipse, fill, glow, new_canvas, shape_mask, stroke
from stages.sources.studio.hair import CURTAIN_ROWS, CURTAIN_TOP, HairStyle, paint_hair
from stages.sources.studio.people import IRIS_COLOURS, Person

EAR_PLACE = (1.80, 1.40)  # where in the texture the ears are painted (x on the right side, y)
TEXTURE_BOX = (-2.2, -1.9, 2.2, CURTAIN_TOP + CURTAIN_ROWS)


@dataclass(frozen=True)
class Expression:
    """What a face does. All 0..1 but the gaze."""

    smile: float = 0.0
    mouth_open: float = 0.0
    eyes_closed: float = 0.0
    brows_up: float = 0.0
    gaze: float = 0.0  # -1 left of the picture .. 1 right


def paint_base(person: Person, style: HairStyle, scale: float) -> Canvas:
    """Paint all that does not move. `scale`: pixels of the texture per face unit."""
    rng = np.random.default_rng((0x5C17, person.seed))
    skin = person.skin
    canvas = new_canvas(TEXTURE_BOX, scale, skin)
    height, width = canvas.pixels.shape[:2]
    mottle = cloud_noise(rng, height, width, (0.16 * scale, 0.16 * scale)) * (0.006 + 0.030 * person.ruggedness)
    pores = rng.normal(size=(height, width)).astype(np.float32) * (0.005 + 0.020 * person.ruggedness)
    canvas.pixels[:] *= (1 + mottle + pores)[..., None]
    _shadows_and_blush(canvas, person)
    _lines_of_age(canvas, person)
    _freckles(canvas, person, rng)
    _ears(canvas, person)
    _beard(canvas, person, rng)
    paint_hair(canvas, style, person)
    return canvas


def paint_expression(base: Canvas, person: Person, expression: Expression) -> Canvas:
    """Return the texture with eyes, brows and mouth for one expression."""
    canvas = Canvas(base.pixels.copy(), base.origin, base.scale)
    for side in (-1, 1):
        _eye(canvas, person, side, expression)
        _brow(canvas, person, side, expression)
    _mouth(canvas, person, expression)
    if expression.smile > 0:
        _smile_lines(canvas, person, expression.smile)
    return canvas


def _shade_of(person: Person, darker: float, redder: float = 0.0) -> np.ndarray:
    return person.skin * (1 - darker) * np.array([1 + 0.6 * redder, 1 - 0.35 * redder, 1 - 0.35 * redder])


def _shadows_and_blush(c: Canvas, p: Person) -> None:
    for side in (-1, 1):
        x = side * p.eye_x
        glow(c, (x * 0.96, -0.05), (0.23, 0.13), _shade_of(p, 0.42, 0.10), 0.25 + 0.5 * p.socket)
        glow(c, (side * p.nose_bridge * 1.5, -0.02), (0.07, 0.11), _shade_of(p, 0.5, 0.1), 0.38)
        glow(c, (x, 0.17), (0.17, 0.06), _shade_of(p, 0.30, 0.05), 0.20 + 0.35 * p.age)
        glow(c, (side * 0.55, 0.45), (0.20, 0.17), _shade_of(p, 0.08, 0.28), 0.32 + 0.2 * (not p.masculine))
        glow(c, (side * p.nose_width, p.nose_y - 0.06), (0.05, 0.10), _shade_of(p, 0.42, 0.08), 0.40)
        glow(c, (side * p.nose_bridge * 1.9, 0.25), (0.07, 0.2), _shade_of(p, 0.3), 0.28)
        glow(c, (side * 0.92 * p.head_width, 0.75), (0.16, 0.5), _shade_of(p, 0.35), 0.35)
        nostril = (0.055, 0.026 + 0.012 * p.nose_tip)
        glow(c, (side * p.nose_width * 0.47, p.nose_y - 0.02 * p.nose_tip), nostril, _shade_of(p, 0.82, 0.05), 0.95)
        glow(c, (side * 0.62, 0.82), (0.15, 0.2), _shade_of(p, 0.32), 0.5 * (1 - p.fullness))
    glow(c, (0, p.nose_y + 0.06), (p.nose_width * 0.75, 0.06), _shade_of(p, 0.42, 0.05), 0.36)
    glow(c, (0, p.nose_y - 0.10), (p.nose_width * 0.45, 0.08), _shade_of(p, -0.02, 0.14), 0.5)
    glow(c, (0, p.nose_y - 0.13), (0.045, 0.05), (255, 246, 236), 0.20)
    glow(c, (-0.01, 0.22), (0.035, 0.20), (255, 244, 230), 0.16)
    glow(c, (0, p.mouth_y + p.lip_lower + 0.11), (0.19, 0.05), _shade_of(p, 0.42), 0.42)
    glow(c, (0, p.chin_y + 0.06), (0.6, 0.12), _shade_of(p, 0.4), 0.25)


def _lines_of_age(c: Canvas, p: Person) -> None:
    depth = max(0.0, p.age - 0.25) / 0.75
    if depth == 0:
        return
    dark = _shade_of(p, 0.5, 0.05)
    for side in (-1, 1):
        fold = curve(
            [
                (side * (p.nose_width + 0.03), p.nose_y - 0.1),
                (side * (p.nose_width + 0.14), p.nose_y + 0.1),
                (side * (p.mouth_width + 0.10), p.mouth_y + 0.05),
            ],
            8,
        )
        stroke(c, fold, 0.035, dark, 0.75 * depth, 0.012)
        bag = curve([(side * (p.eye_x - 0.17), 0.13), (side * p.eye_x, 0.20), (side * (p.eye_x + 0.2), 0.11)], 8)
        stroke(c, bag, 0.022, dark, 0.65 * depth, 0.01)
        for k in (-1, 0, 1):
            stroke(
                c,
                [
                    (side * (p.eye_x + p.eye_width + 0.06), 0.02 + 0.03 * k),
                    (side * (p.eye_x + p.eye_width + 0.2), 0.02 + 0.09 * k),
                ],
                0.013,
                dark,
                0.5 * depth,
                0.006,
            )
        stroke(c, [(side * 0.05, p.brow_y - 0.02), (side * 0.06, p.brow_y + 0.13)], 0.018, dark, 0.6 * depth, 0.01)
    for k in range(3):
        y = p.brow_y - 0.17 - 0.12 * k
        stroke(c, curve([(-0.5, y + 0.02), (0, y - 0.025), (0.5, y + 0.02)], 8), 0.02, dark, 0.55 * depth, 0.01)


def _freckles(c: Canvas, p: Person, rng: np.random.Generator) -> None:
    for _ in range(int(140 * p.freckles)):
        spot = (rng.normal(0, 0.42), rng.normal(0.32, 0.20))
        glow(c, spot, np.full(2, rng.uniform(0.010, 0.020)), p.skin * (0.70, 0.56, 0.45), rng.uniform(0.3, 0.75))


def _ears(c: Canvas, p: Person) -> None:
    for side in (-1, 1):
        x, y = side * EAR_PLACE[0], EAR_PLACE[1]
        fill(c, ellipse((x, y), (0.27, 0.5)), _shade_of(p, 0.06, 0.14))
        fill(c, ellipse((x + side * 0.02, y - 0.03), (0.10, 0.24)), _shade_of(p, 0.46, 0.12), 0.8, 0.04)
        fill(c, ellipse((x, y - 0.17), (0.06, 0.12)), _shade_of(p, 0.3, 0.12), 0.6, 0.03)


def _beard(c: Canvas, p: Person, rng: np.random.Generator) -> None:
    if p.beard == "none":
        return
    height, width = c.pixels.shape[:2]
    w, m, chin = p.head_width, p.mouth_y, p.chin_y
    lip = m - p.lip_upper - 0.02
    moustache = curve(
        [
            (-p.mouth_width - 0.08, m + 0.03),
            (-0.2, lip - 0.09),
            (0, p.nose_y + 0.09),
            (0.2, lip - 0.09),
            (p.mouth_width + 0.08, m + 0.03),
            (0.18, lip + 0.03),
            (0, lip + 0.02),
            (-0.18, lip + 0.03),
        ],
        8,
        True,
    )
    chin_patch = curve(
        [
            (-p.mouth_width - 0.07, m),
            (-p.mouth_width - 0.02, m + 0.1),
            (-0.16, m + p.lip_lower + 0.09),
            (0, m + p.lip_lower + 0.05),
            (0.16, m + p.lip_lower + 0.09),
            (p.mouth_width + 0.02, m + 0.1),
            (p.mouth_width + 0.07, m),
            (0.42, chin + 0.1),
            (0, chin + 0.2),
            (-0.42, chin + 0.1),
        ],
        8,
        True,
    )
    cheeks = np.concatenate(
        [
            curve(
                [
                    (-1.02 * w, 0.05),
                    (-0.90 * w, 0.12),
                    (-0.80 * w, 0.55),
                    (-0.60 * w, 0.78),
                    (-p.mouth_width - 0.08, m - 0.06),
                    (-p.mouth_width - 0.02, m + 0.08),
                    (-0.15, m + p.lip_lower + 0.07),
                    (0.15, m + p.lip_lower + 0.07),
                    (p.mouth_width + 0.02, m + 0.08),
                    (p.mouth_width + 0.08, m - 0.06),
                    (0.60 * w, 0.78),
                    (0.80 * w, 0.55),
                    (0.90 * w, 0.12),
                    (1.02 * w, 0.05),
                ],
                8,
            ),
            [(1.1 * w, 0.3), (1.0 * w, chin + 0.3), (-1.0 * w, chin + 0.3), (-1.1 * w, 0.3)],
        ]
    )
    parts = {
        "moustache": [moustache],
        "goatee": [moustache, chin_patch],
        "full": [moustache, cheeks],
        "stubble": [moustache, cheeks],
    }[p.beard]
    coverage = np.max([shape_mask(c, part, 0.03) for part in parts], axis=0)
    bristle = cloud_noise(rng, height, width, (0.07 * c.scale, 0.022 * c.scale))
    coverage *= 0.34 if p.beard == "stubble" else 0.95
    coverage = np.clip(coverage * (1 + 0.18 * bristle), 0, 0.97)[..., None]
    colour = p.hair * 0.85 * (1 + 0.14 * bristle[..., None])
    if p.beard == "stubble":
        colour = 0.6 * colour + 0.4 * p.skin * 0.45
    c.pixels[:] = c.pixels * (1 - coverage) + colour * coverage


def _eye(c: Canvas, p: Person, side: int, e: Expression) -> None:
    x, w = side * p.eye_x, p.eye_width
    openness = p.eye_open * (1 - 0.22 * e.smile) * (1 + 0.12 * e.brows_up) * (1 - e.eyes_closed)
    low = p.eye_open * 0.36 * (1 - 0.5 * e.smile * 0.6)
    inner, outer = (x - side * w, 0.03), (x + side * w, 0.01 - p.eye_slant)
    lift = openness - low
    upper = curve(
        [
            inner,
            (x - side * 0.45 * w, -lift * 0.86),
            (x + side * 0.05 * w, -lift),
            (x + side * 0.55 * w, -lift * 0.80 - 0.4 * p.eye_slant),
            outer,
        ],
        8,
    )
    lower = curve(
        [
            inner,
            (x - side * 0.4 * w, low * 0.80),
            (x + side * 0.15 * w, low),
            (x + side * 0.65 * w, low * 0.7 - 0.5 * p.eye_slant),
            outer,
        ],
        8,
    )
    lash = np.array([34, 24, 22.0])
    if e.eyes_closed < 0.85:
        opening = np.concatenate([upper, lower[::-1]])
        rows = slice(*((np.array([-0.35, 0.35]) - c.origin[1]) * c.scale).astype(int))
        inside = np.zeros(c.pixels.shape[:2], np.float32)
        part = Canvas(c.pixels[rows], (c.origin[0], rows.start / c.scale + c.origin[1]), c.scale)
        inside[rows] = shape_mask(part, opening, 0.006)
        tint = 0.75 + 0.25 * p.skin.mean() / 200
        fill(c, opening, np.array([238, 234, 230.0]) * min(tint, 1.0), 1.0, 0.008)
        glow(c, (x - side * w * 0.9, 0.02), (0.035, 0.03), (208, 130, 118), 0.6, inside)
        gaze = x + 0.055 * e.gaze - side * 0.008
        radius = 0.092
        centre_y = (low - lift) / 2 - 0.012
        iris = np.array(IRIS_COLOURS[p.iris], np.float64)
        fill(c, ellipse((gaze, centre_y), (radius, radius)), iris * 0.45, 1.0, 0.008, inside)
        fill(c, ellipse((gaze, centre_y), (radius * 0.82, radius * 0.82)), iris, 1.0, 0.012, inside)
        glow(c, (gaze, centre_y + 0.035), (0.045, 0.026), np.minimum(iris * 1.7 + 15, 255), 0.6, inside)
        fill(c, ellipse((gaze, centre_y), (0.042, 0.042)), (12, 10, 10), 1.0, 0.005, inside)
        stroke(c, upper + (0, 0.022), 0.05, (60, 48, 46), 0.50, 0.02, inside)
        fill(c, ellipse((gaze - 0.030, centre_y - 0.036), (0.019, 0.019)), (255, 255, 255), 0.95, 0.004, inside)
        stroke(c, lower, 0.018, _shade_of(p, 0.45, 0.12), 0.65, 0.006)
    else:
        upper = lower
    taper = np.interp(np.linspace(0, 1, len(upper)), [0, 0.25, 0.8, 1], [0.012, 0.030, 0.040, 0.014])
    stroke(c, upper, taper * (0.75 + 0.9 * p.lashes), lash, 0.92, 0.006)
    if not p.masculine and e.eyes_closed < 0.85:
        stroke(c, [upper[-4], (outer[0] + side * 0.05, outer[1] - 0.05)], [0.03, 0.006], lash, 0.85, 0.005)
    crease = upper + (0, -0.035 - 0.045 * p.lid_fold)
    stroke(c, crease[3:], 0.018, _shade_of(p, 0.5, 0.06), 0.35 + 0.4 * p.lid_fold, 0.009)
    if not p.masculine:
        stroke(c, upper + (0, -0.045), 0.06, _shade_of(p, 0.35, 0.25), 0.35, 0.022)


def _brow(c: Canvas, p: Person, side: int, e: Expression) -> None:
    x, y, w = side * p.eye_x, p.brow_y - 0.06 * e.brows_up, p.eye_width
    line = curve(
        [
            (x - side * (w + 0.03 - p.brow_gap), y + 0.02 + p.brow_slant),
            (x - side * 0.4 * w, y - 0.3 * p.brow_arch + 0.4 * p.brow_slant),
            (x + side * 0.5 * w, y - p.brow_arch),
            (x + side * (w + 0.09), y + 0.05 - p.brow_slant),
        ],
        10,
    )
    width = p.brow_thick * np.interp(np.linspace(0, 1, len(line)), [0, 0.12, 0.6, 1], [0.65, 1.0, 0.85, 0.2])
    colour = np.minimum(p.hair * 0.72, 150) * 0.86 + p.skin * 0.04
    stroke(c, line, width * 1.25, colour, 0.45, 0.02)
    stroke(c, line, width, colour, 0.88, 0.010)


def _mouth(c: Canvas, p: Person, e: Expression) -> None:
    w = p.mouth_width * (1 + 0.20 * e.smile - 0.10 * e.mouth_open)
    y = p.mouth_y - 0.015 * e.smile
    corner = y - 0.055 * e.smile - 0.045 * p.mouth_curve * (1 - e.smile)
    gap = 0.21 * e.mouth_open + 0.035 * e.smile
    top, low = p.lip_upper * (1 - 0.25 * e.smile), p.lip_lower * (1 - 0.15 * e.smile)
    red = _shade_of(p, 0.10, 0.16) * (1, 0.92, 0.92)
    red = red + (np.array([158, 42, 56]) * (0.55 + 0.45 * p.skin.mean() / 190) - red) * 0.75 * p.lip_tone
    upper_edge = curve(
        [
            (-w, corner),
            (-0.5 * w, y - 0.62 * top),
            (-0.16 * w, y - top),
            (0, y - 0.80 * top),
            (0.16 * w, y - top),
            (0.5 * w, y - 0.62 * top),
            (w, corner),
        ],
        6,
    )
    upper_in = curve(
        [
            (-w, corner),
            (-0.4 * w, y + 0.006 - 0.2 * gap),
            (0, y + 0.014 - 0.2 * gap),
            (0.4 * w, y + 0.006 - 0.2 * gap),
            (w, corner),
        ],
        8,
    )
    lower_in = curve(
        [
            (-w, corner),
            (-0.45 * w, y + 0.012 + 0.72 * gap),
            (0, y + 0.02 + 0.9 * gap),
            (0.45 * w, y + 0.012 + 0.72 * gap),
            (w, corner),
        ],
        8,
    )
    lower_edge = curve(
        [
            (-w, corner),
            (-0.55 * w, y + 0.70 * low + 0.72 * gap),
            (0, y + low + 0.95 * gap),
            (0.55 * w, y + 0.70 * low + 0.72 * gap),
            (w, corner),
        ],
        8,
    )
    if e.mouth_open > 0.15:
        glow(c, (0, y + gap), (w * 0.8, gap + low), _shade_of(p, 0.12), 0.5)
    fill(c, np.concatenate([upper_edge, lower_edge[::-1]]), red, 0.9, 0.012)
    glow(c, (0, y + 0.6 * low + 0.9 * gap), (w * 0.4, low * 0.26), np.minimum(red * 1.4 + (34, 16, 18), 255), 0.6)
    stroke(c, upper_edge[4:-4], 0.02, _shade_of(p, -0.05), 0.35, 0.012)
    fill(c, np.concatenate([upper_edge, upper_in[::-1]]), red * 0.80, 0.55, 0.012)
    if gap > 0.02:
        hole = np.concatenate([upper_in, lower_in[::-1]])
        fill(c, hole, (62, 24, 26), 1.0, 0.006)
        rows = slice(*((np.array([y - 0.3, y + 0.6]) - c.origin[1]) * c.scale).astype(int))
        inside = np.zeros(c.pixels.shape[:2], np.float32)
        inside[rows] = shape_mask(
            Canvas(c.pixels[rows], (c.origin[0], rows.start / c.scale + c.origin[1]), c.scale), hole, 0.006
        )
        reach = min(0.085, gap * (0.8 if e.smile > 0.4 else 0.5))
        hang = reach * np.sqrt(np.clip(1 - (upper_in[:, 0] / w) ** 2, 0, 1))
        teeth = np.concatenate([upper_in, (upper_in + np.stack([0 * hang, hang], 1))[::-1]])
        fill(c, teeth, (232, 226, 216), 0.95, 0.008, inside)
        glow(c, (0, y + gap * 0.95), (w * 0.4, gap * 0.3), (172, 92, 92), 0.6 * e.mouth_open, inside)
    stroke(
        c,
        upper_in,
        np.interp(np.linspace(0, 1, len(upper_in)), [0, 0.5, 1], [0.022, 0.020, 0.022]),
        (74, 34, 34),
        0.75,
        0.006,
    )
    for side in (-1, 1):
        glow(c, (side * (w + 0.02), corner + 0.01), (0.035, 0.035), _shade_of(p, 0.5, 0.05), 0.5)


def _smile_lines(c: Canvas, p: Person, smile: float) -> None:
    for side in (-1, 1):
        fold = curve(
            [
                (side * (p.nose_width + 0.04), p.nose_y - 0.08),
                (side * (p.mouth_width + 0.13), p.nose_y + 0.1),
                (side * (p.mouth_width + 0.17), p.mouth_y + 0.02),
            ],
            8,
        )
        stroke(c, fold, 0.03, _shade_of(p, 0.36, 0.05), 0.45 * smile, 0.018)
        glow(c, (side * 0.5, 0.42), (0.16, 0.11), np.minimum(p.skin * 1.10 + (12, 0, 0), 255), 0.40 * smile)
