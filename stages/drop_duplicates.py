"""Reject copies of a video that is in the run already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from stages.pull_clips import Clip


@dataclass(frozen=True)
class DropDuplicates(Barrier):
    """Of videos with the same bytes, keep the one whose key sorts first, with all its windows."""

    reads = (Clip,)
    writes = ()

    def process_parts(self, parts: Sequence[LazyPart], model: Any) -> Iterator[list[Sample]]:
        kept: dict[str, str] = {}  # by SHA-256, the smallest key of a video
        for part in parts:
            for sample in part():
                if (clip := sample.get(Clip)) is not None:
                    kept[clip.sha256] = min(video_of(sample), kept.get(clip.sha256, video_of(sample)))
        for part in parts:
            yield [_judge(sample, kept) for sample in part()]


def video_of(sample: Sample) -> str:
    """Return the key of the video that a window is of."""
    return sample.key.rpartition("/")[0]


def _judge(sample: Sample, kept: dict[str, str]) -> Sample:
    clip = sample.get(Clip)
    if clip is None or kept[clip.sha256] == video_of(sample):
        return sample
    return replace(sample.reject("duplicate_file"), detail=f"the same bytes as {kept[clip.sha256]}")
