"""SAM 2 and SAM 3's tracker, tiny and with random weights: the real loading, prompting and post-processing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from pipeline.errors import ConfigError
from pipeline.run import ModelStore
from stages.models.catalog import SEGMENTERS
from stages.models.faces import Detection
from stages.models.sam import IN, OUT, Sam, prompt_for
from stages.models.weights import Weights
from tests.stages.models.tiny_sam import save_tiny

KINDS = ("sam2", "sam3")
PICTURE = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)


def face_at(x: float, y: float, size: float = 20.0) -> Detection:
    return Detection((x - size / 2, y - size / 2, x + size / 2, y + size / 2), (x, y) * 5, 1.0)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    found = {kind: tmp_path_factory.mktemp("models") / kind for kind in KINDS}
    for kind, folder in found.items():
        save_tiny(kind, folder)
    return found


@pytest.fixture(scope="module", params=KINDS)
def segmenter(request, folders) -> Sam:
    return SEGMENTERS[request.param](weights=str(folders[request.param]))


@pytest.mark.parametrize("shape", [(90, 160), (128, 128), (201, 77)])
def test_a_mask_has_the_pictures_size(segmenter, shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    mask = segmenter.segment(picture, face_at(40, 40), [face_at(60, 20)])
    assert (mask.shape, mask.dtype) == (shape, np.float32)
    assert 0 <= mask.min() <= mask.max() <= 1


def test_the_mask_depends_on_the_face_and_on_the_faces_of_others(segmenter):
    mine = segmenter.segment(PICTURE, face_at(40, 40))
    assert (mine != segmenter.segment(PICTURE, face_at(120, 40))).any()
    assert (mine != segmenter.segment(PICTURE, face_at(40, 40), [face_at(120, 40)])).any()


def test_the_same_picture_gives_the_same_bits(segmenter):
    first, second = (segmenter.segment(PICTURE, face_at(40, 40), [face_at(120, 40)]) for _ in range(2))
    assert (first == second).all()


def test_half_precision_gives_masks_too(folders):
    weights = Weights("sam2", folders["sam2"], ("model.safetensors",))
    mask = Sam("sam2", weights, dtype=torch.bfloat16).segment(PICTURE, face_at(40, 40))
    assert (mask.shape, mask.dtype) == ((90, 160), np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_are_missing_are_not_made_up(folders, tmp_path, kind):
    for file in folders[kind].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    state = load_file(tmp_path / "model.safetensors")
    dropped = next(name for name in state if "mask_decoder" in name)
    del state[dropped]  # sam3's file keeps the names of the whole model, of which this is the tracker
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(
        ConfigError, match=f"no weights for 1 parts of .*, such as {dropped.removeprefix('tracker_model.')}"
    ):
        SEGMENTERS[kind](weights=str(tmp_path))


def test_a_folder_without_a_model_is_refused(folders, tmp_path):
    (tmp_path / "model.safetensors").write_bytes((folders["sam2"] / "model.safetensors").read_bytes())
    with pytest.raises(ConfigError, match="is no sam2"):
        SEGMENTERS["sam2"](weights=str(tmp_path))


def test_weights_that_are_not_there_are_told_before_anything_starts(tmp_path):
    with pytest.raises(ConfigError, match=r"segmenter: weights sam2.1-hiera-large are missing"):
        SEGMENTERS["sam2"].check("segmenter", ModelStore(tmp_path))


@pytest.mark.parametrize(
    ("face", "others", "box", "points"),
    [
        (face_at(80, 40), [], (52, 20, 108, 90), [(80, 40)]),
        (face_at(10, 8), [], (0, 0, 38, 90), [(10, 8)]),  # at the picture's corner
        (face_at(80, 40), [face_at(120, 45)], (52, 20, 108, 90), [(80, 40), (120, 45)]),
        (face_at(80, 40), [face_at(170, 45), face_at(20, -3)], (52, 20, 108, 90), [(80, 40)]),  # others outside
        (face_at(-2, 40), [], (0, 20, 26, 90), [(0, 40)]),
    ],
)
def test_what_sam_is_told(face, others, box, points):
    prompt = prompt_for((90, 160), face, others)
    assert prompt.box == pytest.approx(box)
    assert list(prompt.points) == points
    assert prompt.labels == (IN, *[OUT] * (len(points) - 1))
