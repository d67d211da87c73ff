"""The options of a training: YAML, checked straight into frozen dataclasses.

The classes are the reference of what can be set; configs/train/default.yaml is what `make train` runs with.
"""

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from trainer.errors import ConfigError
from trainer.shards import Kind

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DataConfig:
    """Which conversations are drawn, and how often.

    mix: kind -> weight; the share of a kind among the *samples* drawn. A kind left out has weight 0.
    max_tokens: longer conversations are left out, with a line that says so; they are never cut.
    """

    shards: Path
    mix: dict[Kind, Weight]
    max_tokens: Positive = 1024


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TokenizerConfig:
    """A byte-level BPE of at most `vocabulary` tokens trained on the shards' texts, or `folder`/tokenizer.json."""

    folder: Path | None = None
    vocabulary: Annotated[int, Field(ge=300)] = 2048


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VisionConfig:
    """The frozen tower that turns pictures into features.

    model: an open_clip model name, or the name of a file in trainer/towers.
    pretrained: a checkpoint file; without one the weights are drawn from `seed`.
    statistics_samples: how many samples of the mixture the features' mean and deviation are measured on.
    cache_pictures: how many pictures' features are kept in memory.
    """

    model: str = "tiny-vit"
    pretrained: Path | None = None
    seed: int = 0
    statistics_samples: Positive = 64
    cache_pictures: Count = 20_000


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ModelConfig:
    """The Llama decoder: drawn at random in these sizes, or read from the folder `pretrained`, whatever its sizes."""

    pretrained: Path | None = None
    width: Positive = 128
    mlp_width: Positive = 384
    layers: Positive = 4
    heads: Positive = 4


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LossConfig:
    """loss = text x cross-entropy + image x MSE; 1 and 6 as in SEED-X's configuration."""

    text: Weight = 1.0
    image: Weight = 6.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OptimizerConfig:
    """AdamW with a linear warm-up to a constant rate; defaults as in the paper, section "training", save the rate."""

    learning_rate: Rate = 1e-3
    warmup_steps: Count = 20
    beta1: Share = 0.9
    beta2: Share = 0.98
    epsilon: Rate = 1e-6
    weight_decay: Weight = 0.05
    gradient_norm: Rate = 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TrainConfig:
    """The course of a training. One step takes batch_size x accumulation samples.

    threads: of torch on the CPU; without a number torch takes all cores. Tiny models gain little from a second thread,
        and on a busy machine threads that wait for each other are many times slower than one.
    precision: of the decoder's matrix products; weights, losses and the optimizer stay in float32.
    validation_samples: how many of each kind, at the end.
    """

    output: Path
    steps: Positive
    batch_size: Positive = 8
    accumulation: Positive = 1
    device: Literal["cpu", "cuda"] = "cpu"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: Positive | None = None
    log_every: Positive = 10
    checkpoint_every: Positive = 100
    keep_checkpoints: Positive = 2
    validation_samples: Count = 16


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Config:
    data: DataConfig
    train: TrainConfig
    seed: int = 0
    tokenizer: TokenizerConfig = TokenizerConfig()
    vision: VisionConfig = VisionConfig()
    model: ModelConfig = ModelConfig()
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()


# What may differ between a training and its continuation; everything else decides what is learned.
MAY_CHANGE = frozenset(
    {
        "data.shards",  # the index's hash is compared instead
        "vision.cache_pictures",
        "train.output",
        "train.steps",
        "train.device",
        "train.threads",
        "train.log_every",
        "train.checkpoint_every",
        "train.keep_checkpoints",
        "train.validation_samples",
    }
)


def load_config(path: Path, overrides: list[str] | None = None) -> Config:
    """Read a YAML file, apply `section.option=value` overrides (values in YAML) and check everything.

    Raises ConfigError with one line for each wrong option.
    """
    try:
        options = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; try configs/train/default.yaml") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(options, dict):
        raise ConfigError(f"{path}: holds no options; allowed: {', '.join(_options_of(Config))}")
    for override in overrides or []:
        _apply(options, override)
    return parse_config(options, source=str(path))


def parse_config(options: dict[str, Any], *, source: str) -> Config:
    """Check options that were read from `source`."""
    try:
        return TypeAdapter(Config).validate_python(options)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{source}: {_describe(detail)}" for detail in error.errors())) from None


def dump_config(config: Config) -> dict[str, Any]:
    """Return the options as plain values, such that parse_config(dump_config(c)) == c."""
    return TypeAdapter(Config).dump_python(config, mode="json")


def changed_options(before: Config, after: Config) -> list[str]:
    """Name the options that differ and may not (see MAY_CHANGE), as `key (was A, now B)`."""
    old, new = _flatten(dump_config(before)), _flatten(dump_config(after))
    return [
        f"{key} (was {old.get(key)}, now {new.get(key)})"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and key not in MAY_CHANGE
    ]


def _apply(options: dict[str, Any], override: str) -> None:
    key, equals, value = override.partition("=")
    if not equals or not all(key.split(".")):
        raise ConfigError(f"--set {override}: must have the form section.option=value")
    *sections, option = key.split(".")
    for section in sections:
        options = options.setdefault(section, {})
        if not isinstance(options, dict):
            raise ConfigError(f"--set {override}: {section} is not a section")
    try:
        options[option] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise ConfigError(f"--set {override}: the value is not YAML") from None


def _describe(detail: ErrorDetails) -> str:
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    key = ".".join(path)
    match detail["type"]:
        case "unexpected_keyword_argument":
            allowed = ", ".join(_options_of(Config, path[:-1]))
            return f"{key}: no such option (value {detail['input']!r}); allowed: {allowed}"
        case "missing":
            return f"{key}: missing; there is no default"
        case _:
            return f"{key}: {detail['msg'][:1].lower()}{detail['msg'][1:]} (value {detail['input']!r})"


def _options_of(config: Any, sections: list[str] | None = None) -> list[str]:
    types = {field.name: field.type for field in dataclasses.fields(config)}
    if not sections:
        return list(types)
    return _options_of(types[sections[0]], sections[1:])


def _flatten(options: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in options.items():
        flat |= _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat
