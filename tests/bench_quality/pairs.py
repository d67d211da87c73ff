"""How right the pairs of a run are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.sample import Verdict
from stages.detect_faces import Faces
from stages.pair_people import Pair
from stages.track_people import People
from tests.bench_quality.gather import Seen
from tests.bench_tracking import Identities, strays, true_faces, true_identities


@dataclass(frozen=True)
class FoundPair:
    """A pair that a run found: who it shows, and whether it gave close-ups."""

    key: str
    persons: tuple[int, ...]  # seeds in rising order; fewer than two where a face is nobody's
    right: bool
    strays: int  # sightings that show somebody else
    accepted: bool  # came through all stages
    reason: str | None


@dataclass(frozen=True)
class ClipPairs:
    """What was found in one clip, and what should have been."""

    name: str
    kind: str
    verdict: str  # usable, rejected, either
    found: tuple[FoundPair, ...]
    missed: tuple[tuple[int, int], ...]
    reasons: tuple[str, ...]  # of what was rejected or failed and gave no pair

    @property
    def expected(self) -> int:
        """Count the pairs that must be found: those of usable clips."""
        return len(self.missed) + sum(pair.right for pair in self.found) if self.verdict == "usable" else 0


def judge(seen: Seen) -> ClipPairs:
    """Compare the pairs of a clip with its truth."""
    found = []
    for sample in seen.having(Pair, Faces, People):
        who = true_identities(sample[Faces], true_faces(sample[Faces], seen.truth))
        shown = (person_of(sample[People], person, who) for person in sample[Pair].persons)
        persons = tuple(sorted(seed for seed in shown if seed is not None))
        found.append(
            FoundPair(
                key=sample.key,
                persons=persons,
                right=persons in seen.truth.pairs,
                strays=len(strays(sample[People], who, sample[Pair].persons)),
                accepted=sample.verdict is Verdict.OK,
                reason=sample.reason,
            )
        )
    unseen = set(seen.truth.pairs) - {pair.persons for pair in found}
    return ClipPairs(
        name=seen.clip.name,
        kind=seen.clip.kind,
        verdict=seen.truth.verdict,
        found=tuple(found),
        missed=tuple(sorted(unseen)) if seen.truth.verdict == "usable" else (),
        reasons=tuple(s.reason for s in seen.leaves() if s.reason and s.get(Pair) is None),
    )


def person_of(people: People, person: int, who: Identities) -> int | None:
    """Return whom most sightings of a person show, None where the truth knows nobody there."""
    tracks = [people.tracks[number] for number in people.persons[person].tracks]
    seeds = Counter(seed for t in tracks for s in t.sightings if (seed := who[s.frame].get(s.face)) is not None)
    return min(seeds, key=lambda seed: (-seeds[seed], seed)) if seeds else None


def figures(clips: Sequence[ClipPairs]) -> dict[str, float]:
    """Sum clips up: precision and recall of pairs, and of those that gave close-ups their precision and switches."""
    pairs = [pair for clip in clips for pair in clip.found]
    accepted = [pair for pair in pairs if pair.accepted]
    expected = sum(clip.expected for clip in clips)
    return {
        "pairs": len(pairs),
        "pair_precision": _share(sum(pair.right for pair in pairs), len(pairs)),
        "pair_recall": _share(expected - sum(len(clip.missed) for clip in clips), expected),
        "accepted_pairs": len(accepted),
        "accepted_precision": _share(sum(pair.right for pair in accepted), len(accepted)),
        "identity_switches": sum(pair.strays for pair in accepted),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
