"""SCRFD (Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", 2021), from the detection
graph of an insightface pack."""

from collections.abc import Iterator

import cv2
import numpy as np
from insightface.model_zoo.scrfd import SCRFD, distance2bbox, distance2kps

from pipeline.errors import ConfigError
from stages.models.faces import Detection
from stages.models.onnx_graph import open_session, pick_graph
from stages.models.weights import Weights

SMALLEST_ANCHOR_PIXELS = 16.0  # insightface, detection/scrfd/configs/scrfd/scrfd_10g_bnkps.py: base_sizes
GRID_PIXELS = 32  # the coarsest stride: sides are multiples of it
MIN_SCORE = 0.3  # fainter detections are nearly all false; stages apply thresholds of their own
BATCH = 8  # always full, so that what a picture shares its batch with changes nothing


class Scrfd:
    """Finds faces of `min_face_pixels` and more.

    Pictures are scaled so that such a face is as large as the network's smallest anchor; for a graph of fixed size,
    so that they fill it. Graphs with a free batch dimension get batches, others one picture at a time.
    """

    def __init__(self, weights: Weights, device: str = "cpu", min_face_pixels: float = 20.0):
        path = pick_graph(weights, "detection")
        self._session = open_session(path, device)
        self._net = SCRFD(model_file=path, session=self._session, static_shape_sessions=False)
        if not self._net.use_kps:
            raise ConfigError(f"{path} finds faces but no landmarks, which alignment needs; use a graph with 9 outputs")
        batch = self._net.input_shape[0]
        self._batch = BATCH if self._net.batched and not isinstance(batch, int) else 1
        self._scale = SMALLEST_ANCHOR_PIXELS / min_face_pixels

    def detect(self, pictures: np.ndarray) -> list[list[Detection]]:
        found: list[list[Detection]] = []
        for start in range(0, len(pictures), self._batch):
            some = pictures[start : start + self._batch]
            batch, factor = self._inputs(some)
            outputs = self._session.run(self._net.output_names, {self._net.input_name: batch})
            if not self._net.batched:
                outputs = [output[None] for output in outputs]
            for number in range(len(some)):
                found.append(self._faces([output[number] for output in outputs], batch.shape[2:], factor))
        return found

    def _inputs(self, pictures: np.ndarray) -> tuple[np.ndarray, float]:
        """Scale pictures (n, H, W, 3) into the network's units: (batch, 3, h, w) float32, and by what factor."""
        height, width = pictures.shape[1:3]
        if self._net.static_input_size is not None:
            w, h = self._net.static_input_size
            factor = min(w / width, h / height)
        else:
            factor = self._scale
            h, w = (-(-round(side * factor) // GRID_PIXELS) * GRID_PIXELS for side in (height, width))
        inside = (max(1, round(width * factor)), max(1, round(height * factor)))
        canvas = np.zeros((self._batch, h, w, 3), np.uint8)
        shrinking = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        for place, picture in zip(canvas, pictures, strict=False):
            place[: inside[1], : inside[0]] = cv2.resize(picture, inside, interpolation=shrinking)
        values = (canvas.astype(np.float32) - self._net.input_mean) / self._net.input_std
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2), np.float32), factor

    def _faces(self, outputs: list[np.ndarray], shape: tuple[int, ...], factor: float) -> list[Detection]:
        """Read the faces of one picture from the network's outputs: scores, boxes and landmarks for each stride."""
        boxes, points = [], []
        for level, stride in enumerate(self._net._feat_stride_fpn):
            scores, distances, offsets = (outputs[level + part * self._net.fmc] for part in range(3))
            good = np.flatnonzero(scores[:, 0] >= MIN_SCORE)
            centres = _anchor_centres(shape, stride, self._net._num_anchors)[good]
            corners = distance2bbox(centres, distances[good] * stride)
            boxes.append(np.hstack((corners / factor, scores[good])))
            points.append(distance2kps(centres, offsets[good] * stride) / factor)
        candidates, landmarks = np.vstack(boxes).astype(np.float32), np.vstack(points).astype(np.float32)
        kept = self._net.nms(candidates)
        return sorted(_detections(candidates[kept], landmarks[kept]), key=lambda face: face.box)


def _anchor_centres(shape: tuple[int, ...], stride: int, anchors: int) -> np.ndarray:
    """Return the (x, y) of all anchors of a level, row by row, (rows * columns * anchors, 2)."""
    y, x = np.mgrid[: shape[0] // stride, : shape[1] // stride]
    return np.repeat(np.stack((x, y), -1).reshape(-1, 2) * stride, anchors, axis=0).astype(np.float32)


def _detections(candidates: np.ndarray, landmarks: np.ndarray) -> Iterator[Detection]:
    for (x0, y0, x1, y1, score), points in zip(candidates.tolist(), landmarks.tolist(), strict=True):
        yield Detection((x0, y0, x1, y1), tuple(points), score)
