"""Follow faces through a shot, and recognise people from one shot to the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.columns import F32
from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.association import Gate, Spotted, follow, link
from stages.detect_faces import Face, Faces
from stages.quality import merit, size
from stages.similarity import CALIBRATIONS, SAME_PERSON, Calibration

BEST_FACES = 5  # of a track or person, that are compared with others


@dataclass(frozen=True)
class Sighting:
    """A face of a track: `Faces.frames[frame].faces[face]`."""

    frame: int
    face: int


@dataclass(frozen=True)
class Track:
    """One person followed through one shot.

    `measured` and `threshold` belong to `reason`.
    """

    shot: int
    sightings: tuple[Sighting, ...]
    embedding: tuple[F32, ...] | None  # the one of its best faces that is most like the others
    person: int | None  # index into People.persons; None for a dropped track
    reason: str | None  # why the track was dropped
    measured: float | None
    threshold: float | None


@dataclass(frozen=True)
class Person:
    """One identity within a window: tracks that the embedder says are the same face."""

    tracks: tuple[int, ...]
    embedding: tuple[F32, ...] | None  # as of a track, over all of them; None where no face was large enough


@dataclass(frozen=True)
class People:
    """Tracks and persons of a window, persons in the order of their first appearance."""

    tracks: tuple[Track, ...]
    persons: tuple[Person, ...]

    def of_shot(self, shot: int) -> list[Track]:
        """Return the tracks of a shot that were not dropped."""
        return [track for track in self.tracks if track.shot == shot and track.person is not None]


@dataclass(frozen=True)
class TrackPeople(Stage):
    """Join faces into tracks by overlap and similarity, and tracks into persons by similarity alone.

    Tracks are dropped as `too_few_sightings` (a number), `seen_too_rarely` (share of the frames from first to last)
    and `weak_detections` (mean score of the detector): a print on a shirt flickers, a face does not. Overlaps are
    intersections over unions, similarities are on the common scale.
    """

    reads = (Faces,)
    writes = (People,)

    min_overlap: float = 0.2
    min_similarity_overlapping: float = 0.1  # below it, a face that overlaps a track is somebody else's
    max_shift_faces: float = 2.0  # a face may leap so many times its size between frames, if it is alike enough
    max_gap_seconds: float = 1.0
    min_sightings: int = 3
    min_seen_share: float = 0.5
    min_mean_score: float = 0.88
    min_link_similarity: float = SAME_PERSON
    min_link_margin: float = 0.1  # to somebody else, who was seen together with the one linked to

    def process(self, sample: Sample, model: None) -> Sample:
        faces = sample[Faces]
        scale = CALIBRATIONS[faces.embedder]
        tracks = [
            track
            for shot in dict.fromkeys(frame.shot for frame in faces.frames)
            for track in self._tracks(faces, shot, scale)
        ]
        kept = [number for number, track in enumerate(tracks) if track.reason is None]
        best = {number: best_faces(faces, [tracks[number]]) for number in kept}
        similarity = np.full((len(kept), len(kept)), np.nan)
        for i, j in combinations(range(len(kept)), 2):
            a, b = best[kept[i]], best[kept[j]]
            if len(a) and len(b):
                similarity[i, j] = similarity[j, i] = scale.of_sets(a, b)
        apart = seen_together([tracks[number] for number in kept])
        groups = link(similarity, apart, self.min_link_similarity, self.min_link_margin)
        persons = [tuple(kept[i] for i in group) for group in groups]
        owner = {number: person for person, group in enumerate(persons) for number in group}
        return sample.put(
            People(
                tracks=tuple(
                    Track(t.shot, t.sightings, t.embedding, owner.get(n), t.reason, t.measured, t.threshold)
                    for n, t in enumerate(tracks)
                ),
                persons=tuple(
                    Person(group, _medoid(np.concatenate([best[n] for n in group]), scale)) for group in persons
                ),
            )
        )

    def _tracks(self, faces: Faces, shot: int, scale: Calibration) -> list[Track]:
        numbers = [n for n, frame in enumerate(faces.frames) if frame.shot == shot]
        frames = [faces.frames[n] for n in numbers]
        gate = Gate(self.min_overlap, self.min_similarity_overlapping, self.min_link_similarity, self.max_shift_faces)
        seconds = [frame.seconds for frame in frames]
        spotted = [[Spotted(face.box, _vector(face)) for face in frame.faces] for frame in frames]
        tracks = []
        for found in follow(seconds, spotted, scale, gate, self.max_gap_seconds):
            sightings = tuple(Sighting(numbers[frame], face) for frame, face in found)
            reason, measured, threshold = self._judge(faces, sightings)
            track = Track(shot, sightings, None, None, reason, measured, threshold)
            embedding = _medoid(best_faces(faces, [track]), scale)
            tracks.append(Track(shot, sightings, embedding, None, reason, measured, threshold))
        return tracks

    def _judge(
        self, faces: Faces, sightings: tuple[Sighting, ...]
    ) -> tuple[str, float, float] | tuple[None, None, None]:
        if len(sightings) < self.min_sightings:
            return "too_few_sightings", len(sightings), self.min_sightings
        share = len(sightings) / (sightings[-1].frame - sightings[0].frame + 1)
        if share < self.min_seen_share:
            return "seen_too_rarely", share, self.min_seen_share
        score = float(np.mean([face_of(faces, s).score for s in sightings]))
        if score < self.min_mean_score:
            return "weak_detections", score, self.min_mean_score
        return None, None, None


def face_of(faces: Faces, sighting: Sighting) -> Face:
    """Return the face that was sighted."""
    return faces.frames[sighting.frame].faces[sighting.face]


def best_faces(faces: Faces, tracks: Iterable[Track]) -> np.ndarray:
    """Return the embeddings of the best faces of tracks, (up to BEST_FACES, D), the best first."""
    found = [face_of(faces, sighting) for track in tracks for sighting in track.sightings]
    known = sorted((face for face in found if face.embedding is not None), key=lambda face: -merit_of(face))
    return np.array([face.embedding for face in known[:BEST_FACES]], np.float32)


def merit_of(face: Face) -> float:
    """Weigh a face as a picture of its person, 0 to 1."""
    return merit(size(face.box), face.sharpness, face.yaw_degrees, face.roll_degrees, face.score)


def seen_together(tracks: list[Track]) -> set[frozenset[int]]:
    """Return which tracks, by their indices, have a frame in common: they are not one person."""
    frames = [{s.frame for s in track.sightings} for track in tracks]
    return {frozenset((i, j)) for i, j in combinations(range(len(tracks)), 2) if frames[i] & frames[j]}


def _vector(face: Face) -> np.ndarray | None:
    return None if face.embedding is None else np.array(face.embedding, np.float32)


def _medoid(embeddings: np.ndarray, scale: Calibration) -> tuple[float, ...] | None:
    return tuple(float(v) for v in embeddings[scale.medoid(embeddings)]) if len(embeddings) else None
