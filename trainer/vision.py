"""The frozen vision tower: pictures to 64 features each.

Shapes: N pictures, P patches, C channels of the tower, 64 = TOKENS_PER_IMAGE.
"""

import hashlib
import io
import logging
from collections.abc import Sequence
from pathlib import Path

import open_clip
import torch
import torch.nn.functional as F
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from trainer.config import VisionConfig
from trainer.errors import ConfigError, ShardError
from trainer.tokens import TOKENS_PER_IMAGE

TOWERS = Path(__file__).parent / "towers"


class Tower:
    """An open_clip vision tower whose last layer's patch tokens are average-pooled along the sequence to 64.

    A picture that is not square is padded, neither squashed nor cut.
    """

    def __init__(self, config: VisionConfig, device: torch.device):
        self._visual, self._preprocess = _build(config)
        self._visual.requires_grad_(False).eval().to(device)
        self._device = device
        self._cache: dict[bytes, Tensor] = {}
        self._free = config.cache_pictures
        patches_npc = self._patches(self._preprocess(Image.new("RGB", (8, 8)))[None])
        if patches_npc.shape[1] < TOKENS_PER_IMAGE:
            raise ConfigError(
                f"vision.model: {config.model} has {patches_npc.shape[1]} patches; needed: {TOKENS_PER_IMAGE} or more"
            )
        self.width = patches_npc.shape[2]

    def encode(self, pictures: Sequence[bytes]) -> Tensor:
        """Return the raw features (N, 64, C) of one conversation's pictures, on the tower's device.

        The pictures of one conversation are one batch of the tower and one entry of the cache, never more nor less:
        a feature's last bits depend on the batch it is computed in, and a resumed training has to meet the same bits.
        """
        if not pictures:
            return torch.zeros(0, TOKENS_PER_IMAGE, self.width, device=self._device)
        key = hashlib.sha256(b"".join(hashlib.sha256(picture).digest() for picture in pictures)).digest()
        if key in self._cache:
            return self._cache[key]
        pixels = torch.stack([self._preprocess(_open(picture)) for picture in pictures])
        features = pool(self._patches(pixels))
        if len(pictures) <= self._free:
            self._free -= len(pictures)
            self._cache[key] = features
        return features

    @torch.no_grad()
    def _patches(self, pixels: Tensor) -> Tensor:
        layers = self._visual.forward_intermediates(
            pixels.to(self._device), indices=[-1], normalize_intermediates=True, output_fmt="NLC"
        )
        return layers["image_intermediates"][0]


def pool(patches_npc: Tensor) -> Tensor:
    """Average neighbours along the sequence: (N, P, C) -> (N, 64, C); groups of P / 64 where that is whole."""
    return F.adaptive_avg_pool1d(patches_npc.transpose(1, 2), TOKENS_PER_IMAGE).transpose(1, 2).contiguous()


def _build(config: VisionConfig):
    open_clip.add_model_config(TOWERS)
    if config.model not in open_clip.list_models():
        towers = ", ".join(sorted(path.stem for path in TOWERS.glob("*.json")))
        raise ConfigError(f"vision.model: {config.model!r} is unknown; allowed: {towers} and open_clip's model names")
    if config.pretrained is not None and not config.pretrained.is_file():
        raise ConfigError(f"vision.pretrained: {config.pretrained} is not a file")
    logging.disable(logging.WARNING)  # "Model initialized randomly": on purpose
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            model, _, preprocess = open_clip.create_model_and_transforms(
                config.model,
                pretrained=None if config.pretrained is None else str(config.pretrained),
                image_resize_mode="longest",
            )
    finally:
        logging.disable(logging.NOTSET)
    return model.visual, preprocess


def _open(picture: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(picture)) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise ShardError(f"a picture cannot be read: {error}") from None
