"""The record that travels through the stages.

A sample is known by its key, the path of its descent: the video `talk.mp4` has windows `talk.mp4/w00`, a window has
pairs of people `talk.mp4/w00/p0`. What stages find out lies in *sections*, frozen dataclasses of which each is
defined beside the one stage that writes it and is looked up by its class:

    faces = sample[Faces]
    return sample.put(People(...))

A key's sample also sees the sections of the samples it descends from: a pair reads the tracks of its window.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

S = TypeVar("S")


class Verdict(StrEnum):
    """What has become of a sample."""

    OK = "ok"  # goes on to the next stage
    EXPANDED = "expanded"  # its children go on
    REJECTED = "rejected"  # judged unfit, with reason, measured value and threshold
    FAILED = "failed"  # could not be processed


@dataclass(frozen=True)
class Sample:
    """A sample: key, sections, scores, and its verdict with the reason.

    `measured` and `threshold` are in the units of whatever option `reason` belongs to. `decided_in` is the stage that
    set the verdict; the runner fills it in.
    """

    key: str
    sections: Mapping[type, Any] = field(default_factory=dict)
    scores: Mapping[str, float | None] = field(default_factory=dict)
    verdict: Verdict = Verdict.OK
    reason: str | None = None
    measured: float | None = None
    threshold: float | None = None
    detail: str | None = None
    decided_in: str | None = None

    def __getitem__(self, section: type[S]) -> S:
        return self.sections[section]

    def get(self, section: type[S]) -> S | None:
        """Return the section, or None when neither the sample nor an ancestor has one."""
        return self.sections.get(section)

    def put(self, *sections: Any) -> "Sample":
        """Return the sample with these sections added or replaced."""
        return replace(self, sections={**self.sections, **{type(s): s for s in sections}})

    def score(self, scores: Mapping[str, float | None]) -> "Sample":
        """Return the sample with these scores added, None for what could not be measured. They decide nothing."""
        return replace(self, scores={**self.scores, **{name: _number(value) for name, value in scores.items()}})

    def child(self, name: str, *sections: Any) -> "Sample":
        """Derive a sample one step further down; its parent becomes `expanded` when a stage returns it."""
        assert "/" not in name, name
        return Sample(key=f"{self.key}/{name}", sections=self.sections).put(*sections)

    def reject(self, reason: str, measured: float | None = None, threshold: float | None = None) -> "Sample":
        """Judge the sample unfit: `measured` did not satisfy `threshold`."""
        return replace(
            self,
            verdict=Verdict.REJECTED,
            reason=reason,
            measured=_number(measured),
            threshold=_number(threshold),
        )

    def fail(self, reason: str, detail: str | None = None) -> "Sample":
        """Record that the sample could not be processed."""
        return replace(self, verdict=Verdict.FAILED, reason=reason, detail=detail)


def rng(key: str, *salt: object) -> np.random.Generator:
    """Return the random generator of a key: the same on every machine, in every order of work.

    `salt` keeps uses apart: pass the stage's name and its seed option.
    """
    text = "\x1f".join([key, *map(str, salt)])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
