"""Lay a conversation out as one sequence, and say which of its tokens are learned.

    <s> [INST] a request <img> F F ... F </img> [/INST] a reply <img> Q Q ... Q F F ... F </img> [INST] ... </s>

Pictures. F are the 64 features of a picture, put in as they are. A picture to generate is first asked for: Q are 64
query positions, whose inputs are the same in every conversation and whose outputs are trained to be the features.
The true features follow them, so the queries of a round see the true pictures of all rounds before (teacher forcing)
and not their own; the attention is plainly causal, for any kernel. Inference only ever appends to the same sequence:
after `<img>` the queries, in one pass, then the features they gave, then `</img>`.

Why two blocks. With queries alone (SEED-X's placeholders) a later round would see what the queries computed in place
of the picture, and a chat could not go on from kept features. With features alone, each predicted from those
before, a picture takes 64 passes. Hiding the queries from what follows would give a generated picture the very form
of one that a user shows, but needs a mask of its own; seen, they do no harm, as inference has the same ones. The
price is 64 more positions for each generated picture.

What is learned (`labels`, cross-entropy): the texts and the `<img>` of replies, and where each reply ends. Not
learned: whatever the user says, features, queries, and `</img>`, which is put after the last feature, not chosen.

Ends. There is one BOS and one EOS, at the ends of the conversation. But every reply ends with the *label* EOS, since
there a chat stops generating; within a conversation it is only a label, and the sequence goes on with `[INST]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from trainer.shards import Message, Text
from trainer.tokenizer import Vocabulary

TOKENS_PER_IMAGE = 64
IGNORE = -100


class Slot(IntEnum):
    """What stands at a position: a token of the vocabulary, a feature of a picture, or a query for one."""

    TOKEN = 0
    FEATURE = 1
    QUERY = 2


@dataclass(frozen=True)
class Picture:
    """A picture in the order of the sequence; `generated` if queries stand before its features."""

    name: str
    generated: bool


@dataclass(frozen=True)
class Tokens:
    """A conversation of T positions.

    ids: the token at a position; PAD where the slot is not TOKEN.
    slots: what stands there.
    labels: the token that should come *next*, IGNORE where that is not learned.
    """

    ids: tuple[int, ...]
    slots: tuple[Slot, ...]
    labels: tuple[int, ...]
    pictures: tuple[Picture, ...]

    def __len__(self) -> int:
        return len(self.ids)


def encode_conversation(messages: Sequence[Message], vocabulary: Vocabulary) -> Tokens:
    """Lay out alternating messages of user and assistant."""
    layout = _Layout(vocabulary)
    layout.token(vocabulary.bos)
    for message in messages:
        reply = message.role == "assistant"
        if not reply:
            layout.token(vocabulary.open_turn)
        for part in message.content:
            if isinstance(part, Text):
                for id in vocabulary.encode(part.text):
                    layout.token(id, learned=reply)
            else:
                layout.picture(part.image, generated=reply)
        if reply:
            layout.end_reply()
        else:
            layout.token(vocabulary.close_turn)
    layout.token(vocabulary.eos)
    return Tokens(tuple(layout.ids), tuple(layout.slots), tuple(layout.labels), tuple(layout.pictures))


class _Layout:
    """A sequence while it grows."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.ids: list[int] = []
        self.slots: list[Slot] = []
        self.labels: list[int] = []
        self.pictures: list[Picture] = []

    def token(self, id: int, *, learned: bool = False) -> None:
        if learned:
            self.labels[-1] = id
        self._append(id, Slot.TOKEN)

    def picture(self, name: str, *, generated: bool) -> None:
        self.token(self.vocabulary.open_image, learned=generated)
        for slot in (Slot.QUERY, Slot.FEATURE) if generated else (Slot.FEATURE,):
            for _ in range(TOKENS_PER_IMAGE):
                self._append(self.vocabulary.pad, slot)
        self.token(self.vocabulary.close_image)
        self.pictures.append(Picture(name, generated))

    def end_reply(self) -> None:
        self.labels[-1] = self.vocabulary.eos

    def _append(self, id: int, slot: Slot) -> None:
        self.ids.append(id)
        self.slots.append(slot)
        self.labels.append(IGNORE)
