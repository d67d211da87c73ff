"""Score whose face every picture of a pair shows.

The reference of a person is the face at the moment of round 1 (`near`). Every target, close-ups and full-body
candidates, is compared with the person it should show and with the other one, by an embedder that need not be the one
that tracked the people. Nothing is decided here.

A second embedder gives a second opinion. It matters where pictures are synthesized: a synthesizer that is conditioned
on an embedder's vectors makes faces which that embedder takes for the person, whoever they look like to others. Judge
those with one of another training set and loss.

Scores are named `SIDE.TARGET.MEASURE`, as in `left.closeup.similarity` or `right.body1.faces`:

    similarity    to the person it should show, on the common scale (0 strangers, 0.5 threshold, 1 the same picture)
    other         to the other person of the pair
    faces         how many faces the detector sees
    face_pixels   size of the largest face: the side of a square as large as its box, pixels of the picture
    sharpness     of the largest face
    second_similarity, second_other   as the first two, by the second embedder; only where there is one

`round1.faces` counts the faces of the round-1 picture, `round1.left.*` and `round1.right.*` measure its two faces.
`pair.similarity` and `pair.second_similarity` compare the two people with each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.run import ModelStore, Run
from pipeline.sample import Sample
from pipeline.stage import Scorer, check_choice
from stages.calibrate import Scale
from stages.crop_closeups import Closeups
from stages.faces.quality import PATCH_PIXELS, sharpness, size, upright_patch
from stages.likeness.similarity import CALIBRATIONS, Calibration
from stages.models.catalog import DETECTORS, EMBEDDERS
from stages.models.device import check_device
from stages.models.faces import Detection, Detector, Embedder
from stages.pictures import decode_picture
from stages.synthesize_bodies import Bodies

Scores = dict[str, float | None]

SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}
PREFIXES = ("", "second_")


@dataclass(frozen=True)
class Opinion:
    """An embedder, its scale, and what the names of its scores begin with."""

    embedder: Embedder
    scale: Calibration
    prefix: str = ""


@dataclass(frozen=True)
class Judge:
    """What a worker keeps: a detector, and whoever compares faces."""

    detector: Detector
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True)
class Look:
    """What is seen in one picture: how many faces, and the largest one, as each opinion embeds it (or none does)."""

    faces: int
    embeddings: tuple[np.ndarray | None, ...]
    face_pixels: float
    sharpness: float


@dataclass(frozen=True)
class ScoreIdentity(Scorer):
    """Compare all pictures of a pair with both of its people."""

    reads = (Scale, Closeups, Bodies)

    detector: str = "mtcnn"
    detector_weights: str | None = None  # other weights than the detector's own: an entry of models.yaml, or a path
    embedder: str = "dlib"
    embedder_weights: str | None = None
    second_embedder: str | None = None  # gives a second opinion
    second_embedder_weights: str | None = None
    device: str = "cpu"
    detector_min_face_pixels: float = 32.0
    detector_min_score: float = 0.9

    def __post_init__(self) -> None:
        check_choice(self, "detector", DETECTORS)
        for option, embedder, _ in self._embedders:
            if embedder not in EMBEDDERS:
                raise ValueError(f"{option} is {embedder!r}, but must be one of {', '.join(sorted(EMBEDDERS))}")
        check_device(self.device)
        if (self.embedder, self.embedder_weights) == (self.second_embedder, self.second_embedder_weights):
            raise ValueError(f"second_embedder is {self.second_embedder!r}, as embedder is: that is no second opinion")

    @property
    def _embedders(self) -> tuple[tuple[str, str, str | None], ...]:
        """Option, backend and weights of those who give an opinion."""
        first = ("embedder", self.embedder, self.embedder_weights)
        if self.second_embedder is None:
            return (first,)
        return (first, ("second_embedder", self.second_embedder, self.second_embedder_weights))

    def check(self, models: ModelStore) -> None:
        DETECTORS[self.detector].check("detector", models, self.device, self.detector_weights)
        for option, embedder, weights in self._embedders:
            EMBEDDERS[embedder].check(option, models, self.device, weights)

    def revisions(self, models: ModelStore) -> Mapping[str, str]:
        found = DETECTORS[self.detector].revisions("detector", models, self.detector_weights)
        for option, embedder, weights in self._embedders:
            found |= EMBEDDERS[embedder].revisions(option, models, weights)
        return found

    def load(self, run: Run) -> Judge:
        return Judge(
            detector=DETECTORS[self.detector](
                self.device, self.detector_min_face_pixels, models=run.models, weights=self.detector_weights
            ),
            opinions=tuple(
                Opinion(EMBEDDERS[name](self.device, models=run.models, weights=weights), CALIBRATIONS[name], prefix)
                for (_, name, weights), prefix in zip(self._embedders, PREFIXES, strict=False)
            ),
        )

    def process(self, sample: Sample, judge: Judge) -> Sample:
        judge = self._on_scale(judge, sample[Scale])
        closeups, bodies = sample[Closeups], sample[Bodies]
        pictures = {"round1": decode_picture(closeups.round1)}
        for side, person in (("left", closeups.left), ("right", closeups.right)):
            pictures[f"{side}.near"] = decode_picture(person.near.picture)
            pictures[f"{side}.closeup"] = decode_picture(person.closeup.plain)
            for number, body in enumerate(getattr(bodies, side)):
                pictures[f"{side}.body{number}"] = decode_picture(body.picture)
        faces = self._faces(judge, pictures)
        reference = {side: _largest(judge, pictures, faces, f"{side}.near") for side in SIDES}
        scores: Scores = {"round1.faces": float(len(faces["round1"]))}
        for number, side in enumerate(SIDES):
            found = faces["round1"][number : number + 1]  # from left to right
            look = _look_of(judge, pictures["round1"], found[0], len(faces["round1"])) if found else _nobody(judge)
            scores |= _named(f"round1.{side}", judge, look, reference[side], reference[OTHER[side]])
        for name in pictures:
            side, _, target = name.partition(".")
            if target not in ("", "near"):
                look = _largest(judge, pictures, faces, name)
                scores |= _named(name, judge, look, reference[side], reference[OTHER[side]])
        scores |= _likeness("pair", "similarity", judge, reference["left"], reference["right"])
        return sample.score(scores)

    def _on_scale(self, judge: Judge, scale: Scale) -> Judge:
        """Have the embedder that tracked the people judge by the run's calibration, if it gives an opinion."""
        opinions = tuple(
            replace(opinion, scale=scale.calibration) if name == scale.embedder else opinion
            for opinion, (_, name, _) in zip(judge.opinions, self._embedders, strict=True)
        )
        return replace(judge, opinions=opinions)

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
        return _nobody(judge)
    return _look_of(judge, pictures[name], max(faces[name], key=lambda face: size(face.box)), len(faces[name]))


def _nobody(judge: Judge) -> Look:
    return Look(0, (None,) * len(judge.opinions), 0.0, 0.0)


def _look_of(judge: Judge, picture: np.ndarray, face: Detection, faces: int) -> Look:
    patch = upright_patch(picture, face.box, face.landmarks, PATCH_PIXELS)
    return Look(
        faces=faces,
        embeddings=tuple(opinion.embedder.embed(picture, [face])[0] for opinion in judge.opinions),
        face_pixels=size(face.box),
        sharpness=sharpness(patch),
    )


def _named(target: str, judge: Judge, look: Look, right_one: Look, other: Look) -> Scores:
    measured: Scores = {
        f"{target}.faces": float(look.faces),
        f"{target}.face_pixels": look.face_pixels,
        f"{target}.sharpness": look.sharpness,
    }
    return (
        measured
        | _likeness(target, "similarity", judge, look, right_one)
        | _likeness(target, "other", judge, look, other)
    )


def _likeness(target: str, measure: str, judge: Judge, a: Look, b: Look) -> Scores:
    """Return what each opinion says: None where one of the faces was not found."""
    return {
        f"{target}.{opinion.prefix}{measure}": None
        if one is None or two is None
        else float(opinion.scale.between(one, two)[0, 0])
        for opinion, one, two in zip(judge.opinions, a.embeddings, b.embeddings, strict=True)
    }
