"""Checkpoints: whole directories, written aside and renamed, so that one that exists is complete.

OUTPUT/checkpoint-000200/
  model.safetensors   the decoder, the projections and the features' statistics
  tokenizer.json
  config.yaml         the options of the training; with the two above, all that inference needs
  training.pt         the optimizer and the random generators
  progress.json       steps done, samples drawn of each kind (the loader's position), hash of the shards' index
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_model, save_model

from trainer.config import Config, dump_config, parse_config
from trainer.model import ConversationModel
from trainer.shards import Kind
from trainer.tokenizer import Vocabulary

NAME = re.compile(r"checkpoint-(\d{6,})")


@dataclass(frozen=True)
class Progress:
    steps: int
    drawn: dict[Kind, int]
    index_sha256: str


def checkpoints(output: Path) -> list[Path]:
    """The complete checkpoints of a training, oldest first."""
    found = [path for path in output.glob("checkpoint-*") if NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.name.partition("-")[2]))


def latest(output: Path) -> Path | None:
    return next(reversed(checkpoints(output)), None)


def save(
    output: Path,
    *,
    config: Config,
    vocabulary: Vocabulary,
    model: ConversationModel,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> Path:
    """Write a checkpoint, unless it exists, then remove all but the last `train.keep_checkpoints`."""
    final = output / f"checkpoint-{progress.steps:06d}"
    if final.exists():
        return final
    aside = output / f".{final.name}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    save_model(model, str(aside / "model.safetensors"))
    vocabulary.save(aside)
    (aside / "config.yaml").write_text(yaml.safe_dump(dump_config(config), sort_keys=False))
    random = {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()}
    torch.save({"optimizer": optimizer.state_dict(), "random": random}, aside / "training.pt")
    (aside / "progress.json").write_text(json.dumps(asdict(progress), indent=2) + "\n")
    for path in (*aside.iterdir(), aside):
        _sync(path)
    aside.rename(final)
    _sync(output)
    for old in checkpoints(output)[: -config.train.keep_checkpoints]:
        shutil.rmtree(old)
    return final


def read_config(folder: Path) -> Config:
    path = folder / "config.yaml"
    return parse_config(yaml.safe_load(path.read_text()), source=str(path))


def read_progress(folder: Path) -> Progress:
    return Progress(**json.loads((folder / "progress.json").read_text()))


def read_model(folder: Path, model: ConversationModel) -> None:
    """Put the saved weights into a model that was built with the same options."""
    load_model(model, str(folder / "model.safetensors"))


def read_training(folder: Path, optimizer: torch.optim.Optimizer) -> None:
    """Put the saved state into the optimizer and the random generators."""
    state: dict[str, Any] = torch.load(folder / "training.pt", weights_only=True)
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"]["cpu"])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["random"]["cuda"])


def _sync(path: Path) -> None:
    """Have a file or the names in a folder on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
