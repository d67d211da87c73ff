"""Models as a configuration names them: what a plan says of them before anything starts, and what workers get."""

import re
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.plan import Plan, load_config, make_plan
from pipeline.run import Run
from stages.detect_faces import DetectFaces
from stages.models.arcface import ArcFace
from stages.models.catalog import DETECTORS, EMBEDDERS, SEGMENTERS
from stages.models.scrfd import Scrfd
from stages.models.weights import entries
from tests.stages.models.tiny_packs import make_pack, make_recogniser

DEFAULT = "configs/dataset/default.yaml"
INSIGHTFACE = ("detect_faces.detector=insightface", "detect_faces.embedder=insightface")


def plan_of(root: Path, *overrides: str) -> Plan:
    return make_plan(load_config(DEFAULT, overrides), root)


@pytest.fixture
def pack(tmp_path) -> Path:
    """A pack in the folder of models, of a name that models.yaml does not know."""
    return make_pack(tmp_path / "models" / "tiny")


def with_pack(name: str | Path) -> tuple[str, ...]:
    return (*INSIGHTFACE, f"detect_faces.detector_weights={name}", f"detect_faces.embedder_weights={name}")


def test_the_default_models_need_nothing_but_their_wheels_and_are_for_commerce_too(tmp_path):
    plan_of(tmp_path, "licence_policy=commercial").check()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            INSIGHTFACE,
            r"^stages\.detect_faces\.detector: weights buffalo_l are missing: no det_10g\.onnx, w600k_r50\.onnx in "
            r"ROOT/models/buffalo_l; to have them: unzip buffalo_l\.zip of the release -d ROOT/models/buffalo_l \(",
        ),
        (
            ("score_identity.second_embedder=facenet", "models=/mnt/weights"),
            r"^stages\.score_identity\.second_embedder: weights facenet-vggface2 are missing: .*/mnt/weights/facenet",
        ),
        (
            (*INSIGHTFACE, "licence_policy=commercial"),
            r"^stages\.detect_faces\.detector: licence_policy is commercial, but weights buffalo_l are not for "
            r"commerce \(non-commercial research only.*\); use detector: mtcnn and embedder: dlib",
        ),
    ],
)
def test_a_model_that_cannot_be_used_ends_a_build_before_it_starts(tmp_path, overrides, message):
    with pytest.raises(ConfigError, match=message.replace("ROOT", re.escape(str(tmp_path)))):
        plan_of(tmp_path, *overrides).check()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "detect_faces.detector_weights=nowhere",
            r"^stages\.detect_faces\.detector: no weights 'nowhere' in .*/models",
        ),
        ("detect_faces.device=gpu", r"stages\.detect_faces\.device is 'gpu', but must be cpu, cuda, or cuda:N"),
        ("detect_faces.detector=yolo", r"detector is 'yolo', but must be one of insightface, mtcnn"),
    ],
)
def test_a_model_that_is_not_there_makes_no_plan(tmp_path, override, message):
    with pytest.raises(ConfigError, match=message):
        plan_of(tmp_path, *INSIGHTFACE, override)


def test_other_weights_change_the_folders_from_their_stage_on(pack, tmp_path):
    before = plan_of(tmp_path, *with_pack("tiny"))
    first = [stage.name for stage in before.stages].index("detect_faces")
    files = ("det_10g.onnx", "genderage.onnx", "w600k_r50.onnx")
    revisions = dict(before.stages[first].revisions)
    assert set(revisions) == {f"{option}/{file}" for option in ("detector", "embedder") for file in files}
    make_recogniser(pack / "w600k_r50.onnx", seed=1)
    after = plan_of(tmp_path, *with_pack("tiny"))
    same = [a.folder == b.folder for a, b in zip(before.stages, after.stages, strict=True)]
    assert same == [True] * first + [False] * (len(same) - first)


def test_workers_load_a_pack_by_its_name_or_its_path(pack, tmp_path):
    plan = plan_of(tmp_path, *with_pack("tiny"))
    plan.check()
    for name in ("tiny", str(pack)):
        stage = DetectFaces(
            detector="insightface", detector_weights=name, embedder="insightface", embedder_weights=name
        )
        models = stage.load(Run("test", tmp_path, plan.models))
        assert isinstance(models.detector, Scrfd)
        assert isinstance(models.embedder, ArcFace)


def test_every_backends_weights_are_in_models_yaml():
    for backends in (DETECTORS, EMBEDDERS, SEGMENTERS):
        for backend in backends.values():
            assert backend.weights is None or backend.weights in entries()
