"""What it costs to find and embed the faces of clips, beside the plain loop: `make bench-faces`.

    python -m tests.bench_faces --clips 8 --turns 3

The plain loop decodes with PyAV, gives frame after frame to facenet-pytorch's MTCNN at its defaults, and embeds every
face. Ours is the stage detect_faces as it is configured by default. Both look at the same sampled frames of the same
studio clips, in one process on one core, and with the same embedder; what both found goes through the same tracking
and pairing, and the decisions are held against the truth. Seconds are those of the core's time, of the decoding child
too, so that a busy machine does not count; of several turns the median. The last line is JSON.
"""

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import av
import cv2
import numpy as np
import torch
import typer
from facenet_pytorch import MTCNN
from rich.console import Console
from rich.table import Table

from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.calibrate import Scale
from stages.cut_shots import CutShots, Shots
from stages.detect_faces import DetectFaces, Faces, Frame, Models, measured, planned_times
from stages.likeness.similarity import CALIBRATIONS
from stages.models.faces import Detection, Embedder
from stages.pair_people import PairPeople
from stages.pull_clips import Clip, PullClips
from stages.sources.studio import StudioClip, cast_clips, draw_clip, truth
from stages.track_people import TrackPeople

SEED = 815  # of the clips; development uses 1 to 99
SHIPPED = Scale("dlib", CALIBRATIONS["dlib"], "shipped", None, 1e-3)
UNREADABLE = ("damaged", "not_a_video", "brief")  # kinds in which no face is looked for
STEPS = ("decode", "detect", "glance", "measure", "embed")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Watch:
    """Sums up the seconds that this process, and the decoding child, spent in each step."""

    child: Callable[[], int | None] = lambda: None
    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time spent within to a step."""
        before = self._now()
        yield
        self.spent[name] += self._now() - before

    def _now(self) -> float:
        pid = self.child()
        return time.process_time() + (core_seconds(pid) if pid else 0.0)


@dataclass
class Watched:
    """A model whose calls are counted as a step."""

    model: Any
    method: str
    name: str
    watch: Watch

    def __getattr__(self, method: str) -> Any:
        own = getattr(self.model, method)
        if method != self.method:
            return own

        def call(*args: Any, **options: Any) -> Any:
            with self.watch.step(self.name):
                return own(*args, **options)

        return call


@app.command()
def main(
    clips: Annotated[int, typer.Option(min=1, help="Studio clips.")] = 8,
    turns: Annotated[int, typer.Option(min=1, help="Turns of which the median counts.")] = 3,
    seed: Annotated[int, typer.Option(help="Of the clips.")] = SEED,
) -> None:
    """Measure what finding and embedding faces costs."""
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    stage = DetectFaces()
    models = stage.load(Run("bench", Path()))
    plain = MTCNN(keep_all=True)
    ours: dict[str, list[Mapping[str, float]]] = defaultdict(list)
    theirs: dict[str, list[Mapping[str, float]]] = defaultdict(list)
    decided: dict[str, tuple[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        films = {clip.name: (clip, shot_samples(clip, Path(folder))) for clip in readable_clips(clips, seed)}
        for turn in range(turns + 1):  # the first one warms up
            for name, (clip, samples) in films.items():
                results: list[tuple[Mapping[str, float], list[Sample]]] = []
                for way in (
                    lambda s: by_us(s, stage, models),
                    lambda s: by_plain_loop(s, stage, plain, models.embedder),
                ):
                    found = [way(sample) for sample in samples]
                    spent = {step: sum(one[0][step] for one in found) for step in STEPS}
                    results.append((spent, [one[1] for one in found]))
                (our_spent, our_samples), (their_spent, their_samples) = results
                if turn == 0:
                    decided[name] = (decision(our_samples, clip), decision(their_samples, clip))
                else:
                    ours[name].append(our_spent)
                    theirs[name].append(their_spent)
    models.decoder.close()
    report({name: medians(one) for name, one in ours.items()}, {n: medians(one) for n, one in theirs.items()}, decided)


def readable_clips(count: int, seed: int) -> list[StudioClip]:
    """Return the first `count` clips of a cast in which faces are looked for."""
    cast = (clip for clip in cast_clips(2 * count + 16, seed) if clip.kind not in UNREADABLE)
    return [clip for clip, _ in zip(cast, range(count), strict=False)]


def shot_samples(clip: StudioClip, folder: Path) -> list[Sample]:
    """Draw a clip and cut it into shots; returns its windows."""
    path = folder / clip.name
    path.write_bytes(draw_clip(clip))
    samples = list(PullClips().find(str(path)))
    for stage in (PullClips(), CutShots()):
        samples = [after for sample in samples for after in step(stage, sample)]
    return [sample for sample in samples if sample.verdict is Verdict.OK]


def step(stage: Any, sample: Sample) -> list[Sample]:
    """Let a stage process a sample; returns what goes on."""
    outcome = stage.process(sample, stage.load(Run("bench", Path())))
    if isinstance(outcome, Sample):
        return [outcome]
    return [after for after in outcome if after.key != sample.key]


def by_us(sample: Sample, stage: DetectFaces, models: Models) -> tuple[Mapping[str, float], Sample]:
    """Find the faces of a window as the pipeline does; returns seconds by step, and the sample with its faces."""
    watch = Watch(lambda: models.decoder.pid)
    watched = Models(
        decoder=Watched(models.decoder, "frames_at", "decode", watch),
        detector=Watched(models.detector, "detect", "detect", watch),
        glancer=Watched(models.glancer, "detect", "glance", watch),
        embedder=Watched(models.embedder, "embed", "embed", watch),
    )
    with watch.step("measure"):
        after = stage.process(sample, watched)
    watch.spent["measure"] -= sum(watch.spent[name] for name in STEPS if name != "measure")
    return watch.spent, after


def by_plain_loop(
    sample: Sample, stage: DetectFaces, detector: MTCNN, embedder: Embedder
) -> tuple[Mapping[str, float], Sample]:
    """Find and embed the faces of a window frame by frame; measuring them for the decisions is not counted."""
    watch = Watch()
    clip, shots = sample[Clip], sample[Shots]
    planned = planned_times(shots.shots, stage.frames_per_second, stage.cut_distance_seconds)
    frames = []
    with clip.local() as path, watch.step("decode"):
        pictures = list(decoded(path, [time for _, time in planned]))
    for (shot, _), (seconds, picture) in zip(planned, pictures, strict=True):
        with watch.step("detect"), torch.inference_mode():
            boxes, scores, points = detector.detect(picture, landmarks=True)
        found = [] if boxes is None else [detection(*one) for one in zip(boxes, scores, points, strict=True)]
        faces = []
        for face in sorted((one for one in found if one.score >= stage.min_score), key=lambda one: one.box):
            with watch.step("embed"):
                (vector,) = embedder.embed(picture, [face])
            faces.append(replace(measured(picture, [face], 1.0)[0], embedding=tuple(map(float, vector))))
        frames.append(Frame(shot, seconds, tuple(faces)))
    faces_found = Faces(clip.width, clip.height, "pyav", "mtcnn", stage.embedder, tuple(frames))
    return {step: watch.spent[step] for step in STEPS}, sample.put(faces_found)


def decoded(path: Path, times: Sequence[float]) -> Iterator[tuple[float, np.ndarray]]:
    """Yield the frames on screen at these times, (seconds, uint8 RGB), decoding from the start."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        shown = following = next(frames)
        for wanted in times:
            while following is not None and following.time <= wanted + 1e-6:
                shown, following = following, next(frames, None)
            yield shown.time, shown.to_ndarray(format="rgb24")


def detection(box: np.ndarray, score: float, points: np.ndarray) -> Detection:
    """Return what facenet-pytorch found as a Detection."""
    x0, y0, x1, y1 = map(float, box)
    return Detection((x0, y0, x1, y1), tuple(map(float, np.ravel(points))), float(score))


def decision(samples: Sequence[Sample], clip: StudioClip) -> str:
    """Say what tracking and pairing make of the faces, and whether that is right."""
    outcomes: list[Sample] = []
    for sample in samples:
        for tracked in step(TrackPeople(), sample):
            outcomes += step(PairPeople(), tracked.put(SHIPPED))
    pairs = sum(one.verdict is Verdict.OK for one in outcomes)
    reasons = sorted({str(one.reason) for one in outcomes if one.verdict is Verdict.REJECTED})
    known = truth(clip)
    right = (pairs == len(known.pairs)) if known.verdict == "usable" else set(reasons) <= set(known.reasons)
    if known.verdict == "rejected":
        right = right and pairs == 0
    return f"{f'{pairs} pairs' if pairs else ', '.join(reasons)}: {'right' if right else 'wrong'}"


def core_seconds(pid: int) -> float:
    """Return the seconds that all threads of a process have run, from Linux' schedstat."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def medians(turns: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the median of each step over turns."""
    return {name: median(turn[name] for turn in turns) for name in STEPS}


def report(
    ours: Mapping[str, Mapping[str, float]],
    theirs: Mapping[str, Mapping[str, float]],
    decided: Mapping[str, tuple[str, str]],
) -> None:
    """Print the table, and the line of JSON."""
    table = Table("clip", "way", *STEPS, "seconds", "decision", title="seconds of one core")
    for name in ours:
        for way, spent, said in zip(("ours", "plain"), (ours[name], theirs[name]), decided[name], strict=True):
            steps = [f"{spent[step]:.3f}" if spent[step] > 0 else "" for step in STEPS]
            table.add_row(name if way == "ours" else "", way, *steps, f"{sum(spent.values()):.3f}", said)
    Console(width=150).print(table)
    totals = [sum(sum(spent.values()) for spent in way.values()) for way in (ours, theirs)]
    right = [sum(said[way].endswith(": right") for said in decided.values()) for way in (0, 1)]
    figures = {
        "speedup_over_plain_loop": round(totals[1] / totals[0], 2),
        "seconds": round(totals[0], 2),
        "seconds_plain_loop": round(totals[1], 2),
        "clips": len(decided),
        "decisions_right": right[0],
        "decisions_right_plain_loop": right[1],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    app()
