"""ArcFace (Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2019), from the recognition
graph of an insightface pack."""

from collections.abc import Sequence

import cv2
import numpy as np
from insightface.model_zoo.arcface_onnx import ArcFaceONNX
from insightface.utils.face_align import arcface_dst

from stages.models.faces import Detection
from stages.models.onnx_graph import open_session, pick_graph
from stages.models.weights import Weights

TEMPLATE_PIXELS = 112  # side of the picture in which insightface's five points lie
GPU_BATCH = 32


class ArcFace:
    """512 numbers a face (for buffalo_l); raw likeness is their cosine.

    Faces are put upright by insightface's own five points. They go through the network one by one on a CPU, where
    batches gain nothing and move the last digits, and as many as a call brings on a GPU.
    """

    def __init__(self, weights: Weights, device: str = "cpu"):
        path = pick_graph(weights, "recognition")
        self._net = ArcFaceONNX(model_file=path, session=open_session(path, device))
        free = not isinstance(self._net.input_shape[0], int)
        self._batch = GPU_BATCH if free and device != "cpu" else 1

    def embed(self, picture: np.ndarray, faces: Sequence[Detection]) -> np.ndarray:
        bgr = picture[..., ::-1]
        chips = [align(bgr, face.landmarks, self._net.input_size[0]) for face in faces]
        vectors = [self._net.get_feat(chips[at : at + self._batch]) for at in range(0, len(chips), self._batch)]
        return np.vstack(vectors) if vectors else np.empty((0, self._net.output_shape[-1]), np.float32)


def align(picture: np.ndarray, landmarks: Sequence[float], size: int) -> np.ndarray:
    """Cut a face out of a picture (H, W, 3 uint8), turned and scaled so that its landmarks lie where ArcFace's do."""
    matrix = fit_similarity(np.reshape(landmarks, (5, 2)), arcface_dst * (size / TEMPLATE_PIXELS))
    return cv2.warpAffine(np.ascontiguousarray(picture), matrix, (size, size), borderValue=0.0)


def fit_similarity(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the (2, 3) matrix that turns, scales and moves `points` (N, 2) nearest to `targets`, by least squares.

    Turning and scaling are a product in complex numbers, so the fit is a linear regression. (insightface calls
    skimage's Umeyama for the same matrix, in a form that skimage gives up.)
    """
    z, w = (p.astype(np.float64) @ (1, 1j) for p in (points, targets))
    centred = z - z.mean()
    a = np.vdot(centred, w - w.mean()) / max(np.vdot(centred, centred).real, np.finfo(float).tiny)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
