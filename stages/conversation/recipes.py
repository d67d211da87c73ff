"""Recipes: which rounds a conversation has, and who says what in them.

Multi-round kinds ask for a pair and then for single people by name. Single-turn kinds teach one skill each:
reconstruct (a picture again), face_to_image (a face and a caption into a picture), paired (the same, with the face
from another moment), text_to_image (the prompt of round 1 into its picture), image_to_crop (a face out of a picture).
Pure functions: the same key and options give the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.errors import SampleError
from pipeline.media import Media
from pipeline.sample import rng
from stages.caption_rounds import Captions
from stages.conversation import captions as say
from stages.conversation.lint import leaks
from stages.conversation.schema import SIDES, Conversation, ConversationRound, Picture, Turn
from stages.crop_closeups import Closeups, Subject

MultiKind = Literal["closeup", "fullbody"]
MULTI_KINDS: tuple[MultiKind, ...] = ("closeup", "fullbody")
SINGLE_KINDS = ("reconstruct", "face_to_image", "paired", "text_to_image", "image_to_crop")


@dataclass(frozen=True)
class RecipeOptions:
    """How conversations vary."""

    repeat_share: float = 0.25  # of last rounds, how many stay with the person of the round before
    grounded_share: float = 0.5  # of replies, how many recall the person's place in the first picture
    seed: int = 0


@dataclass(frozen=True)
class Target:
    """A picture that a later round may ask for, and in which words; a close-up is asked for in one of many ways."""

    person: int  # 0 left, 1 right
    picture: Media
    request: str | None = None  # the full-body prompt that the picture was made from; None for a close-up


def closeup_targets(closeups: Closeups) -> tuple[Target, ...]:
    """Return the close-ups of both people: first at another moment than round 1, then at the moment of round 1."""
    people = (closeups.left, closeups.right)
    return tuple(
        Target(person, picture)
        for person, subject in enumerate(people)
        for picture in (subject.closeup.plain, subject.near.plain)
    )


def multi_round(
    kind: MultiKind,
    key: str,
    captions: Captions,
    closeups: Closeups,
    targets: Sequence[Target],
    options: RecipeOptions,
) -> Conversation:
    """Compose three rounds: the pair, one person, and the other one (or, for a share, the same person again).

    `targets` holds at least one picture of each person, in order of preference. Nobody is asked for twice who has
    only one, or only pictures from the same prompt. Raises SampleError `leak` when a user's turn would give away who
    is meant.
    """
    draw = rng(key, "recipe", kind, options.seed)
    turns = [
        Turn("user", captions.round1),
        Turn("assistant", say.pair_reply(draw, captions.names, _chance(draw, options.grounded_share)), _member(1)),
    ]
    pictures = [Picture(_member(1), closeups.round1)]
    rounds = [ConversationRound(1, None, "pair")]
    for number, target in enumerate(_choose(draw, targets, options.repeat_share), start=2):
        name, side = captions.names[target.person], SIDES[target.person]
        shown: Literal["closeup", "body"] = "closeup" if kind == "closeup" else "body"
        request = target.request or say.closeup_request(draw, name)
        if found := leaks(request, captions.names, captions.worn):
            raise SampleError("leak", f"{', '.join(found)} in {request!r}")
        reply = say.person_reply(draw, shown, name, side, _chance(draw, options.grounded_share))
        turns += [Turn("user", request), Turn("assistant", reply, _member(number))]
        pictures.append(Picture(_member(number), target.picture))
        rounds.append(ConversationRound(number, target.person, shown))
    return Conversation(kind, tuple(turns), tuple(pictures), captions.names, tuple(rounds))


def single_turns(key: str, captions: Captions, closeups: Closeups, options: RecipeOptions) -> list[Conversation]:
    """Compose all single-turn conversations of a pair: text_to_image once, every other kind for each person."""
    conversations = [text_to_image(key, captions, closeups, options)]
    for person in (0, 1):
        conversations += [
            reconstruct(key, closeups, person, options),
            face_to_image(key, captions, closeups, person, options),
            paired(key, captions, closeups, person, options),
            image_to_crop(key, closeups, person, options),
        ]
    return conversations


def reconstruct(key: str, closeups: Closeups, person: int, options: RecipeOptions) -> Conversation:
    """Ask for a picture as it is."""
    draw, picture = _draw("reconstruct", key, person, options), _subject(closeups, person).closeup.picture
    return _single("reconstruct", draw, say.reconstruct_request(draw), person, "picture", picture, picture)


def face_to_image(
    key: str, captions: Captions, closeups: Closeups, person: int, options: RecipeOptions
) -> Conversation:
    """Ask for the picture that a face was cut from, by its caption."""
    draw, view = _draw("face_to_image", key, person, options), _subject(closeups, person).closeup
    request = say.face_request(draw, _caption(captions, person))
    return _single("face_to_image", draw, request, person, "picture", view.face, view.picture)


def paired(key: str, captions: Captions, closeups: Closeups, person: int, options: RecipeOptions) -> Conversation:
    """Ask for a picture of another moment than the face, so that copying the face does not answer it."""
    draw, subject = _draw("paired", key, person, options), _subject(closeups, person)
    request = say.face_request(draw, _caption(captions, person))
    return _single("paired", draw, request, person, "picture", subject.near.face, subject.closeup.picture)


def text_to_image(key: str, captions: Captions, closeups: Closeups, options: RecipeOptions) -> Conversation:
    """Ask for the pair alone, as round 1 does."""
    draw = _draw("text_to_image", key, None, options)
    reply = say.pair_reply(draw, captions.names, _chance(draw, options.grounded_share))
    return Conversation(
        kind="text_to_image",
        turns=(Turn("user", captions.round1), Turn("assistant", reply, "output.jpg")),
        pictures=(Picture("output.jpg", closeups.round1),),
        names=captions.names,
        rounds=(ConversationRound(1, None, "pair"),),
    )


def image_to_crop(key: str, closeups: Closeups, person: int, options: RecipeOptions) -> Conversation:
    """Ask for the face of the person on one side of the round-1 picture."""
    draw, subject = _draw("image_to_crop", key, person, options), _subject(closeups, person)
    request = say.crop_request(draw, SIDES[person])
    return _single("image_to_crop", draw, request, person, "face", closeups.round1, subject.near.face)


def _single(
    kind: str,
    draw: np.random.Generator,
    request: str,
    person: int,
    target: Literal["picture", "face"],
    given: Media,
    asked: Media,
) -> Conversation:
    return Conversation(
        kind=kind,
        turns=(
            Turn("user", request, "input.jpg"),
            Turn("assistant", say.confirmation(draw, kind), "output.jpg"),
        ),
        pictures=(Picture("input.jpg", given), Picture("output.jpg", asked)),
        names=(),
        rounds=(ConversationRound(1, person, target),),
    )


def _choose(draw: np.random.Generator, targets: Sequence[Target], repeat_share: float) -> tuple[Target, Target]:
    """Return the targets of rounds 2 and 3."""
    second = int(draw.integers(2))
    repeats = _chance(draw, repeat_share)
    own = [target for target in targets if target.person == second]
    others = [target for target in targets if target.person != second]
    assert own, "each person needs a target"
    assert others, "each person needs a target"
    more = [target for target in own[1:] if target.request is None or target.request != own[0].request]
    return own[0], more[0] if repeats and more else others[0]


def _draw(kind: str, key: str, person: int | None, options: RecipeOptions) -> np.random.Generator:
    return rng(key, "recipe", kind, person, options.seed)


def _chance(draw: np.random.Generator, share: float) -> bool:
    return bool(draw.random() < share)


def _subject(closeups: Closeups, person: int) -> Subject:
    return (closeups.left, closeups.right)[person]


def _caption(captions: Captions, person: int) -> str:
    return (captions.left_portrait, captions.right_portrait)[person]


def _member(number: int) -> str:
    return f"round{number}.jpg"
