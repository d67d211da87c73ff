"""dlib's face recognition ResNet, with the weights that the package face_recognition_models brings.

The package is only a folder to us: importing it runs code that needs setuptools' pkg_resources, long gone. Of its two
aligners we use the one of 5 points; the one of 68 was trained on pictures whose licence excludes commercial use.

dlib aligns the faces, torch runs the network: dlib's wheels compute without BLAS, which takes 115 ms a face on one
core where torch takes 10, and never a GPU. Both agree to 1e-6, which a test holds.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlib
import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, pad, relu

from stages.faces.quality import upright_patch
from stages.models.faces import Detection
from stages.models.weights import Weights

THREADS = 1  # fixed, as faces are taken one by one: batches and threads both move the last digits

PATCH_PIXELS = 240  # side of the upright patch in which the aligner looks for its points
PATCH_MARGIN = 0.35  # of the face box, on each side
CHIP_PIXELS = 150  # side of what the network sees

MEAN_RGB = (122.782, 117.001, 104.298)  # dlib, dnn/input.h: input_rgb_image_sized
# dlib, examples/dnn_face_recognition_ex.cpp, from the picture on: the number of residual blocks in each level, and
# whether its first block halves height and width.
LEVELS = ((3, False), (4, True), (3, True), (3, True), (1, True))


class DlibResnet:
    """128 numbers a face; raw likeness is their Euclidean distance.

    Faces are turned upright first: the aligner was trained on upright faces only, and loses others.
    """

    def __init__(self, weights: Weights, device: str = "cpu") -> None:
        torch.set_num_threads(THREADS)
        self._align = dlib.shape_predictor(str(weights.file("shape_predictor_5_face_landmarks.dat")))
        self._net = Network(read_weights(weights.file("dlib_face_recognition_resnet_model_v1.dat")), device)

    def embed(self, picture: np.ndarray, faces: Sequence[Detection]) -> np.ndarray:
        chips = [self.chip(picture, face) for face in faces]
        return self._net(np.array(chips, np.uint8).reshape(-1, CHIP_PIXELS, CHIP_PIXELS, 3))

    def chip(self, picture: np.ndarray, face: Detection) -> np.ndarray:
        """Cut out what the network sees of a face, (150, 150, 3) uint8, aligned as dlib does it."""
        patch = np.ascontiguousarray(upright_patch(picture, face.box, face.landmarks, PATCH_PIXELS, PATCH_MARGIN))
        side = PATCH_PIXELS / (1 + 2 * PATCH_MARGIN)  # of the face box, in the patch
        low, high = round((PATCH_PIXELS - side) / 2), round((PATCH_PIXELS + side) / 2)
        points = self._align(patch, dlib.rectangle(low, low, high, high))
        return dlib.get_face_chip(patch, points, size=CHIP_PIXELS, padding=0.25)


class Network:
    """The network itself, (N, 150, 150, 3) uint8 RGB to (N, 128) float32.

    Each convolution has the affine layer behind it folded in.
    """

    def __init__(self, weights: "Numbers", device: str = "cpu") -> None:
        self._device = torch.device(device)
        self._mean = torch.tensor(MEAN_RGB, device=self._device)[:, None, None]
        self._convolutions = [
            (w.to(self._device, memory_format=torch.channels_last), b.to(self._device), stride, padding)
            for w, b, stride, padding in weights[0]
        ]
        self._last = weights[1].to(self._device)

    def __call__(self, chips: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            pixels = torch.from_numpy(chips).to(self._device).permute(0, 3, 1, 2).float()
            vectors = [self._forward(((one - self._mean) / 256)[None]) for one in pixels]
        return np.array([vector[0].cpu().numpy() for vector in vectors], np.float32).reshape(-1, 128)

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        layers = iter(self._convolutions)
        x = max_pool2d(relu(_convolve(x, layers)), 3, 2)
        for blocks, halves in LEVELS:
            for block in range(blocks):
                y = _convolve(relu(_convolve(x, layers)), layers)
                if halves and block == 0:
                    x = avg_pool2d(x, 2, 2)
                x = relu(_add(x, y))
        return x.mean((2, 3)) @ self._last


# Convolutions from the picture on, (weight, bias, stride, padding), and the (256, 128) matrix at the end.
Numbers = tuple[list[tuple[torch.Tensor, torch.Tensor, int, int]], torch.Tensor]


def read_weights(path: Path) -> Numbers:
    """Read the network's numbers from dlib's file.

    dlib writes a layer as its name followed by its tensors and options (dlib, dnn/layers.h); tensors have four
    dimensions and little-endian floats (dnn/tensor.h), and whole numbers a byte with their length (serialize.h). The
    input's layers come first.
    """
    data = path.read_bytes()
    at = 0
    convolutions = []
    for _ in range(1 + 2 * sum(blocks for blocks, _ in LEVELS)):
        numbers, at = _tensor(data, data.index(b"con_4", at) + len(b"con_4"))
        (filters, rows, columns, stride, _, padding, _), at = _integers(data, at, 7)
        affine, at = _tensor(data, data.index(b"affine_", at) + len(b"affine_"))
        gain, shift = torch.from_numpy(affine[:filters]), torch.from_numpy(affine[filters:])
        weight = torch.from_numpy(numbers[:-filters].reshape(filters, -1, rows, columns))
        bias = torch.from_numpy(numbers[-filters:])
        convolutions.append((weight * gain[:, None, None, None], bias * gain + shift, stride, padding))
    at = data.index(b"fc_2", at) + len(b"fc_2")
    _, at = _integers(data, at, 2)
    last, _ = _tensor(data, at)
    return convolutions, torch.from_numpy(last.reshape(-1, 128))


def _convolve(x: torch.Tensor, layers: Iterator) -> torch.Tensor:
    weight, bias, stride, padding = next(layers)
    return conv2d(x, weight, bias, stride, padding)


def _add(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Add as dlib's add_prev does: where one is smaller, in channels too, it counts as zero."""
    _, c, h, w = (max(a, b) for a, b in zip(x.shape, y.shape, strict=True))
    x, y = (pad(t, (0, w - t.shape[3], 0, h - t.shape[2], 0, c - t.shape[1])) for t in (x, y))
    return x + y


def _tensor(data: bytes, at: int) -> tuple[np.ndarray, int]:
    (version, *shape), at = _integers(data, at, 5)
    assert version == 2, version
    count = int(np.prod(shape))
    return np.frombuffer(data, "<f4", count, at).copy(), at + 4 * count


def _integers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    values = []
    for _ in range(count):
        length = data[at] & 0x7F
        value = int.from_bytes(data[at + 1 : at + 1 + length], "little")
        values.append(-value if data[at] & 0x80 else value)
        at += 1 + length
    return values, at
