from itertools import combinations

import numpy as np
import pytest

from pipeline.errors import SampleError
from stages.conversation.body_prompts import (
    DRESSES,
    BodyPrompt,
    Bottom,
    Light,
    Place,
    Pose,
    Shoes,
    Top,
    draw_prompt,
)
from stages.conversation.colours import COLOURS, FAMILIES, families_in
from stages.conversation.lint import leaks

PROMPTS = [draw_prompt(np.random.default_rng(seed)) for seed in range(2000)]
SWEATER = BodyPrompt(
    Top.SWEATER, "red", Bottom.JEANS, "black", Shoes.SNEAKERS, "white", Place.PARK, Pose.SITTING, Light.EVENING
)


def test_sentence_opens_with_the_name_and_says_they():
    assert SWEATER.sentence("Nadia") == (
        "Nadia is sitting on a wooden bench in a park in the evening. "
        "They wear a red sweater, black jeans and white sneakers. Show them from head to toe."
    )


def test_a_dress_has_no_bottom():
    dresses = [prompt for prompt in PROMPTS if prompt.top is Top.DRESS]
    assert dresses
    assert all(prompt.bottom is None and prompt.bottom_colour is None for prompt in dresses)
    assert all(prompt.bottom for prompt in PROMPTS if prompt.top is not Top.DRESS)


def test_every_word_of_the_vocabulary_is_drawn():
    for field, kind in {"place": Place, "pose": Pose, "top": Top, "shoes": Shoes, "light": Light}.items():
        assert {getattr(prompt, field) for prompt in PROMPTS} == set(kind)
    assert {prompt.bottom for prompt in PROMPTS} == {*Bottom, None}
    assert {prompt.top_colour for prompt in PROMPTS} == set(COLOURS)


@pytest.mark.parametrize(
    ("place", "never"),
    [
        (Place.SNOWY_SQUARE, {Bottom.SHORTS, Shoes.SANDALS, Top.T_SHIRT, Top.DRESS}),
        (Place.BEACH, {Top.COAT, Shoes.BOOTS}),
        (Place.MOUNTAIN_PATH, {Top.DRESS, Shoes.SANDALS, Light.NIGHT}),
        (Place.STAGE, {Light.MORNING}),
    ],
)
def test_no_contradictions(place, never):
    there = [prompt for prompt in PROMPTS if prompt.place is place]
    assert there
    assert not any({p.top, p.bottom, p.shoes, p.light} & never for p in there)


def test_top_and_bottom_differ_in_colour():
    assert not any(prompt.top_colour == prompt.bottom_colour for prompt in PROMPTS)


@pytest.mark.parametrize("families", list(combinations(FAMILIES, 4))[::7])
def test_worn_colours_do_not_come_again(families):
    worn = [f"a {families[0]} and {families[1]} top", f"a {families[2]} and {families[3]} top"]
    for seed in range(5):
        prompt = draw_prompt(np.random.default_rng(seed), worn)
        assert not families_in(prompt.clothes) & set(families)


def test_worn_garments_do_not_come_again():
    prompts = [draw_prompt(np.random.default_rng(seed), ["a lime hoodie and jeans"]) for seed in range(300)]
    assert not any(p.top is Top.HOODIE or p.bottom is Bottom.JEANS for p in prompts)


def test_nothing_left_to_wear_is_an_error_of_the_sample():
    with pytest.raises(SampleError, match="no_clothes_left"):
        draw_prompt(np.random.default_rng(0), FAMILIES)


def test_no_prompt_tells_who_is_meant():
    assert [leaks(prompt.sentence("Nadia"), ("Nadia", "Otto")) for prompt in PROMPTS] == [[]] * len(PROMPTS)


def test_the_same_generator_draws_the_same_prompt():
    assert draw_prompt(np.random.default_rng(3)) == draw_prompt(np.random.default_rng(3))


def test_garments_may_be_left_out():
    prompts = [draw_prompt(np.random.default_rng(i), without=DRESSES) for i in range(300)]
    assert not {prompt.top for prompt in prompts} & DRESSES
    assert not {prompt.bottom for prompt in prompts} & DRESSES


def test_under_a_coat_nobody_has_bare_legs():
    bottoms = {prompt.bottom for prompt in PROMPTS if prompt.top is Top.COAT}
    assert bottoms
    assert not bottoms & {Bottom.SHORTS, Bottom.SKIRT}
