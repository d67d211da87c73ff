"""The algorithm: draw samples, predict, compare, step; save from time to time."""

import math
from collections.abc import Callable, Mapping
from itertools import islice

import torch
from torch import Tensor

from trainer.batch import Batch
from trainer.config import Config
from trainer.errors import DivergedError
from trainer.losses import image_loss, text_loss
from trainer.metrics import Metrics, StepRow
from trainer.model import ConversationModel
from trainer.training import Training, prepare, save


def train(
    config: Config,
    *,
    fresh: bool = False,
    log: Callable[[str], None] = print,
    stopped: Callable[[], bool] = lambda: False,
) -> Training:
    """Train to `train.steps`, from the latest checkpoint in `train.output` if there is one and not `fresh`.

    Where `stopped` becomes true, the training is saved after the step at hand and returned as it is.
    """
    training = prepare(config, log, fresh=fresh)
    if training.steps >= config.train.steps:
        return training
    options = config.train
    metrics = Metrics(
        options.output, steps=training.steps, last_step=options.steps, log_every=options.log_every, log=log
    )
    while training.steps < options.steps and not stopped():
        batches = [training.loader.draw(training.mixture) for _ in range(options.accumulation)]
        training.steps += 1
        metrics.step(train_step(training, batches))
        if training.steps % options.checkpoint_every == 0:
            save(training)
    save(training)
    if training.steps == options.steps:
        losses = validate(training)
        metrics.validation(training.steps, losses)
        log(_validation_line(losses, config))
    return training


def train_step(training: Training, batches: list[Batch]) -> StepRow:
    """Take one optimizer step over micro-batches, each loss divided by its count over all of them.

    Raises DivergedError before the optimizer has touched a weight if loss or gradient is not finite.
    """
    config, model, optimizer = training.config, training.model, training.optimizer
    text_count = max(1, sum(batch.text_count for batch in batches))
    image_count = max(1, sum(batch.image_count for batch in batches))
    rate = learning_rate(training.steps, config)
    for group in optimizer.param_groups:
        group["lr"] = rate
    ce = mse = 0.0
    model.train()
    for batch in batches:
        (text_sum, _), (image_sum, _) = batch_losses(model, batch, config)
        loss = config.loss.text * text_sum / text_count + config.loss.image * image_sum / image_count
        loss.backward()
        ce += text_sum.item() / text_count
        mse += image_sum.item() / image_count
    loss_value = config.loss.text * ce + config.loss.image * mse
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.gradient_norm).item()
    if not (math.isfinite(loss_value) and math.isfinite(norm)):
        raise DivergedError(
            f"step {training.steps}: loss {loss_value}, gradient norm {norm}; nothing of this step was kept. "
            "Start again from the last checkpoint with a lower optimizer.learning_rate"
        )
    optimizer.step()
    optimizer.zero_grad()
    return StepRow(training.steps, loss_value, ce, mse, rate, norm, sum(batch.tokens for batch in batches))


def batch_losses(
    model: ConversationModel, batch: Batch, config: Config
) -> tuple[tuple[Tensor, int], tuple[Tensor, int]]:
    """Return (sum, count) of the cross-entropy and of the squared error of a batch."""
    with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=config.train.precision == "bfloat16"):
        prediction = model(batch)
    return (
        text_loss(prediction.logits, batch.labels[batch.labels >= 0]),
        image_loss(prediction.features, model.normalise(batch.features[batch.generated])),
    )


def learning_rate(step: int, config: Config) -> float:
    """Rise linearly over the warm-up, then stay; `step` counts from 1."""
    return config.optimizer.learning_rate * min(1.0, step / max(1, config.optimizer.warmup_steps))


@torch.no_grad()
def validate(training: Training) -> dict[str, dict[str, float]]:
    """Measure the losses on the first `train.validation_samples` validation samples of every kind trained on.

    Returns kind -> ce, mse, samples, and the same for "all"; a kind without validation samples is not in it.
    """
    config = training.config
    training.model.eval()
    sums: dict[str, Tensor] = {}  # of the cross-entropy and its count, the squared error and its count, samples
    for kind in training.mixture.weights:
        samples = islice(training.shards.samples(kind, "validation"), config.train.validation_samples)
        for batch in training.loader.batches(samples):
            (text_sum, text_count), (image_sum, image_count) = batch_losses(training.model, batch, config)
            row = torch.tensor(
                [text_sum.item(), text_count, image_sum.item(), image_count, len(batch.ids)],
                dtype=torch.float64,
            )
            for name in (kind, "all"):
                sums[name] = sums.get(name, torch.zeros_like(row)) + row
    return {
        name: {"ce": ce / max(1, labels), "mse": error / max(1, values), "samples": int(samples)}
        for name, (ce, labels, error, values, samples) in ((name, row.tolist()) for name, row in sums.items())
    }


def _validation_line(losses: Mapping[str, Mapping[str, float]], config: Config) -> str:
    if not losses:
        return "validation: no samples"
    ce, mse, samples = (losses["all"][name] for name in ("ce", "mse", "samples"))
    loss = config.loss.text * ce + config.loss.image * mse
    return f"validation: loss {loss:.3f}  ce {ce:.3f}  mse {mse:.3f}  ({samples} samples of {len(losses) - 1} kinds)"
