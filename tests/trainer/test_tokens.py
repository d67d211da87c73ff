from itertools import groupby

from trainer.shards import Image, Message, Text
from trainer.tokenizer import Vocabulary
from trainer.tokens import IGNORE, Picture, Slot, Tokens, encode_conversation

VOCABULARY = Vocabulary.train(["look draw ok done more"] * 3, 400)

CONVERSATION = (
    Message("user", (Image("image", "input.jpg"), Text("text", "look"))),
    Message("assistant", (Text("text", "ok draw"), Image("image", "round1.jpg"))),
    Message("user", (Text("text", "more"),)),
    Message("assistant", (Image("image", "round2.jpg"), Text("text", "done"))),
)

# What stands at a position, and what is to be predicted there; "64 F" and "64 Q" are features and queries.
EXPECTED = [
    ("<s>", None),
    ("[INST]", None),
    ("<img>", None),
    ("64 F", None),
    ("</img>", None),
    ("look", None),
    ("[/INST]", "ok"),
    ("ok", "draw"),
    ("draw", "<img>"),
    ("<img>", None),
    ("64 Q", None),
    ("64 F", None),
    ("</img>", "</s>"),
    ("[INST]", None),
    ("more", None),
    ("[/INST]", "<img>"),
    ("<img>", None),
    ("64 Q", None),
    ("64 F", None),
    ("</img>", "done"),
    ("done", "</s>"),
    ("</s>", None),
]


def describe(tokens: Tokens) -> list[tuple[str, str | None]]:
    """Write a conversation as in EXPECTED."""
    words = {VOCABULARY.encode(word)[0]: word for word in ("look", "draw", "ok", "done", "more")}
    words |= {VOCABULARY.bos: "<s>", VOCABULARY.eos: "</s>"}
    words |= {VOCABULARY.open_turn: "[INST]", VOCABULARY.close_turn: "[/INST]"}
    words |= {VOCABULARY.open_image: "<img>", VOCABULARY.close_image: "</img>"}
    words[IGNORE] = None
    rows: list[tuple[str, str | None]] = []
    for slot, group in groupby(zip(tokens.slots, tokens.ids, tokens.labels, strict=True), key=lambda row: row[0]):
        run = list(group)
        if slot is Slot.TOKEN:
            rows += [(words[id], words[label]) for _, id, label in run]
        else:
            assert {label for _, _, label in run} == {IGNORE}
            rows.append((f"{len(run)} {slot.name[0]}", None))
    return rows


def test_layout_and_labels_of_a_conversation():
    assert describe(encode_conversation(CONVERSATION, VOCABULARY)) == EXPECTED


def test_pictures_are_listed_in_the_order_of_the_sequence():
    assert encode_conversation(CONVERSATION, VOCABULARY).pictures == (
        Picture("input.jpg", generated=False),
        Picture("round1.jpg", generated=True),
        Picture("round2.jpg", generated=True),
    )


def test_reply_of_text_alone_is_learned_to_its_end():
    messages = (Message("user", (Text("text", "look"),)), Message("assistant", (Text("text", "done"),)))
    assert describe(encode_conversation(messages, VOCABULARY)) == [
        ("<s>", None),
        ("[INST]", None),
        ("look", None),
        ("[/INST]", "done"),
        ("done", "</s>"),
        ("</s>", None),
    ]
