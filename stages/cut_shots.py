"""Find the hard cuts of a window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Outcome, Stage
from stages.decode import Decoder
from stages.pull_clips import Clip


@dataclass(frozen=True)
class Shot:
    """A stretch without a cut, [start_seconds, end_seconds) from the start of the file.

    `reason` says why it is not used, with the measured value and the threshold; None: it is.
    """

    start_seconds: float
    end_seconds: float
    reason: str | None
    measured: float | None
    threshold: float | None


@dataclass(frozen=True)
class Shots:
    """The shots of a window, in order, and which reader they were seen with ("decord+pyav": both).

    `picture` is what is left of the full frame without letterbox bars, as x0, y0, x1, y1 in its pixels; None where
    there are none.
    """

    reader: str
    shots: tuple[Shot, ...]
    picture: tuple[int, int, int, int] | None = None


class Detector:
    """Finds cuts in frames that are given one by one: PySceneDetect's AdaptiveDetector."""

    def __init__(self, adaptive_threshold: float, min_content_change: float):
        from scenedetect import AdaptiveDetector, FrameTimecode

        self._adaptive = AdaptiveDetector(
            adaptive_threshold=adaptive_threshold, min_content_val=min_content_change, min_scene_len=0
        )
        self._timecode: Callable[[int], FrameTimecode] = lambda number: FrameTimecode(number, 25.0)
        self._count = 0

    def cuts(self, frame: np.ndarray) -> list[int]:
        """Take the next frame (H, W, 3) RGB; return the first frames of shots that it shows to have begun."""
        bgr = np.ascontiguousarray(frame[:, :, ::-1])
        found = self._adaptive.process_frame(self._timecode(self._count), bgr)
        self._count += 1
        return [cut.frame_num for cut in found]


@dataclass(frozen=True)
class CutShots(Stage):
    """Cut a window into shots at its hard cuts.

    `adaptive_threshold` is how many times a frame's change must exceed the mean change of the two frames before and
    the two after it; higher finds fewer cuts, and camera movement is let pass. `min_content_change` is the change
    itself, the mean difference of hue, saturation and brightness to the frame before, 0 to 255; below it nothing is
    a cut. Both defaults are PySceneDetect's.
    """

    reads = (Clip,)
    writes = (Shots,)

    adaptive_threshold: float = 3.0
    min_content_change: float = 15.0
    min_shot_seconds: float = 1.0  # shorter shots are listed, but not used
    frame_height_px: int = 144  # taller frames are scaled down to look for cuts
    decode_deadline_seconds: float = 60.0  # for each 32 frames

    def __post_init__(self) -> None:
        if self.adaptive_threshold <= 0 or self.min_content_change < 0 or self.min_shot_seconds < 0:
            raise ValueError("adaptive_threshold must be above 0, the other thresholds not below it")
        if self.frame_height_px < 16:
            raise ValueError("frame_height_px must be at least 16")

    def load(self, run: Run) -> Decoder:
        return Decoder(deadline_seconds=self.decode_deadline_seconds)

    def process(self, sample: Sample, decoder: Decoder) -> Outcome:
        clip = sample[Clip]
        detector = Detector(self.adaptive_threshold, self.min_content_change)
        readers: set[str] = set()
        seconds: list[float] = []
        cuts: list[int] = []
        with clip.local() as path:
            for some in decoder.every_frame(path, clip.start_seconds, clip.end_seconds, self.frame_height_px):
                readers.add(some.reader)
                seconds += some.seconds
                for frame in some.frames:
                    cuts += detector.cuts(frame)
        if not seconds:  # a picture that stands still all the while, begun in a window before
            return sample.reject("no_frames")
        borders = [clip.start_seconds, *(seconds[cut] for cut in cuts), clip.end_seconds]
        shots = judge_shots(borders, self.min_shot_seconds)
        sample = sample.put(Shots("+".join(sorted(readers)), shots))
        if all(shot.reason for shot in shots):
            longest = max(shot.end_seconds - shot.start_seconds for shot in shots)
            return sample.reject("too_short", longest, self.min_shot_seconds)
        return sample


def judge_shots(borders: Sequence[float], min_shot_seconds: float) -> tuple[Shot, ...]:
    """Make shots of the times at which one ends and the next begins, with what is wrong with each."""
    shots = []
    for start, end in pairwise(borders):
        short = end - start < min_shot_seconds
        judgement = ("too_short", end - start, min_shot_seconds) if short else (None, None, None)
        shots.append(Shot(start, end, *judgement))
    return tuple(shots)
