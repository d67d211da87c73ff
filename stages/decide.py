"""Decide which pictures are good enough: the only place that holds thresholds on scores.

It reads scores and no picture, so a threshold moves in seconds. Each close-up and each full-body candidate has a
verdict of its own with what was measured; of the candidates for one prompt that pass, the one most like its person is
taken. A pair
goes on when at least one variant is complete for both people: two close-ups, or two full-body pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.synthesize_bodies import Bodies, Body

SIDES = ("left", "right")


@dataclass(frozen=True)
class TargetVerdict:
    """What was decided of one picture; `reason` is None for a picture that passes."""

    target: str  # closeup, body0, body1, ...
    reason: str | None
    measured: float | None
    threshold: float | None


@dataclass(frozen=True)
class PersonDecision:
    """What was decided of one person's pictures.

    `chosen` numbers the full-body pictures to use: the best that passes of each prompt, the most alike first.
    """

    closeup: TargetVerdict
    bodies: tuple[TargetVerdict, ...]
    chosen: tuple[int, ...]


@dataclass(frozen=True)
class Decision:
    """What was decided of a pair's pictures."""

    left: PersonDecision
    right: PersonDecision

    @property
    def closeups(self) -> bool:
        """Both close-ups pass."""
        return self.left.closeup.reason is None and self.right.closeup.reason is None

    @property
    def fullbody(self) -> bool:
        """Each person has a full-body picture that passes."""
        return bool(self.left.chosen and self.right.chosen)


@dataclass(frozen=True)
class Decide(Stage):
    """Apply all thresholds. Similarities are on the common scale, where 0.5 is "the same person" at 1e-3."""

    reads = (Bodies,)
    writes = (Decision,)
    light = True
    reads_scores = True

    min_similarity: float = 0.5  # of a target to the person it should show
    min_margin: float = 0.25  # by which that exceeds the similarity to the other person
    max_pair_similarity: float = 0.55  # of the two people to each other
    min_face_pixels: float = 40.0  # in close-ups and full-body pictures
    min_round1_face_pixels: float = 32.0  # in the round-1 picture, at training size
    min_sharpness: float = 0.0  # of a target's face
    min_second_similarity: float | None = None  # by score_identity's second embedder, which `min_margin` then holds too

    def process(self, sample: Sample, model: Any) -> Sample:
        scores = sample.scores
        bodies = sample[Bodies]
        decision = Decision(self._person(scores, "left", bodies.left), self._person(scores, "right", bodies.right))
        problem = self._round1(scores)
        if problem is None and not (decision.closeups or decision.fullbody):
            verdicts = [person.closeup for person in (decision.left, decision.right)]
            problem = next(verdict for verdict in verdicts if verdict.reason is not None)
        sample = sample.put(decision)
        if problem is None:
            return sample
        assert problem.reason is not None
        return sample.reject(problem.reason, problem.measured, problem.threshold)

    def _person(self, scores: Mapping[str, float | None], side: str, bodies: Sequence[Body]) -> PersonDecision:
        verdicts = [self._target(scores, side, f"body{number}") for number in range(len(bodies))]
        passing = [number for number, verdict in enumerate(verdicts) if verdict.reason is None]
        passing.sort(key=lambda number: -(scores[f"{side}.body{number}.similarity"] or 0.0))
        best_of_prompt: dict[str, int] = {}
        for number in passing:
            best_of_prompt.setdefault(bodies[number].prompt, number)
        closeup = self._target(scores, side, "closeup")
        return PersonDecision(closeup, tuple(verdicts), tuple(best_of_prompt.values()))

    def _target(self, scores: Mapping[str, float | None], side: str, target: str) -> TargetVerdict:
        def score(measure: str) -> float | None:
            return scores.get(f"{side}.{target}.{measure}")

        if score("faces") != 1:
            return TargetVerdict(target, "not_one_face", score("faces"), 1.0)
        similarity, other = score("similarity"), score("other")
        if similarity is None or other is None:
            return TargetVerdict(target, "no_reference_face", None, None)
        limits = [
            ("face_too_small", score("face_pixels"), self.min_face_pixels),
            ("not_sharp", score("sharpness"), self.min_sharpness),
            ("not_alike", similarity, self.min_similarity),
            ("too_like_the_other", similarity - other, self.min_margin),
        ]
        if self.min_second_similarity is not None:
            second, second_other = score("second_similarity"), score("second_other")
            if second is None or second_other is None:
                return TargetVerdict(target, "no_second_opinion", None, self.min_second_similarity)
            limits += [
                ("not_alike_to_second", second, self.min_second_similarity),
                ("too_like_the_other_to_second", second - second_other, self.min_margin),
            ]
        for reason, measured, threshold in limits:
            if measured is None or measured < threshold:
                return TargetVerdict(target, reason, measured, threshold)
        return TargetVerdict(target, None, similarity, self.min_similarity)

    def _round1(self, scores: Mapping[str, float | None]) -> TargetVerdict | None:
        if scores.get("round1.faces") != 2:
            return TargetVerdict("round1", "round1_not_two_faces", scores.get("round1.faces"), 2.0)
        smaller = min(scores[f"round1.{side}.face_pixels"] or 0.0 for side in SIDES)
        if smaller < self.min_round1_face_pixels:
            return TargetVerdict("round1", "round1_face_too_small", smaller, self.min_round1_face_pixels)
        alike = scores.get("pair.similarity")
        if alike is not None and alike > self.max_pair_similarity:
            return TargetVerdict("round1", "same_person_twice", alike, self.max_pair_similarity)
        for side in SIDES:
            margin = (scores[f"round1.{side}.similarity"] or 0.0) - (scores[f"round1.{side}.other"] or 0.0)
            if margin < self.min_margin:
                return TargetVerdict("round1", "sides_swapped", margin, self.min_margin)
        return None
