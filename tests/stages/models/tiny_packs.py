"""Tiny ONNX graphs with the inputs and outputs of insightface's, that really find and embed what `draw_face` draws.

A drawn face is a square that carries its own coordinates: red grows from 0 to 1 across it, blue downwards, green is
full. So a cell of the detector reads where in the face it lies from its colours, and how large the face is from how
fast they grow to the next cell; boxes and landmarks follow at any scale.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

STRIDES = (8, 16, 32)
ANCHORS = 2  # a cell; the second never fires
# x, y of eyes, nose and mouth corners in the box, of 1
LANDMARKS = np.array([(0.32, 0.38), (0.68, 0.38), (0.5, 0.58), (0.36, 0.78), (0.64, 0.78)])
MEAN, STD = 127.5, 128.0
NEVER = -20.0


def draw_face(picture: np.ndarray, x: int, y: int, side: int) -> None:
    """Draw a face of `side` pixels into a picture (H, W, 3 uint8 RGB), with its upper left corner at x, y."""
    ramp = (np.arange(side) + 0.5) / side * 255
    picture[y : y + side, x : x + side, 0] = np.round(ramp)
    picture[y : y + side, x : x + side, 1] = 255
    picture[y : y + side, x : x + side, 2] = np.round(ramp)[:, None]


def landmarks_of(x: int, y: int, side: int) -> np.ndarray:
    """Return where the landmarks of a drawn face are, ten numbers."""
    return ((x, y) + LANDMARKS * side).ravel()


def make_detector(
    path: Path, batch: int | str = 1, size: tuple[int, int] | None = None, batched: bool = False, points: bool = True
) -> None:
    """Write a detection graph. `size` fixes width and height; `batched` graphs give outputs of rank 3."""
    graph = _Graph()
    outputs: dict[str, list[str]] = {"score": [], "box": [], "points": []}
    for stride in STRIDES:
        cells = graph.node("AveragePool", "input.1", kernel_shape=[stride, stride], strides=[stride, stride])
        inside = graph.node("Sigmoid", graph.convolution(cells, [_average(1)] + [_nothing()], [-0.98, NEVER], 300))
        u, v, du, dv = _at(0), _at(2), _slope(0, axis=1), _slope(2, axis=0)
        for name, tensor in (
            ("score", inside),
            ("box", graph.ratios(cells, [u, v, -u, -v], [0, 0, 1, 1], [du, dv] * 2, [-0.5, -0.5, 0.5, 0.5])),
            ("points", graph.ratios(cells, [-u, -v] * 5, LANDMARKS.ravel(), [du, dv] * 5, [0.5] * 10)),
        ):
            width = {"score": 1, "box": 4, "points": 10}[name]
            if name != "points" or points:
                outputs[name].append(graph.rows(tensor, width, batched, f"{name}_{stride}"))
    # as in buffalo_l: one symbol for both sides, and the outputs' rows as of 640 x 640 whatever comes in
    width, height = size or ("?", "?")
    kinds = {"score": 1, "box": 4, "points": 10}
    rows = {stride: ANCHORS * (640 // stride) ** 2 for stride in STRIDES}
    graph.write(
        path,
        [batch, 3, height, width],
        {
            out: [batch, None, kinds[name]] if batched else [rows[stride], kinds[name]]
            for name, made in outputs.items()
            for stride, out in zip(STRIDES, made, strict=False)
        },
    )


def make_recogniser(path: Path, seed: int = 0) -> None:
    """Write a recognition graph: a random projection of the picture's coarse colours to 512 numbers."""
    graph = _Graph()
    coarse = graph.node("Flatten", graph.node("AveragePool", "input.1", kernel_shape=[16, 16], strides=[16, 16]))
    matrix = np.random.default_rng(seed).normal(size=(3 * 7 * 7, 512))
    graph.node("MatMul", coarse, graph.constant(matrix), output="683")
    graph.write(path, ["None", 3, 112, 112], {"683": ["None", 512]})


def make_pack(folder: Path, **options) -> Path:
    """Write a pack with both graphs, named as buffalo_l's are, and one that does something else."""
    folder.mkdir(parents=True)
    make_recogniser(folder / "w600k_r50.onnx")
    make_detector(folder / "det_10g.onnx", **options)
    other = _Graph()
    other.node("Flatten", "input.1", output="sex_and_age")
    other.write(folder / "genderage.onnx", ["None", 3, 96, 96], {"sex_and_age": ["None", 27648]})
    return folder


def _nothing() -> np.ndarray:
    return np.zeros((3, 3, 3))  # colour, row, column


def _at(colour: int) -> np.ndarray:
    kernel = _nothing()
    kernel[colour, 1, 1] = 1
    return kernel


def _average(colour: int) -> np.ndarray:
    kernel = _nothing()
    kernel[colour] = 1 / 9
    return kernel


def _slope(colour: int, axis: int) -> np.ndarray:
    kernel = _nothing()
    np.moveaxis(kernel[colour], axis, 0)[:, 1] = (-0.5, 0, 0.5)
    return kernel


class _Graph:
    """Collects the nodes and constants of a graph."""

    def __init__(self) -> None:
        self.nodes: list = []
        self.constants: list = []

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"{kind}_{len(self.nodes)}", **attributes))
        return name

    def constant(self, value: np.ndarray | list, kind: type = np.float32) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def convolution(self, cells: str, kernels: list[np.ndarray], bias: list, gain: float = 1.0) -> str:
        """Apply 3 x 3 kernels to colours of 0 to 1, of which the graph sees (255 c - MEAN) / STD."""
        kernel, scale = np.array(kernels), STD / 255
        constant = np.array(bias) + kernel.sum((1, 2, 3)) * MEAN / 255
        return self.node(
            "Conv", cells, self.constant(kernel * scale * gain), self.constant(constant * gain), pads=[1, 1, 1, 1]
        )

    def ratios(self, cells: str, above: list, bias: list, below: list, shift: list) -> str:
        """Distances in cells, as ratios of colour differences and slopes, for each anchor."""
        one = self.node("Clip", self.convolution(cells, below, [0] * len(below)), self.constant(1e-3))
        ratio = self.node("Div", self.convolution(cells, above, list(bias)), one)
        moved = self.node("Add", ratio, self.constant(np.reshape(shift, (1, -1, 1, 1))))
        return self.node("Concat", *[moved] * ANCHORS, axis=1)

    def rows(self, tensor: str, width: int, batched: bool, output: str) -> str:
        """Lay anchors out in rows, as SCRFD does."""
        shape = self.constant([0, -1, width] if batched else [-1, width], np.int64)
        return self.node("Reshape", self.node("Transpose", tensor, perm=[0, 2, 3, 1]), shape, output=output)

    def write(self, path: Path, shape: list, outputs: dict[str, list]) -> None:
        def value(name: str, shape: list):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self.nodes, "tiny", [value("input.1", shape)], [value(*out) for out in outputs.items()], self.constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        checker.check_model(model)
        save(model, str(path))
