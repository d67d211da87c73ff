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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.run import ModelStore, Run
from pipeline.sample import Sample
from pipeline.stage import Scorer, check_choice
from stages.crop_closeups import Closeups
from stages.models.catalog import DETECTORS, EMBEDDERS
from stages.models.device import check_device
from stages.models.faces import Detection, Detector, Embedder
from stages.pictures import decode_picture
from stages.quality import PATCH_PIXELS, sharpness, size, upright_patch
from stages.similarity import CALIBRATIONS, Calibration
from stages.synthesize_bodies import Bodies

Scores = dict[str, float | None]

SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}


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
    detector_weights: str | None = None  # other weights than the detector's own: an entry of models.yaml, or a path
    embedder: str = "dlib"
    embedder_weights: str | None = None
    device: str = "cpu"
    detector_min_face_pixels: float = 32.0
    detector_min_score: float = 0.9

    def __post_init__(self) -> None:
        check_choice(self, "detector", DETECTORS)
        check_choice(self, "embedder", EMBEDDERS)
        check_device(self.device)

    def check(self, models: ModelStore) -> None:
        DETECTORS[self.detector].check("detector", models, self.device, self.detector_weights)
        EMBEDDERS[self.embedder].check("embedder", models, self.device, self.embedder_weights)

    def revisions(self, models: ModelStore) -> Mapping[str, str]:
        return {
            **DETECTORS[self.detector].revisions("detector", models, self.detector_weights),
            **EMBEDDERS[self.embedder].revisions("embedder", models, self.embedder_weights),
        }

    def load(self, run: Run) -> Judge:
        return Judge(
            detector=DETECTORS[self.detector](
                self.device, self.detector_min_face_pixels, models=run.models, weights=self.detector_weights
            ),
            embedder=EMBEDDERS[self.embedder](self.device, models=run.models, weights=self.embedder_weights),
            scale=CALIBRATIONS[self.embedder],
        )

    def process(self, sample: Sample, judge: Judge) -> Sample:
        closeups, bodies = sample[Closeups], sample[Bodies]
        pictures = {"round1": decode_picture(closeups.round1)}
        for side, person in (("left", closeups.left), ("right", closeups.right)):
            pictures[f"{side}.near"] = decode_picture(person.near.picture)
            pictures[f"{side}.closeup"] = decode_picture(person.closeup.plain)
            for number, body in enumerate(getattr(bodies, side)):
                pictures[f"{side}.body{number}"] = decode_picture(body.picture)
        faces = self._faces(judge, pictures)
        reference = {side: _largest(judge, pictures, faces, f"{side}.near").embedding for side in SIDES}
        scores: Scores = {"round1.faces": float(len(faces["round1"]))}
        for number, side in enumerate(SIDES):
            found = faces["round1"][number : number + 1]  # from left to right
            look = _look_of(judge, pictures["round1"], found[0], len(faces["round1"])) if found else NOBODY
            scores |= _named(f"round1.{side}", judge.scale, look, reference[side], reference[OTHER[side]])
        for name in pictures:
            side, _, target = name.partition(".")
            if target not in ("", "near"):
                look = _largest(judge, pictures, faces, name)
                scores |= _named(name, judge.scale, look, reference[side], reference[OTHER[side]])
        scores |= _likeness("pair.similarity", judge.scale, reference["left"], reference["right"])
        return sample.score(scores)

    def _faces(self, judge: Judge, pictures: Mapping[str, np.ndarray]) -> dict[str, list[Detection]]:
        """Find the faces of all pictures; those of one size go to the detector together."""
        faces: dict[str, list[Detection]] = {}
        for shape in dict.fromkeys(picture.shape for picture in pictures.values()):
            names = [name for name, picture in pictures.items() if picture.shape == shape]
            found = judge.detector.detect(np.stack([pictures[name] for name in names]))
            for name, detections in zip(names, found, strict=True):
                faces[name] = [face for face in detections if face.score >= self.detector_min_score]
        return faces


def _largest(judge: Judge, pictures: Mapping[str, np.ndarray], faces: Mapping[str, list], name: str) -> Look:
    if not faces[name]:
        return NOBODY
    return _look_of(judge, pictures[name], max(faces[name], key=lambda face: size(face.box)), len(faces[name]))


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
