from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest

from pipeline.errors import SampleError
from stages.conversation.body_prompts import BodyPrompt, Bottom, Light, Place, Pose, Shoes, Top
from stages.conversation.colours import COLOURS
from stages.likeness.similarity import CALIBRATIONS
from stages.models.catalog import EMBEDDERS
from stages.models.compositor.body import SEAT_HEIGHT, draw_joints
from stages.models.compositor.compositor import Compositor
from stages.models.compositor.face_frame import FaceFrame
from stages.models.compositor.garments import draw_figure
from stages.models.compositor.head import cut_head
from stages.models.compositor.light import DAYTIMES
from stages.models.compositor.places import paint_place
from stages.models.compositor.relief import Layer
from stages.models.compositor.seats import draw_seat
from stages.models.faces import Detection
from stages.models.mtcnn import Mtcnn
from stages.sources.studio.brush import Canvas
from tests.stages.models.sitters import sit

SIZE = 384
PLAIN = BodyPrompt(
    top=Top.SWEATER,
    top_colour="blue",
    bottom=Bottom.TROUSERS,
    bottom_colour="grey",
    shoes=Shoes.BOOTS,
    shoes_colour="brown",
    place=Place.OFFICE,
    pose=Pose.STANDING,
    light=Light.DAYLIGHT,
)


@pytest.fixture(scope="module")
def detector():
    return Mtcnn()


@pytest.fixture(scope="module")
def person(detector):
    return sit(detector, seed=4)


def compose(reference, prompt=PLAIN, seeds=(7,), size_px=SIZE):
    return Compositor().synthesize([reference], prompt, "", seeds, size_px)


CLEAR = ("red", "green", "blue", "yellow", "purple", "black", "white", "orange", "pink")


def dressed(top, bottom, **changes):
    bottom, colour = (None, None) if top is Top.DRESS else (bottom, "grey")
    return replace(PLAIN, top=top, bottom=bottom, bottom_colour=colour, **changes)


def test_the_same_seed_gives_the_same_pixels(person):
    (first,), (second,) = compose(person), compose(person)
    assert first.picture.tobytes() == second.picture.tobytes()
    assert first.head_box == second.head_box


def test_candidates_differ_by_seed(person):
    first, second = compose(person, seeds=(1, 2))
    assert np.abs(first.picture.astype(int) - second.picture).mean() > 2


def test_candidates_take_the_references_in_turn(person, detector):
    other = sit(detector, seed=11)
    made = Compositor().synthesize([person, other], PLAIN, "", (3, 3), SIZE)
    assert np.array_equal(made[0].picture, compose(person, seeds=(3,))[0].picture)
    assert np.array_equal(made[1].picture, compose(other, seeds=(3,))[0].picture)


@pytest.mark.parametrize("size_px", [256, 384, 512])
@pytest.mark.parametrize("pose", Pose)
def test_the_head_lies_inside_the_picture(person, pose, size_px):
    (made,) = compose(person, replace(PLAIN, pose=pose), size_px=size_px)
    assert made.picture.shape == (size_px, size_px, 3)
    assert made.head_box is not None
    x0, y0, x1, y1 = made.head_box
    assert 0 < x0 < x1 < size_px
    assert 0 < y0 < y1 < 0.35 * size_px


@pytest.mark.parametrize(("seed", "place"), [(4, Place.PARK), (11, Place.LIBRARY), (23, Place.CITY_STREET)])
def test_exactly_one_face_is_found_and_it_is_the_persons(detector, seed, place):
    reference = sit(detector, seed)
    (made,) = compose(reference, replace(PLAIN, place=place), size_px=512)
    (face,) = detector.detect(made.picture[None])[0]
    assert face.box[3] - face.box[1] > 50
    embedder = EMBEDDERS["dlib"]()
    before = embedder.embed(reference.picture, [Detection(reference.face_box, reference.landmarks, 1.0)])
    after = embedder.embed(made.picture, [face])
    assert CALIBRATIONS["dlib"].between(before, after)[0, 0] > 0.5


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow", "purple", "black", "white"])
def test_the_top_has_the_colour_asked_for(person, colour):
    (made,) = compose(person, replace(PLAIN, top_colour=colour))
    x0, _, x1, y1 = made.head_box
    chest = made.picture[int(y1 + 30) : int(y1 + 70), int((x0 + x1) / 2 - 20) : int((x0 + x1) / 2 + 20)]
    seen = np.median(chest.reshape(-1, 3), 0)
    distance = {word: lab_distance(seen, rgb) for word, rgb in COLOURS.items() if word in CLEAR}
    assert min(distance, key=distance.__getitem__) == colour


def lab_distance(a, b):
    pair = (np.array([[a, b]]) / 255).astype(np.float32)
    first, second = cv2.cvtColor(pair, cv2.COLOR_RGB2LAB)[0]
    return float(np.linalg.norm(first - second))


@pytest.mark.parametrize("light", Light)
def test_no_two_places_look_alike(light):
    painted = [cv2.resize(paint_place(place, light, 256, np.random.default_rng(0)).pixels, (24, 24)) for place in Place]
    for i, one in enumerate(painted):
        for other in painted[:i]:
            assert np.abs(one - other).mean() > 8


def test_night_is_darker_than_day():
    for place in Place:
        day, night = (
            paint_place(place, light, 128, np.random.default_rng(0)).pixels.mean()
            for light in (Light.DAYLIGHT, Light.NIGHT)
        )
        assert night < day


@pytest.mark.parametrize("pose", Pose)
@pytest.mark.parametrize("top", Top)
def test_every_outfit_can_be_worn_in_every_pose(top, pose):
    lamp = DAYTIMES[Light.DAYLIGHT].outdoors
    for bottom, shoes in product(Bottom, Shoes):
        generator = np.random.default_rng(0)
        layer = Layer(Canvas(np.zeros((160, 160, 3), np.float32), (-3.2, 0.2), 24), lamp, generator)
        joints = draw_joints(pose, generator, pockets=bottom is Bottom.JEANS, mirror=shoes is Shoes.BOOTS)
        draw_figure(layer, dressed(top, bottom, pose=pose, shoes=shoes), joints, np.array([200, 150, 120]), generator)
        assert 0.05 < layer.alpha.mean() < 0.5
        assert np.isfinite(layer.canvas.pixels).all()


@pytest.mark.parametrize("place", Place)
def test_there_is_a_seat_in_every_place(place):
    lamp = DAYTIMES[Light.DAYLIGHT].outdoors
    generator = np.random.default_rng(0)
    layer = Layer(Canvas(np.zeros((160, 160, 3), np.float32), (-3.2, 0.2), 24), lamp, generator)
    draw_seat(layer, place, draw_joints(Pose.SITTING, generator, pockets=False, mirror=False))
    at_hips = layer.canvas.to_pixels(np.array([[0, SEAT_HEIGHT]]))[0].astype(int)
    assert layer.alpha[at_hips[1], at_hips[0]] > 0.9


def test_old_clothes_stay_behind(person):
    frame = FaceFrame.of(person)
    dyed = person.picture.copy()
    _, v = frame.coordinates
    dyed[(v > 0.75) & (person.mask > 0)] = (255, 0, 255)
    head = cut_head(replace(person, picture=dyed), 150)
    magenta = (head.pixels[..., 0] > 200) & (head.pixels[..., 1] < 60) & (head.pixels[..., 2] > 200)
    assert (head.alpha[magenta] < 0.05).all()


def test_a_mask_without_the_face_is_a_bad_sample(person):
    with pytest.raises(SampleError, match="no_head_in_mask"):
        compose(replace(person, mask=np.zeros_like(person.mask)))


def test_a_tilted_head_is_turned_towards_upright(person):
    middle = (float(person.picture.shape[1]) / 2, float(person.picture.shape[0]) / 2)
    turn = cv2.getRotationMatrix2D(middle, -20, 1.0)
    points = np.array(person.landmarks).reshape(5, 2) @ turn[:, :2].T + turn[:, 2]
    size = person.mask.shape[::-1]
    tilted = replace(
        person,
        picture=cv2.warpAffine(person.picture, turn, size, borderMode=cv2.BORDER_REPLICATE),
        mask=cv2.warpAffine(person.mask, turn, size),
        landmarks=tuple(points.ravel().tolist()),
    )
    assert np.degrees(FaceFrame.of(tilted).roll) == pytest.approx(20, abs=4)
    head = cut_head(tilted, 100)
    middle_x = head.alpha.shape[1] / 2  # where the eyes are
    assert abs(np.degrees(np.arctan2(middle_x - head.chin[0], head.chin[1] - head.alpha.shape[0] / 2))) < 10
