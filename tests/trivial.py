"""A catalog of stages that do nothing, so that what a build takes is what the engine takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ConfigError
from pipeline.sample import Sample
from pipeline.stage import Source, Stage


@dataclass(frozen=True)
class Token:
    number: int


@dataclass(frozen=True)
class CountUp(Source):
    """`input` is how many samples to find."""

    finds = (Token,)

    def find(self, input: str) -> Iterable[Sample]:
        if not input.isdigit():
            raise ConfigError(f"input: {input!r} is no number of samples")
        for number in range(int(input)):
            yield Sample(f"t{number:06d}").put(Token(number))

    def process(self, sample: Sample, model: Any) -> Sample:
        return sample


@dataclass(frozen=True)
class PassOn(Stage):
    reads = (Token,)

    def process(self, sample: Sample, model: Any) -> Sample:
        return sample


class PassOnAgain(PassOn):
    pass


class PassOnFurther(PassOn):
    pass


class PassOnLast(PassOn):
    pass


STAGES = {kind().name: kind for kind in (CountUp, PassOn, PassOnAgain, PassOnFurther, PassOnLast)}
