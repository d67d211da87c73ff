"""FaceNet's InceptionResnetV1 (Schroff et al., "FaceNet", 2015; Sandberg's training) in facenet-pytorch: a second
opinion on who somebody is, of another training set and loss than ArcFace's and dlib's."""

from collections.abc import Sequence
from pickle import UnpicklingError

import numpy as np
import torch
from facenet_pytorch import InceptionResnetV1, extract_face, fixed_image_standardization

from pipeline.errors import ConfigError
from stages.models.device import torch_device
from stages.models.faces import Detection
from stages.models.weights import Weights

THREADS = 1
CHIP_PIXELS = 160
MARGIN_PIXELS = 14  # of the chip, around the box: facenet-pytorch, examples/lfw_evaluate.ipynb
GPU_BATCH = 32


class FaceNet:
    """512 numbers a face, of length 1; raw likeness is their cosine. Faces are cut by their box, not turned."""

    def __init__(self, weights: Weights, device: str = "cpu"):
        torch.set_num_threads(THREADS)
        self._device = torch_device(device)
        self._batch = 1 if self._device.type == "cpu" else GPU_BATCH
        self._net = _load(weights).to(self._device).eval()

    def embed(self, picture: np.ndarray, faces: Sequence[Detection]) -> np.ndarray:
        chips = [
            fixed_image_standardization(extract_face(picture, np.array(face.box), CHIP_PIXELS, MARGIN_PIXELS))
            for face in faces
        ]
        with torch.inference_mode():
            vectors = [
                self._net(torch.stack(chips[at : at + self._batch]).to(self._device)).cpu().numpy()
                for at in range(0, len(chips), self._batch)
            ]
        return np.vstack(vectors) if vectors else np.empty((0, 512), np.float32)


def _load(weights: Weights) -> InceptionResnetV1:
    """Read a state dictionary as facenet-pytorch publishes it: with the classifier of its training, which is left."""
    path = weights.file(next((name for name in weights.files if name.endswith((".pt", ".pth"))), "file.pt"))
    net = InceptionResnetV1(pretrained=None, classify=False)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        net.load_state_dict({name: value for name, value in state.items() if not name.startswith("logits.")})
    except (RuntimeError, UnpicklingError, AttributeError) as error:
        raise ConfigError(f"{path} is no InceptionResnetV1: {str(error).splitlines()[0]}") from error
    return net
