from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from trainer.errors import ConfigError
from trainer.tokenizer import SPECIAL, Vocabulary


def test_any_text_survives_encoding(vocabulary: Vocabulary):
    text = "Zoë draws 3 cats -- 猫!"
    assert vocabulary.decode(vocabulary.encode(text)) == text


@pytest.mark.parametrize("token", SPECIAL)
def test_special_tokens_typed_by_a_user_are_plain_text(vocabulary: Vocabulary, token: str):
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.open_turn, vocabulary.close_turn}
    special |= {vocabulary.open_image, vocabulary.close_image}
    ids = vocabulary.encode(f"a {token} b")
    assert not special & set(ids)
    assert vocabulary.decode(ids) == f"a {token} b"


def test_loaded_tokenizer_encodes_as_the_saved_one(vocabulary: Vocabulary, tmp_path: Path):
    vocabulary.save(tmp_path)
    loaded = Vocabulary.load(tmp_path)
    text = "Olivia stands <img> alone."
    assert (loaded.encode(text), len(loaded), loaded.eos) == (vocabulary.encode(text), len(vocabulary), vocabulary.eos)


def test_training_is_reproducible():
    texts = ["Olivia is on the left, Julian on the right.", "Here is Julian from the right."] * 3
    first, second = Vocabulary.train(texts, 330), Vocabulary.train(texts, 330)
    assert first.encode(texts[0]) == second.encode(texts[0])


def test_tokenizer_of_another_model_gets_the_missing_tokens(tmp_path: Path):
    foreign = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1, "</s>": 2, "hello": 3}, unk_token="<unk>"))
    foreign.pre_tokenizer = pre_tokenizers.Whitespace()
    foreign.save(str(tmp_path / "tokenizer.json"))
    vocabulary = Vocabulary.load(tmp_path)
    assert (vocabulary.bos, vocabulary.eos, vocabulary.encode("hello")) == (1, 2, [3])
    assert min(vocabulary.pad, vocabulary.open_turn, vocabulary.open_image, vocabulary.close_image) >= 4
    assert len(vocabulary) == 4 + len(SPECIAL) - 2


def test_folder_without_a_tokenizer_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"tokenizer\.folder: .* holds no tokenizer\.json"):
        Vocabulary.load(tmp_path)
