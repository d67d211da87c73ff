"""Which processor a model runs on: `cpu`, `cuda` or `cuda:N`, as options name it.

A GPU that is asked for and cannot be had ends the build; nothing falls back to the CPU, where a run would take weeks
and give other bits.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    import torch

CUDA_PROVIDER = "CUDAExecutionProvider"
REMEDY = "use device: cpu, or give the stage's workers a GPU (workers.stages.STAGE.gpus)"

Runtime = Literal["cpu", "torch", "onnx"]  # what runs a model; cpu: it uses no other device, whatever is asked for


def check_device(device: str) -> None:
    """Raise ValueError for what names no device."""
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise ValueError(f"device is {device!r}, but must be cpu, cuda, or cuda:N with the number of a GPU")


def check_runtime(device: str, runtime: Runtime, providers: Sequence[str] | None = None) -> None:
    """Raise ConfigError where the installed packages cannot use a GPU at all; this machine itself need not have one.

    `providers` are those of ONNX Runtime, by default of the installed one.
    """
    if device == "cpu" or runtime == "cpu":
        return
    if runtime == "onnx":
        import onnxruntime

        if CUDA_PROVIDER not in (onnxruntime.get_available_providers() if providers is None else providers):
            raise ConfigError(f"device is {device}, but this onnxruntime knows no {CUDA_PROVIDER}; run make setup-gpu")
    else:
        import torch

        if not torch.backends.cuda.is_built():
            raise ConfigError(f"device is {device}, but torch {torch.__version__} is built without CUDA; use cpu")


def torch_device(device: str) -> "torch.device":
    """Return a device that torch can use here. Raises ConfigError where there is no such GPU."""
    import torch

    found = torch.device(device)
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"device is {device}, but torch sees {torch.cuda.device_count()} GPUs here; {REMEDY}")
    return found
