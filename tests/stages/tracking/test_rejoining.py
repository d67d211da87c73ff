from dataclasses import replace

import numpy as np
import pytest

from stages.likeness.similarity import CALIBRATIONS
from stages.tracking.evidence import Evidence
from stages.tracking.rejoining import Piece, Rejoiner
from tests.stages.crowd import vector

REJOINER = Rejoiner(640, 360, CALIBRATIONS["dlib"], Evidence())


def piece(person: int | None, frames: range, x: float = 100.0, *, twin_of: int | None = None) -> Piece:
    """A tracklet of somebody who stands still; `person` None: nobody knows who."""
    return Piece(
        frames=tuple(frames),
        seconds=tuple(frame / 3 for frame in frames),
        boxes=tuple((x, 100.0, x + 50.0, 150.0) for _ in frames),
        embeddings=np.array([] if person is None else [vector(person, f, twin_of) for f in frames][:5], np.float32),
    )


@pytest.mark.parametrize(
    ("pieces", "groups"),
    [
        ([piece(1, range(3)), piece(1, range(9, 12))], [[0, 1]]),  # hidden for two seconds
        ([piece(1, range(3)), piece(1, range(9, 12), x=500)], [[0, 1]]),  # and somewhere else afterwards
        ([piece(1, range(3)), piece(2, range(9, 12))], [[0], [1]]),  # another in the same place
        ([piece(1, range(3)), piece(1, range(2, 6), x=500)], [[0], [1]]),  # seen at once: not one person
        ([piece(None, range(3)), piece(1, range(4, 6))], [[0], [1]]),  # nothing is known
        ([piece(1, range(6)), piece(2, range(6)), piece(2, range(7, 9)), piece(1, range(7, 9))], [[0, 3], [1, 2]]),
        ([], []),
    ],
)
def test_tracklets_are_joined_where_it_is_the_same_person_beyond_doubt(pieces, groups):
    assert REJOINER.rejoin(pieces) == groups


def test_who_may_be_either_of_two_who_are_alike_is_neither():
    one, twin = piece(1, range(4)), piece(2, range(4), x=120, twin_of=1)
    between = replace(piece(1, range(9, 12)), embeddings=(one.embeddings[:3] + twin.embeddings[:3]) / 2)
    assert REJOINER.rejoin([one, twin, between]) == [[0], [1], [2]]
    assert REJOINER.rejoin([one, between]) == [[0, 1]]


def test_who_reappears_where_they_were_going_needs_less_likeness():
    """A likeness that is not enough on its own, a moment later, where the face was, and then far from it."""
    doubtful = np.zeros((1, 128), np.float32)
    known = np.array([vector(1)], np.float32)
    doubtful[0] = known[0] * 0.6
    doubtful[0, 60] = 0.35
    alike = CALIBRATIONS["dlib"].of_sets(known, doubtful)
    assert REJOINER.min_evidence - 1.5 < REJOINER.evidence.of_identity(alike) < REJOINER.min_evidence
    first = Piece((0,), (0.0,), ((100.0, 100.0, 150.0, 150.0),), known)
    near = Piece((2,), (2 / 3,), ((104.0, 100.0, 154.0, 150.0),), doubtful)
    far = Piece((2,), (2 / 3,), ((400.0, 100.0, 450.0, 150.0),), doubtful)
    assert REJOINER.rejoin([first, near]) == [[0, 1]]
    assert REJOINER.rejoin([first, far]) == [[0], [1]]
