"""Find the faces in sampled frames, and measure each: sharpness, pose, and the vector that tells people apart.

Frames are looked at in a small size: a face that the detector misses there is too small to be of use, also as
somebody in the background. It is measured and embedded in a larger one. What costs most is done no more often than
it tells something new: some frames are looked at whole, the others where faces are expected (`stages.faces.glances`),
and of faces that are plainly one person's few are embedded (`stages.faces.runs`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.columns import F32
from pipeline.run import ModelStore, Run
from pipeline.sample import Sample
from pipeline.stage import Stage, check_choice
from stages.cut_shots import Shot, Shots
from stages.decode import READERS, Decoder, sample_times
from stages.faces.burned_text import text_shares
from stages.faces.glances import TILE_MIN_FACE_PIXELS, faces_of
from stages.faces.quality import (
    PATCH_PIXELS,
    exposure,
    eyes_open,
    look,
    pitch_degrees,
    quality,
    roll_degrees,
    sharpness,
    size,
    upright_patch,
    yaw_degrees,
)
from stages.faces.runs import to_embed
from stages.models.catalog import DETECTORS, EMBEDDERS
from stages.models.device import check_device
from stages.models.faces import Detection, Detector, Embedder
from stages.pull_clips import Clip

FRAMES_PER_REQUEST = 32  # held in memory at once


@dataclass(frozen=True)
class Face:
    """One detected face. Coordinates are pixels of the frame; angles are degrees, 0 is frontal, level and upright.

    What is measured of its picture is measured of the upright patch of its box, by the functions of
    `stages.faces.quality` with the fields' names.
    """

    box: tuple[float, float, float, float]  # x0, y0, x1, y1
    landmarks: tuple[float, ...]  # x, y of left eye, right eye, nose, left and right mouth corner (viewer's left)
    score: float  # the detector's, 0 to 1
    sharpness: float  # higher is sharper
    exposure: float  # 0 to 1, 1 is well exposed
    eyes_open: float | None  # 0 to 1, comparable among faces of one person; None where the eyes are not seen
    yaw_degrees: float  # positive: turned towards the viewer's right
    pitch_degrees: float  # positive: looking down
    roll_degrees: float  # positive: leaning towards the viewer's right
    text_share: float  # share of the face under burned-in text, 0 to 1
    look: bytes  # LOOK_PIXELS x LOOK_PIXELS grey levels, row by row
    embedding: tuple[F32, ...] | None  # None where the face is too small, or its like has been embedded already


@dataclass(frozen=True)
class Frame:
    """A sampled frame and the faces in it, from left to right."""

    shot: int  # index into Shots.shots
    seconds: float  # from the start of the file
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class Faces:
    """What the detector saw in a window."""

    width: int  # of the frame: of what is left of the picture without letterbox bars
    height: int
    reader: str  # which decoder read the frames ("decord+pyav": both)
    detector: str
    embedder: str  # names the calibration that compares the embeddings
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Models:
    """What a worker keeps."""

    decoder: Decoder
    detector: Detector
    glancer: Detector  # the same one, for tiles around known faces
    embedder: Embedder


@dataclass(frozen=True)
class DetectFaces(Stage):
    """Find and measure the faces in frames sampled from every shot that is used.

    `frame_height_px` is the size in which faces are measured, `detector_height_px` the one in which they are looked
    for: the detector sees faces of `detector_min_face_pixels` there, 1/13 of the frame's height with the defaults.
    `min_score` is in the detector's units, 0 to 1. Smaller faces than `min_embedded_face_pixels` (of the full frame)
    get no embedding: the network sees 150 px, and scaled up further everybody looks alike. Every `whole_look_frames`-th
    frame of a shot is looked at whole; 1, every one, where the detector runs on a GPU.
    """

    reads = (Clip, Shots)
    writes = (Faces,)
    version = 6

    frames_per_second: float = 3.0
    cut_distance_seconds: float = 0.1  # kept from the shot's ends, where frames may blend
    detector: str = "mtcnn"
    detector_height_px: int = 270
    detector_min_face_pixels: float = 20.0
    whole_look_frames: int = 4
    min_score: float = 0.7  # tracking begins with better ones only
    detector_weights: str | None = None  # other weights than the detector's own: an entry of models.yaml, or a path
    embedder: str = "dlib"
    embedder_weights: str | None = None
    min_embedded_face_pixels: float = 28.0
    frame_height_px: int = 720
    device: str = "cpu"
    reader: str = "auto"
    decode_deadline_seconds: float = 60.0  # for each 32 frames

    def __post_init__(self) -> None:
        for option, allowed in (("detector", DETECTORS), ("embedder", EMBEDDERS), ("reader", READERS)):
            check_choice(self, option, allowed)
        check_device(self.device)
        if self.frames_per_second <= 0 or self.cut_distance_seconds < 0:
            raise ValueError("frames_per_second must be above 0, cut_distance_seconds not below it")
        if self.whole_look_frames < 1:
            raise ValueError("whole_look_frames must be at least 1")
        if not 12 <= self.detector_min_face_pixels < self.detector_height_px <= self.frame_height_px:
            raise ValueError("must rise, from 12 on: detector_min_face_pixels, detector_height_px, frame_height_px")

    def check(self, models: ModelStore) -> None:
        DETECTORS[self.detector].check("detector", models, self.device, self.detector_weights)
        EMBEDDERS[self.embedder].check("embedder", models, self.device, self.embedder_weights)

    def revisions(self, models: ModelStore) -> Mapping[str, str]:
        return {
            **DETECTORS[self.detector].revisions("detector", models, self.detector_weights),
            **EMBEDDERS[self.embedder].revisions("embedder", models, self.embedder_weights),
        }

    def load(self, run: Run) -> Models:
        import cv2

        cv2.setNumThreads(1)
        return Models(
            decoder=Decoder(self.reader, self.decode_deadline_seconds),
            detector=self._detector(run, self.detector_min_face_pixels),
            glancer=self._detector(run, TILE_MIN_FACE_PIXELS),
            embedder=EMBEDDERS[self.embedder](self.device, models=run.models, weights=self.embedder_weights),
        )

    def process(self, sample: Sample, models: Models) -> Sample:
        clip, shots = sample[Clip], sample[Shots]
        x0, y0, x1, y1 = shots.picture or (0, 0, clip.width, clip.height)
        planned = planned_times(shots.shots, self.frames_per_second, self.cut_distance_seconds)
        frames: list[Frame] = []
        readers: set[str] = set()
        with clip.local() as path:
            for some in _pieces(planned, FRAMES_PER_REQUEST):
                times = [time for _, time in some]
                decoded = models.decoder.frames_at(path, times, self.frame_height_px, crop=shots.picture)
                readers.add(decoded.reader)
                new = first_showings(decoded.seconds, frames[-1].seconds if frames else None)
                if new:
                    numbers = [some[i][0] for i in new]
                    faces = self._faces(decoded.frames[new], numbers, y1 - y0, models)
                    frames += map(Frame, numbers, [decoded.seconds[i] for i in new], faces)
        return sample.put(
            Faces(
                width=x1 - x0,
                height=y1 - y0,
                reader="+".join(sorted(readers)),
                detector=self.detector,
                embedder=self.embedder,
                frames=tuple(frames),
            )
        )

    def _detector(self, run: Run, min_face_pixels: float) -> Detector:
        return DETECTORS[self.detector](self.device, min_face_pixels, models=run.models, weights=self.detector_weights)

    def _faces(
        self, pictures: np.ndarray, shots: Sequence[int], full_height: int, models: Models
    ) -> list[tuple[Face, ...]]:
        """Find and measure the faces of frames that belong to `shots`, in pixels of frames of `full_height`."""

        def whole(some: np.ndarray) -> list[list[Detection]]:
            small = np.stack([shrink(picture, self.detector_height_px) for picture in some])
            factor = some.shape[1] / small.shape[1]
            found = models.detector.detect(small)
            return [[scaled(face, factor) for face in faces if face.score >= self.min_score] for faces in found]

        def glance(tiles: np.ndarray) -> list[list[Detection]]:
            found = models.glancer.detect(tiles)
            return [[face for face in faces if face.score >= self.min_score] for faces in found]

        found = faces_of(pictures, shots, self.whole_look_frames, whole, glance)
        full = full_height / pictures.shape[1]
        faces = [measured(picture, seen, full) for picture, seen in zip(pictures, found, strict=True)]
        qualities = [[quality_of(face) for face in seen] for seen in faces]
        for frame, i in sorted(to_embed(faces, shots, qualities)):
            if size(faces[frame][i].box) >= self.min_embedded_face_pixels:
                (vector,) = models.embedder.embed(pictures[frame], [found[frame][i]])
                faces[frame][i] = replace(faces[frame][i], embedding=tuple(float(v) for v in vector))
        return [tuple(seen) for seen in faces]


def measured(picture: np.ndarray, found: Sequence[Detection], full: float) -> list[Face]:
    """Measure the faces found in a picture, and give them in pixels of a frame that is `full` times as large."""
    texts = text_shares(picture, [face.box for face in found])
    return [_face(picture, face, text, full) for face, text in zip(found, texts, strict=True)]


def _face(picture: np.ndarray, face: Detection, text_share: float, full: float) -> Face:
    whole = scaled(face, full)
    patch = upright_patch(picture, face.box, face.landmarks, PATCH_PIXELS)
    return Face(
        box=whole.box,
        landmarks=whole.landmarks,
        score=face.score,
        sharpness=sharpness(patch),
        exposure=exposure(patch),
        eyes_open=eyes_open(patch, face.box, face.landmarks),
        yaw_degrees=yaw_degrees(face.landmarks),
        pitch_degrees=pitch_degrees(face.landmarks),
        roll_degrees=roll_degrees(face.landmarks),
        text_share=text_share,
        look=look(patch),
        embedding=None,
    )


def quality_of(face: Face, eyes_open: float | None = None, occlusion: float = 0.0) -> float:
    """Return how good a face is as a picture of its person, 0 to 1.

    The face alone tells neither whether its eyes are open, for that person, nor what covers it
    (`stages.faces.usual_look` does). Left out, both count as faultless.
    """
    return quality(
        face_pixels=size(face.box),
        sharpness=face.sharpness,
        yaw_degrees=face.yaw_degrees,
        pitch_degrees=face.pitch_degrees,
        roll_degrees=face.roll_degrees,
        exposure=face.exposure,
        score=face.score,
        eyes_open=eyes_open,
        occlusion=occlusion,
    )


def planned_times(shots: Sequence[Shot], frames_per_second: float, distance: float) -> list[tuple[int, float]]:
    """Return when to look at the shots that are used: (number of the shot, seconds)."""
    return [
        (number, time)
        for number, shot in enumerate(shots)
        if shot.reason is None
        for time in times_in_shot(shot.start_seconds, shot.end_seconds, frames_per_second, distance)
    ]


def times_in_shot(start: float, end: float, frames_per_second: float, distance: float) -> tuple[float, ...]:
    """Return when to look at a shot, in seconds: at a steady rate and `distance` from its ends, at least once."""
    if end - start <= 2 * distance:
        return ((start + end) / 2,)
    return sample_times(start + distance, end - distance, frames_per_second)


def shrink(picture: np.ndarray, height: int) -> np.ndarray:
    """Scale a picture (H, W, 3) down to `height` pixels; a smaller one stays as it is."""
    import cv2

    if picture.shape[0] <= height:
        return picture
    width = round(picture.shape[1] * height / picture.shape[0])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def scaled(face: Detection, factor: float) -> Detection:
    """Return a face in a picture that is `factor` times as large."""
    x0, y0, x1, y1 = (v * factor for v in face.box)
    return Detection((x0, y0, x1, y1), tuple(v * factor for v in face.landmarks), face.score)


def first_showings(seconds: Sequence[float], before: float | None) -> list[int]:
    """Return which frames, shown at these times after the one `before`, are not the same as the one before them.

    A file may have fewer frames in a second than are sampled.
    """
    return [i for i, second in enumerate(seconds) if second != (seconds[i - 1] if i else before)]


def _pieces(items: Sequence[Any], length: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), length):
        yield items[start : start + length]
