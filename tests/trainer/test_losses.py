import math

import torch

from trainer.losses import image_loss, text_loss


def test_text_loss_is_the_sum_over_labels():
    loss, count = text_loss(torch.zeros(3, 8), torch.tensor([0, 5, 7]))
    assert count == 3
    assert math.isclose(loss.item(), 3 * math.log(8), rel_tol=1e-6)


def test_image_loss_is_the_sum_over_values():
    loss, count = image_loss(torch.zeros(2, 64, 3), torch.full((2, 64, 3), 0.5))
    assert (loss.item(), count) == (0.25 * 384, 384)


def test_losses_of_nothing_are_zero():
    text, labels = text_loss(torch.zeros(0, 8), torch.zeros(0, dtype=torch.long))
    image, values = image_loss(torch.zeros(0, 64, 3), torch.zeros(0, 64, 3))
    assert (text.item(), labels, image.item(), values) == (0.0, 0, 0.0, 0)


def test_bfloat16_predictions_are_compared_in_float32():
    logits = torch.randn(4, 8, dtype=torch.bfloat16)
    assert text_loss(logits, torch.zeros(4, dtype=torch.long))[0].dtype == torch.float32
    assert image_loss(logits, torch.zeros(4, 8))[0].dtype == torch.float32
