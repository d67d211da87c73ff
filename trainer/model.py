"""A Llama that reads and writes pictures as continuous features between its tokens.

Shapes: B conversations, T positions, H width of the decoder, V tokens, L labelled positions; N, M, C as in
`batch.py`.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from trainer.batch import Batch
from trainer.config import ModelConfig
from trainer.errors import ConfigError
from trainer.tokens import IGNORE, TOKENS_PER_IMAGE, Slot


@dataclass(frozen=True)
class Prediction:
    """What the losses need.

    logits: (L, V) where there is a label, in the order of the batch.
    features: (M, 64, C) of the generated pictures, normalised.
    """

    logits: Tensor
    features: Tensor


class ConversationModel(nn.Module):
    """Projections in and out around a Llama, joined by the places of the 64 features.

    A feature enters as image_in(feature) + place, a query as query + place; image_out reads the queries' hidden states.

    Features are normalised before anything else: the mean picture (64, C) is subtracted, and each channel is divided by
    its deviation from it over all places. Always predicting the mean picture then has a mean squared error of 1, and
    whatever is below was learned about the one picture. The statistics are buffers, so a checkpoint carries them.
    """

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self, llama: LlamaForCausalLM, feature_width: int):
        super().__init__()
        width = llama.config.hidden_size
        self.llama = llama
        self.image_in = nn.Linear(feature_width, width)
        self.image_out = nn.Linear(width, feature_width)
        self.place = nn.Parameter(torch.empty(TOKENS_PER_IMAGE, width))
        self.query = nn.Parameter(torch.empty(width))
        self.register_buffer("feature_mean", torch.zeros(TOKENS_PER_IMAGE, feature_width))
        self.register_buffer("feature_std", torch.ones(feature_width))

    def forward(self, batch: Batch) -> Prediction:
        hidden_bth = self.llama.model(inputs_embeds=self._inputs(batch), use_cache=False).last_hidden_state
        queries_nh = hidden_bth[batch.slots == Slot.QUERY]
        return Prediction(
            logits=self.llama.lm_head(hidden_bth[batch.labels != IGNORE]),
            features=self.image_out(queries_nh).unflatten(0, (-1, TOKENS_PER_IMAGE)),
        )

    def normalise(self, features: Tensor) -> Tensor:
        return (features - self.feature_mean) / self.feature_std

    @torch.no_grad()
    def measure_features(self, features: Tensor) -> None:
        """Set the statistics of normalisation from raw features (N, 64, C)."""
        self.feature_mean.copy_(features.mean(0))
        self.feature_std.copy_((features - self.feature_mean).square().mean((0, 1)).sqrt().clamp(min=1e-6))

    def _inputs(self, batch: Batch) -> Tensor:
        """Embed (B, T, H): tokens, and over them features and queries in the order in which they stand."""
        embedded = self.llama.get_input_embeddings()(batch.ids)
        features = self.image_in(self.normalise(batch.features)) + self.place
        queries = (self.query + self.place).expand(int(batch.generated.sum()), -1, -1)
        for slot, vectors in ((Slot.FEATURE, features), (Slot.QUERY, queries)):
            embedded = embedded.masked_scatter((batch.slots == slot)[..., None], vectors.to(embedded.dtype))
        return embedded


def build_model(
    config: ModelConfig, *, vocabulary: int, feature_width: int, max_tokens: int, seed: int
) -> ConversationModel:
    """Build the model and draw every weight that is not read from a folder.

    vocabulary: number of tokens; a pretrained decoder with fewer embeddings gets the missing ones.
    """
    if config.pretrained is None:
        llama = LlamaForCausalLM(_llama_config(config, vocabulary, max_tokens))
    else:
        llama = _read_llama(config, vocabulary)
    model = ConversationModel(llama, feature_width)
    initialise(model, torch.Generator().manual_seed(seed), with_llama=config.pretrained is None)
    return model


@torch.no_grad()
def initialise(model: ConversationModel, generator: torch.Generator, *, with_llama: bool) -> None:
    """Draw all weights; nothing is initialised anywhere else.

    Decoder: normal, 0.02; what writes into the residual stream divided by sqrt(2 x layers) (GPT-2). Features enter as
    large as tokens do. image_out begins as the transpose of image_in, scaled so that a hidden state which holds an
    embedded feature (the decoder normalises it to unit variance) is read as about that feature.
    """

    def draw(weight: Tensor, std: float) -> None:
        weight.copy_(torch.empty(weight.shape).normal_(0.0, std, generator=generator))

    token_std = 0.02 if with_llama else float(model.llama.model.embed_tokens.weight.std())
    if with_llama:
        for name, parameter in model.llama.named_parameters():
            if parameter.ndim == 1:
                parameter.fill_(1.0)  # RMSNorm; this Llama has no biases
            else:
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                draw(parameter, 0.02 / (2 * model.llama.config.num_hidden_layers) ** 0.5 if residual else 0.02)
    width, feature_width = model.image_in.weight.shape
    draw(model.image_in.weight, token_std / feature_width**0.5)
    model.image_out.weight.copy_(model.image_in.weight.T * feature_width / (width * token_std))
    model.image_in.bias.zero_()
    model.image_out.bias.zero_()
    draw(model.place, token_std)
    draw(model.query, token_std)


def _llama_config(config: ModelConfig, vocabulary: int, max_tokens: int) -> LlamaConfig:
    if config.width % (2 * config.heads):
        raise ConfigError(
            f"model.heads: {config.heads} heads do not divide model.width {config.width} into even parts; allowed: "
            f"{', '.join(str(heads) for heads in range(1, config.width) if config.width % (2 * heads) == 0)}"
        )
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=config.width,
        intermediate_size=config.mlp_width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        max_position_embeddings=max_tokens,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
    )


def _read_llama(config: ModelConfig, vocabulary: int) -> LlamaForCausalLM:
    assert config.pretrained is not None
    if not (config.pretrained / "config.json").is_file():
        raise ConfigError(f"model.pretrained: {config.pretrained} holds no config.json of a Llama")
    loaded: Any = LlamaForCausalLM.from_pretrained(
        config.pretrained, local_files_only=True, dtype=torch.float32, output_loading_info=True
    )
    llama, loading = loaded
    if loading["missing_keys"]:
        raise ConfigError(
            f"model.pretrained: {config.pretrained} lacks weights of a Llama: {sorted(loading['missing_keys'])[0]}, ..."
        )
    if llama.get_input_embeddings().num_embeddings < vocabulary:
        llama.resize_token_embeddings(vocabulary)  # new rows are drawn around the mean of the old
    return llama
