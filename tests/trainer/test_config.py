import json
from pathlib import Path

import pytest

from trainer.config import changed_options, dump_config, load_config, parse_config
from trainer.errors import ConfigError

DEFAULT = Path(__file__).parents[2] / "configs/train/default.yaml"


def test_default_config_is_valid():
    assert load_config(DEFAULT).loss.image == 6.0


def test_dumped_config_is_read_back_equal():
    config = load_config(DEFAULT)
    assert parse_config(json.loads(json.dumps(dump_config(config))), source="test") == config


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("train.step=3", "train.step: no such option (value 3); allowed: output, steps, batch_size"),
        ("trains.steps=3", "trains: no such option (value {'steps': 3}); allowed: data, train, seed"),
        ("train.steps=many", "train.steps: input should be a valid integer"),
        ("train.steps=0", "train.steps: input should be greater than 0 (value 0)"),
        ("train.device=tpu", "train.device: input should be 'cpu' or 'cuda' (value 'tpu')"),
        ("data.mix.closup=1", "data.mix.closup: input should be 'closeup', 'fullbody'"),
        ("data.mix.closeup=-1", "data.mix.closeup: input should be greater than or equal to 0 (value -1)"),
        ("optimizer.learning_rate=.nan", "optimizer.learning_rate: input should be"),
        ("steps", "--set steps: must have the form section.option=value"),
        ("seed.x=1", "--set seed.x=1: seed is not a section"),
    ],
)
def test_wrong_option_is_one_line_with_key_value_and_what_is_allowed(override: str, message: str):
    with pytest.raises(ConfigError) as error:
        load_config(DEFAULT, [override])
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_option_is_named(tmp_path: Path):
    (tmp_path / "empty.yaml").write_text("data: {mix: {closeup: 1}}\ntrain: {output: out, steps: 1}\n")
    with pytest.raises(ConfigError, match=r"data\.shards: missing"):
        load_config(tmp_path / "empty.yaml")


def test_override_reads_numbers_as_yaml_and_as_python_do():
    config = load_config(DEFAULT, ["optimizer.learning_rate=1e-4", "data.mix.closeup=2"])
    assert (config.optimizer.learning_rate, config.data.mix["closeup"]) == (1e-4, 2.0)


def test_changed_options_names_what_decides_learning_and_not_how_long():
    before = load_config(DEFAULT)
    after = load_config(DEFAULT, ["train.steps=9", "train.output=elsewhere", "model.layers=6", "data.mix.closeup=0"])
    assert changed_options(before, after) == ["data.mix.closeup (was 3.0, now 0.0)", "model.layers (was 4, now 6)"]
