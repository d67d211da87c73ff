from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.columns import arrow_type, from_column, to_column
from pipeline.run import Run
from pipeline.sample import Sample
from stages.caption_rounds import CaptionRounds, Captions
from stages.conversation.body_prompts import BodyPrompt, Place
from stages.models.catalog import SYNTHESIZERS
from stages.models.synthesizer import Reference, Rendering
from stages.pictures import decode_picture
from stages.synthesize_bodies import Bodies, SynthesizeBodies
from tests.stages.conversation.drawn import Sitter, closeups

KEY = "talk.mp4/w00/p0"
RUN = Run("test", Path("."))


@pytest.fixture(scope="module")
def pair():
    sample = Sample(KEY).put(closeups(Sitter(long=True), Sitter(hair=(150, 150, 152), garment=(190, 36, 40))))
    captioner = CaptionRounds()
    return captioner.process(sample, captioner.load(RUN))


class Recorder:
    """A synthesizer that remembers what it was asked, and places no head."""

    def __init__(self) -> None:
        self.asked: list[tuple[Sequence[Reference], BodyPrompt, str, tuple[int, ...], int]] = []

    def synthesize(self, references, prompt, text, seeds, size_px):
        self.asked.append((references, prompt, text, tuple(seeds), size_px))
        return [Rendering(np.zeros((size_px, size_px, 3), np.uint8), None) for _ in seeds]


def synthesize(sample, model=None, **options):
    stage = SynthesizeBodies(**options)
    return stage.process(sample, model or stage.load(RUN))[Bodies]


def test_both_people_get_their_candidates(pair):
    bodies = synthesize(pair, prompts=2, candidates=2, size_px=256)
    for name, side in zip(pair[Captions].names, (bodies.left, bodies.right), strict=True):
        assert [body.candidate for body in side] == [0, 1, 0, 1]
        assert [side[0].prompt, side[2].prompt] == [side[1].prompt, side[3].prompt]
        assert len({body.prompt for body in side}) == 2
        assert len({body.seed for body in side}) == len({body.picture.sha256 for body in side}) == 4
        for body in side:
            assert body.prompt.startswith(name)
            assert body.place in set(Place)
            assert decode_picture(body.picture).shape == (256, 256, 3)


def test_the_same_sample_gives_the_same_bytes(pair):
    assert synthesize(pair, prompts=1, size_px=256) == synthesize(pair, prompts=1, size_px=256)


def test_the_seed_option_gives_other_prompts(pair):
    one, other = (synthesize(pair, Recorder(), seed=seed) for seed in (1, 2))
    assert one.left[0].prompt != other.left[0].prompt


def test_nothing_worn_in_round_one_comes_again(pair):
    for seed in range(20):
        bodies = synthesize(pair, Recorder(), seed=seed)
        garments = [garment for side in (bodies.left, bodies.right) for body in side for garment in body.garments]
        assert not [garment for garment in garments if "red" in garment.split() or "blue" in garment.split()]


def test_garments_are_the_prompts(pair):
    recorder = Recorder()
    bodies = synthesize(pair, recorder, candidates=1)
    for body, (_, prompt, *_) in zip(bodies.left + bodies.right, recorder.asked, strict=True):
        assert body.garments[0].startswith(prompt.top_colour)
        assert len(body.garments) == (2 if prompt.bottom is None else 3)


def test_a_synthesizer_gets_both_views_the_words_and_the_size(pair):
    recorder = Recorder()
    bodies = synthesize(pair, recorder, prompts=1, candidates=3, size_px=320)
    references, _, text, seeds, size_px = recorder.asked[0]
    assert [reference.picture.shape for reference in references] == [references[0].picture.shape] * 2
    assert (text, size_px) == (bodies.left[0].prompt, 320)
    assert seeds == tuple(body.seed for body in bodies.left)
    assert bodies.left[0].head_box is None


def test_bodies_survive_their_column(pair):
    bodies = synthesize(pair, prompts=1, candidates=1, size_px=256)
    assert arrow_type(Bodies)
    assert from_column(Bodies, to_column(bodies)) == bodies


def test_every_synthesizer_can_be_named():
    for name in SYNTHESIZERS:
        assert SynthesizeBodies(synthesizer=name).synthesizer == name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"synthesizer": "painter"}, "synthesizer is 'painter', but must be one of compositor"),
        ({"prompts": 0}, "prompts is 0, but must be at least 1"),
        ({"candidates": 0}, "candidates is 0, but must be at least 1"),
        ({"size_px": 128}, "size_px is 128, but must be at least 256"),
    ],
)
def test_bad_options_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        SynthesizeBodies(**options)
