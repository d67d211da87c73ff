import re
from itertools import product

import numpy as np
import pytest

from stages.conversation import captions as say
from stages.conversation.body_prompts import draw_prompt
from stages.conversation.words import SceneWords, Words

NAMES = ("Nadia", "Otto")
HAIR = (None, "long dark hair", "a bald or shaved head")
CLOTHES = (None, "an orange top", "a black and white top")
EXPRESSIONS = (None, "a smile")
GAZES = (None, "facing the camera", "turned to the right", "turned to the left")
TILTS = (None, "tilted to the left")
ALL_WORDS = [Words(*parts) for parts in product(HAIR, CLOTHES, EXPRESSIONS, GAZES, TILTS)]
SCENES = [
    SceneWords(*parts)
    for parts in product((None, "a plain grey background"), (None, "from close by"), (None, "sitting on a sofa"))
]


def faults(text: str) -> list[str]:
    """List what is wrong with a text's spaces, articles, capitals and stops."""
    rules = {
        "double space": r"  ",
        "space before a mark": r" [.,?!;:]",
        "two marks": r"[.,;:?!]{2}",
        "no space after a mark": r"[.,;:?!][^\s]",
        "a before a vowel": r"\ba [aeiou]",
        "an before a consonant": r"\ban [^aeiou]",
        "small letter after a stop": r"[.?!] [a-z]",
        "repeated word": r"\b(\w+) \1\b",
        "unfilled slot": r"[{}]|\bNone\b",
        "she or he": r"\b(he|she|him|her|his|hers)\b",
    }
    found = [name for name, rule in rules.items() if re.search(rule, text)]
    found += ["no capital"] * (not text[0].isupper()) + ["no full stop"] * (text[-1] not in ".?")
    return found


@pytest.mark.parametrize("seed", range(8))
def test_round1_is_flawless_for_every_combination(seed):
    draw = np.random.default_rng(seed)
    for i, words in enumerate(ALL_WORDS):
        other = ALL_WORDS[(i * 7 + seed) % len(ALL_WORDS)]
        text = say.round1_prompt(draw, NAMES, words, other, SCENES[(i + seed) % len(SCENES)])
        assert faults(text) == [], text


def test_portrait_captions_are_flawless_for_every_combination():
    draw = np.random.default_rng(0)
    for words in ALL_WORDS * 3:
        for background in (None, "a grey background"):
            text = say.portrait_caption(draw, words, background)
            assert faults(text) == [], text


def test_every_other_sentence_is_flawless():
    draw = np.random.default_rng(0)
    for _ in range(300):
        texts = [
            say.closeup_request(draw, "Jonas"),
            say.pair_reply(draw, NAMES, grounded=True),
            say.pair_reply(draw, NAMES, grounded=False),
            say.person_reply(draw, "body", "Otto", "right", grounded=True),
            say.person_reply(draw, "closeup", "Otto", "left", grounded=False),
            say.reconstruct_request(draw),
            say.face_request(draw, "A person is seen."),
            say.crop_request(draw, "left"),
            say.confirmation(draw, "paired"),
            draw_prompt(draw).sentence("Otto"),
        ]
        assert [faults(text) for text in texts] == [[]] * len(texts), texts


def test_round1_says_all_that_is_known():
    left = Words("long dark hair", "an orange top", "a smile", "facing the camera", "tilted to the left")
    right = Words("grey hair", "a navy top")
    text = say.round1_prompt(
        np.random.default_rng(0), NAMES, left, right, SceneWords("a plain grey background", "from close by")
    )
    known = ("Nadia", "Otto", "left", "right", "long dark hair", "an orange top", "a smile", "facing the camera")
    known += ("tilted to the left", "grey hair", "a navy top", "a plain grey background", "from close by")
    assert [part for part in known if part not in text] == []


def test_somebody_who_turns_to_the_other_turns_towards_their_name():
    words = Words(gaze="turned to the right")
    left = say.round1_prompt(np.random.default_rng(0), NAMES, words, Words(), SceneWords())
    right = say.round1_prompt(np.random.default_rng(0), NAMES, Words(), words, SceneWords())
    assert "turned towards Otto" in left
    assert "turned to the right" in right


def test_wording_varies_with_the_key():
    words = Words("grey hair", "a navy top")
    texts = {
        say.round1_prompt(np.random.default_rng(seed), NAMES, words, words, SceneWords("a grey background"))
        for seed in range(60)
    }
    assert len(texts) > 50


def test_there_are_a_dozen_ways_to_ask_for_a_close_up():
    assert len({say.closeup_request(np.random.default_rng(seed), "Otto") for seed in range(300)}) >= 12


def test_a_grounded_reply_names_person_and_side():
    for seed in range(20):
        text = say.person_reply(np.random.default_rng(seed), "closeup", "Otto", "right", grounded=True)
        assert "Otto" in text
        assert "right" in text
