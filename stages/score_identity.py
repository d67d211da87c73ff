"""Score whose face every picture of a pair shows.

The reference of a person is the face at the moment of round 1 (`near`). Every target, close-ups and full-body
candidates, is compared with the person it should show and with the other one, by an embedder that need not be the one
that tracked the people. Nothing is decided here.

Scores are named `SIDE.TARGET.MEASURE`, as in `left.closeup.similarity` or `right.body1.faces`:

    similarity    to the person it should show, on the common scale (0 strangers, 0.5 threshold, 1 the same picture)
    other         to the other person of the pair
    faces         how many faces the detector sees
    face_pixels   size of the largest face: the side of a square as large as its box, pixels of the picture
    sharpness     of the largest face

`round1.faces` counts the faces of the round-1 picture, `round1.left.*` and `round1.right.*` measure its two faces.
`pair.similarity` compares the two people with each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import Scorer, check_choice
from stages.crop_closeups import Closeups, Subject
from stages.models.faces import DETECTORS, EMBEDDERS, Detection, Detector, Embedder
from stages.pictures import decode_picture
from stages.quality import PATCH_PIXELS, sharpness, size, upright_patch
from stages.similarity import CALIBRATIONS, Calibration
from stages.synthesize_bodies import Bodies

Scores = dict[str, float | None]


@dataclass(frozen=True)
class Judge:
    """What a worker keeps: a detector, an embedder and its scale."""

    detector: Detector
    embedder: Embedder
    scale: Calibration


@dataclass(frozen=True)
class Look:
    """What is seen in one picture: how many faces, and the largest one (None where there is none)."""

    faces: int
    embedding: np.ndarray | None
    face_pixels: float
    sharpness: float


NOBODY = Look(0, None, 0.0, 0.0)


@dataclass(frozen=True)
class ScoreIdentity(Scorer):
    """Compare all pictures of a pair with both of its people."""

    reads = (Closeups, Bodies)

    detector: str = "mtcnn"
    embedder: str = "dlib"
    device: str = "cpu"
    detector_min_face_pixels: float = 32.0
    detector_min_score: float = 0.9

    def __post_init__(self) -> None:
        check_choice(self, "detector", DETECTORS)
        check_choice(self, "embedder", EMBEDDERS)

    def load(self, run: Any) -> Judge:
        return Judge(
            detector=DETECTORS[self.detector](self.device, self.detector_min_face_pixels),
            embedder=EMBEDDERS[self.embedder](self.device),
            scale=CALIBRATIONS[self.embedder],
        )

    def process(self, sample: Sample, judge: Judge) -> Sample:
        closeups, bodies = sample[Closeups], sample[Bodies]
        people = {"left": closeups.left, "right": closeups.right}
        references = {side: self._reference(judge, person) for side, person in people.items()}
        scores = self._round1(judge, closeups, references)
        for side, person in people.items():
            other = references["right" if side == "left" else "left"]
            targets = {"closeup": person.closeup.plain} | {
                f"body{number}": body.picture for number, body in enumerate(getattr(bodies, side))
            }
            for name, picture in targets.items():
                look = self._look(judge, decode_picture(picture))
                scores |= _named(f"{side}.{name}", judge.scale, look, references[side], other)
        scores |= _likeness("pair.similarity", judge.scale, references["left"], references["right"])
        return sample.score(scores)

    def _reference(self, judge: Judge, person: Subject) -> np.ndarray | None:
        return self._look(judge, decode_picture(person.near.picture)).embedding

    def _round1(self, judge: Judge, closeups: Closeups, references: dict[str, np.ndarray | None]) -> Scores:
        picture = decode_picture(closeups.round1)
        faces = self._faces(judge, picture)
        scores: Scores = {"round1.faces": float(len(faces))}
        for number, side in enumerate(("left", "right")):
            other = references["right" if side == "left" else "left"]
            look = _look_of(judge, picture, faces[number], len(faces)) if number < len(faces) else NOBODY
            scores |= _named(f"round1.{side}", judge.scale, look, references[side], other)
        return scores

    def _look(self, judge: Judge, picture: np.ndarray) -> Look:
        faces = self._faces(judge, picture)
        if not faces:
            return NOBODY
        return _look_of(judge, picture, max(faces, key=lambda face: size(face.box)), len(faces))

    def _faces(self, judge: Judge, picture: np.ndarray) -> list[Detection]:
        return [face for face in judge.detector.detect(picture[None])[0] if face.score >= self.detector_min_score]


def _look_of(judge: Judge, picture: np.ndarray, face: Detection, faces: int) -> Look:
    patch = upright_patch(picture, face.box, face.landmarks, PATCH_PIXELS)
    return Look(
        faces=faces,
        embedding=judge.embedder.embed(picture, [face])[0],
        face_pixels=size(face.box),
        sharpness=sharpness(patch),
    )


def _named(
    prefix: str, scale: Calibration, look: Look, right_one: np.ndarray | None, other: np.ndarray | None
) -> Scores:
    measured: Scores = {
        f"{prefix}.faces": float(look.faces),
        f"{prefix}.face_pixels": look.face_pixels,
        f"{prefix}.sharpness": look.sharpness,
    }
    return (
        measured
        | _likeness(f"{prefix}.similarity", scale, look.embedding, right_one)
        | _likeness(f"{prefix}.other", scale, look.embedding, other)
    )


def _likeness(name: str, scale: Calibration, a: np.ndarray | None, b: np.ndarray | None) -> Scores:
    """Return the score: None where one of the faces was not found."""
    return {name: None if a is None or b is None else float(scale.between(a, b)[0, 0])}
