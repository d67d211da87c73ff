import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.errors import SampleError
from pipeline.sample import Sample, Verdict, rng


@dataclass(frozen=True)
class Note:
    text: str


def test_put_leaves_the_original_alone():
    sample = Sample("a")
    assert sample.put(Note("x"))[Note].text == "x"
    assert sample.get(Note) is None


def test_a_child_sees_the_sections_of_its_parent_but_not_its_verdict_or_scores():
    child = Sample("a").put(Note("x")).score({"s": 1}).child("b")
    assert (child.key, child[Note].text, child.scores, child.verdict) == ("a/b", "x", {}, Verdict.OK)


def test_a_rejection_keeps_what_was_measured():
    sample = Sample("a").reject("too_short", np.float32(0.5), 1)
    assert (sample.verdict, sample.reason, sample.measured, sample.threshold) == ("rejected", "too_short", 0.5, 1.0)
    assert type(sample.measured) is float


def test_randomness_depends_on_key_and_salt_alone():
    first = rng("key", "stage", 0).random(3).tolist()
    assert first == rng("key", "stage", 0).random(3).tolist()
    assert first != rng("key", "stage", 1).random(3).tolist()
    assert first != rng("other", "stage", 0).random(3).tolist()


def test_sample_errors_survive_a_trip_between_processes():
    error = pickle.loads(pickle.dumps(SampleError("bad", "why")))
    assert (error.reason, error.detail, str(error)) == ("bad", "why", "bad: why")


def test_a_missing_section_is_a_bug_of_the_stage():
    with pytest.raises(KeyError):
        Sample("a")[Note]
