"""How well people are followed and recognised again, beside a public tracker that is given the same detections.

    python -m tests.bench_tracking --count 24 --seed 3 --tune

Draws clips of the hard set, follows people with both trackers, and prints scores of `motmetrics` (MIT) and how tracks
were linked over cuts; the last line is JSON. `--tune` tries options of the public tracker, too.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from pipeline.run import Run
from pipeline.sample import Sample, Verdict
from stages.cut_shots import CutShots
from stages.detect_faces import DetectFaces, Faces
from stages.faces.quality import size
from stages.pull_clips import PullClips
from stages.sources.studio import ClipTruth, draw_clip, hard_clips, truth
from stages.sources.studio.truth import FaceBox
from stages.track_people import People, TrackPeople
from stages.tracking.assignment import assign
from stages.tracking.boxes import overlap
from tests.public_tracker import Identities, PublicTracker, public_identities

MIN_VISIBLE = 0.5  # share of a face that must be seen for a tracker to answer for it
MIN_FACE_PIXELS = 28.0  # of a face that counts: what the detector is asked for in 360 lines
MIN_OVERLAP = 0.3  # intersection over union of a detected face with the true one

TRIED = [  # of the public tracker
    PublicTracker(*options)
    for options in product((-0.7, -0.5, -0.3, 0.0), (1.0, 2.0, 3.0), (0.8, 0.9), (0.8, 0.9), (1, 2, 3))
]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    count: Annotated[int, typer.Option(min=1, help="Clips of the hard set.")] = 24,
    seed: Annotated[int, typer.Option(help="1 to 99 are for development.")] = 1,
    tune: Annotated[bool, typer.Option("--tune", help="Try options of the public tracker.")] = False,
) -> None:
    """Follow people through drawn clips with both trackers."""
    seen = list(_detected(count, seed))
    tally = Tally()
    for sample, true in seen:
        tally.add(sample[Faces], TrackPeople().process(sample, None)[People], true)
    if tune:
        scores = [(_scores([_public(s[Faces], true, options) for s, true in seen]), options) for options in TRIED]
        for (idf1, switches), options in sorted(scores, key=lambda one: one[0])[-5:]:
            typer.echo(f"idf1 {idf1:.3f}, {switches} switches: {options}")
    typer.echo(json.dumps(tally.summary()))


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
    """Return who each detected face is: one face for a person, those that overlap most, and what is hidden least."""
    return [
        {
            match.row: there[match.column].person
            for match in assign(
                np.array([[_shared(face.box, true) * true.visible for true in there] for face in frame.faces]).reshape(
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


def _shared(box: Sequence[float], true: FaceBox) -> float:
    """Return the overlap of a detection with a true face, 0 where it is too small for them to be the same."""
    share = overlap(box, (true.x0, true.y0, true.x1, true.y1))
    return share if share >= MIN_OVERLAP else 0.0


def _detected(count: int, seed: int) -> Iterator[tuple[Sample, ClipTruth]]:
    """Draw clips and find their faces; those in which nothing is looked for are left out."""
    stages = (PullClips(), CutShots(), DetectFaces())
    models = [stage.load(Run("bench", Path(tempfile.gettempdir()))) for stage in stages]
    for clip in hard_clips(count, seed):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / clip.name
            path.write_bytes(draw_clip(clip))
            (sample,) = PullClips().find(str(path))
            for stage, model in zip(stages, models, strict=True):
                outcome = stage.process(sample, model)
                sample = outcome if isinstance(outcome, Sample) else outcome[-1]
                if sample.verdict is not Verdict.OK:
                    break
            else:
                yield sample, truth(clip)


def _public(faces: Faces, true: ClipTruth, options: PublicTracker):
    return accumulate(faces, true_faces(faces, true), public_identities(faces, options))


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


if __name__ == "__main__":
    app()
