"""The main job on real clips with known truth: the folder that DUOLOGUE_REAL_CLIPS names, with its truth.json."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.manifest import read
from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Verdict
from stages.models.catalog import EMBEDDERS
from stages.models.faces import Detection
from stages.pictures import decode_picture
from tests.test_main_job import conversations, make

CLIPS = os.environ.get("DUOLOGUE_REAL_CLIPS")

pytestmark = pytest.mark.skipif(CLIPS is None, reason="DUOLOGUE_REAL_CLIPS names no folder of real clips")


@pytest.fixture(scope="module")
def truth() -> dict[str, dict]:
    return json.loads((Path(CLIPS or "") / "truth.json").read_text())["clips"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make(tmp_path_factory.mktemp("real"), str(CLIPS))


def test_every_unusable_clip_is_rejected_for_a_right_reason(run, truth):
    frames = [read(run, stage) for stage in ("pull_clips", "cut_shots", "detect_faces", "track_people", "pair_people")]
    reasons: dict[str, set[str]] = {}
    for frame in frames:
        for row in frame[frame.verdict == Verdict.REJECTED].itertuples():
            reasons.setdefault(row.key.split("/")[0], set()).add(row.reason)
    wrong = {
        name: reasons.get(name)
        for name, facts in truth.items()
        if not facts["usable"] and not (reasons.get(name) and reasons[name] <= set(facts["reasons"]))
    }
    assert wrong == {}


def test_most_usable_clips_give_conversations_and_no_other_does(run, truth):
    found = {conversation.facts["provenance"]["file"] for conversation in conversations(run)}
    usable = {name for name, facts in truth.items() if facts["usable"]}
    assert found <= usable
    assert len(found) >= 6


def test_two_pairs_with_a_shared_person_stay_two_pairs(run):
    files = [key for key in read(run, "pair_people").query("verdict == 'ok'").key if key.startswith("two_pairs")]
    assert len(files) == 2


def embedded(run: Run, view: dict) -> np.ndarray:
    """Return the embedding of the face that a view's picture shows."""
    picture = decode_picture(Media(**view["picture"]).bound(run.manifests))
    face = Detection(tuple(view["face_box"]), tuple(view["landmarks"]), 1.0)
    return EMBEDDERS["dlib"]().embed(picture, [face])[0]


def test_every_picture_shows_the_person_that_truth_names(run, truth):
    """Left and right of round 1, and the close-ups of both, against embeddings of the people in other clips."""
    closeups = read(run, "crop_closeups").set_index("key").closeups
    shots = read(run, "cut_shots").set_index("key").shots
    decided = set(read(run, "decide").query("verdict == 'ok'").key)
    faces: list[tuple[str, str, np.ndarray]] = []  # clip, person, embedding
    for key, views in closeups.items():
        clip, window = key.split("/")[0], key.rpartition("/")[0]
        if key not in decided:
            continue
        starts = [shot["start_seconds"] for shot in shots[window]["shots"]]
        persons = truth[clip]["shots"][int(np.searchsorted(starts, views["seconds"], "right")) - 1]["persons"]
        assert len(persons) == 2
        for person, side in zip(persons, ("left", "right"), strict=True):
            faces += [(clip, person, embedded(run, views[side][view])) for view in ("near", "closeup")]
    people = sorted({person for _, person, _ in faces})
    assert len(people) == 5
    for clip, person, embedding in faces:
        distance = {
            name: min(
                (np.linalg.norm(embedding - other) for where, who, other in faces if who == name and where != clip),
                default=np.inf,
            )
            for name in people
        }
        if np.isfinite(distance[person]):  # seen in another clip too
            assert min(distance, key=lambda name: distance[name]) == person, (clip, person, distance)
