"""A sample of the people of a run: who they are seen with, and a few of their faces.

It depends on keys alone, so that a clip more changes little of it, and holds at most 2 x MOST_WINDOWS people, however
large the run.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby

import numpy as np

from pipeline.sample import Sample
from pipeline.stage import LazyPart
from stages.detect_faces import Faces
from stages.drop_duplicates import video_of
from stages.track_people import People, best_faces, face_of

MOST_WINDOWS = 1024
PEOPLE_PER_WINDOW = 2  # more of a crowd would say more about one place, not about more places
FACES = 3  # of a person
GENUINE_GAP_SECONDS = 1.0  # between two faces of a track: nearer ones are nearly the same picture


@dataclass(frozen=True)
class Met:
    """A person of the sample."""

    window: str
    frames: frozenset[int]  # of the window, in which they are seen
    faces: np.ndarray  # (FACES, D): their best, repeated where they have fewer
    apart: np.ndarray | None  # (2, D): two faces of one track, as far apart in time as there are

    @property
    def video(self) -> str:
        """The key of the video in which they are seen."""
        return self.window.rpartition("/")[0]


def meet(parts: Sequence[LazyPart]) -> tuple[str | None, list[Met]]:
    """Take a sample of a run's people; also name the embedder, None where there is no window.

    Windows are taken in the order of hashes, first one of each video, then a second one. Only parts that hold a window
    of the sample are read.
    """
    wanted: dict[int, set[str]] = defaultdict(set)
    for _, _, key, number in nsmallest(MOST_WINDOWS, _ranked(parts)):
        wanted[number].add(key)
    embedder = None
    people: list[Met] = []
    for number, keys in sorted(wanted.items()):
        for sample in parts[number]():
            if sample.key in keys:
                embedder = sample[Faces].embedder
                people += _of_window(sample)
    return embedder, sorted(people, key=lambda person: person.window)


def _ranked(parts: Sequence[LazyPart]) -> Iterator[tuple[int, str, str, int]]:
    """Yield every window with what sorts it: which one of its video it is, and a hash; then its key and part."""
    for number, part in enumerate(parts):
        windows = sorted((video_of(sample), _hash(sample.key), sample.key) for sample in part.bare())
        for _, of_video in groupby(windows, key=lambda window: window[0]):
            for rank, (_, digest, key) in enumerate(of_video):
                yield rank, digest, key, number


def _of_window(sample: Sample) -> Iterator[Met]:
    faces, people = sample[Faces], sample[People]
    met = 0
    for person in people.persons:
        tracks = [people.tracks[number] for number in person.tracks]
        best = best_faces(faces, tracks)
        if not len(best) or met == PEOPLE_PER_WINDOW:
            continue
        met += 1
        spans = []
        for track in tracks:
            known = [s for s in track.sightings if face_of(faces, s).embedding is not None]
            if known:
                gap = faces.frames[known[-1].frame].seconds - faces.frames[known[0].frame].seconds
                spans.append((gap, known[0], known[-1]))
        gap, first, last = max(spans, key=lambda span: span[0])
        pair = np.array([face_of(faces, first).embedding, face_of(faces, last).embedding], np.float32)
        yield Met(
            window=sample.key,
            frames=frozenset(sighting.frame for track in tracks for sighting in track.sightings),
            faces=np.resize(best[:FACES], (FACES, best.shape[1])),
            apart=pair if gap >= GENUINE_GAP_SECONDS else None,
        )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
