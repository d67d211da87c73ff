"""Which processor a model runs on: `cpu`, `cuda` or `cuda:N`, as options name it.

A GPU that is asked for and cannot be had ends the build; nothing falls back to the CPU, where a run would take weeks
and give other bits.
"""

import re
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    import torch

CPU_PROVIDER, CUDA_PROVIDER = "CPUExecutionProvider", "CUDAExecutionProvider"

Runtime = Literal["cpu", "torch", "onnx"]  # what runs a model; cpu: it uses no other device, whatever is asked for


def check_device(device: str) -> None:
    """Raise ValueError for what names no device."""
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise ValueError(f"device is {device!r}, but must be cpu, cuda, or cuda:N with the number of a GPU")


def check_runtime(device: str, runtime: Runtime) -> None:
    """Raise ConfigError where the installed packages cannot use a GPU at all; this machine itself need not have one."""
    if device == "cpu" or runtime == "cpu":
        return
    if runtime == "onnx":
        import onnxruntime

        if CUDA_PROVIDER not in onnxruntime.get_available_providers():
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
        raise ConfigError(f"device is {device}, but torch sees {torch.cuda.device_count()} GPUs here; {_REMEDY}")
    return found


def onnx_session(path: str, device: str) -> Any:
    """Open an ONNX graph on a device, on the CPU with one thread.

    Raises ConfigError where the session is not on the GPU that was asked for.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums in one order, whatever the machine
    options.log_severity_level = 3
    providers: list[Any] = [CPU_PROVIDER]
    if device != "cpu":
        providers.insert(0, (CUDA_PROVIDER, {"device_id": int(device.partition(":")[2] or 0)}))
    session = onnxruntime.InferenceSession(path, options, providers=providers)
    check_session(session, device)
    return session


def check_session(session: Any, device: str) -> None:
    """Raise ConfigError for a session that is not on the GPU that was asked for."""
    if device != "cpu" and CUDA_PROVIDER not in session.get_providers():
        used = ", ".join(session.get_providers())
        raise ConfigError(f"device is {device}, but ONNX Runtime took {used}; {_REMEDY}, or run make setup-gpu")


_REMEDY = "use device: cpu, or give the stage's workers a GPU (workers.stages.STAGE.gpus)"
