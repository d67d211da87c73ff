"""The two losses. Each returns (sum, count): sums and counts add up over batches and ranks, means do not."""

import torch.nn.functional as F
from torch import Tensor


def text_loss(logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
    """Sum the cross-entropy, in nats, of logits (L, V) at the L labelled positions."""
    return F.cross_entropy(logits.float(), labels, reduction="sum"), labels.numel()


def image_loss(predicted: Tensor, features: Tensor) -> tuple[Tensor, int]:
    """Sum the squared error of normalised features (M, 64, C); predicting the mean picture gives a mean of 1."""
    return F.mse_loss(predicted.float(), features.float(), reduction="sum"), features.numel()
