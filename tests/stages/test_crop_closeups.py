"""The identity stages on a drawn clip, from its file to the pictures of its pair."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.crop_closeups import Closeups, CropCloseups, View
from stages.cut_shots import Shot, Shots
from stages.detect_faces import DetectFaces
from stages.likeness.similarity import CALIBRATIONS
from stages.models.catalog import EMBEDDERS
from stages.models.faces import Detection
from stages.models.silhouette import log_odds
from stages.pair_people import PairPeople
from stages.pictures import decode_mask, decode_picture
from stages.sources.studio import StudioClip, choose_cast, draw_clip, truth
from stages.track_people import TrackPeople
from tests.stages.crowd import SHIPPED
from tests.stages.test_detect_faces import clip

RUN = Run("test", Path())
CAST = choose_cast(2, seed=3)
DUO = StudioClip("duo.mp4", 4, "duo", (CAST[0].seed, CAST[1].seed))


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Sample:
    """The pair of a drawn clip, before its pictures are cut."""
    path = tmp_path_factory.mktemp("studio") / "duo.mp4"
    path.write_bytes(draw_clip(DUO))
    shots = tuple(Shot(s.start_seconds, s.end_seconds, None, None, None) for s in truth(DUO).shots)
    sample = Sample("duo.mp4/w00").put(clip(uri=str(path), width=640, height=360), Shots("decord", shots))
    stage = DetectFaces()
    models = stage.load(RUN)
    found = stage.process(sample, models)
    models.decoder.close()
    outcome = PairPeople().process(TrackPeople().process(found, None).put(SHIPPED), None)
    assert not isinstance(outcome, Sample), outcome.reason
    _, child = outcome
    return child


class Scripted:
    """Segments by outline, but where its script says `nothing` or `everything`."""

    def __init__(self, script: list[str | None]):
        self.script = script

    def segment(self, picture: np.ndarray, face: Detection, others=()) -> np.ndarray:
        line = self.script.pop(0) if self.script else None
        if line is not None:
            return np.full(picture.shape[:2], float(line == "everything"), np.float32)
        return (log_odds(picture.shape[:2], face, tuple(others)) > 0).astype(np.float32)


def crop(pair: Sample, script: list[str | None] | None = None, **options) -> Sample:
    stage = CropCloseups(**options)
    tools = stage.load(RUN)
    cropped = stage.process(pair, tools if script is None else replace(tools, segmenter=Scripted(script)))
    tools.decoder.close()
    return cropped


@pytest.fixture(scope="module")
def cropped(pair) -> Sample:
    return crop(pair)


def views(sample: Sample) -> list[View]:
    closeups = sample[Closeups]
    return [view for one in (closeups.left, closeups.right) for view in (one.near, one.closeup)]


def test_all_pictures_have_the_training_size(cropped):
    closeups = cropped[Closeups]
    pictures = [closeups.round1, *(p for view in views(cropped) for p in (view.picture, view.plain, view.face))]
    masks = [closeups.left.mask, closeups.right.mask, *(view.mask for view in views(cropped))]
    assert {decode_picture(media).shape for media in pictures} == {(384, 384, 3)}
    assert {decode_mask(media).shape for media in masks} == {(384, 384)}


def test_left_and_right_are_as_seen_in_round_1(cropped):
    closeups = cropped[Closeups]
    assert closeups.left.face_box[2] < closeups.right.face_box[0]
    assert closeups.left.person != closeups.right.person


def test_a_closeup_shows_another_moment_than_round_1(cropped):
    closeups = cropped[Closeups]
    for subject in (closeups.left, closeups.right):
        assert subject.near.seconds == closeups.seconds
        assert abs(subject.closeup.seconds - closeups.seconds) >= 1.0


def test_the_pictures_of_a_person_show_that_person(cropped):
    embedder = EMBEDDERS["dlib"]()
    vectors = [
        embedder.embed(decode_picture(view.picture), [Detection(view.face_box, view.landmarks, 1.0)])[0]
        for view in views(cropped)
    ]
    left, right = np.array(vectors[:2]), np.array(vectors[2:])
    scale = CALIBRATIONS["dlib"]
    assert scale.between(left[:1], left[1:])[0, 0] > 0.5
    assert scale.between(right[:1], right[1:])[0, 0] > 0.5
    assert scale.between(left, right).max() < 0.5


def test_the_ground_is_plain_where_the_person_is_not(cropped):
    for view in views(cropped):
        plain, mask = decode_picture(view.plain), decode_mask(view.mask)
        far = np.ones_like(mask, bool)
        far[mask > 0] = False
        assert np.abs(plain[far].astype(int) - 225).mean() < 2
        x0, y0, x1, y1 = (round(v) for v in view.face_box)
        middle = mask[y0 + (y1 - y0) // 4 : y1 - (y1 - y0) // 4, x0 + (x1 - x0) // 4 : x1 - (x1 - x0) // 4]
        assert middle.min() > 200


def test_a_kept_ground_is_the_picture_as_filmed(pair):
    for view in views(crop(pair, [], background="kept")):
        assert view.plain == view.picture


def test_the_next_best_closeup_is_taken_where_one_cannot_be_cut_out(pair, cropped):
    again = crop(pair, [None, "nothing"])[Closeups]  # of the left person: round 1, then the close-up
    assert again.left.closeup.seconds != cropped[Closeups].left.closeup.seconds
    assert again.right.closeup.seconds == cropped[Closeups].right.closeup.seconds


@pytest.mark.parametrize(
    ("script", "reason", "threshold"),
    [
        (["everything"], "partner_in_closeup", 0.1),
        (["nothing"], "shoulders_missing", 0.85),
        ([None, *["nothing"] * 4], "shoulders_missing", 0.85),
    ],
    ids=["the partner too", "nobody in round 1", "nobody in any close-up"],
)
def test_a_pair_whose_cut_outs_are_wrong_is_rejected(pair, script, reason, threshold):
    everything = script == ["everything"]
    rejected = crop(pair, script)
    assert (rejected.verdict, rejected.reason, rejected.threshold) == (Verdict.REJECTED, reason, threshold)
    assert rejected.measured > 0.5 if everything else rejected.measured == 0


def test_nobody_is_in_both_masks(cropped):
    left, right = (decode_mask(s.mask) > 127 for s in (cropped[Closeups].left, cropped[Closeups].right))
    assert left.any()
    assert right.any()
    assert (left & right).sum() / min(left.sum(), right.sum()) < 0.05


def test_the_same_pair_gives_the_same_bytes(pair, cropped):
    assert crop(pair)[Closeups] == cropped[Closeups]


def test_a_pair_that_cannot_be_cut_is_rejected_with_what_was_measured(pair):
    rejected = crop(pair, min_gap_seconds=30.0)
    assert (rejected.verdict, rejected.reason, rejected.threshold) == (Verdict.REJECTED, "no_closeup", 30.0)
    assert rejected.measured == pytest.approx(3.5, abs=1.5)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"segmenter": "scissors"}, "segmenter is 'scissors', but must be one of .*grabcut"),
        ({"background": "striped"}, "background is 'striped', but must be one of blurred, kept, plain"),
        ({"ground_grey": 300}, "ground_grey is 300"),
        ({"size_px": 32}, "size_px >= 64"),
        ({"closeup_faces": 1.2}, "closeup_faces >= face_faces"),
    ],
)
def test_impossible_options_are_refused(option, message):
    with pytest.raises(ValueError, match=message):
        CropCloseups(**option)
