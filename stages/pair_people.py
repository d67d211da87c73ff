"""Find two people who are seen together.

A pair must be right rather than plentiful: a shot with doubts is left out, and says why.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import Outcome, Stage
from stages.detect_faces import Face, Faces
from stages.quality import size
from stages.similarity import CALIBRATIONS, SAME_PERSON
from stages.track_people import People, Track, best_faces, face_of


@dataclass(frozen=True)
class Pair:
    """Two people who are seen together."""

    persons: tuple[int, int]  # indices into People.persons, the smaller first
    shots: tuple[int, ...]  # where both are visible together
    together_share: float  # share of those shots' sampled frames with exactly these two
    similarity: float  # of the two persons to each other, on the common scale (0 strangers, 1 same picture)


@dataclass(frozen=True)
class ShotVerdict:
    """Why a shot gave no pair (reason None: it did)."""

    shot: int
    reason: str | None
    measured: float | None
    threshold: float | None


@dataclass(frozen=True)
class PairSearch:
    """What was looked at in a window, shot by shot, whether or not a pair came out."""

    shots: tuple[ShotVerdict, ...]


# Reasons, from what is farthest from a pair to what is nearest. A window without a pair gets its nearest shot's.
REASONS = (
    "no_faces",
    "one_person",
    "more_than_two",
    "faces_too_small",
    "not_together",
    "not_recognisable",
    "same_person_twice",
)


@dataclass(frozen=True)
class Candidate:
    """The two most visible people of a shot, and what speaks against them as a pair (reason None: nothing)."""

    verdict: ShotVerdict
    persons: tuple[int, int] | None = None
    frames: int = 0
    frames_together: int = 0


@dataclass(frozen=True)
class PairPeople(Stage):
    """Derive a sample from every two people who share a shot with nobody else.

    Each shot offers its two most visible people and is judged in the order of REASONS: `no_faces` and `one_person`
    (people seen in the shot); `more_than_two` (share of the sampled frames with a third); `faces_too_small` (median
    size of the smaller of the two, in pixels of the full frame); `not_together` (share of the frames with exactly
    these two); `not_recognisable` (embedded faces of the one who has fewer); `same_person_twice` (similarity of the
    two on the common scale, at or above the threshold: mirrors, split screens, pictures in pictures).
    """

    reads = (Faces, People)
    writes = (Pair, PairSearch)

    min_face_pixels: float = 32.0
    max_crowd_share: float = 0.2
    min_together_share: float = 0.5
    max_similarity: float = SAME_PERSON

    def process(self, sample: Sample, model: None) -> Outcome:
        faces, people = sample[Faces], sample[People]
        shots = dict.fromkeys(frame.shot for frame in faces.frames)
        candidates = [self._candidate(faces, people, shot) for shot in shots]
        sample = sample.put(PairSearch(tuple(candidate.verdict for candidate in candidates)))
        found: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in candidates:
            if candidate.verdict.reason is None and candidate.persons is not None:
                found.setdefault(candidate.persons, []).append(candidate)
        if not found:
            nearest = max(
                (candidate.verdict for candidate in candidates),
                key=lambda verdict: REASONS.index(str(verdict.reason)),
                default=ShotVerdict(0, "no_faces", 0, 2),
            )
            return sample.reject(str(nearest.reason), nearest.measured, nearest.threshold)
        return [
            sample,
            *(
                sample.child(f"p{number}", _pair(faces, people, persons, seen))
                for number, (persons, seen) in enumerate(found.items())
            ),
        ]

    def _candidate(self, faces: Faces, people: People, shot: int) -> Candidate:
        frames = list(visible(faces, people, shot).values())
        counts = Counter(person for frame in frames for person in frame)
        if len(counts) < 2:
            return Candidate(ShotVerdict(shot, REASONS[len(counts)], len(counts), 2))
        a, b = sorted(person for person, _ in counts.most_common(2))
        together = [frame for frame in frames if frame.keys() == {a, b}]
        smaller = min(float(np.median([size(f[p].box) for f in frames if p in f])) for p in (a, b))
        known = min(len(best_faces(faces, _tracks(people, person))) for person in (a, b))
        crowd = sum(len(frame) > 2 for frame in frames) / len(frames)
        checks = (  # in the order of REASONS; the similarity last, as the others make sure that there is one
            ("more_than_two", crowd, self.max_crowd_share, crowd <= self.max_crowd_share),
            ("faces_too_small", smaller, self.min_face_pixels, smaller >= self.min_face_pixels),
            (
                "not_together",
                len(together) / len(frames),
                self.min_together_share,
                len(together) / len(frames) >= self.min_together_share,
            ),
            ("not_recognisable", known, 1, known >= 1),
        )
        for reason, measured, threshold, passed in checks:
            if not passed:
                return Candidate(ShotVerdict(shot, reason, measured, threshold))
        alike = similarity(faces, people, (a, b))
        if alike >= self.max_similarity:
            return Candidate(ShotVerdict(shot, "same_person_twice", alike, self.max_similarity))
        return Candidate(ShotVerdict(shot, None, None, None), (a, b), len(frames), len(together))


def visible(faces: Faces, people: People, shot: int) -> dict[int, dict[int, Face]]:
    """Return who is seen in each sampled frame of a shot: frame -> person -> face. Dropped tracks do not count."""
    seen: dict[int, dict[int, Face]] = {n: {} for n, frame in enumerate(faces.frames) if frame.shot == shot}
    for track in people.of_shot(shot):
        for sighting in track.sightings:
            seen[sighting.frame][_person(track)] = face_of(faces, sighting)
    return seen


def similarity(faces: Faces, people: People, persons: tuple[int, int]) -> float:
    """Compare the best faces of two persons, on the common scale."""
    a, b = (best_faces(faces, _tracks(people, person)) for person in persons)
    return CALIBRATIONS[faces.embedder].of_sets(a, b)


def _pair(faces: Faces, people: People, persons: tuple[int, int], seen: Sequence[Candidate]) -> Pair:
    return Pair(
        persons=persons,
        shots=tuple(candidate.verdict.shot for candidate in seen),
        together_share=sum(c.frames_together for c in seen) / sum(c.frames for c in seen),
        similarity=similarity(faces, people, persons),
    )


def _tracks(people: People, person: int) -> list[Track]:
    return [people.tracks[number] for number in people.persons[person].tracks]


def _person(track: Track) -> int:
    assert track.person is not None
    return track.person
