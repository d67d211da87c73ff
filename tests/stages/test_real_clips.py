"""Who is who in clips of real people. Needs the folder DUOLOGUE_REAL_CLIPS, whose truth.json says what is right."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from pipeline.stage import Stage
from stages.crop_closeups import Closeups, CropCloseups
from stages.cut_shots import CutShots
from stages.detect_faces import DetectFaces, Faces
from stages.pair_people import Pair, PairPeople
from stages.pictures import decode_mask
from stages.pull_clips import PullClips
from stages.track_people import People, Track, TrackPeople
from tests.stages.crowd import SHIPPED

CLIPS = os.environ.get("DUOLOGUE_REAL_CLIPS")
pytestmark = pytest.mark.skipif(not CLIPS, reason="set DUOLOGUE_REAL_CLIPS to the folder of real clips")

TRUTH = json.loads((Path(CLIPS) / "truth.json").read_text())["clips"] if CLIPS else {}
CHAIN = (PullClips(), CutShots(), DetectFaces(), TrackPeople(), PairPeople(), CropCloseups())


@pytest.fixture(scope="module")
def models() -> list[Any]:
    return [stage.load(Run("real", Path())) for stage in CHAIN]


@pytest.fixture(scope="module")
def results(models) -> dict[str, list[Sample]]:
    """What became of each clip: its samples after the last stage, those that went no farther included."""
    return {name: _drive(name, models) for name in TRUTH}


def _drive(name: str, models: Sequence[Any]) -> list[Sample]:
    samples = [sample.put(SHIPPED) for sample in PullClips().find(str(Path(str(CLIPS)) / name))]
    for stage, model in zip(CHAIN, models, strict=True):
        samples = [after for sample in samples for after in _step(stage, sample, model)]
    return samples


def _step(stage: Stage, sample: Sample, model: Any) -> list[Sample]:
    if sample.verdict is not Verdict.OK:
        return [sample]
    outcome = stage.process(sample, model)
    if isinstance(outcome, Sample):
        return [outcome]
    return [after for after in outcome if after.key != sample.key]


def pairs(samples: Sequence[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.verdict is Verdict.OK]


@pytest.mark.parametrize("name", [name for name, clip in TRUTH.items() if not clip["usable"]])
def test_unusable_clips_are_rejected_for_a_right_reason(results, name):
    assert {sample.reason for sample in results[name]} <= set(TRUTH[name]["reasons"])


@pytest.mark.parametrize("name", [name for name, clip in TRUTH.items() if clip["usable"]])
def test_usable_clips_give_their_pairs(results, name):
    expected = {frozenset(shot["persons"]) for shot in TRUTH[name]["shots"] if len(shot["persons"]) == 2}
    assert len(pairs(results[name])) == len(expected)


@pytest.mark.parametrize("name", [name for name, clip in TRUTH.items() if clip["usable"]])
def test_people_are_who_they_are_in_every_shot(results, name):
    """Tracks from left to right are the people of the truth: one person for each name, one name for each person."""
    people, shots = results[name][0][People], TRUTH[name]["shots"]
    named = set()
    for number, shot in enumerate(shots):
        tracks = sorted(people.of_shot(number), key=lambda track: _left_edge(results[name][0], track))
        assert len(tracks) == len(shot["persons"])
        named |= {(track.person, who) for track, who in zip(tracks, shot["persons"], strict=True)}
    assert len({person for person, _ in named}) == len({who for _, who in named}) == len(named)


@pytest.mark.parametrize("name", [name for name, clip in TRUTH.items() if clip["usable"]])
def test_left_and_right_are_the_people_of_round_1(results, name):
    for sample in pairs(results[name]):
        closeups = sample[Closeups]
        assert {closeups.left.person, closeups.right.person} == set(sample[Pair].persons)
        assert closeups.left.face_box[2] < closeups.right.face_box[0]
        assert closeups.left.near.face_box[2] < 384


@pytest.mark.parametrize("name", [name for name, clip in TRUTH.items() if clip["usable"]])
def test_cut_outs_are_of_a_likely_size(results, name):
    for sample in pairs(results[name]):
        for subject in (sample[Closeups].left, sample[Closeups].right):
            for view in (subject.near, subject.closeup):
                share = float(np.mean(decode_mask(view.mask) > 127))
                assert 0.25 < share < 0.75, (view.seconds, share)


def test_two_people_who_change_sides_are_one_pair(results):
    (pair,) = pairs(results["duo_swapped_after_cut.mp4"])
    assert pair[Pair].shots == (0, 1)


def test_a_changed_partner_makes_two_pairs(results):
    first, second = (set(sample[Pair].persons) for sample in pairs(results["two_pairs_with_cut.mp4"]))
    assert len(first & second) == 1


def _left_edge(sample: Sample, track: Track) -> float:
    sighting = track.sightings[0]
    return sample[Faces].frames[sighting.frame].faces[sighting.face].box[0]
