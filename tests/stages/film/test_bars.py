import cv2
import numpy as np
import pytest

from stages.film.bars import fits, may_have_bars, picture_box

SIZE = (320, 180)


def picture(seed: int, width: int, height: int, brightest: int = 230) -> np.ndarray:
    """Draw something soft and noisy, as filmed: no two frames are the same."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(30, brightest, (5, 8, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft + rng.normal(0, 3, (height, width, 3)), 0, 255).astype(np.uint8)


def framed(box: tuple[int, int, int, int], level: int = 0, words: str = "", count: int = 3) -> list[np.ndarray]:
    """Put pictures between bars of a level; words stand in the lower one, in all frames but the first."""
    frames = []
    for seed in range(count):
        frame = np.full((SIZE[1], SIZE[0], 3), level, np.uint8)
        x0, y0, x1, y1 = box
        frame[y0:y1, x0:x1] = picture(seed, x1 - x0, y1 - y0)
        if seed:
            cv2.putText(frame, words, (30, SIZE[1] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
        frames.append(frame)
    return frames


@pytest.mark.parametrize(
    ("box", "level", "words"),
    [
        ((0, 22, 320, 158), 0, ""),
        ((40, 0, 280, 180), 0, ""),
        ((40, 20, 280, 160), 0, ""),
        ((0, 24, 320, 150), 16, ""),
        ((0, 24, 320, 150), 0, "what did you say to her then?"),
        ((0, 2, 320, 178), 0, ""),
        ((1, 0, 317, 180), 30, ""),
    ],
)
def test_the_picture_is_what_bars_leave(box, level, words):
    assert picture_box(framed(box, level, words)) == box


@pytest.mark.parametrize(
    "frames",
    [
        framed((0, 0, 320, 180)),
        [picture(seed, 320, 180, brightest=45) for seed in range(3)],  # dark, and noisy
        [np.zeros((180, 320, 3), np.uint8)] * 3,
        [np.full((180, 320, 3), 20, np.uint8) for _ in range(3)],
        [np.vstack([np.full((60, 320, 3), 90, np.uint8), picture(1, 320, 120)])],  # a plain wall, not dark
        [*framed((0, 22, 320, 158)), picture(9, 320, 180)],  # in one shot only
    ],
)
def test_there_are_no_bars(frames):
    assert picture_box(frames) is None


def test_a_dark_thing_with_a_straight_edge_is_no_bar_when_it_is_not_as_wide_as_the_frame():
    frames = framed((0, 0, 320, 180))
    for frame in frames:
        frame[:40, :230] = 5
    assert picture_box(frames) is None


def test_a_night_sky_whose_edge_cannot_be_seen_is_kept():
    frames = framed((0, 40, 320, 180))
    for frame in frames:
        frame[40:70, :220] = 6  # hills before it
    box = picture_box(frames)
    assert box is None or box[1] <= 40


def shrunk(frames: list[np.ndarray]) -> list[np.ndarray]:
    return [cv2.resize(frame, (128, 72), interpolation=cv2.INTER_AREA) for frame in frames]


@pytest.mark.parametrize("box", [(0, 22, 320, 158), (40, 0, 280, 180), (0, 1, 320, 180), (0, 0, 318, 180)])
def test_small_frames_show_that_whole_ones_are_worth_reading(box):
    assert may_have_bars(shrunk(framed(box)))


def test_small_frames_show_that_there_are_none():
    assert not may_have_bars(shrunk(framed((0, 0, 320, 180))))


@pytest.mark.parametrize(
    ("box", "expected"),
    [((0, 22, 320, 158), True), ((0, 30, 320, 158), False), ((0, 22, 300, 158), False), ((0, 10, 320, 170), True)],
)
def test_small_frames_show_whether_something_is_outside_a_box(box, expected):
    assert fits(box, SIZE, shrunk(framed((0, 22, 320, 158)))) is expected
