"""Soft edges of cut-outs."""

import numpy as np

from stages.models.matting import soften


def test_an_edge_is_softened_where_the_picture_has_one():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, 20:] = 255
    mask = np.zeros((40, 40), np.float32)
    mask[:, 21:] = 1
    soft = soften(mask, picture, radius=3)
    assert soft[20, :15].max() < 0.01 < 0.99 < soft[20, 28:].min()
    assert soft[20, 20] > 0.5 > soft[20, 19]
