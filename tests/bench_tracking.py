"""How well people are followed and recognised again, beside a public tracker that is given the same detections.

The public tracker is ByteTrack as in Roboflow's `trackers` (Apache-2.0); scores are those of `motmetrics` (MIT). Both
begin anew at every cut, and both may count a track's first face, which ByteTrack only names with the second.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from stages.detect_faces import Faces
from stages.quality import size
from stages.sources.studio.truth import ClipTruth, FaceBox
from stages.track_people import People
from stages.tracking.assignment import assign
from stages.tracking.boxes import overlap

MIN_VISIBLE = 0.5  # share of a face that must be seen for a tracker to answer for it
MIN_FACE_PIXELS = 28.0  # of a face that counts: what the detector is asked for in 360 lines
MIN_OVERLAP = 0.3  # intersection over union of a detected face with the true one

Identities = Sequence[Mapping[int, int]]  # for each sampled frame: number of the face -> identity


@dataclass(frozen=True)
class PublicTracker:
    """Options of ByteTrack, tuned on development seeds by `python -m tests.bench_tracking`."""

    min_overlap: float = 0.1
    lost_seconds: float = 1.0
    begin_score: float = 0.8
    high_score: float = 0.8
    min_sightings: int = 2


@dataclass
class Tally:
    """What has been counted so far, over clips."""

    ours: list = field(default_factory=list)  # motmetrics' accumulators
    public: list = field(default_factory=list)
    linked_right: int = 0
    linked_wrong: int = 0
    not_linked: int = 0

    def add(self, faces: Faces, people: People, truth: ClipTruth, public: PublicTracker | None = None) -> None:
        """Count a clip."""
        seen = true_faces(faces, truth)
        self.ours.append(accumulate(faces, seen, our_identities(faces, people)))
        self.public.append(accumulate(faces, seen, public_identities(faces, public or PublicTracker())))
        right, wrong, missed = links(people, true_identities(faces, seen))
        self.linked_right += right
        self.linked_wrong += wrong
        self.not_linked += missed

    def summary(self) -> dict[str, float]:
        """Return the figures of all clips; identity switches are those of whole clips, accepted or not."""
        ours, public = _scores(self.ours), _scores(self.public)
        return {
            "idf1": ours[0],
            "idf1_public_tracker": public[0],
            "switches": ours[1],
            "switches_public_tracker": public[1],
            "link_precision": self.linked_right / max(self.linked_right + self.linked_wrong, 1),
            "link_recall": self.linked_right / max(self.linked_right + self.not_linked, 1),
            "links": self.linked_right + self.not_linked,
        }


def true_faces(faces: Faces, truth: ClipTruth) -> list[tuple[FaceBox, ...]]:
    """Return the faces that are truly there in each sampled frame, in pixels of what `faces` saw: without bars."""
    last = len(truth.boxes) - 1
    x, y = truth.picture[:2] if (faces.width, faces.height) != (truth.width, truth.height) else (0, 0)
    return [
        tuple(
            replace(true, x0=true.x0 - x, x1=true.x1 - x, y0=true.y0 - y, y1=true.y1 - y)
            for true in truth.boxes[min(round(frame.seconds * truth.fps), last)]
        )
        for frame in faces.frames
    ]


def true_identities(faces: Faces, seen: Sequence[tuple[FaceBox, ...]]) -> Identities:
    """Return who each detected face is: one face for a person, the detections that overlap most."""
    return [
        {
            match.row: there[match.column].person
            for match in assign(
                np.array([[_shared(face.box, true) for true in there] for face in frame.faces]).reshape(
                    len(frame.faces), len(there)
                )
            )
        }
        for frame, there in zip(faces.frames, seen, strict=True)
    ]


def our_identities(faces: Faces, people: People) -> Identities:
    """Return the persons that track_people made of the detected faces."""
    found: list[dict[int, int]] = [{} for _ in faces.frames]
    for track in people.tracks:
        for sighting in track.sightings:
            if track.person is not None:
                found[sighting.frame][sighting.face] = track.person
    return found


def public_identities(faces: Faces, options: PublicTracker) -> Identities:
    """Return what ByteTrack makes of the detected faces."""
    import supervision as sv
    from trackers import ByteTrackTracker

    found: list[dict[int, int]] = [{} for _ in faces.frames]
    names: dict[tuple[int, int], int] = {}
    for shot in dict.fromkeys(frame.shot for frame in faces.frames):
        frames = [number for number, frame in enumerate(faces.frames) if frame.shot == shot]
        tracker = ByteTrackTracker(
            lost_track_buffer=round(30 * options.lost_seconds),  # it counts in thirtieths of a second
            frame_rate=_rate([faces.frames[number].seconds for number in frames]),
            track_activation_threshold=options.begin_score,
            minimum_consecutive_frames=options.min_sightings,
            minimum_iou_threshold=options.min_overlap,
            high_conf_det_threshold=options.high_score,
        )
        unnamed: dict[int, tuple[object, list[tuple[int, int]]]] = {}  # of tracks without a name, by their object
        for number in frames:
            some = faces.frames[number].faces
            boxes = np.array([face.box for face in some], float).reshape(-1, 4)
            answer = tracker.update(
                sv.Detections(
                    xyxy=boxes,
                    confidence=np.array([face.score for face in some], float),
                    class_id=np.zeros(len(some), int),
                    data={"number": np.arange(len(some))},
                )
            )
            for face, name in zip(answer.data.get("number", ()), answer.tracker_id, strict=True):
                if name >= 0:
                    found[number][int(face)] = names.setdefault((shot, int(name)), len(names))
            _remember(tracker.tracks, boxes, number, found, unnamed)
            for track, faces_of_it in unnamed.values():
                if track.tracker_id >= 0:
                    for at, face in faces_of_it:
                        found[at].setdefault(face, names.setdefault((shot, int(track.tracker_id)), len(names)))
    return found


def accumulate(faces: Faces, seen: Sequence[tuple[FaceBox, ...]], found: Identities):
    """Compare identities with the truth, frame by frame: motmetrics' accumulator. Names begin anew in every shot."""
    import motmetrics

    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    numbers: dict[tuple, int] = {}  # motmetrics wants numbers for names
    for frame, there, who in zip(faces.frames, seen, found, strict=True):
        counted = [true for true in there if counts(true)]
        ignored = [true for true in there if not counts(true)]
        given = [
            (number, identity)
            for number, identity in who.items()
            if max((_shared(frame.faces[number].box, true) for true in ignored), default=0.0)
            <= max((_shared(frame.faces[number].box, true) for true in counted), default=0.0)
        ]
        shares = np.array([[_shared(frame.faces[number].box, true) for number, _ in given] for true in counted])
        accumulator.update(
            [numbers.setdefault((frame.shot, true.person, twin), len(numbers)) for true, twin in _with_twins(counted)],
            [numbers.setdefault((frame.shot, identity), len(numbers)) for _, identity in given],
            np.where(shares > 0, 1 - shares, np.nan).reshape(len(counted), len(given)),
        )
    return accumulator


def counts(true: FaceBox) -> bool:
    """Return whether a face lives, is large enough, and seen well enough, for a tracker to answer for it."""
    return true.living and true.visible >= MIN_VISIBLE and size((true.x0, true.y0, true.x1, true.y1)) >= MIN_FACE_PIXELS


def links(people: People, who: Identities) -> tuple[int, int, int]:
    """Count pairs of tracks in different shots: rightly joined, wrongly joined, wrongly kept apart."""
    kept = [track for track in people.tracks if track.person is not None]
    true = [_majority(who[s.frame].get(s.face) for s in track.sightings) for track in kept]
    right = wrong = missed = 0
    for (a, who_a), (b, who_b) in combinations(zip(kept, true, strict=True), 2):
        if a.shot == b.shot:
            continue
        same = who_a is not None and who_a == who_b
        joined = a.person == b.person
        right += same and joined
        wrong += joined and not same
        missed += same and not joined
    return right, wrong, missed


def strays(people: People, who: Identities, persons: Iterable[int]) -> list[tuple[int, int]]:
    """Return (person, frame) of each sighting that shows somebody else than most of the person's: identity switches.

    Faces that are nobody's, as far as the truth knows, do not count.
    """
    found = []
    for person in persons:
        sightings = [s for number in people.persons[person].tracks for s in people.tracks[number].sightings]
        main = _majority(who[s.frame].get(s.face) for s in sightings)
        found += [(person, s.frame) for s in sightings if who[s.frame].get(s.face, main) != main]
    return found


def _remember(tracks, boxes: np.ndarray, frame: int, found: Identities, unnamed: dict) -> None:
    """Note which detection a track without a name has just been begun or gone on with."""
    for track in tracks:
        if track.tracker_id >= 0 or track.time_since_update > 0 or not len(boxes):
            continue
        gaps = np.abs(boxes - track.get_state_bbox()).sum(axis=1)
        unnamed.setdefault(id(track), (track, []))[1].append((frame, int(gaps.argmin())))


def _rate(seconds: Sequence[float]) -> float:
    return float(1 / np.median(np.diff(seconds))) if len(seconds) > 1 else 1.0


def _shared(box: Sequence[float], true: FaceBox) -> float:
    """Return the overlap of a detection with a true face, 0 where it is too small for them to be the same."""
    share = overlap(box, (true.x0, true.y0, true.x1, true.y1))
    return share if share >= MIN_OVERLAP else 0.0


def _with_twins(there: Sequence[FaceBox]) -> list[tuple[FaceBox, int]]:
    """Number the faces of each person: a mirror or a split screen may show one twice at once."""
    return [(true, sum(other.person == true.person for other in there[:i])) for i, true in enumerate(there)]


def _majority(who: Iterable[int | None]) -> int | None:
    known = Counter(person for person in who if person is not None)
    return known.most_common(1)[0][0] if known else None


def _scores(accumulators: Sequence) -> tuple[float, int]:
    import motmetrics

    table = motmetrics.metrics.create().compute_many(
        accumulators, metrics=["idf1", "num_switches"], names=list(range(len(accumulators))), generate_overall=True
    )
    return float(table.loc["OVERALL", "idf1"]), int(table.loc["OVERALL", "num_switches"])
