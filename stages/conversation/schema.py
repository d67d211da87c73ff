"""A conversation as it is kept and as shards hold it: KEY.json beside KEY.round1.jpg and so on.

The trainer describes the same format on its side; one test holds both together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pipeline.media import Media

SCHEMA_VERSION = 1

SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True)
class Turn:
    """What one of the two says, with at most one picture: before a user's text, after an assistant's."""

    role: Literal["user", "assistant"]
    text: str
    image: str | None = None  # the picture's member name, e.g. "round1.jpg"


@dataclass(frozen=True)
class Picture:
    """A picture of a conversation under its member name."""

    member: str
    media: Media


@dataclass(frozen=True)
class ConversationRound:
    """What one round asks for."""

    round: int  # from 1
    person: int | None  # 0 left, 1 right; None for both or none in particular
    target: Literal["pair", "closeup", "body", "picture", "face"]


@dataclass(frozen=True)
class Conversation:
    """A conversation of some kind with its pictures. `names` holds the names that its text uses, left one first."""

    kind: str
    turns: tuple[Turn, ...]
    pictures: tuple[Picture, ...]
    names: tuple[str, ...]
    rounds: tuple[ConversationRound, ...]

    @property
    def name(self) -> str:
        """What tells it from the others of its pair: its kind, and the side if a single turn is about one person."""
        person = self.rounds[0].person
        return self.kind if person is None else f"{self.kind}_{SIDES[person]}"


@dataclass(frozen=True)
class PersonRecord:
    """Who is in the pictures. `identity` is the person's number across the data set, `face_box` lies in round 1."""

    name: str | None
    side: Literal["left", "right"]
    identity: str | None
    face_box: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Provenance:
    """Where a conversation comes from, and what may be done with it.

    `file` is the video's key, its path within the input; `source`, `licence` and `consent` are what the user's list
    said of it. `sample` is the conversation's key in the manifests; `shot` and `seconds` say where round 1 was taken.
    """

    file: str
    sha256: str
    source: str | None
    licence: str | None
    consent: str | None
    sample: str
    shot: int
    seconds: float


def to_json(
    key: str,
    split: str,
    conversation: Conversation,
    persons: Sequence[PersonRecord],
    provenance: Provenance,
    scores: Mapping[str, float | None],
) -> dict[str, Any]:
    """Return KEY.json: the same keys in every sample of a kind, null for what is not known."""
    return {
        "schema": SCHEMA_VERSION,
        "key": key,
        "kind": conversation.kind,
        "split": split,
        "messages": [_message(turn) for turn in conversation.turns],
        "names": list(conversation.names),
        "persons": [_plain(person) for person in persons],
        "rounds": [asdict(item) for item in conversation.rounds],
        "provenance": asdict(provenance),
        "scores": {name: scores[name] for name in sorted(scores)},
    }


def _message(turn: Turn) -> dict[str, Any]:
    """Return a turn in the role/content form that chat templates read."""
    content: list[dict[str, str]] = [{"type": "text", "text": turn.text}]
    if turn.image is not None:
        picture = {"type": "image", "image": turn.image}
        content = [picture, *content] if turn.role == "user" else [*content, picture]
    return {"role": turn.role, "content": content}


def _plain(person: PersonRecord) -> dict[str, Any]:
    return {**asdict(person), "face_box": None if person.face_box is None else list(person.face_box)}
