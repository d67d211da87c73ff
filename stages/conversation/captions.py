"""Sentences: what is known of people and scene, said in one of several ways that the pair's key chooses.

Every sentence is whole for every combination of missing words. Nobody is "he" or "she": a person is a name or "they".
"""

from typing import Literal, NamedTuple, TypeVar

import numpy as np

from stages.conversation.words import SceneWords, Words

Side = Literal["left", "right"]
T = TypeVar("T")


def round1_prompt(
    draw: np.random.Generator, names: tuple[str, str], left: Words, right: Words, scene: SceneWords
) -> str:
    """Write the prompt of round 1: both people with name and place, then the background."""
    doing = scene.activity or _pick(draw, ("side by side", "next to each other", "together"))
    opening = _pick(draw, _OPENINGS).format(left=names[0], right=names[1], doing=doing)
    sentences = [
        f"{opening}, seen {scene.framing}." if scene.framing else f"{opening}.",
        *_person(draw, names, "left", left),
        *_person(draw, names, "right", right),
    ]
    if scene.background:
        sentences.append(_pick(draw, _BACKGROUNDS).format(scene.background))
    return " ".join(sentences)


def portrait_caption(draw: np.random.Generator, words: Words, background: str | None) -> str:
    """Describe one person's picture without a name: "A person with dark hair, wearing a red top, is ..."."""
    who = _pick(draw, ("A person", "Somebody", "One person"))
    if words.hair:
        who += f" with {words.hair}"
    if words.clothes:
        who += f"{',' if words.hair else ''} wearing {words.clothes}"
        who += "," if words.hair else ""
    manner = _manner(words, words.gaze, _THEY)
    seen = _pick(draw, ("is shown from the shoulders up", "is seen from the shoulders up"))
    if background:
        seen += f" in front of {background}"
    return f"{who} {seen}. They {manner}." if manner else f"{who} {seen}.{_head(words)}"


def closeup_request(draw: np.random.Generator, name: str) -> str:
    """Ask for a close-up by name alone."""
    return _pick(draw, _CLOSEUP_REQUESTS).format(name=name)


def pair_reply(draw: np.random.Generator, names: tuple[str, str], grounded: bool) -> str:
    """Answer round 1; a grounded reply says who is where."""
    forms = _PAIR_GROUNDED if grounded else _PAIR_REPLIES
    return _pick(draw, forms).format(left=names[0], right=names[1])


def person_reply(
    draw: np.random.Generator, target: Literal["closeup", "body"], name: str, side: Side, grounded: bool
) -> str:
    """Answer a round about one person; a grounded reply recalls where they are in the first picture."""
    view = _pick(draw, _VIEWS[target])
    forms = _PERSON_GROUNDED if grounded else _PERSON_REPLIES
    return _pick(draw, forms).format(name=name, side=side, view=view)


def reconstruct_request(draw: np.random.Generator) -> str:
    """Ask for the picture that was given."""
    return _pick(draw, _RECONSTRUCT)


def face_request(draw: np.random.Generator, caption: str) -> str:
    """Ask for a picture of the person whose face was given."""
    return _pick(draw, _FACE_REQUESTS).format(caption=caption)


def crop_request(draw: np.random.Generator, side: Side) -> str:
    """Ask for the face of one of the two people in the picture that was given."""
    return _pick(draw, _CROP_REQUESTS).format(side=side)


def confirmation(draw: np.random.Generator, kind: str) -> str:
    """Answer a single turn of a kind."""
    return _pick(draw, _CONFIRMATIONS[kind])


_OPENINGS = (
    "Generate an image of {left} and {right} {doing}",
    "Generate an image that shows {left} and {right} {doing}",
    "Generate an image with two people, {left} and {right}, {doing}",
    "Generate an image in which {left} and {right} are {doing}",
    "Please generate a picture of {left} and {right} {doing}",
    "Create an image of two people {doing}, {left} and {right}",
    "I would like a picture of {left} and {right} {doing}",
)

_BACKGROUNDS = (
    "Behind the two is {}.",
    "Both are in front of {}.",
    "The two are set against {}.",
    "Together they are seen against {}.",
)

_CLOSEUP_REQUESTS = (
    "Show me a close-up of {name}'s face.",
    "Now generate a close-up of {name}.",
    "Can I see {name} up close?",
    "Give me a portrait of {name}, please.",
    "I would like to see only {name} now, from close by.",
    "Zoom in on {name}'s face.",
    "Please make a close-up portrait of {name}.",
    "What does {name} look like up close?",
    "Next, a close-up of {name}.",
    "Generate an image of {name} alone, head and shoulders.",
    "Let me look at {name}'s face more closely.",
    "Bring {name} closer, alone and on a plain background.",
    "Could you show {name}'s face in detail?",
)

_PAIR_REPLIES = (
    "Here are {left} and {right}.",
    "Here is the picture of {left} and {right}.",
    "This is an image of {left} and {right}.",
    "Here is what you asked for.",
)

_PAIR_GROUNDED = (
    "Here they are: {left} on the left and {right} on the right.",
    "In this picture {left} is on the left, and {right} is on the right.",
    "Here is the image, with {left} on the left side and {right} on the right side.",
)

_VIEWS = {
    "closeup": ("up close", "in a close-up", "from close by"),
    "body": ("from head to toe", "in full view", "at full length"),
}

_PERSON_REPLIES = (
    "Here is {name} {view}.",
    "This is {name} {view}.",
    "Here is the picture of {name} {view}.",
    "Here you see {name} {view}.",
)

_PERSON_GROUNDED = (
    "{name} was on the {side} in the first picture; here they are {view}.",
    "In the first picture {name} is the person on the {side}. Here they are {view}.",
    "{name}, who was on the {side} at first, is shown here {view}.",
    "This is the person on the {side} of the first image, {name}, {view}.",
)

_RECONSTRUCT = (
    "Give me this picture back as it is.",
    "Reproduce this image exactly.",
    "Generate the same image again.",
    "Draw this picture once more, without any change.",
    "Return an identical copy of this image.",
)

_FACE_REQUESTS = (
    "Generate a picture of the person with this face. {caption} The face has to stay the same.",
    "This is the face to use. {caption} Make that image and do not alter the face.",
    "Make an image of this person. {caption} Leave the face as it is.",
    "Use this face for a new picture: {caption} Make sure that it is the same person.",
    "{caption} Generate that image with the face shown here, unchanged.",
)

_CROP_REQUESTS = (
    "Crop the face of the person on the {side}.",
    "Cut out the face on the {side}.",
    "Show me only the face of the person on the {side}.",
    "Give me the face that is on the {side} of this image.",
    "Zoom in on the face on the {side} until nothing else is seen.",
)

_CONFIRMATIONS = {
    "reconstruct": ("Here is the same picture.", "This is the image again.", "Here is the image, as it was."),
    "face_to_image": ("Here is the image, with the same face.", "Done. The face is the same.", "Here is this person."),
    "paired": ("Here is the image, with the same face.", "Done. The face is the same.", "Here is this person."),
    "image_to_crop": ("Here is the face.", "This is that face.", "Here is the face, cropped."),
}


def _person(draw: np.random.Generator, names: tuple[str, str], side: Side, words: Words) -> list[str]:
    name, other = names if side == "left" else names[::-1]
    gaze = words.gaze
    if gaze == ("turned to the right" if side == "left" else "turned to the left"):
        gaze = f"turned towards {other}"
    form = _pick(draw, _PERSONS)
    looks = _joined(
        words.hair and f"{form.verbs.has} {words.hair}", words.clothes and f"{form.verbs.wears} {words.clothes}"
    )
    first = form.with_looks if looks else form.without
    # After "They have dark hair" the name comes again, and after the name, "they".
    again, verbs = (name, _ONE) if form.verbs is _THEY and looks else ("They", _THEY)
    manner = _manner(words, gaze, verbs)
    rest = f"{again} {manner}." if manner else _head(words).strip()
    return [first.format(name=name, side=side, looks=looks), *([rest] if rest else [])]


class _Verbs(NamedTuple):
    has: str
    wears: str
    are: str


class _Form(NamedTuple):
    with_looks: str
    without: str
    verbs: _Verbs


_ONE = _Verbs("has", "is wearing", "is")
_ONE_PLAIN = _Verbs("has", "wears", "is")
_THEY = _Verbs("have", "are wearing", "are")

_PERSONS = (
    _Form("{name}, on the {side}, {looks}.", "{name} is on the {side}.", _ONE),
    _Form("On the {side} is {name}, who {looks}.", "On the {side} is {name}.", _ONE_PLAIN),
    _Form("The person on the {side} is {name}. They {looks}.", "The person on the {side} is {name}.", _THEY),
    _Form("{name} is on the {side}. They {looks}.", "{name} is on the {side}.", _THEY),
    _Form("To the {side}, {name} {looks}.", "To the {side} is {name}.", _ONE_PLAIN),
)


def _joined(*parts: str | None) -> str:
    return " and ".join(part for part in parts if part)


def _manner(words: Words, gaze: str | None, verbs: _Verbs) -> str | None:
    """Return what follows the subject: gaze, expression and a tilted head, as far as they are known."""
    if not gaze and not words.expression:
        return None
    phrase = f"{verbs.are} {gaze}" if gaze else f"{verbs.has} {words.expression}"
    if gaze and words.expression:
        phrase += f" with {words.expression}"
    return f"{phrase}, their head {words.tilt}" if words.tilt else phrase


def _head(words: Words) -> str:
    return f" Their head is {words.tilt}." if words.tilt else ""


def _pick(draw: np.random.Generator, forms: tuple[T, ...]) -> T:
    return forms[int(draw.integers(len(forms)))]
