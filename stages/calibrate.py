"""Barrier: the scale of similarities, measured on the run's own people.

How alike strangers are to an embedder depends on the pictures: on cameras, sizes, and who the people are. So a run with
enough people sets its own threshold, at the false-match rate that is asked for; one with too few keeps the embedder's
shipped calibration, and says so.

Strangers are compared by single faces, one comparison for each two people (`stages.likeness.false_matches`). Genuine
pairs, two faces of one track some time apart, only tell whether the threshold leaves the embedder any use. What is
looked at is a sample of people (`stages.likeness.people_sample`), and anchors are rounded, so that a few more clips do
not change the scale: what follows would have to be done again for every clip.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from pipeline.errors import ConfigError
from pipeline.files import write_whole
from pipeline.run import Run
from pipeline.sample import Sample, rng
from pipeline.stage import Barrier, LazyPart
from stages.detect_faces import Faces
from stages.likeness.false_matches import NOT_COMPARED, Strangers, measure
from stages.likeness.people_sample import FACES, Met, meet
from stages.likeness.similarity import CALIBRATIONS, Calibration, Metric, raw_scores
from stages.track_people import People

RECORD = "calibration.json"
STEP = 0.01  # anchors are multiples of it; both metrics have values of about 1

PAIRS_PER_FALSE_MATCH = 10  # pairs of strangers, for each one that is to be expected among them: 10 / rate
MOST_UNCERTAINTY = 2.0  # the true rate may be so many times the one asked for, with 95 % confidence
MIN_GENUINE_PAIRS = 30
MIN_ACCEPTED_SHARE = 0.5  # of genuine pairs, at or above the threshold


@dataclass(frozen=True)
class Scale:
    """The calibration that holds in a run, the same for all its windows."""

    embedder: str
    calibration: Calibration
    source: Literal["run", "shipped", "fixed"]
    shortfall: str | None  # why it is the shipped one though the run's own was wanted
    false_match_rate: float  # asked for; what is shipped is made for 1e-3


@dataclass(frozen=True)
class Shortfall:
    """Why a run has no calibration of its own."""

    reason: Literal["too_few_strangers", "too_uncertain", "too_few_genuine_pairs", "not_told_apart"]
    measured: float
    threshold: float


@dataclass(frozen=True)
class Findings:
    """What the sample of people says, in the embedder's units. None: there was too little to measure it on."""

    windows: int
    people: int
    returning_people: int  # taken for somebody of another video
    stranger_pairs: int
    strangers: float | None
    threshold: float | None
    rate_bound: float | None  # the true false-match rate at `threshold` is below it with a confidence of 95 %
    genuine_pairs: int
    genuine_median: float | None
    accepted_share: float | None  # of the genuine pairs, at `threshold`


@dataclass(frozen=True)
class Calibrate(Barrier):
    """Set the scale of similarities.

    `calibration: shipped` keeps the embedder's own. `strangers` and `threshold`, both or neither, fix the anchors 0 and
    0.5 in the embedder's units. The reasons why a run has no calibration of its own are `too_few_strangers` (pairs of
    people), `too_uncertain` (how many times the rate asked for the true one may be), `too_few_genuine_pairs`, and
    `not_told_apart` (share of genuine pairs that would be accepted); what was measured is in runs/RUN/calibration.json.
    """

    reads = (Faces, People)
    writes = (Scale,)

    calibration: Literal["run", "shipped"] = "run"
    false_match_rate: float = 1e-3
    strangers: float | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not 1e-5 <= self.false_match_rate <= 0.1:
            raise ValueError(f"false_match_rate must be from 1e-5 to 0.1, not {self.false_match_rate}")
        if (self.strangers is None) != (self.threshold is None):
            raise ValueError("strangers and threshold are given together, or neither of them")

    def load(self, run: Run) -> Run:
        return run

    def process_parts(self, parts: Sequence[LazyPart], run: Run) -> Iterator[list[Sample]]:
        embedder, people = meet(parts)
        if embedder is None:  # no window came so far
            (run.records / RECORD).unlink(missing_ok=True)
            return
        scale, findings, shortfall = self._scale(embedder, people)
        record = {
            **asdict(scale),
            "shipped": asdict(CALIBRATIONS[embedder]),
            "findings": findings and asdict(findings),
            "shortfall": shortfall and asdict(shortfall),
        }
        write_whole(run.records / RECORD, json.dumps(record, indent=1) + "\n")
        for part in parts:
            yield [sample.put(scale) for sample in part.bare()]

    def remark(self, run: Run) -> str | None:
        path = run.records / RECORD
        return _told(json.loads(path.read_text())) if path.exists() else None

    def _scale(self, embedder: str, people: Sequence[Met]) -> tuple[Scale, Findings | None, Shortfall | None]:
        shipped = CALIBRATIONS[embedder]
        if self.strangers is not None and self.threshold is not None:
            try:
                fixed = replace(shipped, strangers=self.strangers, threshold=self.threshold)
            except ValueError as error:
                raise ConfigError(f"stages.{self.name}.threshold: of {embedder}, {error}") from error
            return Scale(embedder, fixed, "fixed", None, self.false_match_rate), None, None
        if self.calibration == "shipped":
            return Scale(embedder, shipped, "shipped", None, self.false_match_rate), None, None
        findings = weigh(people, shipped.metric, self.false_match_rate)
        shortfall = shortfall_of(findings, self.false_match_rate)
        if shortfall is None:
            own = rounded(findings, shipped)
            if own is not None:
                return Scale(embedder, own, "run", None, self.false_match_rate), findings, None
            shortfall = Shortfall("not_told_apart", 0.0, MIN_ACCEPTED_SHARE)
        return Scale(embedder, shipped, "shipped", shortfall.reason, self.false_match_rate), findings, shortfall


def weigh(people: Sequence[Met], metric: Metric, false_match_rate: float) -> Findings:
    """Measure strangers and genuine pairs among the people of a sample; strangers only where there are enough pairs."""
    sign = -1.0 if metric == "l2" else 1.0
    apart = [person.apart for person in people if person.apart is not None]
    genuine = np.array([sign * raw_scores(metric, early, late)[0, 0] for early, late in apart])
    likeness = sign * _compared(people, metric) if people else np.zeros((0, 0))
    likeness[~_strangers(people)] = NOT_COMPARED
    pairs = int((likeness > NOT_COMPARED).sum()) // 2
    found: Strangers | None = None
    if pairs >= _needed(false_match_rate):
        videos = np.unique([person.video for person in people], return_inverse=True)[1]
        found = measure(likeness, videos, false_match_rate, rng("calibrate", "bootstrap"))
    return Findings(
        windows=len({person.window for person in people}),
        people=len(people),
        returning_people=found.returning if found else 0,
        stranger_pairs=found.pairs if found else pairs,
        strangers=sign * found.median if found else None,
        threshold=sign * found.threshold if found else None,
        rate_bound=found.rate_bound if found else None,
        genuine_pairs=len(genuine),
        genuine_median=sign * float(np.median(genuine)) if len(genuine) else None,
        accepted_share=float((genuine >= found.threshold).mean()) if found and len(genuine) else None,
    )


def shortfall_of(findings: Findings, false_match_rate: float) -> Shortfall | None:
    """Say what is missing for a calibration of the run's own; None: nothing.

    With 10 / rate pairs, ten false matches are to be expected, by which a rate is known to about a third where pairs
    are independent (the rule of 30, Doddington et al. 2000, asks for thirty and knows it to 30 % with 90 % confidence);
    since people are in many pairs, `rate_bound` decides how sure it is in the end.
    """
    needed = _needed(false_match_rate)
    if findings.stranger_pairs < needed or findings.rate_bound is None:
        return Shortfall("too_few_strangers", findings.stranger_pairs, needed)
    if findings.rate_bound > MOST_UNCERTAINTY * false_match_rate:
        return Shortfall("too_uncertain", findings.rate_bound / false_match_rate, MOST_UNCERTAINTY)
    if findings.genuine_pairs < MIN_GENUINE_PAIRS or findings.accepted_share is None:
        return Shortfall("too_few_genuine_pairs", findings.genuine_pairs, MIN_GENUINE_PAIRS)
    if findings.accepted_share < MIN_ACCEPTED_SHARE:
        return Shortfall("not_told_apart", findings.accepted_share, MIN_ACCEPTED_SHARE)
    return None


def rounded(findings: Findings, shipped: Calibration) -> Calibration | None:
    """Return the anchors as multiples of STEP, the threshold's on its strict side; None where two of them coincide."""
    assert findings.strangers is not None
    assert findings.threshold is not None
    strict = math.floor if shipped.metric == "l2" else math.ceil
    slack = 1e-9 if shipped.metric == "l2" else -1e-9  # what is a multiple already stays
    try:
        return replace(
            shipped,
            strangers=round(round(findings.strangers / STEP) * STEP, 6),
            threshold=round(strict(findings.threshold / STEP + slack) * STEP, 6),
        )
    except ValueError:
        return None


def _needed(false_match_rate: float) -> int:
    """Return how many pairs of strangers a rate needs."""
    return math.ceil(PAIRS_PER_FALSE_MATCH / false_match_rate)


def _compared(people: Sequence[Met], metric: Metric) -> np.ndarray:
    """Compare each two people by one face of each, taken in turn: (P, P) raw scores, symmetric."""
    faces = np.stack([person.faces for person in people], axis=1)  # (FACES, P, D)
    turn = np.arange(len(people)) % FACES
    scores = np.empty((len(people), len(people)))
    for mine in range(FACES):
        for yours in range(FACES):
            rows, columns = np.flatnonzero(turn == mine), np.flatnonzero(turn == yours)
            scores[np.ix_(rows, columns)] = raw_scores(metric, faces[yours, rows], faces[mine, columns])
    return scores


def _strangers(people: Sequence[Met]) -> np.ndarray:
    """Tell which two people are strangers: (P, P), of different videos, or seen in one frame."""
    videos = np.array([person.video for person in people])
    windows = np.array([person.window for person in people])
    strangers = videos[:, None] != videos
    for i, j in zip(*np.nonzero(windows[:, None] == windows), strict=True):
        strangers[i, j] = i != j and not people[i].frames.isdisjoint(people[j].frames)
    return strangers


def _told(record: dict[str, Any]) -> str:
    """Say in a line what holds and why."""
    embedder, threshold, shipped = record["embedder"], record["calibration"]["threshold"], record["shipped"]
    line = f"{embedder}'s threshold is {threshold:g}, "
    if record["source"] == "fixed":
        return f"{line}as the configuration says (shipped: {shipped['threshold']:g})"
    if record["source"] == "run":
        findings = record["findings"]
        return (
            f"{line}at which {record['false_match_rate']:g} of strangers match, by "
            f"{findings['stranger_pairs']:,} pairs of this run's people (shipped: {shipped['threshold']:g})"
        )
    shortfall = record["shortfall"]
    if shortfall is None:
        return f"{line}the shipped one, as the configuration says"
    why = {
        "too_few_strangers": "{measured:,.0f} pairs of strangers in this run, {threshold:,.0f} are needed",
        "too_uncertain": "this run's own may match {measured:.1f} times as many strangers as asked for, at most "
        "{threshold:g} times is allowed",
        "too_few_genuine_pairs": "{measured:.0f} tracks in this run that last, {threshold:.0f} are needed",
        "not_told_apart": "this run's own would know {measured:.0%} of its people again, {threshold:.0%} are needed",
    }
    return f"{line}the shipped one: {why[shortfall['reason']].format(**shortfall)}"
