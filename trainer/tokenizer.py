"""The tokenizer: a byte-level BPE trained on the shards' texts, or a tokenizer.json that came with a language model."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from trainer.errors import ConfigError

FILE = "tokenizer.json"
PAD, BOS, EOS = "<pad>", "<s>", "</s>"
OPEN_TURN, CLOSE_TURN = "[INST]", "[/INST]"
OPEN_IMAGE, CLOSE_IMAGE = "<img>", "</img>"
SPECIAL = (PAD, BOS, EOS, OPEN_TURN, CLOSE_TURN, OPEN_IMAGE, CLOSE_IMAGE)


class Vocabulary:
    """Texts to ids and back, and the ids of the template's tokens; those a loaded tokenizer lacks are added."""

    def __init__(self, tokenizer: Tokenizer):
        tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
        tokenizer.encode_special_tokens = True  # "<img>" typed by a user is five characters, not a picture
        self._tokenizer = tokenizer
        ids = tokenizer.get_vocab(with_added_tokens=True)
        self.pad, self.bos, self.eos = ids[PAD], ids[BOS], ids[EOS]
        self.open_turn, self.close_turn = ids[OPEN_TURN], ids[CLOSE_TURN]
        self.open_image, self.close_image = ids[OPEN_IMAGE], ids[CLOSE_IMAGE]

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> "Vocabulary":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIAL),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def load(cls, folder: Path) -> "Vocabulary":
        path = folder / FILE
        if not path.is_file():
            raise ConfigError(f"tokenizer.folder: {folder} holds no {FILE}")
        return cls(Tokenizer.from_file(str(path)))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._tokenizer.save(str(folder / FILE))

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Encode a text by itself: no BOS, no EOS, no special tokens whatever it says."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids).strip()
