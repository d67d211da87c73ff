"""The models by role and name, as configurations use them.

A model gets in by a line here and a value of the configuration. The factories import a model's library only when they
are called, in the worker that needs it.
"""

from collections.abc import Callable, Mapping
from functools import cache

from stages.models.captioner import Captioner, MeasuredCaptioner
from stages.models.faces import Detector, Embedder, Segmenter
from stages.models.synthesizer import Synthesizer


def _mtcnn(device: str, min_face_pixels: float) -> Detector:
    from stages.models.mtcnn import Mtcnn

    return Mtcnn(device, min_face_pixels)


@cache  # several stages of a worker share it
def _dlib(device: str) -> Embedder:
    from stages.models.dlib_resnet import DlibResnet

    return DlibResnet()


def _grabcut(device: str) -> Segmenter:
    from stages.models.grabcut import GrabCut

    return GrabCut()


def _compositor() -> Synthesizer:
    from stages.models.compositor.compositor import Compositor

    return Compositor()


DETECTORS: Mapping[str, Callable[[str, float], Detector]] = {"mtcnn": _mtcnn}
EMBEDDERS: Mapping[str, Callable[[str], Embedder]] = {"dlib": _dlib}  # each has a Calibration of the same name
SEGMENTERS: Mapping[str, Callable[[str], Segmenter]] = {"grabcut": _grabcut}
CAPTIONERS: Mapping[str, Callable[[], Captioner]] = {"measured": MeasuredCaptioner}
SYNTHESIZERS: Mapping[str, Callable[[], Synthesizer]] = {"compositor": _compositor}
