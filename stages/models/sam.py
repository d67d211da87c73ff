"""SAM 2 (Ravi et al., "SAM 2", 2024) and SAM 3 (Carion et al., "SAM 3", 2025) in transformers, prompted by a person.

The box asked for is that of head and shoulders, from the face down to the picture's lower edge; the face is a point
that is in, and the faces of others are points that are not. SAM 3 is asked through its tracker, which takes the prompts
of SAM 2; its detector would take words, and cannot say which of two people is meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from transformers import Sam2Model, Sam2Processor, Sam3TrackerModel, Sam3TrackerProcessor

from pipeline.errors import ConfigError
from stages.framing import Box, bust
from stages.models.device import torch_device
from stages.models.faces import Detection
from stages.models.grabcut import whole
from stages.models.matting import soften
from stages.models.weights import Weights

THREADS = 1
CLASSES: dict[str, tuple[Any, Any]] = {
    "sam2": (Sam2Model, Sam2Processor),
    "sam3": (Sam3TrackerModel, Sam3TrackerProcessor),
}
IN, OUT = 1, 0  # labels of points
EDGE_SHARE = 1 / 100  # of the picture's longer side: how far the soft edge follows the picture


class Sam:
    """Cuts out the person around a face. In bfloat16 on a GPU, in float32 on a CPU, where no other is asked for."""

    def __init__(
        self, kind: Literal["sam2", "sam3"], weights: Weights, device: str = "cpu", dtype: torch.dtype | None = None
    ):
        torch.set_num_threads(THREADS)
        self._device = torch_device(device)
        self._dtype = dtype or (torch.float32 if self._device.type == "cpu" else torch.bfloat16)
        model, self._processor = _load(kind, weights, self._dtype)
        self._model = model.to(self._device).eval()

    def segment(self, picture: np.ndarray, face: Detection, others: Sequence[Detection] = ()) -> np.ndarray:
        prompt = prompt_for(picture.shape[:2], face, others)
        inputs = self._processor(
            images=picture,
            input_boxes=[[list(prompt.box)]],
            input_points=[[[list(point) for point in prompt.points]]],
            input_labels=[[list(prompt.labels)]],
            return_tensors="pt",
        )
        sizes = inputs.pop("original_sizes")
        tensors = {name: value.to(self._device) for name, value in inputs.items()}
        tensors["pixel_values"] = tensors["pixel_values"].to(self._dtype)
        with torch.inference_mode():
            found = self._model(**tensors, multimask_output=False).pred_masks
            (logits,) = self._processor.post_process_masks(found.float().cpu(), sizes, binarize=False)
        person = (logits[0, 0].numpy() > 0).astype(np.uint8)
        x, y = prompt.points[0]
        mask = whole(person, (int(x), int(y))).astype(np.float32)
        return soften(mask, picture, radius=max(round(EDGE_SHARE * max(picture.shape[:2])), 1))


@dataclass(frozen=True)
class Prompt:
    """What SAM is told, in pixels of the picture: a box, and points (x, y), each IN or OUT; the first is the face."""

    box: Box
    points: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]


def prompt_for(shape: tuple[int, int], face: Detection, others: Sequence[Detection]) -> Prompt:
    """Return the prompt for a person in a picture of (height, width). Faces outside it are not mentioned."""
    height, width = shape
    x0, y0, x1, _ = bust(face.box)
    box = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), float(height)
    middle_x, middle_y = _middle(face.box)
    mine = min(max(middle_x, 0.0), width - 1.0), min(max(middle_y, 0.0), height - 1.0)
    theirs = [_middle(other.box) for other in others]
    theirs = [(x, y) for x, y in theirs if 0 <= x < width and 0 <= y < height]
    return Prompt(box, (mine, *theirs), (IN, *[OUT] * len(theirs)))


def _load(kind: str, weights: Weights, dtype: torch.dtype) -> tuple[Any, Any]:
    """Load model and processor from a folder that `save_pretrained` wrote, or the hub.

    Raises ConfigError for a folder without weights for every part of the model: transformers would make up the rest.
    """
    model_class, processor_class = CLASSES[kind]
    try:
        processor = processor_class.from_pretrained(weights.folder, local_files_only=True)
        model, report = model_class.from_pretrained(
            weights.folder, local_files_only=True, dtype=dtype, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"{weights.folder} is no {kind}: {str(error).splitlines()[0]}") from error
    lacking = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
    if lacking:
        raise ConfigError(
            f"{weights.folder} has no weights for {len(lacking)} parts of {model_class.__name__}, such as {lacking[0]}"
        )
    return model, processor


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
