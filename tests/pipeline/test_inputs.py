from collections import Counter

import pytest

from pipeline.errors import ConfigError
from pipeline.inputs import gather_inputs
from pipeline.manifest import Manifest
from pipeline.sample import Sample
from tests.fakes import Number


@pytest.fixture
def manifest(tmp_path):
    return Manifest(tmp_path, "00-inputs", (Number,))


def gathered(manifest, *values: int, changed: int = 0) -> list[list[int]]:
    """Gather numbers in parts of two; return the numbers of each part."""
    found = [Sample(f"n{value}").put(Number(value + changed)) for value in values]
    names, count = gather_inputs(manifest, lambda: found, 2)
    assert count == len(values)
    return sorted([row[Number].value for row in manifest.rows(name)] for name in names)


def test_parts_follow_the_order_of_the_source(manifest):
    assert gathered(manifest, 3, 1, 2) == [[2], [3, 1]]


def test_new_samples_form_new_parts(manifest):
    gathered(manifest, 1, 2, 3)
    assert gathered(manifest, 0, 1, 2, 3, 4) == [[0, 4], [1, 2], [3]]


def test_a_part_that_lacks_a_sample_is_laid_out_anew(manifest):
    gathered(manifest, 1, 2, 3, 4)
    assert gathered(manifest, 1, 3, 4) == [[1], [3, 4]]


def test_no_sample_is_in_two_parts_when_it_comes_back(manifest):
    gathered(manifest, 1, 2)
    gathered(manifest, 1)
    parts = gathered(manifest, 1, 2)
    assert Counter(value for part in parts for value in part) == {1: 1, 2: 1}


def test_a_sample_that_changed_is_a_new_one(manifest):
    gathered(manifest, 1, 2)
    assert gathered(manifest, 1, 2, changed=10) == [[11, 12]]


def test_a_sample_that_changes_between_the_two_passes_is_taken_as_seen_last(manifest):
    passes = iter([1, 2])
    names, count = gather_inputs(manifest, lambda: [Sample("n").put(Number(next(passes)))], 2)
    assert (count, [manifest.rows(name)[0][Number].value for name in names]) == (1, [2])


def test_nothing_found_is_the_users_to_mend(manifest):
    with pytest.raises(ConfigError, match="nothing was found"):
        gathered(manifest)
