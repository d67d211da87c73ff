import numpy as np
import pytest

from stages.faces.glances import TILE_PIXELS, between, faces_of, tile_around, whole_looks
from stages.models.faces import Detection

POINTS = (0.3, 0.4, 0.7, 0.4, 0.5, 0.6, 0.35, 0.8, 0.65, 0.8)


def found(x: float, y: float, side: float, score: float = 0.99) -> Detection:
    return Detection((x, y, x + side, y + side), tuple((x, y)[i % 2] + side * p for i, p in enumerate(POINTS)), score)


class Squares:
    """A detector of bright squares; it keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def __call__(self, pictures: np.ndarray) -> list[list[Detection]]:
        self.shown.append(pictures)
        return [self._squares(picture[:, :, 0] > 127) for picture in pictures]

    def _squares(self, bright: np.ndarray) -> list[Detection]:
        starts = np.flatnonzero(np.diff(bright.any(axis=0).astype(int), prepend=0) == 1)
        squares = [(int(x), int(np.flatnonzero(bright[:, x])[0]), int(bright[:, x].sum())) for x in starts]
        return [found(x, y, side) for x, y, side in squares if bright[y, x : x + side].sum() >= side - 2]


def film(*squares: list[tuple[int, int, int]]) -> np.ndarray:
    """Draw a frame of 640x360 for each list of squares (x, y, side)."""
    frames = np.zeros((len(squares), 360, 640, 3), np.uint8)
    for frame, seen in zip(frames, squares, strict=True):
        for x, y, side in seen:
            frame[y : y + side, x : x + side] = 255
    return frames


@pytest.mark.parametrize(
    ("shots", "every", "looked"),
    [
        ([0] * 7, 3, [0, 3, 6]),
        ([0] * 12, 3, [0, 3, 6, 8, 11]),
        ([0] * 5, 4, [0, 4]),
        ([0] * 4, 1, [0, 1, 2, 3]),
        ([0, 0, 0, 1, 2, 2, 2, 2], 3, [0, 2, 3, 4, 7]),
        ([], 3, []),
    ],
)
def test_the_ends_of_a_shot_and_some_frames_between_are_looked_at_whole(shots, every, looked):
    assert whole_looks(shots, every) == looked


def test_between_whole_looks_faces_are_found_at_a_glance():
    whole, glance = Squares(), Squares()
    frames = film(*[[(100 + 10 * i, 60, 80), (400, 100, 60)] for i in range(7)])
    faces = faces_of(frames, [0] * 7, 3, whole, glance)
    assert [len(pictures) for pictures in whole.shown] == [3]
    assert [pictures.shape for pictures in glance.shown] == [(8, TILE_PIXELS, TILE_PIXELS, 3)]
    for i, seen in enumerate(faces):
        left, right = seen
        assert left.box == pytest.approx((100 + 10 * i, 60, 180 + 10 * i, 140), abs=2)
        assert left.landmarks[:2] == pytest.approx((124 + 10 * i, 92), abs=2)
        assert right.box == pytest.approx((400, 100, 460, 160), abs=2)


def test_a_frame_is_looked_at_whole_where_a_glance_misses_a_face():
    whole = Squares()
    frames = film(*[[(100, 60, 80)] if i != 2 else [(500, 60, 80)] for i in range(5)])
    faces = faces_of(frames, [0] * 5, 4, whole, Squares())
    assert [len(pictures) for pictures in whole.shown] == [2, 1]
    assert [seen[0].box[0] for seen in faces] == pytest.approx([100, 100, 500, 100, 100], abs=2)


def test_somebody_who_comes_is_expected_where_the_next_whole_look_sees_him():
    faces = faces_of(film([], [], [(300, 100, 60)], [(310, 100, 60)]), [0] * 4, 3, Squares(), Squares())
    assert [len(seen) for seen in faces] == [0, 0, 1, 1]


def test_a_face_in_two_tiles_is_one_face():
    frames = film(*[[(200, 100, 60), (264, 100, 60)]] * 3)
    assert [len(seen) for seen in faces_of(frames, [0] * 3, 2, Squares(), Squares())] == [2, 2, 2]


def test_a_face_that_a_tile_cuts_off_is_that_of_another_tile():
    def glance(tiles: np.ndarray) -> list[list[Detection]]:
        return [[found(24, 24, 48), found(-10, 30, 40, 0.9)] for _ in tiles]  # a tile is 132 pixels of the frame

    (_, seen, _) = faces_of(film(*[[(200, 100, 60)]] * 3), [0] * 3, 2, Squares(), glance)
    assert [face.box for face in seen] == [pytest.approx((197, 97, 263, 163))]


def test_no_glance_is_cast_over_a_cut():
    glance = Squares()
    faces = faces_of(film([(100, 60, 80)], [], [], []), [0, 1, 1, 1], 3, Squares(), glance)
    assert [len(seen) for seen in faces] == [1, 0, 0, 0]
    assert glance.shown == []


@pytest.mark.parametrize(
    ("before", "after", "boxes"),
    [
        ([(100, 100, 50)], [(160, 100, 50)], [(120, 100, 50)]),
        ([(100, 100, 50)], [], [(100, 100, 50)]),
        ([], [(100, 100, 50)], [(100, 100, 50)]),
        ([(100, 100, 50)], [(400, 100, 50)], [(100, 100, 50), (400, 100, 50)]),
        ([(100, 100, 50)], [(100, 100, 90)], [(100, 100, 50), (100, 100, 90)]),
        ([(0, 0, 50), (60, 0, 50)], [(30, 0, 50), (90, 0, 50)], [(10, 0, 50), (70, 0, 50)]),
    ],
    ids=["moved", "gone", "come", "too far for one", "grown too much for one", "two side by side"],
)
def test_faces_are_expected_on_the_way_from_one_whole_look_to_the_next(before, after, boxes):
    expected = between([found(*face) for face in before], [found(*face) for face in after], 1 / 3)
    assert sorted(expected) == [pytest.approx((x, y, x + side, y + side)) for x, y, side in sorted(boxes)]


@pytest.mark.parametrize(
    ("box", "tile"),
    [
        ((100, 100, 150, 150), (70, 70, 110)),
        ((0, 0, 50, 50), (0, 0, 110)),
        ((600, 320, 650, 370), (530, 250, 110)),
        ((100, 0, 400, 300), (70, 0, 360)),
    ],
)
def test_a_tile_lies_within_the_picture(box, tile):
    assert tile_around(box, 640, 360) == tile
