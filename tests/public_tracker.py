"""ByteTrack as in Roboflow's `trackers` (Apache-2.0), on the faces that detect_faces found.

It begins anew at every cut. A track is only given a name with its second face or later; what it had before is given
back to it here, so that it loses nothing by being made for films that are still being shot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.detect_faces import Faces

Identities = Sequence[Mapping[int, int]]  # for each sampled frame: number of the face -> identity


@dataclass(frozen=True)
class PublicTracker:
    """Options of ByteTrack, tuned on development seeds by `python -m tests.bench_tracking --tune`.

    Overlap is generalized (Rezatofighi et al., CVPR 2019; -1 to 1): with three frames a second, boxes of people who
    walk do not meet, and with plain overlap it fared worse at every setting.
    """

    min_overlap: float = -0.5
    lost_seconds: float = 2.0
    begin_score: float = 0.8
    high_score: float = 0.8
    min_sightings: int = 2


def public_identities(faces: Faces, options: PublicTracker) -> Identities:
    """Return what ByteTrack makes of the detected faces."""
    import supervision as sv
    from trackers import ByteTrackTracker
    from trackers.utils.iou import GIoU

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
            iou=GIoU(),
        )
        unnamed: dict[int, tuple[Any, list[tuple[int, int]]]] = {}  # of tracks without a name, by their object
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
            _remember(tracker.tracks, boxes, number, unnamed)
            for track, before in unnamed.values():
                if track.tracker_id >= 0:
                    for at, face in before:
                        found[at].setdefault(face, names.setdefault((shot, int(track.tracker_id)), len(names)))
    return found


def _remember(tracks: Sequence[Any], boxes: np.ndarray, frame: int, unnamed: dict) -> None:
    """Note which detection a track without a name has just been begun or gone on with."""
    for track in tracks:
        if track.tracker_id >= 0 or track.time_since_update > 0 or not len(boxes):
            continue
        gaps = np.abs(boxes - track.get_state_bbox()).sum(axis=1)
        unnamed.setdefault(id(track), (track, []))[1].append((frame, int(gaps.argmin())))


def _rate(seconds: Sequence[float]) -> float:
    return float(1 / np.median(np.diff(seconds))) if len(seconds) > 1 else 1.0
