"""Drawn shards, and options of a training that takes seconds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.drawn import write_drawn_shards
from trainer.config import Config, parse_config
from trainer.tokenizer import Vocabulary


@pytest.fixture(scope="session")
def drawn_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of shards of three kinds: several rounds, a picture shown, text only."""
    return write_drawn_shards(tmp_path_factory.mktemp("shards"), {"closeup": 6, "image_to_crop": 5, "text_to_image": 3})


@pytest.fixture
def make_config(drawn_shards: Path, tmp_path: Path) -> Callable[..., Config]:
    """Build options of a training that takes seconds; keyword arguments replace options of a section."""

    def make(**sections: dict[str, Any]) -> Config:
        options: dict[str, Any] = {
            "data": {"shards": drawn_shards, "mix": {"closeup": 1, "image_to_crop": 1, "text_to_image": 1}},
            "tokenizer": {"vocabulary": 300},
            "vision": {"statistics_samples": 4},
            "model": {"width": 32, "mlp_width": 64, "layers": 2, "heads": 2},
            "optimizer": {"warmup_steps": 2},
            "train": {"output": tmp_path / "training", "steps": 4, "batch_size": 2, "threads": 1},
        }
        for section, changes in sections.items():
            options[section] = options.get(section, {}) | changes
        return parse_config(options, source="test")

    return make


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.train(["Olivia stands alone. Here it is.", "Julian in red on the left."], 320)
