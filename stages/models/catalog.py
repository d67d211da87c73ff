"""The models by role and name, as configurations use them.

A model gets in by a line here and a value of the configuration. Its library is imported only when it is made, in the
worker that needs it.

    detector = DETECTORS["mtcnn"]("cpu", 20.0, models=run.models)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from pipeline.errors import ConfigError
from pipeline.run import ModelStore
from stages.models.captioner import Captioner, MeasuredCaptioner
from stages.models.device import Runtime, check_runtime
from stages.models.faces import Detector, Embedder, Segmenter
from stages.models.synthesizer import Synthesizer
from stages.models.weights import Weights, find, revisions

Model = TypeVar("Model", covariant=True)

HERE = ModelStore()


@dataclass(frozen=True)
class Backend(Generic[Model]):
    """A model that a configuration can name.

    `make(weights, device, *options)` makes it. `weights` is its entry in models.yaml, where the configuration names no
    other; None: it needs none.
    """

    make: Callable[..., Model]
    weights: str | None = None
    runtime: Runtime = "cpu"

    def __call__(
        self, device: str = "cpu", *options: float, models: ModelStore = HERE, weights: str | None = None
    ) -> Model:
        """Make the model. Raises ConfigError for weights or a device that cannot be had or used."""
        wanted = weights or self.weights
        return self.make(find(wanted, models) if wanted else None, device, *options)

    def check(self, option: str, models: ModelStore, device: str = "cpu", weights: str | None = None) -> None:
        """Raise ConfigError, naming the option, for what would keep the model from being made."""
        wanted = weights or self.weights
        try:
            check_runtime(device, self.runtime)
            if wanted:
                find(wanted, models)
        except ConfigError as error:
            raise ConfigError(f"{option}: {error}") from error

    def revisions(self, option: str, models: ModelStore, weights: str | None = None) -> dict[str, str]:
        """Return the sha256 of each file that the model is made of, as `Stage.revisions` does."""
        wanted = weights or self.weights
        try:
            found = revisions(wanted, models) if wanted else {}
        except ConfigError as error:
            raise ConfigError(f"{option}: {error}") from error
        return {f"{option}/{name}": digest for name, digest in found.items()}


def _mtcnn(weights: Weights, device: str, min_face_pixels: float) -> Detector:
    from stages.models.mtcnn import Mtcnn

    return Mtcnn(device, min_face_pixels, weights)


@cache  # several stages of a worker share it
def _dlib(weights: Weights, device: str) -> Embedder:
    from stages.models.dlib_resnet import DlibResnet

    return DlibResnet(weights)


def _scrfd(weights: Weights, device: str, min_face_pixels: float) -> Detector:
    from stages.models.scrfd import Scrfd

    return Scrfd(weights, device, min_face_pixels)


@cache
def _arcface(weights: Weights, device: str) -> Embedder:
    from stages.models.arcface import ArcFace

    return ArcFace(weights, device)


@cache
def _facenet(weights: Weights, device: str) -> Embedder:
    from stages.models.facenet import FaceNet

    return FaceNet(weights, device)


def _grabcut(weights: None, device: str) -> Segmenter:
    from stages.models.grabcut import GrabCut

    return GrabCut()


def _sam2(weights: Weights, device: str) -> Segmenter:
    from stages.models.sam import Sam

    return Sam("sam2", weights, device)


def _sam3(weights: Weights, device: str) -> Segmenter:
    from stages.models.sam import Sam

    return Sam("sam3", weights, device)


def _compositor() -> Synthesizer:
    from stages.models.compositor.compositor import Compositor

    return Compositor()


DETECTORS: Mapping[str, Backend[Detector]] = {
    "mtcnn": Backend(_mtcnn, "mtcnn", "torch"),
    "insightface": Backend(_scrfd, "buffalo_l", "onnx"),
}
EMBEDDERS: Mapping[str, Backend[Embedder]] = {  # each has a Calibration of the same name
    "dlib": Backend(_dlib, "dlib"),
    "insightface": Backend(_arcface, "buffalo_l", "onnx"),
    "facenet": Backend(_facenet, "facenet-vggface2", "torch"),
}
SEGMENTERS: Mapping[str, Backend[Segmenter]] = {
    "grabcut": Backend(_grabcut),
    "sam2": Backend(_sam2, "sam2.1-hiera-large", "torch"),
    "sam3": Backend(_sam3, "sam3", "torch"),
}
CAPTIONERS: Mapping[str, Callable[[], Captioner]] = {"measured": MeasuredCaptioner}
SYNTHESIZERS: Mapping[str, Callable[[], Synthesizer]] = {"compositor": _compositor}
