"""Cut the pictures of a pair: the one that shows both people, and two of each person alone.

The picture of round 1 is a square, as training needs it, and nothing is ever squashed. Two people side by side in a
wide frame may be farther apart than the frame is high. Then the square takes the whole height and what it can of the
shoulders, which is how a photographer would crop; where even the heads do not fit, it reaches above the frame, whose
wall or sky is continued there by a blurred reflection. Bars would teach bars, and squeezing would change the faces.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.columns import F32
from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Stage, check_choice
from stages.calibrate import Scale
from stages.decode import READERS, Decoder
from stages.detect_faces import Face, Faces, scaled
from stages.framing import Box, cut, head, square_of_face
from stages.models.catalog import SEGMENTERS
from stages.models.faces import Detection, Segmenter
from stages.moments import Choice, Limits, Look, Shortfall, choose
from stages.pair_people import Pair
from stages.pictures import jpeg, png
from stages.pull_clips import Clip
from stages.track_people import People

GROUND = 225  # grey level behind a person cut out
SURROUNDINGS = 0.3  # sides of the square that are looked at beyond it when a person is cut out


@dataclass(frozen=True)
class View:
    """A square look at one person: head and shoulders at one moment.

    `picture`, `plain` and `mask` show the same crop: as filmed (JPEG), the person alone on a plain ground (JPEG), and
    where the person is (PNG, grey, 255 is person). `face` is a tight square around the face (JPEG). All have the
    training size (square, option `size_px` of CropCloseups).
    """

    shot: int
    seconds: float
    box: tuple[float, float, float, float]  # the crop, in pixels of the full frame
    face_box: tuple[float, float, float, float]  # in pixels of the crop after scaling
    landmarks: tuple[float, ...]  # five points, x and y, in pixels of the crop after scaling
    yaw_degrees: float
    sharpness: float
    embedding: tuple[F32, ...] | None  # of the face, as detect_faces found it
    picture: Media
    plain: Media
    mask: Media
    face: Media


@dataclass(frozen=True)
class Subject:
    """One of the two people of a pair."""

    person: int  # index into People.persons
    face_box: tuple[float, float, float, float]  # in pixels of the round-1 picture
    mask: Media  # in the round-1 picture (PNG, grey, 255 is this person)
    near: View  # at the moment of round 1
    closeup: View  # at another moment


@dataclass(frozen=True)
class Closeups:
    """The pictures of a pair: the round-1 picture (JPEG, square, both heads and shoulders) and both people.

    The round-1 crop may begin above the frame (`box[1]` below 0): that share of it continues the frame's top.
    """

    round1: Media
    shot: int
    seconds: float
    box: tuple[float, float, float, float]  # the round-1 crop, in pixels of the full frame
    left: Subject  # as the viewer sees them in round 1
    right: Subject


@dataclass(frozen=True)
class Tools:
    """What a worker keeps."""

    decoder: Decoder
    segmenter: Segmenter


@dataclass(frozen=True)
class CropCloseups(Stage):
    """Choose the moments of a pair and cut its pictures.

    `stages.moments` chooses, and says why it could not. A round-1 crop's padding is the share of it above the frame;
    `closeup_faces` and `face_faces` are the sides of a close-up and of the tight square, in sizes of the face box.
    """

    reads = (Clip, Faces, People, Scale, Pair)
    writes = (Closeups,)
    version = 3

    size_px: int = 384
    min_face_pixels: float = 40.0  # in the round-1 picture, after scaling
    max_upscale: float = 2.5
    max_pad_share: float = 0.3
    closeup_faces: float = 2.6
    face_faces: float = 1.5
    min_gap_seconds: float = 1.0
    min_closeup_gap: float = 0.1  # 0 the same picture as round 1, 1 nothing in common
    max_text_share: float = 0.05  # of a face
    min_look_similarity: float = 0.25  # of an embedded face to its person's best, on the common scale
    segmenter: str = "grabcut"
    device: str = "cpu"
    reader: str = "auto"
    decode_deadline_seconds: float = 60.0

    def __post_init__(self) -> None:
        for option, allowed in (("segmenter", SEGMENTERS), ("reader", READERS)):
            check_choice(self, option, allowed)
        if not (self.size_px >= 64 and self.max_upscale > 0 and 0 <= self.max_pad_share < 1):
            raise ValueError("must hold: size_px >= 64, max_upscale > 0, 0 <= max_pad_share < 1")
        if not self.closeup_faces >= self.face_faces >= 1:
            raise ValueError("must hold: closeup_faces >= face_faces >= 1")

    def load(self, run: Run) -> Tools:
        import cv2

        cv2.setNumThreads(1)
        return Tools(
            decoder=Decoder(self.reader, self.decode_deadline_seconds),
            segmenter=SEGMENTERS[self.segmenter](self.device),
        )

    def process(self, sample: Sample, tools: Tools) -> Sample:
        limits = Limits(
            training_pixels=self.size_px,
            min_face_pixels=self.min_face_pixels,
            max_upscale=self.max_upscale,
            max_pad_share=self.max_pad_share,
            closeup_faces=self.closeup_faces,
            min_gap_seconds=self.min_gap_seconds,
            min_gap=self.min_closeup_gap,
            max_text_share=self.max_text_share,
            min_similarity=self.min_look_similarity,
        )
        choice = choose(sample[Faces], sample[People], sample[Pair], limits, sample[Scale].calibration)
        if isinstance(choice, Shortfall):
            return sample.reject(choice.reason, choice.measured, choice.threshold)
        closeups = [looks[0] for looks in choice.closeups]
        seconds = sorted({look.seconds for look in (*choice.near, *closeups)})
        with sample[Clip].local() as path:
            decoded = tools.decoder.frames_at(path, seconds)
        frames = dict(zip(seconds, decoded.frames, strict=True))
        return sample.put(self._closeups(choice, frames, tools.segmenter))

    def _closeups(self, choice: Choice, frames: Mapping[float, np.ndarray], segmenter: Segmenter) -> Closeups:
        moment = choice.near[0]
        frame = frames[moment.seconds]
        free = min(head(look.face.box)[1] for look in choice.near)
        round1 = cut(frame, choice.square, self.size_px, free_above=free)
        faces = [in_square(look.face, choice.square, self.size_px) for look in choice.near]
        subjects = [
            Subject(
                person=near.person,
                face_box=face.box,
                mask=png(cut(person_in(frame, near, choice.square, segmenter), choice.square, self.size_px)),
                near=self._view(near, frame, segmenter),
                closeup=self._view(closeup, frames[closeup.seconds], segmenter),
            )
            for near, (closeup, *_), face in zip(choice.near, choice.closeups, faces, strict=True)
        ]
        return Closeups(jpeg(round1), moment.shot, moment.seconds, choice.square, *subjects)

    def _view(self, look: Look, frame: np.ndarray, segmenter: Segmenter) -> View:
        face = in_square(look.face, look.square, self.size_px)
        picture = cut(frame, look.square, self.size_px)
        mask = cut(person_in(frame, look, look.square, segmenter), look.square, self.size_px)
        alpha = mask[:, :, None] / 255
        plain = picture * alpha + GROUND * (1 - alpha)
        tight = square_of_face(look.face.box, (frame.shape[1], frame.shape[0]), self.face_faces)
        return View(
            shot=look.shot,
            seconds=look.seconds,
            box=look.square,
            face_box=face.box,
            landmarks=face.landmarks,
            yaw_degrees=look.face.yaw_degrees,
            sharpness=look.face.sharpness,
            embedding=look.face.embedding,
            picture=jpeg(picture),
            plain=jpeg(plain.round().astype(np.uint8)),
            mask=png(mask),
            face=jpeg(cut(frame, tight, self.size_px)),
        )


def in_square(face: Face, square: Box, pixels: int) -> Detection:
    """Return a face of the full frame as it lies in a square that is scaled to `pixels`."""
    return scaled(_moved(face, -square[0], -square[1]), pixels / (square[2] - square[0]))


def person_in(frame: np.ndarray, look: Look, square: Box, segmenter: Segmenter) -> np.ndarray:
    """Return how much each pixel of `frame` (H, W, 3 uint8) belongs to the person, (H, W) uint8, 255 is all of it.

    Only the neighbourhood of `square` is segmented: more than the square, for what is beside and above a head
    shows best what is background.
    """
    x0, y0, x1, y1 = square
    around = SURROUNDINGS * (x1 - x0)
    left, top = max(int(x0 - around), 0), max(int(y0 - around), 0)
    right, bottom = min(math.ceil(x1 + around), frame.shape[1]), min(math.ceil(y1), frame.shape[0])
    faces = [_moved(face, -left, -top) for face in (look.face, *look.others)]
    mask = np.zeros(frame.shape[:2], np.uint8)
    alpha = segmenter.segment(frame[top:bottom, left:right], faces[0], faces[1:])
    mask[top:bottom, left:right] = (alpha * 255).round().astype(np.uint8)
    return mask


def _moved(face: Face, dx: float, dy: float) -> Detection:
    x0, y0, x1, y1 = face.box
    points = tuple(v + (dx, dy)[i % 2] for i, v in enumerate(face.landmarks))
    return Detection((x0 + dx, y0 + dy, x1 + dx, y1 + dy), points, face.score)
