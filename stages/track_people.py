"""Follow faces through a shot, and recognise people from one shot to the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from pipeline.columns import F32
from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.detect_faces import Face, Faces, quality_of
from stages.faces.liveliness import MIN_LIVELINESS, MIN_LIVELINESS_BESIDE, MUCH_LIVELIER, liveliness
from stages.faces.quality import pose_gap_degrees
from stages.likeness.similarity import CALIBRATIONS, Calibration
from stages.tracking.evidence import Evidence, Spotted, standardized
from stages.tracking.following import Follower
from stages.tracking.linking import link
from stages.tracking.rejoining import Piece, Rejoiner

BEST_FACES = 5  # of a track or person, that are compared with others
SAME_POSE_DEGREES = 15.0  # faces so far apart weigh e times less than those in one pose
EVIDENCE = Evidence()


@dataclass(frozen=True)
class Sighting:
    """A face of a track: `Faces.frames[frame].faces[face]`."""

    frame: int
    face: int


@dataclass(frozen=True)
class Track:
    """One person followed through one shot.

    `rejoined` counts how often the person was found again after having been lost, `abstained` in how many frames nobody
    could say how the track went on. `measured` and `threshold` belong to `reason`.
    """

    shot: int
    sightings: tuple[Sighting, ...]
    embedding: tuple[F32, ...] | None  # the one of its best faces that is most like the others
    person: int | None  # index into People.persons; None for a dropped track
    rejoined: int
    abstained: int
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
    """Join faces into tracks, shot by shot, and tracks into persons.

    Evidence for two faces being one person is counted in nats (`stages.tracking.evidence`). Frame by frame, a track
    goes on where that is better than every alternative by `min_margin_nats`, or else waits or ends; only faces that the
    detector is sure of, from `begin_score` on, may begin a track. What follows on an occlusion is rejoined by the best
    faces, from `min_rejoin_nats` on. Across shots tracks are linked by the similarity of their best faces, on the
    common scale.

    Tracks are dropped as `too_few_sightings` (of the longest stretch), `seen_too_rarely` (share of the frames from
    first to last, without those between two stretches that would each do) and `weak_detections` (mean score of the
    detector): a print on a shirt flickers, a face does not, though it may be hidden for a while. `poster_face`: looks
    that never change, or change far less than those of somebody in the same shot (`stages.faces.liveliness`).
    """

    version = 5
    reads = (Faces,)
    writes = (People,)

    begin_score: float = 0.9
    max_gap_seconds: float = 1.0
    min_margin_nats: float = 2.0
    min_rejoin_nats: float = 3.0
    min_rejoin_margin_nats: float = 3.0
    min_sightings: int = 3
    min_seen_share: float = 0.5
    min_mean_score: float = 0.88
    min_liveliness: float = MIN_LIVELINESS
    min_liveliness_beside: float = MIN_LIVELINESS_BESIDE  # of somebody much livelier
    min_link_similarity: float = 0.58  # above SAME_PERSON: look-alikes on both sides of a cut reach 0.56
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
        known = {number: embedded(faces, tracks[number].sightings) for number in kept}
        similarity = np.full((len(kept), len(kept)), np.nan)
        for i, j in combinations(range(len(kept)), 2):
            a, b = known[kept[i]], known[kept[j]]
            if a and b:
                similarity[i, j] = similarity[j, i] = likeness(a, b, scale)
        apart = seen_together([tracks[number] for number in kept])
        groups = link(similarity, apart, self.min_link_similarity, self.min_link_margin)
        persons = [tuple(kept[i] for i in group) for group in groups]
        owner = {number: person for person, group in enumerate(persons) for number in group}
        return sample.put(
            People(
                tracks=tuple(replace(track, person=owner.get(number)) for number, track in enumerate(tracks)),
                persons=tuple(
                    Person(group, _medoid(np.concatenate([best[n] for n in group]), scale)) for group in persons
                ),
            )
        )

    def _tracks(self, faces: Faces, shot: int, scale: Calibration) -> list[Track]:
        numbers = [n for n, frame in enumerate(faces.frames) if frame.shot == shot]
        frames = [faces.frames[n] for n in numbers]
        follower = Follower(faces.width, faces.height, scale, EVIDENCE, self.max_gap_seconds, self.min_margin_nats)
        tracklets = follower.follow(
            [frame.seconds for frame in frames], [[self._spotted(face) for face in frame.faces] for frame in frames]
        )
        rejoiner = Rejoiner(
            faces.width,
            faces.height,
            scale,
            EVIDENCE,
            self.max_gap_seconds,
            self.min_rejoin_nats,
            self.min_rejoin_margin_nats,
        )
        pieces = [tuple(Sighting(numbers[frame], face) for frame, face in one.sightings) for one in tracklets]
        groups = rejoiner.rejoin([_piece(faces, sightings) for sightings in pieces])
        return self._without_prints(
            faces,
            [self._track(faces, shot, [(pieces[i], tracklets[i].abstained) for i in group], scale) for group in groups],
        )

    def _without_prints(self, faces: Faces, tracks: Sequence[Track]) -> list[Track]:
        """Mark the tracks of one shot that follow a print."""
        alive = [_liveliness(faces, track) if track.reason is None else None for track in tracks]
        liveliest = max((life for life in alive if life is not None), default=0.0)
        judged = []
        for track, life in zip(tracks, alive, strict=True):
            if life is not None:
                beside = liveliest >= MUCH_LIVELIER * life
                threshold = self.min_liveliness_beside if beside else self.min_liveliness
                if life < threshold:
                    track = replace(track, reason="poster_face", measured=life, threshold=threshold)
            judged.append(track)
        return judged

    def _spotted(self, face: Face) -> Spotted:
        embedding = None if face.embedding is None else np.array(face.embedding, np.float32)
        look = standardized(np.frombuffer(face.look, np.uint8))
        return Spotted(face.box, embedding, look, face.score >= self.begin_score)

    def _track(
        self, faces: Faces, shot: int, pieces: Sequence[tuple[tuple[Sighting, ...], int]], scale: Calibration
    ) -> Track:
        sightings = tuple(sorted((s for piece, _ in pieces for s in piece), key=lambda s: s.frame))
        reason, measured, threshold = self._judge(faces, sightings, [piece for piece, _ in pieces])
        embeddings = best_embeddings(faces, sightings)
        return Track(
            shot=shot,
            sightings=sightings,
            embedding=_medoid(embeddings, scale),
            person=None,
            rejoined=len(pieces) - 1,
            abstained=sum(abstained for _, abstained in pieces),
            reason=reason,
            measured=measured,
            threshold=threshold,
        )

    def _judge(
        self, faces: Faces, sightings: tuple[Sighting, ...], pieces: Sequence[Sequence[Sighting]]
    ) -> tuple[str, float, float] | tuple[None, None, None]:
        longest = max(len(piece) for piece in pieces)
        if longest < self.min_sightings:
            return "too_few_sightings", longest, self.min_sightings
        hidden = sum(
            later[0].frame - earlier[-1].frame - 1
            for earlier, later in pairwise(sorted(pieces, key=lambda piece: piece[0].frame))
            if min(len(earlier), len(later)) >= self.min_sightings
        )
        share = len(sightings) / (sightings[-1].frame - sightings[0].frame + 1 - hidden)
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
    return best_embeddings(faces, (sighting for track in tracks for sighting in track.sightings))


def best_embeddings(faces: Faces, sightings: Iterable[Sighting]) -> np.ndarray:
    """Return the embeddings of the best faces among those sighted, (up to BEST_FACES, D), the best first."""
    return np.array([face.embedding for face in embedded(faces, sightings)[:BEST_FACES]], np.float32)


def embedded(faces: Faces, sightings: Iterable[Sighting]) -> list[Face]:
    """Return the faces with an embedding among those sighted, the best first."""
    found = [face_of(faces, sighting) for sighting in sightings]
    return sorted((face for face in found if face.embedding is not None), key=lambda face: -quality_of(face))


def likeness(a: Sequence[Face], b: Sequence[Face], scale: Calibration) -> float:
    """Compare the faces of two tracks, on the common scale: a mean over all pairs.

    Better faces and pairs in a similar pose weigh more: a profile is less like its own person's face from the front
    than some strangers' faces are like each other. On drawn people, same ones in different shots come 0.02 nearer to
    each other by it, others do not.
    """
    both = scale.between([face.embedding for face in a], [face.embedding for face in b])
    gaps = [[pose_gap_degrees(pose_of(one), pose_of(other)) for other in b] for one in a]
    worth = np.outer([quality_of(one) for one in a], [quality_of(other) for other in b])
    weights = np.exp(-np.square(np.array(gaps) / SAME_POSE_DEGREES)) * np.maximum(worth, 1e-9)
    return float((both * weights).sum() / weights.sum())


def pose_of(face: Face) -> tuple[float, float]:
    """Return yaw and roll of a face, in degrees."""
    return face.yaw_degrees, face.roll_degrees


def seen_together(tracks: Sequence[Track]) -> np.ndarray:
    """Return which of N tracks have a frame in common, (N, N) bool: they are not one person."""
    frames = [{s.frame for s in track.sightings} for track in tracks]
    shared = [i != j and bool(a & b) for i, a in enumerate(frames) for j, b in enumerate(frames)]
    return np.array(shared, bool).reshape(len(frames), len(frames))


def _piece(faces: Faces, sightings: Sequence[Sighting]) -> Piece:
    return Piece(
        frames=tuple(s.frame for s in sightings),
        seconds=tuple(faces.frames[s.frame].seconds for s in sightings),
        boxes=tuple(face_of(faces, s).box for s in sightings),
        embeddings=best_embeddings(faces, sightings),
    )


def _liveliness(faces: Faces, track: Track) -> float | None:
    looks = [face_of(faces, sighting).look for sighting in track.sightings]
    return liveliness(looks, [faces.frames[sighting.frame].seconds for sighting in track.sightings])


def _medoid(embeddings: np.ndarray, scale: Calibration) -> tuple[float, ...] | None:
    return tuple(float(v) for v in embeddings[scale.medoid(embeddings)]) if len(embeddings) else None
