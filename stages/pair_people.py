"""Find two people who are seen together.

A pair must be right rather than plentiful: a shot with doubts is left out, and says why. Somebody who passes by is no
doubt, though: the pictures of a pair are taken from moments that show exactly the two.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import Outcome, Stage
from stages.calibrate import Scale
from stages.detect_faces import Face, Faces
from stages.faces.quality import size
from stages.faces.reflection import MIN_REFLECTION, reflection
from stages.likeness.similarity import CALIBRATIONS, Calibration
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


# Reasons, from what is farthest from a pair to what is nearest, with what was measured and the option that decided. A
# window without a pair gets its nearest shot's.
REASONS = {
    "no_faces": "people in it",
    "one_person": "people in it",
    "poster_face": "a face on a poster or a screen that stands still, as track_people measured it",
    "more_than_two": "share of its frames in which a third person is seen: max_third_share",
    "faces_too_small": "typical size of the smaller face, in pixels of the frame: min_face_pixels",
    "not_together": "share of its frames with exactly these two: min_together_share",
    "text_over_face": "share of those frames with text over a face: max_text_frames_share",
    "not_recognisable": "embedded faces of the one who has fewer: detect_faces.min_embedded_face_pixels",
    "mirror_image": "how far one face is the mirror image of the other: max_reflection",
    "same_person_twice": "similarity of the two: max_similarity",
}
NO_FACES = "no_faces"


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
    (people seen in the shot; `poster_face` where track_people dropped the second one as a print);
    `more_than_two` (share of the sampled frames in which the third most visible is seen, also one whose track was
    dropped for being seen too rarely); `faces_too_small` (median size of the smaller of the two, in pixels of the full
    frame); `not_together` (share of the frames with exactly these two); `text_over_face` (share of those in which text
    covers more than `max_text_share` of a face); `not_recognisable` (embedded faces of the one who has fewer);
    `mirror_image` (`stages.faces.reflection`, at or above the threshold); `same_person_twice` (similarity of the two on
    the common scale, at or above the threshold: split screens, pictures in pictures).
    """

    version = 4
    reads = (Faces, People, Scale)
    writes = (Pair, PairSearch)

    min_face_pixels: float = 32.0
    max_third_share: float = 0.35
    min_together_share: float = 0.4
    max_text_share: float = 0.05  # of a face
    max_text_frames_share: float = 0.5
    max_reflection: float = MIN_REFLECTION
    max_similarity: float = 0.55  # above SAME_PERSON: that two are seen together says already that they are two

    def process(self, sample: Sample, model: None) -> Outcome:
        faces, people, scale = sample[Faces], sample[People], sample[Scale].calibration
        shots = dict.fromkeys(frame.shot for frame in faces.frames)
        candidates = [self._candidate(faces, people, shot, scale) for shot in shots]
        sample = sample.put(PairSearch(tuple(candidate.verdict for candidate in candidates)))
        found: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in candidates:
            if candidate.verdict.reason is None and candidate.persons is not None:
                found.setdefault(candidate.persons, []).append(candidate)
        if not found:
            return _reject(sample, [candidate.verdict for candidate in candidates])
        return [
            sample,
            *(
                sample.child(f"p{number}", _pair(faces, people, persons, seen, scale))
                for number, (persons, seen) in enumerate(found.items())
            ),
        ]

    def _candidate(self, faces: Faces, people: People, shot: int, scale: Calibration) -> Candidate:
        frames = list(visible(faces, people, shot).values())
        counts = Counter(person for frame in frames for person in frame)
        if len(counts) < 2:
            return Candidate(_too_few(people, shot, len(counts)))
        (a, _), (b, _), *others = counts.most_common()
        a, b = sorted((a, b))
        together = [frame for frame in frames if frame.keys() == {a, b}]
        shared = [frame for frame in frames if a in frame and b in frame]
        third = max(others[0][1] if others else 0, glimpsed(people, shot)) / len(frames)
        smaller = min(float(np.median([size(f[p].box) for f in frames if p in f])) for p in (a, b))
        share = len(together) / len(frames)
        covered = sum(max(f[a].text_share, f[b].text_share) > self.max_text_share for f in together)
        known = min(len(best_faces(faces, _tracks(people, person))) for person in (a, b))
        mirrored = reflection([f[a].look for f in shared], [f[b].look for f in shared])
        checks = (  # in the order of REASONS; the similarity last, as the others make sure that there is one
            ("more_than_two", third, self.max_third_share, third <= self.max_third_share),
            ("faces_too_small", smaller, self.min_face_pixels, smaller >= self.min_face_pixels),
            ("not_together", share, self.min_together_share, share >= self.min_together_share),
            (
                "text_over_face",
                covered / max(len(together), 1),
                self.max_text_frames_share,
                covered <= self.max_text_frames_share * len(together),
            ),
            ("not_recognisable", known, 1, known >= 1),
            ("mirror_image", mirrored, self.max_reflection, mirrored is None or mirrored < self.max_reflection),
        )
        for reason, measured, threshold, passed in checks:
            if not passed:
                return Candidate(ShotVerdict(shot, reason, measured, threshold))
        alike = similarity(faces, people, (a, b), scale)
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


def glimpsed(people: People, shot: int) -> int:
    """Count the sampled frames of a shot that show somebody whose track was dropped for being seen too rarely.

    Such a face may be nobody's, but a third person whom the detector finds now and then is one, too.
    """
    rare = [track for track in people.tracks if track.shot == shot and track.reason == "seen_too_rarely"]
    return len({sighting.frame for track in rare for sighting in track.sightings})


def similarity(faces: Faces, people: People, persons: tuple[int, int], scale: Calibration) -> float:
    """Compare the best faces of two persons, on the common scale.

    On the run's or the embedder's shipped scale, whichever finds them more alike: a run whose strangers are much alike
    has a strict scale, on which one person might pass as two.
    """
    a, b = (best_faces(faces, _tracks(people, person)) for person in persons)
    return max(scale.of_sets(a, b), CALIBRATIONS[faces.embedder].of_sets(a, b))


def _reject(sample: Sample, verdicts: Sequence[ShotVerdict]) -> Sample:
    """Reject a window for its nearest shot's reason, and say what was measured there and which option decided."""
    order = list(REASONS)
    nearest = max(
        verdicts, key=lambda verdict: order.index(str(verdict.reason)), default=ShotVerdict(0, NO_FACES, 0, 2)
    )
    reason = str(nearest.reason)
    detail = f"shot {nearest.shot}: {REASONS[reason]}"
    return replace(sample.reject(reason, nearest.measured, nearest.threshold), detail=detail)


def _too_few(people: People, shot: int, count: int) -> ShotVerdict:
    """Say why fewer than two are seen in a shot."""
    prints = [track for track in people.tracks if track.shot == shot and track.reason == "poster_face"]
    if prints and count + len(prints) >= 2:
        return ShotVerdict(shot, "poster_face", prints[0].measured, prints[0].threshold)
    return ShotVerdict(shot, ("no_faces", "one_person")[count], count, 2)


def _pair(
    faces: Faces, people: People, persons: tuple[int, int], seen: Sequence[Candidate], scale: Calibration
) -> Pair:
    return Pair(
        persons=persons,
        shots=tuple(candidate.verdict.shot for candidate in seen),
        together_share=sum(c.frames_together for c in seen) / sum(c.frames for c in seen),
        similarity=similarity(faces, people, persons, scale),
    )


def _tracks(people: People, person: int) -> list[Track]:
    return [people.tracks[number] for number in people.persons[person].tracks]


def _person(track: Track) -> int:
    assert track.person is not None
    return track.person
