"""Cut the pictures of a pair: the one that shows both people, and two of each person alone.

The picture of round 1 is a square, as training needs it, and nothing is ever squashed. Two people side by side in a
wide frame may be farther apart than the frame is high. Then the square takes the whole height and what it can of the
shoulders, which is how a photographer would crop; where even the heads do not fit, it reaches above the frame, whose
wall or sky is continued there by a blurred reflection. Bars would teach bars, and squeezing would change the faces.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.columns import F32
from pipeline.media import Media
from pipeline.run import ModelStore, Run
from pipeline.sample import Sample
from pipeline.stage import Stage, check_choice
from stages.calibrate import Scale
from stages.cut_shots import Shots
from stages.cutouts import Flaw, flaw_of, moved, person_in
from stages.cutouts import Limits as CutoutLimits
from stages.decode import READERS, Decoder
from stages.detect_faces import Face, Faces, scaled
from stages.framing import Box, cut, head, square_of_face
from stages.models.catalog import SEGMENTERS
from stages.models.device import check_device
from stages.models.faces import Detection, Segmenter
from stages.models.matting import blurred_ground, laid_on
from stages.moments import Choice, Limits, Look, Shortfall, choose
from stages.pair_people import Pair
from stages.pictures import jpeg, png
from stages.pull_clips import Clip
from stages.track_people import People

GROUNDS = ("plain", "blurred", "kept")
BLUR_SHARE = 1 / 40  # of a close-up's side: the radius of a blurred ground


@dataclass(frozen=True)
class View:
    """A square look at one person: head and shoulders at one moment.

    `picture`, `plain` and `mask` show the same crop: as filmed (JPEG), the person alone on the ground that was asked
    for (JPEG; option `background` of CropCloseups), and where the person is (PNG, grey, 255 is person). `face` is a
    tight square around the face (JPEG). All have the training size (square, option `size_px` of CropCloseups).
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
    Close-ups are shown on a `background` that is plain (of `ground_grey`), blurred, or kept as filmed. Whatever it is,
    people are cut out, and `stages.cutouts` says when that went wrong: then the next best close-up is tried.
    """

    reads = (Clip, Shots, Faces, People, Scale, Pair)
    writes = (Closeups,)
    version = 5

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
    background: str = "plain"
    ground_grey: int = 225  # 0 to 255
    max_partner_share: float = 0.1  # of somebody else's face that may be under the mask
    min_body_share: float = 0.85  # of what must be head and shoulders
    max_stray_share: float = 0.05  # of the mask that is where the person cannot be
    segmenter: str = "grabcut"
    segmenter_weights: str | None = None  # other weights than the segmenter's own: an entry of models.yaml, or a path
    device: str = "cpu"
    reader: str = "auto"
    decode_deadline_seconds: float = 60.0

    def __post_init__(self) -> None:
        for option, allowed in (("background", GROUNDS), ("segmenter", SEGMENTERS), ("reader", READERS)):
            check_choice(self, option, allowed)
        check_device(self.device)
        if not (self.size_px >= 64 and self.max_upscale > 0 and 0 <= self.max_pad_share < 1):
            raise ValueError("must hold: size_px >= 64, max_upscale > 0, 0 <= max_pad_share < 1")
        if not self.closeup_faces >= self.face_faces >= 1:
            raise ValueError("must hold: closeup_faces >= face_faces >= 1")
        if not 0 <= self.ground_grey <= 255:
            raise ValueError(f"ground_grey is {self.ground_grey}, but must be from 0 to 255")

    def check(self, models: ModelStore) -> None:
        SEGMENTERS[self.segmenter].check("segmenter", models, self.device, self.segmenter_weights)

    def revisions(self, models: ModelStore) -> Mapping[str, str]:
        return SEGMENTERS[self.segmenter].revisions("segmenter", models, self.segmenter_weights)

    def load(self, run: Run) -> Tools:
        import cv2

        cv2.setNumThreads(1)
        return Tools(
            decoder=Decoder(self.reader, self.decode_deadline_seconds),
            segmenter=SEGMENTERS[self.segmenter](self.device, models=run.models, weights=self.segmenter_weights),
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
        picture = sample[Shots].picture
        with sample[Clip].local() as path:

            def frames_at(seconds: Sequence[float]) -> list[np.ndarray]:
                return list(tools.decoder.frames_at(path, seconds, crop=picture).frames)

            made = self._closeups(choice, frames_at, tools.segmenter)
        if isinstance(made, Flaw):
            return sample.reject(made.reason, made.measured, made.threshold)
        return sample.put(made)

    def _closeups(
        self, choice: Choice, frames_at: Callable[[Sequence[float]], list[np.ndarray]], segmenter: Segmenter
    ) -> Closeups | Flaw:
        """Cut the pictures of a choice; of the close-ups, the first of each person without a flaw."""
        moment = choice.near[0]
        seconds = sorted({moment.seconds, *(looks[0].seconds for looks in choice.closeups)})
        frames = dict(zip(seconds, frames_at(seconds), strict=True))
        frame = frames[moment.seconds]
        free = min(head(look.face.box)[1] for look in choice.near)
        round1 = cut(frame, choice.square, self.size_px, free_above=free)
        subjects = []
        for near, alternatives in zip(choice.near, choice.closeups, strict=True):
            mask = person_in(frame, near, _both(near.square, choice.square), segmenter)
            if flaw := flaw_of(mask, near, self._cutout_limits):
                return flaw
            flaws = []
            for look in alternatives:
                if look.seconds not in frames:
                    frames[look.seconds] = frames_at([look.seconds])[0]
                closeup = person_in(frames[look.seconds], look, look.square, segmenter)
                flaw = flaw_of(closeup, look, self._cutout_limits)
                if flaw is None:
                    break
                flaws.append(flaw)
            else:
                return flaws[0]
            subjects.append(
                Subject(
                    person=near.person,
                    face_box=in_square(near.face, choice.square, self.size_px).box,
                    mask=png(cut(mask, choice.square, self.size_px)),
                    near=self._view(near, frame, mask),
                    closeup=self._view(look, frames[look.seconds], closeup),
                )
            )
        return Closeups(jpeg(round1), moment.shot, moment.seconds, choice.square, *subjects)

    def _view(self, look: Look, frame: np.ndarray, whole_mask: np.ndarray) -> View:
        face = in_square(look.face, look.square, self.size_px)
        picture = cut(frame, look.square, self.size_px)
        mask = cut(whole_mask, look.square, self.size_px)
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
            plain=jpeg(self._on_ground(picture, mask)),
            mask=png(mask),
            face=jpeg(cut(frame, tight, self.size_px)),
        )

    def _on_ground(self, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if self.background == "kept":
            return picture
        alpha = mask.astype(np.float32) / 255
        if self.background == "plain":
            return laid_on(picture, alpha, self.ground_grey)
        return laid_on(picture, alpha, blurred_ground(picture, alpha, BLUR_SHARE * self.size_px))

    @property
    def _cutout_limits(self) -> CutoutLimits:
        return CutoutLimits(self.max_partner_share, self.min_body_share, self.max_stray_share)


def in_square(face: Face, square: Box, pixels: int) -> Detection:
    """Return a face of the full frame as it lies in a square that is scaled to `pixels`."""
    return scaled(moved(face, -square[0], -square[1]), pixels / (square[2] - square[0]))


def _both(near: Box, round1: Box) -> Box:
    """Return the close-up's square, as far down as round 1 shows the person: one mask serves both pictures."""
    return near[0], near[1], near[2], max(near[3], round1[3])
