"""What is scored of whom, with a detector that knows where drawn heads are and embedders that look at colours."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.run import ModelStore
from pipeline.sample import Sample
from stages.calibrate import Scale
from stages.likeness.similarity import Calibration
from stages.models.faces import Detection
from stages.pictures import jpeg
from stages.score_identity import Judge, Opinion, ScoreIdentity
from stages.synthesize_bodies import Bodies, Body
from tests.stages.conversation.drawn import SIZE, Sitter, closeups, draw

RED, BLUE = (190, 36, 40), (30, 50, 170)
LEFT, RIGHT = Sitter(garment=RED), Sitter(garment=BLUE)
SCALE = Calibration("l2", strangers=200.0, threshold=80.0, same=0.0)
OF_ANOTHER = Scale("insightface", Calibration("cosine", 0.0, 0.3, 1.0), "shipped", None, 1e-3)


class HeadDetector:
    """Finds a face in every square of a row of them, none in a black one."""

    def detect(self, pictures: np.ndarray) -> list[list[Detection]]:
        return [
            [
                Detection((x + 50.0, 30.0, x + 110.0, 100.0), (0.0, 0.0, 9.0, 0.0, 5.0, 5.0, 1.0, 9.0, 8.0, 9.0), 0.99)
                for x in range(0, picture.shape[1], SIZE)
                if picture[:, x : x + SIZE].max() > 50
            ]
            for picture in pictures
        ]


class GarmentEmbedder:
    """Takes people for what they wear: the mean colour below the face, times `gain`."""

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def embed(self, picture, faces):
        colours = [picture[130:150, round(face.box[0]) : round(face.box[2])].mean((0, 1)) for face in faces]
        return np.array(colours, np.float32) * self.gain


def score(
    second: bool = False, left_body: np.ndarray | None = None, scale: Scale = OF_ANOTHER
) -> dict[str, float | None]:
    """Score a pair of which the left person's full-body picture shows the right one."""
    shown = draw(RIGHT).picture if left_body is None else left_body
    made = [Body(jpeg(picture), "prompt", "park", (), 0, 0, None) for picture in (shown, draw(RIGHT).picture)]
    sample = Sample("clip/p0").put(closeups(LEFT, RIGHT)).put(Bodies((made[0],), (made[1],)))
    opinions = [Opinion(GarmentEmbedder(), SCALE), Opinion(GarmentEmbedder(0.5), SCALE, "second_")]
    judge = Judge(HeadDetector(), tuple(opinions[: 1 + second]))
    stage = ScoreIdentity(second_embedder="facenet" if second else None)
    return dict(stage.process(sample.put(scale), judge).scores)


def test_a_picture_is_compared_with_its_person_and_with_the_other():
    scores = score()
    for target in ("left.closeup", "right.closeup", "right.body0", "round1.left", "round1.right"):
        assert scores[f"{target}.similarity"] > 0.9
        assert scores[f"{target}.other"] < 0.3
    assert scores["left.body0.similarity"] < 0.3 < 0.9 < scores["left.body0.other"]
    assert scores["pair.similarity"] < 0.3
    assert scores["round1.faces"] == 2
    assert scores["left.closeup.face_pixels"] == pytest.approx(np.sqrt(60 * 70))


def test_a_picture_without_a_face_has_no_likeness():
    scores = score(second=True, left_body=np.zeros((SIZE, SIZE, 3), np.uint8))
    assert scores["left.body0.faces"] == 0
    measures = ("similarity", "other", "second_similarity", "second_other")
    assert [scores[f"left.body0.{measure}"] for measure in measures] == [None] * 4


def test_a_second_opinion_is_scored_beside_the_first_on_a_scale_of_its_own():
    alone, both = score(), score(second=True)
    assert {name: value for name, value in both.items() if "second" not in name} == alone
    seconds = {name for name in both if "second" in name}
    assert seconds == {
        name.replace(".similarity", ".second_similarity").replace(".other", ".second_other")
        for name in alone
        if name.endswith((".similarity", ".other"))
    }
    distance = 200 - 120 * both["pair.similarity"] / 0.5
    assert both["pair.second_similarity"] == pytest.approx(float(SCALE(distance / 2)))


def test_the_first_opinion_is_no_second_one():
    with pytest.raises(ValueError, match="second_embedder is 'dlib', as embedder is"):
        ScoreIdentity(second_embedder="dlib")
    with pytest.raises(ValueError, match=r"second_embedder is 'deepface', but must be one of dlib, facenet"):
        ScoreIdentity(second_embedder="deepface")


def test_each_embedder_is_checked_under_its_own_option(tmp_path):
    stage = ScoreIdentity(second_embedder="facenet")
    with pytest.raises(ConfigError, match=r"^second_embedder: weights facenet-vggface2 are missing"):
        stage.check(ModelStore(tmp_path))
    assert {name.partition("/")[0] for name in stage.revisions(ModelStore(tmp_path))} == {
        "detector",
        "embedder",
        "second_embedder",
    }


def test_the_embedder_that_tracked_the_people_judges_by_the_runs_scale():
    own = Scale("dlib", Calibration("l2", strangers=100.0, threshold=40.0, same=0.0), "run", None, 1e-3)
    apart, alone = score(second=True, scale=own), score(second=True)
    assert apart["left.body0.similarity"] < alone["left.body0.similarity"]
    assert apart["left.body0.second_similarity"] == alone["left.body0.second_similarity"]
