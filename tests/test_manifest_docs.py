"""What stands in manifests/ is what is true: every column documented, every hash right, the example lists readable."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.columns import arrow_type, section_column
from pipeline.media import Media
from pipeline.run import ModelStore
from pipeline.stage import Source
from stages.catalog import STAGES
from stages.models.weights import MODELS_FILE, entries, find
from stages.sources.listing import find_in_list

README = Path("manifests/README.md").read_text()


def leaves(kind: pa.DataType) -> set[str]:
    """The names of all fields within a column, but those of media."""
    if kind == arrow_type(Media):
        return set()
    if pa.types.is_list(kind):
        return leaves(kind.value_type)
    if pa.types.is_struct(kind):
        return {field.name for field in kind} | {name for field in kind for name in leaves(field.type)}
    return set()


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_every_column_of_a_stage_is_documented(stage):
    assert stage().name in README
    for section in (*stage.writes, *(stage.finds if issubclass(stage, Source) else ())):
        assert f"`{section_column(section)}." in README
        missing = {
            name
            for name in leaves(arrow_type(section))
            if not any(form in README for form in (f"`{name}`", f"`{name}[]`", f".{name}"))
        }
        assert missing == set()


@pytest.mark.parametrize("model", [name for name, entry in entries().items() if entry.package])
def test_the_hashes_of_models_in_wheels_are_those_of_the_installed_files(model):
    weights = find(model, ModelStore(licence_policy="commercial"))
    assert weights.files


def test_the_manifest_of_models_lies_here_too():
    assert (Path("manifests") / MODELS_FILE.name).resolve() == MODELS_FILE


@pytest.mark.parametrize(("name", "licence"), [("example.csv", "CC-BY-4.0"), ("example.txt", None)])
def test_the_example_lists_are_lists(name, licence):
    found = list(find_in_list(Path("manifests") / name))
    assert len(found) == 2
    assert found[0].licence == licence
