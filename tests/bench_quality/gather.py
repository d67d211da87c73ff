"""What a run says of each clip: all samples with all their sections, beside what is true of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.manifest import Manifest, read_layout
from pipeline.plan import Plan
from pipeline.run import Run
from pipeline.sample import Sample
from stages.cut_shots import Shots
from stages.sources.studio import ClipTruth, StudioClip, truth

Picture = tuple[int, int, int, int]  # x0, y0, x1, y1: what is no bar, pixels of the frame


@dataclass(frozen=True)
class Seen:
    """A clip, its truth, and its samples as the last stage that they reached left them, by key.

    The boxes that stages write are measured from the corner of `picture`, those of the truth from that of the frame.
    """

    clip: StudioClip
    truth: ClipTruth
    picture: Picture
    samples: Mapping[str, Sample]

    def having(self, *sections: type) -> list[Sample]:
        """Return the samples, in the order of their keys, that have these sections."""
        return [s for _, s in sorted(self.samples.items()) if all(s.get(section) is not None for section in sections)]

    def leaves(self) -> list[Sample]:
        """Return the samples that no other one descends from."""
        return [s for key, s in sorted(self.samples.items()) if not any(k.startswith(f"{key}/") for k in self.samples)]


def gather(run: Run, plan: Plan, clips: Iterable[StudioClip]) -> list[Seen]:
    """Read a finished run. Every sample carries the sections of its ancestors, and the newest verdict."""
    found: dict[str, Sample] = {}
    layout = read_layout(run)
    for planned in plan.stages:
        folder, parts = layout[planned.name]
        manifest = Manifest(run.manifests, folder, planned.stage.writes)
        for part in parts:
            for row in manifest.rows(part):
                before = found.get(row.key) or found.get(row.key.rpartition("/")[0]) or Sample(row.key)
                found[row.key] = row.put(*{**before.sections, **row.sections}.values())
    by_clip: dict[str, dict[str, Sample]] = {}
    for key, sample in found.items():
        by_clip.setdefault(key.split("/")[0], {})[key] = sample
    return [_seen(clip, by_clip.get(clip.name, {})) for clip in clips]


def _seen(clip: StudioClip, samples: Mapping[str, Sample]) -> Seen:
    known = truth(clip)
    pictures = {shots.picture for s in samples.values() if (shots := s.get(Shots)) and shots.picture}
    picture = pictures.pop() if pictures else (0, 0, known.width, known.height)
    return Seen(clip, known, picture, samples)
