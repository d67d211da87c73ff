from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.plan import Group, load_config, make_plan
from tests.conftest import numbers_config

YAML = """
catalog: tests.fakes
input: 0-3
stages: [find_numbers, draw, {split_digits: {}}, score_digits, rank_digits, {decide: {min_half: 1}}]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.yaml"
    file.write_text(YAML)
    return file


def folders(config) -> list[str]:
    return [stage.folder for stage in make_plan(config).stages]


def test_an_option_changes_its_stage_and_those_after_it():
    before, after = (
        folders(numbers_config()),
        folders(numbers_config(split_digits=None, score_digits=None, draw={"seed": 1})),
    )
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, False, False, False, False]
    after = folders(numbers_config(decide={"min_half": 3}))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True] * 5 + [False]


def test_workers_and_input_change_no_folder(path):
    assert folders(load_config(path)) == folders(load_config(path, ["workers.count=7"], input="5-9"))


def test_other_weights_change_the_stage_that_uses_them_and_those_after_it(tmp_path):
    config = numbers_config(draw={"pen": "pen.txt"})
    (tmp_path / "models").mkdir()
    found = []
    for weights in ("quill", "ink", "quill"):
        (tmp_path / "models" / "pen.txt").write_text(weights)
        found.append([stage.folder for stage in make_plan(config, tmp_path).stages])
    assert [a == b for a, b in zip(*found[:2], strict=True)] == [True, False, False, False, False, False]
    assert found[0] == found[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r"stages\.draw\.pen: no pen\.txt in /.*/models$"),
        ({"models": "/elsewhere"}, r"stages\.draw\.pen: no pen\.txt in /elsewhere$"),
        ({"licence_policy": "commercial"}, r"stages\.draw\.pen: pen\.txt is not for sale"),
    ],
)
def test_a_model_that_cannot_be_used_is_named_with_its_stage(tmp_path, changes, message):
    plan = make_plan(numbers_config(draw={"pen": "pen.txt"}).model_copy(update=changes), tmp_path)
    with pytest.raises(ConfigError, match=message):
        plan.check()


def test_barriers_part_the_groups():
    steps = list(make_plan(numbers_config()).steps())
    names = [[g.name for g in step] if isinstance(step, tuple) else step.name for step in steps]
    assert names == [["find_numbers..score_digits"], "rank_digits", ["decide"]]


def test_stages_with_other_needs_get_workers_of_their_own(path):
    plan = make_plan(load_config(path, ["workers.stages.split_digits.gpus=0.5", "workers.stages.split_digits.count=3"]))
    step = next(iter(plan.steps()))
    assert isinstance(step, tuple)
    assert [(g.name, g.resources.gpus, g.count) for g in step if isinstance(g, Group)] == [
        ("find_numbers..draw", 0.0, None),
        ("split_digits", 0.5, 3),
        ("score_digits", 0.0, None),
    ]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["decide.min_half=lots"], r"stages\.decide\.min_half: .*'lots'"),
        (["decide.min_half=-1"], r"min_half must be at least 0, not -1"),
        (["decide.min_halv=1"], r"stages\.decide\.min_halv: no such option \(did you mean min_half\?\).*min_half"),
        (["decid.min_half=1"], r"no stage 'decid' \(did you mean decide\?\)"),
        (["licence_policy=some"], r"licence_policy: .*'any' or 'commercial', not 'some'"),
        (["samples_per_part=0"], r"samples_per_part: .*greater than 0, not 0"),
        (["sample_per_part=2"], r"sample_per_part: no such key \(did you mean samples_per_part\?\)"),
        (["workers.stages.nothing.count=1"], r"workers\.stages\.nothing: not among the stages"),
        (["catalog=no.such.package"], r"catalog: no module 'no\.such\.package'"),
        (["decide"], r"--set decide: expected stage\.option=value"),
    ],
)
def test_mistakes_name_the_key_the_value_and_what_is_allowed(path, overrides, message):
    with pytest.raises(ConfigError, match=message):
        make_plan(load_config(path, overrides))


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (
            "[find_numbers, split_digits]",
            r"split_digits reads Drawn, which no earlier stage writes; put draw before it",
        ),
        ("[draw, find_numbers]", r"stages\.draw: the first stage, and no other, finds"),
        ("[find_numbers, draw, draw]", r"stages\.draw: listed twice"),
        ("[find_numbers, drew]", r"no stage 'drew' \(did you mean draw\?\)"),
        ("[]", r"stages: the list is empty"),
    ],
)
def test_stages_that_do_not_fit_together_are_refused(tmp_path, stages, message):
    path = tmp_path / "bad.yaml"
    path.write_text(f"catalog: tests.fakes\ninput: 0-3\nstages: {stages}\n")
    with pytest.raises(ConfigError, match=message):
        make_plan(load_config(path))


def test_a_missing_or_broken_file_says_so(tmp_path, path):
    with pytest.raises(ConfigError, match=r"no configuration at .*other\.yaml; there are .*numbers\.yaml"):
        load_config(tmp_path / "other.yaml")
    path.write_text("stages: [")
    with pytest.raises(ConfigError, match="is no YAML"):
        load_config(path)
    path.write_text("just words")
    with pytest.raises(ConfigError, match="expected keys"):
        load_config(path)
