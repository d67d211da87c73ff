"""SAM 2 and SAM 3's tracker, tiny and with random weights, as their own `save_pretrained` writes them."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    Sam2Config,
    Sam2ImageProcessor,
    Sam2Model,
    Sam2Processor,
    Sam3ImageProcessor,
    Sam3TrackerConfig,
    Sam3TrackerModel,
    Sam3TrackerProcessor,
)

SIDES = {"sam2": 128, "sam3": 112}  # pixels that the image encoder sees


def save_tiny(kind: str, folder: Path) -> Any:
    """Save a model and its processor into a folder. Returns the model, whose weights may be changed and saved again."""
    torch.manual_seed(0)
    model, processor = (_sam2 if kind == "sam2" else _sam3)()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return model


def _sam2() -> tuple[Any, Any]:
    side = SIDES["sam2"]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 8,
        "num_attention_heads": 1,
        "image_size": [side, side],
        "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64],
        "num_attention_heads_per_stage": [1, 1, 1, 1],
        "window_size_per_stage": [8, 4, 4, 4],
        "global_attention_blocks": [3],
        "window_positional_embedding_background_size": [4, 4],
    }
    config = Sam2Config(
        vision_config={
            "backbone_config": backbone,
            "backbone_channel_list": [64, 32, 16, 8],
            "backbone_feature_sizes": [[side // 4] * 2, [side // 8] * 2, [side // 16] * 2],
            "fpn_hidden_size": 32,
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": side, "patch_size": 16, "mask_input_channels": 8},
        mask_decoder_config=_decoder(),
    )
    images = Sam2ImageProcessor(size=_square(side), mask_size=_square(side // 4))
    return Sam2Model(config), Sam2Processor(images)


def _sam3() -> tuple[Any, Any]:
    side, patch = SIDES["sam3"], 14
    grid = side // patch
    backbone = {
        "model_type": "sam3_vit_model",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": side,
        "patch_size": patch,
        "window_size": 4,
        "global_attn_indexes": [1],
        "pretrain_image_size": side,
    }
    config = Sam3TrackerConfig(
        vision_config={
            "model_type": "sam3_vision_model",
            "backbone_config": backbone,
            "fpn_hidden_size": 32,
            "backbone_feature_sizes": [[4 * grid] * 2, [2 * grid] * 2, [grid] * 2],
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": side, "patch_size": patch, "mask_input_channels": 8},
        mask_decoder_config=_decoder(),
    )
    images = Sam3ImageProcessor(size=_square(side), mask_size=_square(4 * grid))
    return Sam3TrackerModel(config), Sam3TrackerProcessor(images)


def _decoder() -> dict[str, int]:
    return {
        "hidden_size": 32,
        "mlp_dim": 64,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "iou_head_hidden_dim": 32,
    }


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}
