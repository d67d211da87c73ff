"""The measures of `tests.bench_tracking` and the public tracker, on windows whose every face is known."""

from dataclasses import replace

import pytest

from stages.detect_faces import Faces, Frame
from stages.sources.studio import ClipTruth
from stages.sources.studio.truth import FaceBox
from stages.track_people import People, Person, Sighting, Track
from tests.bench_tracking import Tally, accumulate, links, our_identities, strays, true_faces, true_identities
from tests.public_tracker import PublicTracker, public_identities
from tests.stages.crowd import face

FRAMES = 6


def faces_of(*shots: int) -> Faces:
    """Two people stand side by side in every shot, FRAMES frames each, three a second."""
    frames = [
        Frame(shot, (FRAMES * shot + i) / 3, (face(1, 100, wobble=i), face(2, 400, wobble=i)))
        for shot in shots
        for i in range(FRAMES)
    ]
    return Faces(640, 360, "decord", "mtcnn", "dlib", tuple(frames))


def truth_of(*people: FaceBox, frames: int = 2 * FRAMES) -> ClipTruth:
    return ClipTruth(640, 360, 3, (), (), (people,) * frames, "usable", (), ())


def box(person: int, x: float, **known) -> FaceBox:
    return FaceBox(person, x, 100.0, x + 80.0, 180.0, 0.0, **known)


def people_of(*tracks: tuple[int, int, list[tuple[int, int]]]) -> People:
    """Make persons of tracks (shot, person, sightings)."""
    made = [
        Track(shot, tuple(Sighting(*s) for s in seen), None, who, 0, 0, None, None, None) for shot, who, seen in tracks
    ]
    persons = [
        Person(tuple(n for n, track in enumerate(made) if track.person == who), None)
        for who in range(1 + max(who for _, who, _ in tracks))
    ]
    return People(tuple(made), tuple(persons))


TRUE = truth_of(box(7, 100), box(8, 400))
LEFT, RIGHT = ([(frame, number) for frame in range(FRAMES)] for number in (0, 1))
LATER = [(FRAMES + frame, number) for frame, number in LEFT], [(FRAMES + frame, number) for frame, number in RIGHT]


def test_a_detection_is_who_is_seen_and_not_who_is_hidden():
    faces = faces_of(0)
    truth = truth_of(box(7, 104), box(9, 100, visible=0.1), box(8, 400))
    assert true_identities(faces, true_faces(faces, truth))[0] == {0: 7, 1: 8}


def test_truth_is_measured_from_the_corner_of_the_picture_without_bars():
    faces = replace(faces_of(0), height=320)
    truth = replace(TRUE, picture=(0, 20, 640, 340))
    assert [true.y0 for true in true_faces(faces, truth)[0]] == [80.0, 80.0]


@pytest.mark.parametrize(
    ("later", "counts"),  # rightly joined, wrongly joined, wrongly kept apart
    [((0, 1), (2, 0, 0)), ((1, 0), (0, 2, 2)), ((2, 3), (0, 0, 2)), ((0, 2), (1, 0, 1))],
)
def test_links_are_pairs_of_tracks_of_different_shots(later, counts):
    faces = faces_of(0, 1)
    people = people_of((0, 0, LEFT), (0, 1, RIGHT), (1, later[0], LATER[0]), (1, later[1], LATER[1]))
    assert links(people, true_identities(faces, true_faces(faces, TRUE))) == counts


def test_a_sighting_of_somebody_else_is_a_stray():
    faces = faces_of(0)
    who = true_identities(faces, true_faces(faces, TRUE))
    people = people_of((0, 0, [*LEFT[:4], (4, 1), LEFT[5]]), (0, 1, RIGHT[:4]))
    assert strays(people, who, [0, 1]) == [(0, 4)]


def test_scores_know_a_switch():
    faces = faces_of(0)
    seen = true_faces(faces, TRUE)
    tally = Tally()
    tally.ours = [accumulate(faces, seen, our_identities(faces, people_of((0, 0, LEFT), (0, 1, RIGHT))))]
    exchanged = people_of((0, 0, [*LEFT[:3], *RIGHT[3:]]), (0, 1, [*RIGHT[:3], *LEFT[3:]]))
    tally.public = [accumulate(faces, seen, our_identities(faces, exchanged))]
    found = tally.summary()
    assert (found["idf1"], found["switches"]) == (1.0, 0)
    assert (found["idf1_public_tracker"], found["switches_public_tracker"]) == (0.5, 2)


@pytest.mark.parametrize("known", [{"living": False}, {"visible": 0.3}])
def test_nobody_answers_for_posters_and_hidden_faces(known):
    faces = faces_of(0)
    seen = true_faces(faces, truth_of(box(7, 100), box(8, 400, **known)))
    tally = Tally()
    tally.ours = [accumulate(faces, seen, our_identities(faces, people_of((0, 0, LEFT))))]
    tally.public = [accumulate(faces, seen, our_identities(faces, people_of((0, 0, LEFT), (0, 1, RIGHT))))]
    assert tally.summary()["idf1"] == tally.summary()["idf1_public_tracker"] == 1.0


@pytest.mark.filterwarnings("ignore")  # of matplotlib, which the public tracker imports
def test_the_public_tracker_names_every_face_of_those_who_stay_and_begins_anew_at_a_cut():
    found = public_identities(faces_of(0, 1), PublicTracker())
    assert all(names.keys() == {0, 1} for names in found)
    assert len({tuple(sorted(names.items())) for names in found[:FRAMES]}) == 1
    assert not set(found[0].values()) & set(found[FRAMES].values())
