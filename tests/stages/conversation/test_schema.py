import json

from stages.conversation.schema import (
    Conversation,
    ConversationRound,
    PersonRecord,
    Provenance,
    Turn,
    to_json,
)

CONVERSATION = Conversation(
    kind="image_to_crop",
    turns=(Turn("user", "Crop the face.", "input.jpg"), Turn("assistant", "Here it is.", "output.jpg")),
    pictures=(),
    names=(),
    rounds=(ConversationRound(1, 0, "face"),),
)


def record(**changes):
    person = PersonRecord(name="Nadia", side="left", identity="person-0007", face_box=(1.0, 2.0, 3.0, 4.0))
    provenance = Provenance("clip.mp4", "ab" * 32, None, "CC0-1.0", None, "clip.mp4/w00/p0", 0, 1.5)
    given = {"scores": {"b": 0.5, "a": 1.0}, **changes}
    return to_json("clip_w00_p0_crop", "train", CONVERSATION, [person], provenance, **given)


def test_record():
    assert record() == {
        "schema": 1,
        "key": "clip_w00_p0_crop",
        "kind": "image_to_crop",
        "split": "train",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "image": "input.jpg"}, {"type": "text", "text": "Crop the face."}],
            },
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "Here it is."}, {"type": "image", "image": "output.jpg"}],
            },
        ],
        "names": [],
        "persons": [{"name": "Nadia", "side": "left", "identity": "person-0007", "face_box": [1.0, 2.0, 3.0, 4.0]}],
        "rounds": [{"round": 1, "person": 0, "target": "face"}],
        "provenance": {
            "file": "clip.mp4",
            "sha256": "ab" * 32,
            "source": None,
            "licence": "CC0-1.0",
            "consent": None,
            "sample": "clip.mp4/w00/p0",
            "shot": 0,
            "seconds": 1.5,
        },
        "scores": {"a": 1.0, "b": 0.5},
    }


def test_record_is_json_as_it_stands():
    assert json.loads(json.dumps(record())) == record()


def test_scores_are_in_one_order_whatever_order_they_came_in():
    assert list(record()["scores"]) == ["a", "b"]
