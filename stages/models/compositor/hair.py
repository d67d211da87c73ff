"""Long hair below the chin, continued in the measured colour where the photograph's is cut off with the clothes."""

import numpy as np

from stages.models.compositor.body import CHIN_Y
from stages.models.compositor.head import Head
from stages.models.compositor.matte import Strand
from stages.models.compositor.relief import Cloth, Fold, Layer
from stages.sources.studio.brush import curve

LONGEST = 0.62  # how far drawn hair falls below the chin, in heads


def draw_back_hair(layer: Layer, head: Head, unit: float) -> None:
    """Draw the hair that falls behind the neck; `unit` is the head's height in units of the layer."""
    edges = [_edge(strand, unit) for strand in head.strands]
    if all(edge is None for edge in edges):
        return
    left, right = (0.8 * edge if edge is not None else 0.2 * unit for edge in edges)
    top, low = CHIN_Y - 0.3 * unit, CHIN_Y + 0.24 * unit
    side = [(-left * 0.9, top), (-left, CHIN_Y), (-left * 0.8, low)]
    outline = curve([*side, (right * 0.8, low), (right, CHIN_Y), (right * 0.9, top)])
    layer.solid(outline, _hair(head, 0.55, layer), 0.12)


def draw_front_hair(layer: Layer, head: Head, unit: float) -> None:
    """Draw the strands that fall over the shoulders; they fade into the photographed hair at the jaw."""
    for strand, sign in zip(head.strands, (-1, 1), strict=True):
        if strand is None:
            continue
        inner, outer = strand.inner * unit, max(strand.outer, strand.inner + 0.09) * unit
        top, low = CHIN_Y - 0.12 * unit, CHIN_Y + min(strand.fall, LONGEST) * unit
        tip, half_way = (inner + outer) / 2 - 0.03, (CHIN_Y + low) / 2
        inside = [(inner, top), (inner, CHIN_Y), (inner - 0.015, half_way), (tip - 0.05, low - 0.05), (tip, low)]
        outside = [(outer, top), (outer, CHIN_Y), (outer - 0.01, half_way), (tip + 0.07, low - 0.08), (tip, low)]
        outline = np.concatenate([curve(inside), curve(outside)[::-1]]) * (sign, 1)
        folds = []
        for share in np.linspace(0.1, 0.9, 5):
            x = inner + (outer - inner) * share
            line = np.array([(x, top), (x + 0.01, CHIN_Y), (x + (tip - x) * 0.5, low)]) * (sign, 1)
            folds.append(Fold.along(line, 0.03, 0.02))
        fade = ((0, top + 0.01), (0, CHIN_Y + 0.10))
        layer.solid(outline, _hair(head, 1.0, layer), 0.10, folds, 0.3, fade)


def _edge(strand: Strand | None, unit: float) -> float | None:
    return None if strand is None else strand.outer * unit


def _hair(head: Head, share: float, layer: Layer) -> Cloth:
    colour = head.hair * share / layer.lamp.facing
    return Cloth((float(colour[0]), float(colour[1]), float(colour[2])), wrinkle=0.006, grain=0.06)
