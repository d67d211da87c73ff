"""MTCNN (Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks", 2016), in
facenet-pytorch, whose wheel holds the weights."""

import numpy as np
import torch
from facenet_pytorch import MTCNN

from stages.models.device import torch_device
from stages.models.faces import Detection
from stages.models.weights import Weights

# Coordinates move in their last digits, now and then by a pixel, with the number of pictures in a batch and the number
# of threads. Both are fixed, so that the faces of a video do not depend on which worker found them.
BATCH = 4
GPU_BATCH = 16  # small networks leave a GPU idle between launches
THREADS = 1


class Mtcnn:
    """The detector of facenet-pytorch, always fed batches of one size.

    `weights` takes the place of what the library loads by itself, the same files in its wheel.
    """

    def __init__(self, device: str = "cpu", min_face_pixels: float = 20.0, weights: Weights | None = None):
        torch.set_num_threads(THREADS)
        place = torch_device(device)
        self._batch = BATCH if place.type == "cpu" else GPU_BATCH
        self._net = MTCNN(min_face_size=min_face_pixels, keep_all=True, device=place).eval()
        for name in ("pnet", "rnet", "onet"):
            net = getattr(self._net, name)
            if weights is not None:
                net.load_state_dict(torch.load(weights.file(f"{name}.pt"), weights_only=True))
            net.to(memory_format=torch.channels_last)  # takes two thirds of the time: pooling is vectorised then

    def detect(self, pictures: np.ndarray) -> list[list[Detection]]:
        found: list[list[Detection]] = []
        for start in range(0, len(pictures), self._batch):
            some = pictures[start : start + self._batch]
            batch = np.zeros((self._batch, *pictures.shape[1:]), np.uint8)
            batch[: len(some)] = some
            with torch.inference_mode():
                boxes, scores, points = self._net.detect(batch, landmarks=True)
            found += [_detections(*one) for one in zip(boxes, scores, points, strict=True)][: len(some)]
        return found


def _detections(boxes: np.ndarray | None, scores: np.ndarray, points: np.ndarray) -> list[Detection]:
    if boxes is None:
        return []
    faces = [
        Detection(
            box=(float(x0), float(y0), float(x1), float(y1)),
            landmarks=tuple(float(v) for v in np.asarray(p, np.float32).ravel()),
            score=float(score),
        )
        for (x0, y0, x1, y1), score, p in zip(boxes, scores, points, strict=True)
    ]
    return sorted(faces, key=lambda face: face.box)
