"""The words against real people, as eyes see them. Needs the clips in the folder DUOLOGUE_REAL_CLIPS."""

import os
from pathlib import Path

import numpy as np
import pytest

from stages.conversation.attributes import describe_person
from stages.conversation.head import Portrait

CLIPS = os.environ.get("DUOLOGUE_REAL_CLIPS")
pytestmark = pytest.mark.skipif(not CLIPS, reason="set DUOLOGUE_REAL_CLIPS to the folder of real clips")

# Per clip, from left to right: what may be said of hair and of clothes, None being always allowed.
SEEN = {
    "duo_m1_w1.mp4": [({"dark", "brown"}, {"dark grey", "grey", "black"}), ({"dark", "black"}, {"orange"})],
    "duo_m2_m1.mp4": [({"dark", "brown"}, {"black", "dark grey"}), ({"dark", "brown"}, {"dark grey", "grey", "black"})],
    "duo_w1_m2.mp4": [({"dark", "black"}, {"orange"}), ({"dark", "brown"}, {"black", "dark grey"})],
}


@pytest.fixture(scope="module")
def detector():
    from facenet_pytorch import MTCNN

    return MTCNN(keep_all=True)


@pytest.mark.parametrize("clip", SEEN)
def test_words_are_right_to_the_eye(clip, detector):
    for frame in _frames(Path(CLIPS or "") / clip, (20, 60)):
        portraits = _portraits(frame, detector)
        assert len(portraits) == 2
        for portrait, (hair, clothes) in zip(portraits, SEEN[clip], strict=True):
            words = describe_person(portrait)
            assert words.hair is None or any(word in words.hair for word in hair), words
            assert words.clothes is None or any(word in words.clothes for word in clothes), words


def _frames(path, wanted):
    import av

    with av.open(str(path)) as film:
        for index, frame in enumerate(film.decode(video=0)):
            if index in wanted:
                yield frame.to_ndarray(format="rgb24")


def _portraits(frame, detector):
    """Cut out every face with the person's mask: whatever is not like the wall, which is plain in these clips."""
    boxes, scores, points = detector.detect(frame, landmarks=True)
    found = []
    faces = [face for face in zip(boxes, points, scores, strict=True) if face[2] > 0.95]
    for box, five, _ in sorted(faces, key=lambda face: face[0][0]):
        side = 2.4 * max(box[2] - box[0], box[3] - box[1])
        x0, y0 = (box[0] + box[2] - side) / 2, (box[1] + box[3]) / 2 - 0.42 * side
        x0, y0 = max(int(x0), 0), max(int(y0), 0)
        picture = frame[y0 : y0 + int(side), x0 : x0 + int(side)]
        mask = np.abs(picture.astype(int) - np.median(picture[:20], axis=(0, 1))).max(axis=2) > 45
        face_box = tuple(float(v) for v in (box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0))
        landmarks = tuple((five - (x0, y0)).ravel().tolist())
        found.append(Portrait(picture, mask, face_box, landmarks, 0.0))
    return found
