"""What makes a clip of the hard set hard, kind by kind, and what a pipeline should decide about it."""

from collections.abc import Callable
from dataclasses import dataclass

from stages.sources.studio.hard import artificial, movement, pictures, shots
from stages.sources.studio.hard.director import Director
from stages.sources.studio.hard.take import Take


@dataclass(frozen=True)
class HardKind:
    """A kind of clip. Look-alikes are cast where `alike` names two of its people."""

    write: Callable[[Director], tuple[Take, ...]]
    people: int = 2
    reasons: tuple[str, ...] = ()  # that are right to turn it down for; empty: it is a usable pair
    alike: tuple[int, int] | None = None
    crf: int = 19


USABLE = {
    "crossing": HardKind(movement.crossing),
    "passing_before": HardKind(movement.passing_before),
    "before_and_back": HardKind(movement.before_and_back),
    "passer_before": HardKind(movement.passer_before, people=3),
    "passer_behind": HardKind(movement.passer_behind, people=3),
    "look_alikes": HardKind(shots.still_two, alike=(0, 1)),
    "look_alike_passer": HardKind(movement.passer_behind, people=3, alike=(0, 2)),
    "look_alike_after_cut": HardKind(shots.somebody_else_after_cut, people=3, alike=(0, 2)),
    "tilted": HardKind(movement.tilted),
    "profiles": HardKind(movement.profiles),
    "hands": HardKind(movement.hands),
    "dark": HardKind(pictures.dark),
    "overexposed": HardKind(pictures.overexposed),
    "shaking": HardKind(pictures.shaking),
    "zooming": HardKind(pictures.zooming),
    "motion_blur": HardKind(pictures.motion_blur),
    "low_bitrate": HardKind(shots.handheld_two, crf=38),
    "reverse_shot": HardKind(shots.reverse_shot),
    "long_shot": HardKind(shots.long_shot),
    "swapped_sides": HardKind(shots.swapped_sides),
    "subtitles": HardKind(pictures.subtitles),
    "letterbox": HardKind(pictures.letterbox),
    "pillarbox": HardKind(pictures.pillarbox),
    "two_and_poster": HardKind(artificial.two_and_poster, people=3),
}
REJECTED = {
    "still": HardKind(artificial.still, reasons=("still_picture",)),
    "still_panned": HardKind(artificial.still_panned, reasons=("still_picture",)),
    "slideshow_cut": HardKind(artificial.slideshow_cut, people=4, reasons=("slideshow", "still_picture")),
    "slideshow_faded": HardKind(artificial.slideshow_faded, people=4, reasons=("slideshow", "still_picture")),
    "one_and_poster": HardKind(artificial.one_and_poster, reasons=("one_person", "poster_face")),
    "one_and_screen": HardKind(artificial.one_and_screen, reasons=("one_person", "poster_face")),
    "mirror": HardKind(artificial.mirror, people=1, reasons=("mirror_image", "same_person_twice", "one_person")),
    "animation": HardKind(artificial.animation, reasons=("animation", "no_faces")),
    "text_over_face": HardKind(
        pictures.text_over_face, reasons=("text_over_face", "not_together", "one_person", "no_faces")
    ),
    "trio_handheld": HardKind(shots.trio, people=3, reasons=("more_than_two", "not_together")),
    "single_handheld": HardKind(shots.single, people=1, reasons=("one_person",)),
    "split_screen": HardKind(shots.split_screen, people=1, reasons=("same_person_twice",)),
    "far_away_handheld": HardKind(
        shots.far_away, reasons=("faces_too_small", "no_faces", "not_recognisable", "one_person")
    ),
    "only_singles": HardKind(shots.only_singles, reasons=("one_person", "not_together")),
}
HARD_KINDS = USABLE | REJECTED


def write_takes(kind: str, seed: int, people: tuple[int, ...]) -> tuple[Take, ...]:
    """Return the takes of a hard clip. `people`: seeds, as many as the kind needs."""
    return HARD_KINDS[kind].write(Director.of(seed, people))
