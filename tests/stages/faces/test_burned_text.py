import cv2
import numpy as np
import pytest

from stages.faces.burned_text import text_shares
from stages.sources.studio import StudioClip, draw_frames, truth

CLIP = StudioClip("duo.mp4", 5, "duo")
WHITE, YELLOW = (255, 255, 255), (250, 230, 40)


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, list[tuple[float, float, float, float]]]:
    """Two people, and the boxes of their faces from left to right."""
    _, frame = next(iter(draw_frames(CLIP)))
    boxes = sorted((face.x0, face.y0, face.x1, face.y1) for face in truth(CLIP).boxes[0])
    return frame, boxes


def write(frame: np.ndarray, words: str, x: float, y: float, ink=WHITE, ground=None, size: float = 0.8) -> np.ndarray:
    """Write words around a point, with a black edge or on a dark ground."""
    written = frame.copy()
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, size, 2)
    at = (round(x - width / 2), round(y + height / 2))
    if ground is not None:
        cv2.rectangle(written, (at[0] - 6, at[1] - height - 6), (at[0] + width + 6, at[1] + 8), ground, -1)
    else:
        cv2.putText(written, words, at, cv2.FONT_HERSHEY_DUPLEX, size, (0, 0, 0), 6, cv2.LINE_AA)
    return cv2.putText(written, words, at, cv2.FONT_HERSHEY_DUPLEX, size, ink, 2, cv2.LINE_AA)


def middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def test_faces_have_no_letters(scene):
    frame, boxes = scene
    assert text_shares(frame, boxes) == (0.0, 0.0)


@pytest.mark.parametrize(("ink", "ground"), [(WHITE, None), (YELLOW, None), (WHITE, (20, 24, 30))])
def test_words_over_a_face_cover_a_part_of_it_and_none_of_the_other(scene, ink, ground):
    frame, (left, right) = scene
    shares = text_shares(write(frame, "is that so", *middle(left), ink, ground), (left, right))
    assert 0.1 < shares[0] < 0.5
    assert shares[1] == 0.0


def test_two_lines_cover_more_than_one(scene):
    frame, boxes = scene
    x, y = middle(boxes[1])
    one = write(frame, "wait for it", x, y - 14)
    two = write(one, "you know what", x, y + 16)
    assert text_shares(two, boxes)[1] > 1.5 * text_shares(one, boxes)[1] > 0


def test_words_below_a_face_cover_none_of_it(scene):
    frame, boxes = scene
    assert text_shares(write(frame, "what did you say to her", 320, 335), boxes) == (0.0, 0.0)


def test_frames_of_any_size_give_the_same(scene):
    frame, boxes = scene
    written = write(frame, "is that so", *middle(boxes[0]))
    large = cv2.resize(written, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    doubled = [tuple(2 * v for v in box) for box in boxes]
    assert text_shares(large, doubled)[0] == pytest.approx(text_shares(written, boxes)[0], abs=0.05)


@pytest.mark.parametrize(
    "box",
    [(-40.0, -30.0, 10.0, 20.0), (620.0, 340.0, 700.0, 420.0), (700.0, 10.0, 760.0, 60.0), (50.0, 50.0, 51.0, 51.0)],
)
def test_boxes_may_reach_beyond_the_frame(scene, box):
    assert text_shares(scene[0], [box]) == (0.0,)


def test_no_faces_no_shares(scene):
    assert text_shares(scene[0], []) == ()


def test_four_stripes_of_a_shirt_or_a_row_of_teeth_are_no_letters(scene):
    frame, boxes = scene
    striped = frame.copy()
    x, y = (int(v) for v in middle(boxes[0]))
    for number in range(6):  # teeth: bright, beside each other, without anything dark around each
        cv2.rectangle(striped, (x - 18 + 6 * number, y + 20), (x - 14 + 6 * number, y + 27), (235, 232, 225), -1)
    for number in range(4):  # stripes, wide and low
        cv2.rectangle(striped, (x - 40, y + 40 + 8 * number), (x + 40, y + 43 + 8 * number), (240, 240, 240), -1)
    assert text_shares(striped, boxes)[0] == 0.0
