import cv2
import numpy as np
import pytest

from stages.film.stillness import STILL_PX, Motion, Step, compare, motion_in, motion_of
from stages.sources.studio import StudioClip, draw_frames

SECONDS = [0.5 * number for number in range(8)]


@pytest.fixture(scope="module")
def film() -> list[np.ndarray]:
    """Two people, a frame every half second."""
    clip = StudioClip("duo.mp4", 5, "duo")
    return [frame for _, (time, frame) in zip(range(90), draw_frames(clip), strict=False) if round(time * 25) % 12 == 0]


def view(photo: np.ndarray, zoom: float, x: float, y: float, turn: float = 0.0, noise: int = 0) -> np.ndarray:
    """Show a part of a photo as a camera would, with grain of its own."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, zoom)
    matrix[:, 2] += (x, y)
    shown = cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_LINEAR)
    grain = np.random.default_rng(noise).normal(0, 1.6, (height, width, 1)) if noise else 0
    return small(np.clip(shown + grain, 0, 255).astype(np.uint8))


def small(frame: np.ndarray) -> np.ndarray:
    return cv2.resize(frame, (256, 144), interpolation=cv2.INTER_AREA)


def motion(frames: list[np.ndarray]) -> Motion:
    found = motion_in(SECONDS[: len(frames)], frames)
    assert found is not None
    return found


def test_people_move_far_more_than_a_photo_may(film):
    assert motion([small(frame) for frame in film]).local > 10 * STILL_PX


@pytest.mark.parametrize(
    "photos",
    [
        lambda photo: [view(photo, 1.0, 0, 0) for _ in range(8)],
        lambda photo: [view(photo, 1.0, 0, 0, noise=k + 1) for k in range(8)],
        lambda photo: [view(photo, 1.3, 12 * k - 40, 3 * k) for k in range(8)],
        lambda photo: [view(photo, 1.05 + 0.03 * k, 0, 0, noise=k + 1) for k in range(8)],
        lambda photo: [view(photo, 1.15, 5 * np.sin(2 * k), 4 * np.cos(3 * k), np.sin(k)) for k in range(8)],
    ],
    ids=["shown", "grainy", "panned", "zoomed", "shaken"],
)
def test_a_photo_is_still_however_the_camera_moves_over_it(film, photos):
    assert motion(photos(film[0])).local < STILL_PX


def test_camera_movement_is_measured_apart(film):
    panned = motion([view(film[0], 1.3, 10 * k - 35, 0) for k in range(8)])
    assert panned.camera == pytest.approx(20 * 144 / 360, rel=0.05)  # 20 pixels a second, of 360
    assert motion([small(film[0])] * 8).camera == pytest.approx(0.0, abs=0.01)


def test_people_live_before_a_camera_that_shakes(film):
    frames = [view(frame, 1.15, 5 * np.sin(2 * k), 4 * np.cos(3 * k), np.sin(k)) for k, frame in enumerate(film)]
    assert motion(frames).local > 5 * STILL_PX


def still(local: float = 0.03) -> Step:
    return Step(camera=1.0, local=local, changed_share=0.0)


FADING = (Step(1.0, 0.6, 0.4), Step(20.0, 5.0, 0.97), Step(1.0, 0.5, 0.5))
TALKING = Step(1.0, 0.6, 0.3)


@pytest.mark.parametrize(
    ("steps", "local", "fades"),
    [
        ([still()] * 6, 0.03, 0),
        ([still()] * 4 + [*FADING] + [still()] * 4, 0.03, 1),
        ([still()] * 3 + [*FADING] + [still()] * 3 + [*FADING] + [still()] * 3, 0.03, 2),
        ([still()] * 4 + [TALKING] * 3 + [still()] * 4, 0.6, 0),  # not everything changed
        ([still()] * 8 + [*FADING], 0.6, 0),  # and is not still again
        ([still()] * 4 + [*FADING] * 3 + [still()] * 4, 5.0, 0),  # for longer than fades take
        ([TALKING] * 6, 0.6, 0),
    ],
)
def test_fades_between_photos_are_no_life(steps, local, fades):
    found = motion_of(steps)
    assert found is not None
    assert (found.local, found.fades) == (pytest.approx(local, abs=0.1), fades)


def test_a_short_shot_is_judged_by_its_ends(film):
    frames = [small(frame) for frame in film[:2]]
    found = motion_in([0.0, 0.5], frames)
    assert found is not None
    assert found.local == compare(*frames).local


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_is_said_of_a_single_frame(film, count):
    assert motion_in(SECONDS[:count], [small(frame) for frame in film[:count]]) is None


def test_frames_without_anything_to_follow_are_still():
    grey = np.full((144, 256, 3), 90, np.uint8)
    assert compare(grey, grey) == Step(0.0, 0.0, 0.0)
