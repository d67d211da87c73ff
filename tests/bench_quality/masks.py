"""How well the cut-outs of a run agree with what was drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.sample import Verdict
from stages.crop_closeups import Closeups, View
from stages.detect_faces import Faces
from stages.framing import cut
from stages.pictures import decode_mask
from stages.sources.studio import masks
from stages.track_people import People
from tests.bench_quality.gather import Seen
from tests.bench_quality.pairs import person_of
from tests.bench_tracking import true_faces, true_identities

INSIDE = 128  # of 255: half of a pixel


@dataclass(frozen=True)
class MaskMatch:
    """The intersection over union, 0 to 1, of one cut-out with the person as drawn."""

    key: str
    kind: str
    view: str
    seconds: float
    iou: float


def match_masks(seen: Seen) -> Iterator[MaskMatch]:
    """Compare the four cut-outs of each pair that came through with what was drawn."""
    for sample in seen.having(Closeups, Faces, People):
        if sample.verdict is not Verdict.OK:
            continue
        who = true_identities(sample[Faces], true_faces(sample[Faces], seen.truth))
        for side in ("left", "right"):
            subject = getattr(sample[Closeups], side)
            seed = person_of(sample[People], subject.person, who)
            for name in ("near", "closeup"):
                view = getattr(subject, name)
                yield MaskMatch(
                    sample.key, seen.clip.kind, f"{side}.{name}", view.seconds, _agreement(seen, seed, view)
                )


def _agreement(seen: Seen, seed: int | None, view: View) -> float:
    frame = round(view.seconds * seen.truth.fps)
    people = [box.person for box in seen.truth.boxes[frame] if box.living]
    if seed not in people:
        return 0.0
    x0, y0, x1, y1 = seen.picture
    drawn = masks(seen.clip, frame)[people.index(seed)][y0:y1, x0:x1]
    found = decode_mask(view.mask)
    return iou(found >= INSIDE, cut(drawn, view.box, found.shape[0]) >= INSIDE)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Return the intersection over union of two boolean masks, 0 to 1; 1 where both are empty."""
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 1.0
