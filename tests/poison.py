"""A catalog with a stage that behaves, on clips of certain names, as a native library does at its worst."""

import ctypes
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.sample import Sample
from pipeline.stage import Stage
from stages import catalog
from stages.pull_clips import Clip

STEP_BYTES = 64 << 20
MOST_BYTES = 64 << 30
STEP_SECONDS = 0.05  # so that it is a leak, and no test is over before anybody looks


def crash() -> None:
    """Read where there is nothing: a segmentation fault."""
    ctypes.string_at(0)


def hang() -> None:
    """Sleep in C and keep the interpreter's lock, so that no other thread of the process runs either."""
    ctypes.PyDLL(None).sleep(3600)


def leak() -> None:
    """Fill more and more memory."""
    held: list[bytes] = []
    while len(held) * STEP_BYTES < MOST_BYTES:
        held.append(b"\1" * STEP_BYTES)
        time.sleep(STEP_SECONDS)


POISONS: Mapping[str, Callable[[], None]] = {"poison_crash": crash, "poison_hang": hang, "poison_memory": leak}


@dataclass(frozen=True)
class MeetPoison(Stage):
    """Let each clip pass that is not named for a poison."""

    reads = (Clip,)

    def process(self, sample: Sample, model: Any) -> Sample:
        for name, harm in POISONS.items():
            if sample.key.startswith(name):
                harm()
        return sample


STAGES: Mapping[str, type[Stage]] = {**catalog.STAGES, "meet_poison": MeetPoison}
