"""Find letters that were laid over a face: subtitles, captions, watermarks.

Burned-in letters are white or yellow, drawn in narrow strokes, with a dark edge or ground right beside them, and
stand in a line with others of their height. Nothing on a face is all of that: glints, teeth and grey hairs make no
line of equals, brows, glasses and beards are dark, and the skin beside what is bright on a face is not.
"""

from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]

BRIGHT_LEVELS = 190  # of 255: the middle one of a letter's colours is brighter (yellow has no blue)
CONTRAST_LEVELS = 120  # by as much, at least, it is brighter than what is right beside it
HEIGHT_PX = 360  # frames taller than this are looked at in this size
BESIDE = 0.8  # sides of a box, on either side of it, where its line of letters may go on
LETTER_PX = 5, 60  # high, of HEIGHT_PX
STROKE_PX = 11  # wider is no stroke
EDGE_PX = 7  # within it there is something dark
LEAST_LETTERS = 4  # of a line
LEAST_PIECES = 3  # of a line: letters may touch
WIDEST = 5.0  # of such a piece, in its heights
WORDS_APART = 2.5  # in heights of letters
LEAST_WIDTH = 0.6  # of a line, in widths of a face: a row of teeth has less
LIKE_HEIGHTS = 0.55  # the lower of two letters in a line, as a share of the higher: x and h
ON_A_LINE = 0.4  # letters' heights, by which their middles may be off each other


def text_shares(frame: np.ndarray, boxes: Sequence[Box]) -> tuple[float, ...]:
    """Return for each face which share of its box, 0 to 1, lies under lines of burned-in letters.

    `frame` is (H, W, 3) uint8 RGB, the boxes are in its pixels.
    """
    if not boxes:
        return ()
    import cv2

    scale = min(HEIGHT_PX / frame.shape[0], 1.0)
    shares = []
    for x0, y0, x1, y1 in boxes:
        wide, high = BESIDE * (x1 - x0), 0.1 * (y1 - y0)
        left, top = max(int(x0 - wide), 0), max(int(y0 - high), 0)
        part = frame[top : max(int(y1 + high), 0), left : max(int(x1 + wide), 0)]
        if min(part.shape[:2]) * scale < LETTER_PX[0]:
            shares.append(0.0)
            continue
        if scale < 1:
            part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        covered = np.zeros(part.shape[:2], bool)
        for a, b, c, d in _lines(_letters(part)):
            covered[b:d, a:c] |= c - a >= LEAST_WIDTH * scale * (x1 - x0)
        edges = (np.array([x0 - left, y0 - top, x1 - left, y1 - top]) * scale).round().astype(int)
        a, b, c, d = np.maximum(edges, 0)
        within = covered[b:d, a:c]
        shares.append(float(within.sum()) / max(int((edges[2] - edges[0]) * (edges[3] - edges[1])), 1))
    return tuple(shares)


def _letters(part: np.ndarray) -> np.ndarray:
    """Return the boxes of what may be letters, (N, 4) integers x0, y0, x1, y1."""
    import cv2

    red, green, blue = cv2.split(part)
    level = cv2.max(cv2.min(red, green), cv2.min(cv2.max(red, green), blue))  # the middle one
    around = np.ones((EDGE_PX, EDGE_PX), np.uint8)
    dark_beside = cv2.subtract(level, cv2.erode(level, around)) >= CONTRAST_LEVELS
    bright = cv2.threshold(level, BRIGHT_LEVELS - 1, 1, cv2.THRESH_BINARY)[1]
    broad = cv2.dilate(
        cv2.erode(bright, np.ones((STROKE_PX, STROKE_PX), np.uint8)), np.ones((STROKE_PX + 4,) * 2, np.uint8)
    )
    ink = cv2.bitwise_and(bright, 1 - broad)
    if np.count_nonzero(ink[dark_beside]) < LEAST_LETTERS * LETTER_PX[0]:
        return np.empty((0, 4), int)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    edged = np.bincount(labels[dark_beside], minlength=count)
    x, y, width, height, area = stats.T
    good = (height >= LETTER_PX[0]) & (height <= LETTER_PX[1]) & (width <= WIDEST * height) & (edged >= 0.6 * area)
    good[0] = False  # the ground
    return np.stack([x, y, x + width, y + height], 1)[good]


def _lines(letters: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return the boxes of lines, each of LEAST_LETTERS or more."""
    if len(letters) < LEAST_PIECES:
        return []
    heights = letters[:, 3] - letters[:, 1]
    middles = (letters[:, 3] + letters[:, 1]) / 2
    higher = np.maximum(heights, heights[:, None])
    alike = (np.minimum(heights, heights[:, None]) >= LIKE_HEIGHTS * higher) & (
        np.abs(middles - middles[:, None]) <= ON_A_LINE * higher
    )
    near = np.maximum(letters[:, 0], letters[:, 0][:, None]) - np.minimum(letters[:, 2], letters[:, 2][:, None])
    linked = alike & (near <= WORDS_APART * higher)
    count = np.maximum(1.0, (letters[:, 2] - letters[:, 0]) / heights)  # several, where they touch
    lines = []
    left = set(range(len(letters)))
    while left:
        line, fresh = set(), {left.pop()}
        while fresh:
            line |= fresh
            fresh = {int(other) for one in fresh for other in np.flatnonzero(linked[one])} & left
            left -= fresh
        if len(line) >= LEAST_PIECES and count[sorted(line)].sum() >= LEAST_LETTERS:
            own = letters[sorted(line)]
            lines.append((*own[:, :2].min(axis=0).tolist(), *own[:, 2:].max(axis=0).tolist()))
    return lines
