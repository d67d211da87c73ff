"""FaceNet as an embedder, with random weights in the library's own class and file format."""

import numpy as np
import pytest
import torch
from facenet_pytorch import InceptionResnetV1

from pipeline.errors import ConfigError
from pipeline.run import ModelStore
from stages.models.catalog import EMBEDDERS
from stages.models.facenet import FaceNet
from stages.models.faces import Detection
from stages.models.weights import find

FILE = "mine.pt"


@pytest.fixture(scope="module")
def net() -> InceptionResnetV1:
    """A random network whose normalisation has seen pictures; without that, all faces are one to it."""
    torch.manual_seed(0)
    net = InceptionResnetV1(pretrained=None, classify=False, dropout_prob=0.0)
    for module in net.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0
    with torch.no_grad():
        net(torch.randn(4, 3, 160, 160))
    return net.eval()


@pytest.fixture(scope="module")
def folder(net, tmp_path_factory):
    """The network's file as the library publishes it, with the classifier of its training."""
    folder = tmp_path_factory.mktemp("facenet")
    state = {**net.state_dict(), "logits.weight": torch.zeros(7, 512), "logits.bias": torch.zeros(7)}
    torch.save(state, folder / FILE)
    return folder


@pytest.fixture(scope="module")
def embedder(folder) -> FaceNet:
    return EMBEDDERS["facenet"]("cpu", weights=str(folder / FILE))


def face(x: float, y: float, side: float) -> Detection:
    return Detection((x, y, x + side, y + side), (0.0,) * 10, 1.0)


PICTURE = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
FACES = (face(20, 30, 146), face(150, 60, 90), face(-20, 100, 160))


def test_the_network_sees_the_face_with_its_margin_in_its_own_units(embedder, net):
    with torch.inference_mode():
        chip = (torch.tensor(PICTURE[23:183, 13:173]).permute(2, 0, 1).float() - 127.5) / 128
        expected = net(chip[None])
    assert embedder.embed(PICTURE, FACES[:1]) == pytest.approx(expected.numpy(), abs=1e-6)


def test_a_face_is_embedded_alike_alone_and_among_others(embedder):
    vectors = embedder.embed(PICTURE, FACES)
    assert (vectors.shape, vectors.dtype) == ((3, 512), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (embedder.embed(PICTURE, FACES[1:]) == vectors[1:]).all()
    assert (vectors @ vectors.T)[np.triu_indices(3, 1)].max() < 0.99


def test_no_faces_give_no_vectors(embedder):
    assert embedder.embed(PICTURE, []).shape == (0, 512)


@pytest.mark.parametrize("content", [{"weight": torch.zeros(1)}, torch.zeros(3), b"no pickle"])
def test_a_file_of_another_network_is_refused(tmp_path, content):
    path = tmp_path / FILE
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(ConfigError, match=r"mine\.pt is no InceptionResnetV1: "):
        FaceNet(find(str(path), ModelStore()))


def test_the_files_that_the_library_downloads_are_known_and_not_for_commerce(tmp_path):
    path = tmp_path / "20180402-114759-vggface2.pt"
    path.write_bytes(b"something else")
    with pytest.raises(ConfigError, match=r"embedder: .* has sha256 .*, but models\.yaml demands 281cebca"):
        EMBEDDERS["facenet"].check("embedder", ModelStore(), weights=str(path))
    with pytest.raises(ConfigError, match=r"embedder: licence_policy is commercial.*VGGFace2.*use embedder: dlib"):
        EMBEDDERS["facenet"].check("embedder", ModelStore(licence_policy="commercial"))
