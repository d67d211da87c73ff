"""Find the hard cuts of a window, its bars, and which of its shots are photos or drawings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Outcome, Stage
from stages.decode import Decoder
from stages.film.animation import flatness
from stages.film.bars import Box, fits, may_have_bars, picture_box
from stages.film.stillness import EVERY_SECONDS, STILL_PX, motion_in
from stages.pull_clips import Clip

BARS_WITHIN_SECONDS = 6.0  # of the window's start: a few whole frames of it show where bars end
BARS_FRAMES = 3
FLATNESS_FRAMES = 5  # of a shot


@dataclass(frozen=True)
class Shot:
    """A stretch without a cut, [start_seconds, end_seconds) from the start of the file.

    `reason` says why it is not used, with the measured value and the threshold; None: it is. Motions are those of
    `stages.film.stillness`: in pixels of a frame 144 pixels high, within a second; `fades` counts photos that go over
    into others. `flatness` is that of `stages.film.animation`, 0 to 1. None where the shot is too short, or shows too
    little.
    """

    start_seconds: float
    end_seconds: float
    reason: str | None
    measured: float | None
    threshold: float | None
    camera_motion: float | None = None
    local_motion: float | None = None
    fades: int | None = None
    flatness: float | None = None


@dataclass(frozen=True)
class Shots:
    """The shots of a window, in order, and which reader they were seen with ("decord+pyav": both).

    `picture` is what is left of the full frame without letterbox bars, as x0, y0, x1, y1 in its pixels; None where
    there are none.
    """

    reader: str
    shots: tuple[Shot, ...]
    picture: Box | None = None


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
    """Cut a window into shots at its hard cuts, and leave out those that are photos or drawings.

    `adaptive_threshold` is how many times a frame's change must exceed the mean change of the two frames before and
    the two after it; higher finds fewer cuts, and camera movement is let pass. `min_content_change` is the change
    itself, the mean difference of hue, saturation and brightness to the frame before, 0 to 255; below it nothing is
    a cut. Both defaults are PySceneDetect's.

    A shot is dropped as `still_picture` when nothing in it moves by `min_local_motion` beside the camera (see
    `stages.film.stillness`), and as `animation` when its frames are as flat as `max_flatness` (see
    `stages.film.animation`). A window of nothing else is rejected as `still_picture`, `slideshow` (of several photos)
    or `animation`.
    """

    reads = (Clip,)
    writes = (Shots,)
    version = 2

    adaptive_threshold: float = 3.0
    min_content_change: float = 15.0
    min_shot_seconds: float = 1.0  # shorter shots are listed, but not used
    min_local_motion: float = STILL_PX  # 0 lets photos pass
    max_flatness: float = 0.5  # above 1 lets drawings pass
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
        few: list[tuple[float, np.ndarray]] = []
        with clip.local() as path:
            for some in decoder.every_frame(path, clip.start_seconds, clip.end_seconds, self.frame_height_px):
                readers.add(some.reader)
                seconds += some.seconds
                for time, frame in zip(some.seconds, some.frames, strict=True):
                    cuts += detector.cuts(frame)
                    if not few or time >= few[-1][0] + EVERY_SECONDS:
                        few.append((time, frame.copy()))
            if not seconds:  # a picture that stands still all the while, begun in a window before
                return sample.reject("no_frames", 0, 1)
            picture = _picture(decoder, path, few)
        borders = [clip.start_seconds, *(seconds[cut] for cut in cuts), clip.end_seconds]
        if picture is not None:
            few = [(time, _without_bars(frame, picture, clip.height)) for time, frame in few]
        shots = tuple(self._judge(shot, few) for shot in judge_shots(borders, self.min_shot_seconds))
        sample = sample.put(Shots("+".join(sorted(readers)), shots, picture))
        if all(shot.reason for shot in shots):
            return sample.reject(*verdict(shots))
        return sample

    def _judge(self, shot: Shot, few: Sequence[tuple[float, np.ndarray]]) -> Shot:
        """Measure a shot that is long enough by some of the window's frames, and say what is wrong with it."""
        own = [(time, frame) for time, frame in few if shot.start_seconds <= time < shot.end_seconds]
        if shot.reason is not None or not own:
            return shot
        times, frames = zip(*own, strict=True)
        if (motion := motion_in(times, frames, self.min_local_motion)) is not None:
            shot = replace(shot, camera_motion=motion.camera, local_motion=motion.local, fades=motion.fades)
        chosen = np.unique(np.linspace(0, len(frames) - 1, FLATNESS_FRAMES).round().astype(int))
        flat = [value for number in chosen if (value := flatness(frames[number])) is not None]
        if flat:
            shot = replace(shot, flatness=float(np.median(flat)))
        if shot.local_motion is not None and shot.local_motion < self.min_local_motion:
            return replace(shot, reason="still_picture", measured=shot.local_motion, threshold=self.min_local_motion)
        if shot.flatness is not None and shot.flatness >= self.max_flatness:
            return replace(shot, reason="animation", measured=shot.flatness, threshold=self.max_flatness)
        return shot


def judge_shots(borders: Sequence[float], min_shot_seconds: float) -> tuple[Shot, ...]:
    """Make shots of the times at which one ends and the next begins, with what is wrong with each."""
    shots = []
    for start, end in pairwise(borders):
        short = end - start < min_shot_seconds
        judgement = ("too_short", end - start, min_shot_seconds) if short else (None, None, None)
        shots.append(Shot(start, end, *judgement))
    return tuple(shots)


def verdict(shots: Sequence[Shot]) -> tuple[str, float | None, float | None]:
    """Return reason, measured value and threshold of a window none of whose shots is used.

    The reason is the one that most of its time has, of shots that are long enough; the value that of the shot which
    came nearest to being used.
    """
    long = [shot for shot in shots if shot.reason != "too_short"]
    if not long:
        longest = max(shots, key=lambda shot: shot.end_seconds - shot.start_seconds)
        return "too_short", longest.measured, longest.threshold
    time: dict[str, float] = {}
    for shot in long:
        time[str(shot.reason)] = time.get(str(shot.reason), 0.0) + shot.end_seconds - shot.start_seconds
    reason = max(time, key=lambda name: time[name])
    same = [shot for shot in long if shot.reason == reason]
    nearest = min(same, key=lambda shot: abs((shot.measured or 0.0) - (shot.threshold or 0.0)))
    if reason == "still_picture" and len(same) + sum(shot.fades or 0 for shot in same) > 1:
        reason = "slideshow"
    return reason, nearest.measured, nearest.threshold


def _picture(decoder: Decoder, path: Path, few: Sequence[tuple[float, np.ndarray]]) -> Box | None:
    """Return what bars leave of the full frame, None where there are none. Whole frames are read only on suspicion."""
    small = [frame for _, frame in few]
    if not may_have_bars(small):
        return None
    early = [time for time, _ in few if time < few[0][0] + BARS_WITHIN_SECONDS]
    chosen = np.unique(np.linspace(0, len(early) - 1, BARS_FRAMES).round().astype(int))
    whole = list(decoder.frames_at(path, [early[number] for number in chosen]).frames)
    box = picture_box(whole)
    return box if box and fits(box, (whole[0].shape[1], whole[0].shape[0]), small) else None


def _without_bars(frame: np.ndarray, picture: Box, full_height: int) -> np.ndarray:
    """Cut a small frame to what is within the bars of the full one, and one pixel more, which the edges blur."""
    scale = frame.shape[0] / full_height
    (left, top), (right, bottom) = ((np.array(edges) * scale) for edges in (picture[:2], picture[2:]))
    x0, y0 = (int(np.ceil(edge)) + (edge > 0) for edge in (left, top))
    x1 = int(right) - (right < frame.shape[1])
    y1 = int(bottom) - (bottom < frame.shape[0])
    return np.ascontiguousarray(frame[y0:y1, x0:x1])
