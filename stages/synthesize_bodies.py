"""Make full-body pictures of both people of a pair: new clothes, a new place, the same face.

Each person gets a few prompts, so that a conversation can ask for the same person twice, and several candidates for
each; scorers measure them and `decide` takes the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample, rng
from pipeline.stage import Stage, check_choice
from stages.caption_rounds import Captions
from stages.conversation.body_prompts import DRESSES, BodyPrompt, draw_prompt
from stages.crop_closeups import Closeups, View
from stages.models.catalog import SYNTHESIZERS
from stages.models.synthesizer import Reference, Synthesizer
from stages.pictures import decode_mask, decode_picture, jpeg

SEEDS = 2**31


@dataclass(frozen=True)
class Body:
    """One candidate."""

    picture: Media  # JPEG, square
    prompt: str  # the sentence, opened by the person's name
    place: str
    garments: tuple[str, ...]  # "red sweater", "black jeans", "white sneakers"
    seed: int
    candidate: int  # of its prompt, from 0
    head_box: tuple[float, float, float, float] | None  # in pixels; None where the backend does not place the head


@dataclass(frozen=True)
class Bodies:
    """The candidates of both people, each in the order in which they were made."""

    left: tuple[Body, ...]
    right: tuple[Body, ...]


@dataclass(frozen=True)
class SynthesizeBodies(Stage):
    """Show both people from head to toe in new clothes."""

    reads = (Closeups, Captions)
    writes = (Bodies,)

    synthesizer: str = "compositor"
    prompts: int = 2  # a person
    candidates: int = 2  # a prompt
    size_px: int = 512
    dresses: bool = False  # also dresses and skirts: for backends that see how a person presents
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice(self, "synthesizer", SYNTHESIZERS)
        for option in ("prompts", "candidates"):
            if getattr(self, option) < 1:
                raise ValueError(f"{option} is {getattr(self, option)}, but must be at least 1")
        if self.size_px < 256:
            raise ValueError(f"size_px is {self.size_px}, but must be at least 256: smaller faces are not found again")

    def load(self, run: Run) -> Synthesizer:
        return SYNTHESIZERS[self.synthesizer]()

    def process(self, sample: Sample, synthesizer: Synthesizer) -> Sample:
        closeups, captions = sample[Closeups], sample[Captions]
        bodies: dict[str, tuple[Body, ...]] = {}
        for side, name, subject in zip(("left", "right"), captions.names, (closeups.left, closeups.right), strict=True):
            draw = rng(sample.key, self.name, self.seed, side)
            references = [_reference(subject.near), _reference(subject.closeup)]
            bodies[side] = ()
            for _ in range(self.prompts):
                prompt = draw_prompt(draw, captions.worn, frozenset() if self.dresses else DRESSES)
                seeds = [int(seed) for seed in draw.integers(0, SEEDS, self.candidates)]
                bodies[side] += self._candidates(synthesizer, references, prompt, name, seeds)
        return sample.put(Bodies(**bodies))

    def _candidates(
        self,
        synthesizer: Synthesizer,
        references: Sequence[Reference],
        prompt: BodyPrompt,
        name: str,
        seeds: Sequence[int],
    ) -> tuple[Body, ...]:
        text = prompt.sentence(name)
        made = synthesizer.synthesize(references, prompt, text, seeds, self.size_px)
        return tuple(
            Body(
                picture=jpeg(one.picture),
                prompt=text,
                place=prompt.place.value,
                garments=_garments(prompt),
                seed=seed,
                candidate=number,
                head_box=one.head_box,
            )
            for number, (seed, one) in enumerate(zip(seeds, made, strict=True))
        )


def _reference(view: View) -> Reference:
    return Reference(
        picture=decode_picture(view.picture),
        mask=decode_mask(view.mask),
        face_box=view.face_box,
        landmarks=view.landmarks,
        embedding=view.embedding,
    )


def _garments(prompt: BodyPrompt) -> tuple[str, ...]:
    worn = [(prompt.top_colour, prompt.top), (prompt.bottom_colour, prompt.bottom), (prompt.shoes_colour, prompt.shoes)]
    return tuple(f"{colour} {kind.value.replace('_', '-')}" for colour, kind in worn if kind is not None)
