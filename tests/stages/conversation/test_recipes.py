from dataclasses import replace

import numpy as np
import pytest

from pipeline.columns import arrow_type, from_column, to_column
from pipeline.errors import SampleError
from stages.caption_rounds import Captions
from stages.conversation.body_prompts import draw_prompt
from stages.conversation.recipes import (
    SINGLE_KINDS,
    RecipeOptions,
    Target,
    closeup_targets,
    multi_round,
    single_turns,
)
from stages.conversation.schema import Conversation
from stages.conversation.words import SceneWords, Words
from tests.stages.conversation.drawn import Sitter, closeups, view

PAIR = closeups(Sitter(), Sitter(hair=(150, 150, 152), garment=(190, 36, 40)))
CAPTIONS = Captions(
    names=("Nadia", "Otto"),
    left=Words("dark hair", "a blue top"),
    right=Words("grey hair", "a red top"),
    scene=SceneWords("a plain light grey background"),
    round1="Generate an image of Nadia and Otto.",
    left_portrait="A person with dark hair is seen from the shoulders up.",
    right_portrait="A person with grey hair is seen from the shoulders up.",
)
KEYS = [f"clip{i}/w00/p0" for i in range(400)]


def compose(key, kind="closeup", targets=None, **options):
    return multi_round(kind, key, CAPTIONS, PAIR, targets or closeup_targets(PAIR), RecipeOptions(**options))


def body_targets(prompts=1, candidates=1):
    """Return pictures of both people, so many of each for so many prompts."""
    targets = []
    for person, name in enumerate(CAPTIONS.names):
        for number in range(prompts):
            request = draw_prompt(np.random.default_rng(10 * person + number), CAPTIONS.worn).sentence(name)
            for candidate in range(candidates):
                garment = (40 * person, 30 * number, 60 * candidate)
                targets.append(Target(person, view(Sitter(garment=garment)).plain, request))
    return targets


def test_three_rounds_pair_then_people():
    conversation = compose("a", repeat_share=0)
    assert [item.round for item in conversation.rounds] == [1, 2, 3]
    assert [item.target for item in conversation.rounds] == ["pair", "closeup", "closeup"]
    assert conversation.rounds[0].person is None
    assert {item.person for item in conversation.rounds[1:]} == {0, 1}
    assert [turn.role for turn in conversation.turns] == ["user", "assistant"] * 3
    assert [turn.image for turn in conversation.turns] == [None, "round1.jpg", None, "round2.jpg", None, "round3.jpg"]
    assert [picture.member for picture in conversation.pictures] == ["round1.jpg", "round2.jpg", "round3.jpg"]


def test_each_round_shows_the_person_whose_name_it_says():
    subjects = (PAIR.left, PAIR.right)
    for key in KEYS[:40]:
        conversation = compose(key, repeat_share=0)
        for number in (1, 2):
            person = conversation.rounds[number].person
            assert CAPTIONS.names[person] in conversation.turns[2 * number].text
            assert conversation.pictures[number].media == subjects[person].closeup.plain


def test_either_person_may_come_second():
    assert 150 < sum(compose(key).rounds[1].person for key in KEYS) < 250


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.25, 70, 130), (1.0, 400, 400)])
def test_a_share_of_last_rounds_repeats_the_person_with_another_picture(share, low, high):
    conversations = [compose(key, repeat_share=share) for key in KEYS]
    repeats = [c for c in conversations if c.rounds[1].person == c.rounds[2].person]
    assert low <= len(repeats) <= high
    assert all(c.pictures[1].media != c.pictures[2].media for c in repeats)


@pytest.mark.parametrize(("prompts", "candidates", "repeated"), [(1, 1, False), (1, 2, False), (2, 1, True)])
def test_nobody_is_asked_for_twice_with_one_prompt(prompts, candidates, repeated):
    for key in KEYS[:20]:
        conversation = compose(key, "fullbody", body_targets(prompts, candidates), repeat_share=1)
        assert (conversation.rounds[1].person == conversation.rounds[2].person) is repeated
        assert conversation.turns[2].text != conversation.turns[4].text


@pytest.mark.parametrize(("share", "sides"), [(0.0, 0), (1.0, 2)])
def test_grounded_replies_name_the_side(share, sides):
    replies = [turn.text for turn in compose("a", grounded_share=share, repeat_share=0).turns[3::2]]
    assert sum("left" in reply or "right" in reply for reply in replies) == sides


def test_a_full_body_round_asks_with_the_prompt_of_its_picture():
    targets = body_targets()
    conversation = compose("a", "fullbody", targets, repeat_share=0)
    for number in (1, 2):
        target = targets[conversation.rounds[number].person]
        assert conversation.turns[2 * number].text == target.request
        assert conversation.pictures[number].media == target.picture
        assert conversation.rounds[number].target == "body"


def test_a_conversation_with_a_leak_is_refused():
    targets = [replace(target, request=f"{CAPTIONS.names[target.person]} in red.") for target in body_targets()]
    with pytest.raises(SampleError, match="leak: colour: red"):
        compose("a", "fullbody", targets)


def test_single_turns_cover_every_kind_under_names_of_their_own():
    conversations = single_turns("a", CAPTIONS, PAIR, RecipeOptions())
    assert {c.kind for c in conversations} == set(SINGLE_KINDS)
    assert len({c.name for c in conversations}) == len(conversations) == 9


@pytest.mark.parametrize(
    ("name", "given", "asked"),
    [
        ("reconstruct_left", PAIR.left.closeup.picture, PAIR.left.closeup.picture),
        ("face_to_image_right", PAIR.right.closeup.face, PAIR.right.closeup.picture),
        ("paired_right", PAIR.right.near.face, PAIR.right.closeup.picture),
        ("image_to_crop_left", PAIR.round1, PAIR.left.near.face),
    ],
)
def test_single_turn_pictures(name, given, asked):
    conversation = {c.name: c for c in single_turns("a", CAPTIONS, PAIR, RecipeOptions())}[name]
    assert [turn.image for turn in conversation.turns] == ["input.jpg", "output.jpg"]
    assert [picture.member for picture in conversation.pictures] == ["input.jpg", "output.jpg"]
    assert [picture.media for picture in conversation.pictures] == [given, asked]


def test_text_to_image_is_round_one_alone():
    conversation = {c.kind: c for c in single_turns("a", CAPTIONS, PAIR, RecipeOptions())}["text_to_image"]
    assert conversation.turns[0].text == CAPTIONS.round1
    assert [picture.member for picture in conversation.pictures] == ["output.jpg"]
    assert conversation.pictures[0].media == PAIR.round1


def test_the_caption_belongs_to_the_picture_asked_for():
    conversation = {c.name: c for c in single_turns("a", CAPTIONS, PAIR, RecipeOptions())}["paired_right"]
    assert CAPTIONS.right_portrait in conversation.turns[0].text


def test_the_same_key_gives_the_same_conversation():
    assert compose("a") == compose("a")
    assert compose("a", seed=1) != compose("a", seed=2)


def test_a_conversation_survives_its_column():
    conversation = compose("a")
    assert arrow_type(Conversation)
    assert from_column(Conversation, to_column(conversation)) == conversation
