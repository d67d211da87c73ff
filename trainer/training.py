"""A training as a thing: begun from options and shards, saved, and resumed from a checkpoint."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from trainer import checkpoint
from trainer.batch import Loader
from trainer.checkpoint import Progress
from trainer.config import Config, changed_options
from trainer.errors import CheckpointError, ConfigError
from trainer.mixture import Mixture
from trainer.model import ConversationModel, build_model
from trainer.shards import ShardSet, Text
from trainer.tokenizer import Vocabulary
from trainer.vision import Tower


@dataclass
class Training:
    """All that a training consists of; what changes in it is what a checkpoint holds.

    resumed_at: the step this process began at.
    """

    config: Config
    shards: ShardSet
    vocabulary: Vocabulary
    loader: Loader
    mixture: Mixture
    model: ConversationModel
    optimizer: torch.optim.AdamW
    steps: int
    resumed_at: int


def prepare(config: Config, log: Callable[[str], None], *, fresh: bool = False) -> Training:
    """Resume from the latest checkpoint in `train.output`, or begin; `fresh` removes what was trained there before.

    Raises CheckpointError if that checkpoint belongs to other options or other shards.
    """
    device = _device(config)
    if config.train.threads:
        torch.set_num_threads(config.train.threads)
    torch.manual_seed(config.seed)
    shards = ShardSet(config.data.shards)
    if fresh:
        _forget(config.train.output)
    latest = checkpoint.latest(config.train.output)
    if latest is not None:
        _check_belongs(latest, config, shards)
    progress = Progress(0, {}, shards.sha256) if latest is None else checkpoint.read_progress(latest)
    mixture = Mixture(shards, config.data.mix, config.seed, progress.drawn)
    vocabulary = _vocabulary(config, shards, mixture, latest)
    tower = Tower(config.vision, device)
    loader = Loader(
        vocabulary,
        tower,
        batch_size=config.train.batch_size,
        max_tokens=config.data.max_tokens,
        device=device,
        report=log,
    )
    model = build_model(
        config.model,
        vocabulary=len(vocabulary),
        feature_width=tower.width,
        max_tokens=config.data.max_tokens,
        seed=config.seed,
    ).to(device)
    optimizer = _optimizer(model, config)
    training = Training(
        config,
        shards,
        vocabulary,
        loader,
        mixture,
        model,
        optimizer,
        steps=progress.steps,
        resumed_at=progress.steps,
    )
    if latest is None:
        _measure_features(training)
    else:
        checkpoint.read_model(latest, model)
        checkpoint.read_training(latest, optimizer)
    log(_summary(training, latest))
    return training


def save(training: Training) -> Path:
    """Write a checkpoint and return its folder."""
    return checkpoint.save(
        training.config.train.output,
        config=training.config,
        vocabulary=training.vocabulary,
        model=training.model,
        optimizer=training.optimizer,
        progress=Progress(training.steps, dict(training.mixture.drawn), training.shards.sha256),
    )


def _forget(output: Path) -> None:
    """Remove the checkpoints and metrics of an earlier training, and nothing else."""
    for folder in checkpoint.checkpoints(output):
        shutil.rmtree(folder)
    (output / "metrics.jsonl").unlink(missing_ok=True)


def _check_belongs(latest: Path, config: Config, shards: ShardSet) -> None:
    another = "go on with what it was, name another --output, or start over with --fresh"
    if changed := changed_options(checkpoint.read_config(latest), config):
        raise CheckpointError(f"{latest} was trained with other options: {', '.join(changed)}; {another}")
    if checkpoint.read_progress(latest).index_sha256 != shards.sha256:
        raise CheckpointError(f"{latest} was trained on other shards than are now in {shards.folder}; {another}")


def _device(config: Config) -> torch.device:
    if config.train.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("train.device: cuda, but torch finds no GPU here; allowed: cpu")
    return torch.device(config.train.device)


def _vocabulary(config: Config, shards: ShardSet, mixture: Mixture, latest: Path | None) -> Vocabulary:
    if latest is not None:
        return Vocabulary.load(latest)
    if config.tokenizer.folder is not None:
        return Vocabulary.load(config.tokenizer.folder)
    return Vocabulary.train(_texts(shards, mixture), config.tokenizer.vocabulary)


def _texts(shards: ShardSet, mixture: Mixture) -> Iterator[str]:
    for kind in mixture.weights:
        for sample in shards.samples(kind, "train"):
            for message in sample.record.messages:
                yield from (part.text for part in message.content if isinstance(part, Text))


def _optimizer(model: ConversationModel, config: Config) -> torch.optim.AdamW:
    """AdamW; matrices decay, vectors (norms, biases, the query) do not."""
    options = config.optimizer
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(
        [
            {
                "params": [parameter for parameter in parameters if parameter.ndim > 1],
                "weight_decay": options.weight_decay,
            },
            {"params": [parameter for parameter in parameters if parameter.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=options.learning_rate,
        betas=(options.beta1, options.beta2),
        eps=options.epsilon,
    )


def _measure_features(training: Training) -> None:
    """Set the model's feature statistics from the first samples of the mixture, as they will be drawn again."""
    config = training.config
    ahead = Mixture(training.shards, config.data.mix, config.seed)
    samples = (ahead.draw() for _ in range(config.vision.statistics_samples))
    training.model.measure_features(torch.cat([batch.features for batch in training.loader.batches(samples)]))


def _summary(training: Training, latest: Path | None) -> str:
    weights = sum(parameter.numel() for parameter in training.model.parameters())
    mix = ", ".join(f"{kind} {weight:g}" for kind, weight in training.mixture.weights.items())
    began = "new training" if latest is None else f"resuming {latest}"
    return f"{began}: {weights / 1e6:.2f} M weights, {len(training.vocabulary)} tokens, mix {mix}"
