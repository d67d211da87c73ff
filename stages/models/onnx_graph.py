"""ONNX graphs: which of a pack's files does what, and a session on the processor that was asked for."""

from typing import Any, Literal

from pipeline.errors import ConfigError
from stages.models.device import CUDA_PROVIDER, REMEDY
from stages.models.weights import Weights

CPU_PROVIDER = "CPUExecutionProvider"
# TF32 and trial runs that choose an algorithm would both give other bits from run to run, or from GPU to GPU.
CUDA_OPTIONS = {"cudnn_conv_algo_search": "HEURISTIC", "use_tf32": "0"}

Task = Literal["detection", "recognition"]


def pick_graph(weights: Weights, task: Task) -> str:
    """Return the path of a pack's first graph that does a task, told by its inputs and outputs.

    Raises ConfigError for a pack without one.
    """
    names = [name for name in weights.files if name.endswith(".onnx")]
    for name in names:
        path = str(weights.file(name))
        if _task(path) == task:
            return path
    raise ConfigError(f"{weights.folder} has no graph for {task} among {', '.join(names) or 'its files'}")


def open_session(path: str, device: str) -> Any:
    """Open a graph on a device; on the CPU with one thread, so that sums have one order on all machines.

    Raises ConfigError where the session is not on the GPU that was asked for.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors: packs name their outputs' sizes for 640 x 640, and each run would say so
    providers: list[Any] = [CPU_PROVIDER]
    if device != "cpu":
        onnxruntime.preload_dlls()  # CUDA's libraries from torch's packages
        number = device.partition(":")[2] or "0"
        providers.insert(0, (CUDA_PROVIDER, {"device_id": number, **CUDA_OPTIONS}))
    session = onnxruntime.InferenceSession(path, options, providers=providers)
    check_session(session, device)
    session.disable_fallback()
    return session


def check_session(session: Any, device: str) -> None:
    """Raise ConfigError for a session that is not on the GPU that was asked for."""
    if device != "cpu" and session.get_providers()[0] != CUDA_PROVIDER:
        used = ", ".join(session.get_providers())
        raise ConfigError(f"device is {device}, but ONNX Runtime took {used}; {REMEDY}, or run make setup-gpu")


def _task(path: str) -> Task | None:
    """Tell what a graph of insightface's does, as its own model zoo does it: by the shapes of inputs and outputs."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    height, width = (size.dim_value for size in graph.input[0].type.tensor_type.shape.dim[2:4])
    if len(graph.output) >= 6:
        return "detection"
    if len(graph.input) == len(graph.output) == 1 and height == width >= 112 and height % 16 == 0 and height != 192:
        return "recognition"
    return None
