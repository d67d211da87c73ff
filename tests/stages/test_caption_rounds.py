from pathlib import Path

import pytest

from pipeline.columns import arrow_type, from_column, to_column
from pipeline.run import Run
from pipeline.sample import Sample
from stages.caption_rounds import CaptionRounds, Captions
from stages.conversation.names import assign_names
from tests.stages.conversation.drawn import Sitter, closeups

PAIR = closeups(Sitter(long=True), Sitter(hair=(150, 150, 152), garment=(190, 36, 40)))
KEY = "talk.mp4/w00/p0"


def caption(key=KEY, **options):
    stage = CaptionRounds(**options)
    return stage.process(Sample(key).put(PAIR), stage.load(Run("test", Path("."))))[Captions]


def test_what_is_seen_is_put_into_words():
    captions = caption()
    assert captions.names == assign_names(KEY)
    assert (captions.left.hair, captions.left.clothes) == ("long dark hair", "a blue top")
    assert (captions.right.hair, captions.right.clothes) == ("grey hair", "a red top")
    assert captions.scene.background == "a plain light grey background"
    assert captions.worn == ("a blue top", "a red top")


def test_the_prompt_names_both_people_with_their_looks():
    captions = caption()
    for part in (*captions.names, "long dark hair", "a red top", "a plain light grey background"):
        assert part in captions.round1


def test_portrait_captions_describe_the_other_moment():
    captions = caption()
    assert captions.left.expression == "a calm expression"
    assert "a smile" in captions.left_portrait  # the close-ups are drawn with a wide mouth
    assert not any(name in captions.left_portrait for name in captions.names)


def test_same_key_same_words():
    assert caption() == caption()


def test_the_seed_changes_names_and_wording():
    assert caption(seed=1).names != caption(seed=2).names


def test_captions_survive_their_column():
    captions = caption()
    assert arrow_type(Captions)
    assert from_column(Captions, to_column(captions)) == captions


def test_an_unknown_captioner_is_refused_by_name():
    with pytest.raises(ValueError, match="captioner is 'oracle', but must be one of measured"):
        CaptionRounds(captioner="oracle")
