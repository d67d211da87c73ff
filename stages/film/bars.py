"""Find letterbox and pillarbox bars: dark, flat, the same all the while, with a straight edge to the picture.

A bar is claimed only where its edge can be seen: the picture must differ from it along most of the edge's length in
some frame. So a dark scene has no bars, and what is cropped away is never picture. Letters may stand in a bar, as
subtitles do, if they leave its ends free.

Frames are (H, W, 3) uint8 RGB, all of one size; levels are the brightest channel's, 0 to 255.
"""

from collections.abc import Sequence

import numpy as np

Box = tuple[int, int, int, int]

DARKEST_LEVELS = 48  # a bar may be as bright as this
TOLERANCE = 8  # levels: how far from its own level a bar may be, by compression
MOST_DEVIATION = 3.5  # levels, of a line within a bar; film grain has more
DIRT_SHARE = 0.02  # of a line of a bar, that may be off its level
LETTERS_SHARE = 0.8  # of a line, that letters may cover; between them and the picture the bar must be seen again
ENDS_SHARE = 0.04  # of a line, at each end, where there are none
EDGE_SHARE = 0.5  # of an edge, along which the picture must differ from the bar
SOFT_EDGE = 8  # lines, within which it must: a codec's block
TINTED_SHARE, TINTED_LEVELS = 0.3, 16  # of the difference there, and levels: a line that differs less is no picture
LETTERED_LINES = 3.0  # times the plain lines of a bar, that lines with letters may be
WIDEST_BAR = 0.4  # of the frame's height or width
LEAST_PICTURE = 0.3  # of the frame's height and width, that must remain
# A frame of which no more than a fiftieth is as bright as this says nothing about its edges.
NIGHT_LEVELS, DAY_SHARE = 40, 0.02


def picture_box(frames: Sequence[np.ndarray]) -> Box | None:
    """Return x0, y0, x1, y1 of what these frames show between bars; None when there are none."""
    levels = _levels(frames)
    levels = levels[(levels >= NIGHT_LEVELS).mean(axis=(1, 2)) >= DAY_SHARE]
    if not len(levels):
        return None
    height, width = levels.shape[1:]
    top, bottom = _bars(levels)
    left, right = _bars(levels[:, top : height - bottom].swapaxes(1, 2))
    box = (left, top, width - right, height - bottom)
    return None if box == (0, 0, width, height) else box


def may_have_bars(frames: Sequence[np.ndarray]) -> bool:
    """Whether small pictures of frames leave room for a bar, be it thinner than one of their pixels."""
    levels = _levels(frames)
    levels = levels[(levels >= NIGHT_LEVELS).mean(axis=(1, 2)) >= DAY_SHARE]
    if not len(levels):
        return False
    for sides in (levels, levels.swapaxes(1, 2)):
        for lines in (sides, sides[:, ::-1]):
            outer, next_, third = (np.median(lines[:, line], axis=1) for line in (0, 1, 2))
            faded = outer <= 0.9 * np.minimum(next_, third)
            if (faded | (outer <= DARKEST_LEVELS)).all():
                return True
    return False


def fits(box: Box, size: tuple[int, int], frames: Sequence[np.ndarray]) -> bool:
    """Whether small pictures (h, w, 3) of frames have nothing outside `box`, which is in frames of (width, height)."""
    levels = _levels(frames)
    height, width = levels.shape[1:]
    across, down = width / size[0], height / size[1]
    # the line that a bar's edge runs through, and those that resampling blurs, are left out
    left, top = (max(int(edge) - 2, 0) for edge in (box[0] * across, box[1] * down))
    right = width - min(int(np.ceil(box[2] * across)) + 2, width)
    bottom = height - min(int(np.ceil(box[3] * down)) + 2, height)
    rows, columns = levels, levels.swapaxes(1, 2)
    return all(
        _thickness(lines, bar) >= bar
        for lines, bar in ((rows, top), (rows[:, ::-1], bottom), (columns, left), (columns[:, ::-1], right))
    )


def _levels(frames: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack([frame.max(axis=2) for frame in frames]).astype(np.float32)


def _bars(levels: np.ndarray) -> tuple[int, int]:
    """Return the thickness of the bars before the first and after the last line of `levels` (N, lines, pixels)."""
    count = levels.shape[1]
    first, last = _bar(levels), _bar(levels[:, ::-1])
    return (first, last) if count - first - last >= LEAST_PICTURE * count else (0, 0)


def _bar(levels: np.ndarray) -> int:
    thickness = _thickness(levels, round(levels.shape[1] * WIDEST_BAR))
    if not 0 < thickness < levels.shape[1] - SOFT_EDGE:
        return 0
    level = np.median(levels[:, :thickness])
    beyond = np.abs(levels[:, thickness : thickness + SOFT_EDGE] - level)
    if (beyond.max(axis=(0, 1)) > TOLERANCE).mean() < EDGE_SHARE:
        return 0
    # Compression leaves ripples in a bar's last lines, and the picture's colours, which are stored more coarsely.
    means = beyond.mean(axis=2).max(axis=0)
    no_picture = (means <= TINTED_SHARE * means.max()) & (means <= TINTED_LEVELS)
    return thickness + int(np.argmin([*no_picture, False]))


def _thickness(levels: np.ndarray, most: int) -> int:
    """Return how many lines, `most` or fewer, from the first on are as dark and flat as a bar, in every frame."""
    level = float(np.median(levels[:, 0]))
    if level > DARKEST_LEVELS:
        return 0
    ends = max(round(levels.shape[2] * ENDS_SHARE), 1)
    off = np.abs(levels - level) > TOLERANCE
    share = off.mean(axis=2)
    plain = np.where(off, level, levels)
    flat = (plain.std(axis=2) <= MOST_DEVIATION) & (np.abs(plain.mean(axis=2) - level) <= TOLERANCE / 2)
    free = ~(off[:, :, :ends].any(axis=2) | off[:, :, -ends:].any(axis=2))
    clean = (flat & (share <= DIRT_SHARE)).all(axis=0)
    lettered = (flat & free & (share <= LETTERS_SHARE)).all(axis=0)
    run = min([*(clean | lettered), False].index(False), most)
    plain_lines = np.cumsum(clean[:run])
    edges = clean[:run] & (np.arange(1, run + 1) - plain_lines <= LETTERED_LINES * plain_lines)
    return int(np.flatnonzero(edges)[-1]) + 1 if edges.any() and clean[0] else 0
