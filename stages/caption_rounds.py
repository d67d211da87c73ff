"""Caption a pair: names, what is said of both people, the prompt of round 1."""

from dataclasses import dataclass

import numpy as np

from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample, rng
from pipeline.stage import Stage, check_choice
from stages.conversation.captions import portrait_caption, round1_prompt
from stages.conversation.head import Box, Mask, Portrait
from stages.conversation.names import assign_names
from stages.conversation.words import SceneWords, Words
from stages.crop_closeups import Closeups, View
from stages.models.captioner import Captioner
from stages.models.catalog import CAPTIONERS
from stages.pictures import decode_mask, decode_picture


@dataclass(frozen=True)
class Captions:
    """The words of a pair. `left` and `right` describe the people in round 1."""

    names: tuple[str, str]
    left: Words
    right: Words
    scene: SceneWords
    round1: str  # the prompt of round 1
    left_portrait: str  # a caption, without a name, of the close-up of the person on the left
    right_portrait: str

    @property
    def worn(self) -> tuple[str, ...]:
        """What the two wear in round 1: full-body prompts avoid it, and the lint looks for it."""
        return tuple(words.clothes for words in (self.left, self.right) if words.clothes)


@dataclass(frozen=True)
class CaptionRounds(Stage):
    """Give both people a name and put what is seen of them into words."""

    reads = (Closeups,)
    writes = (Captions,)

    captioner: str = "measured"
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice(self, "captioner", CAPTIONERS)

    def load(self, run: Run) -> Captioner:
        return CAPTIONERS[self.captioner]()

    def process(self, sample: Sample, captioner: Captioner) -> Sample:
        closeups = sample[Closeups]
        names = assign_names(sample.key, self.seed)
        left, right = (captioner.person(_portrait(side.near)) for side in (closeups.left, closeups.right))
        scene = captioner.scene(
            decode_picture(closeups.round1),
            _mask(closeups.left.mask) | _mask(closeups.right.mask),
            (_height(closeups.left.face_box), _height(closeups.right.face_box)),
        )
        draw = rng(sample.key, self.name, self.seed)
        return sample.put(
            Captions(
                names=names,
                left=left,
                right=right,
                scene=scene,
                round1=round1_prompt(draw, names, left, right, scene),
                left_portrait=_portrait_caption(draw, captioner, closeups.left.closeup),
                right_portrait=_portrait_caption(draw, captioner, closeups.right.closeup),
            )
        )


def _portrait_caption(draw: np.random.Generator, captioner: Captioner, view: View) -> str:
    portrait = _portrait(view)
    scene = captioner.scene(portrait.picture, portrait.mask, None)
    return portrait_caption(draw, captioner.person(portrait), scene.background)


def _portrait(view: View) -> Portrait:
    return Portrait(
        picture=decode_picture(view.picture),
        mask=_mask(view.mask),
        face_box=view.face_box,
        landmarks=view.landmarks,
        yaw_degrees=view.yaw_degrees,
    )


def _mask(media: Media) -> Mask:
    return decode_mask(media) > 127


def _height(box: Box) -> float:
    return box[3] - box[1]
