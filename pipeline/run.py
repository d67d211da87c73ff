"""Where a run keeps its things, and where it finds the models it uses."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LicencePolicy = Literal["any", "commercial"]


@dataclass(frozen=True)
class ModelStore:
    """Where a build looks for the weights of models, and which it may use.

    `folder` is seen by all workers. The policy `commercial` refuses weights whose licence excludes commercial use.
    """

    folder: Path = Path("models")
    licence_policy: LicencePolicy = "any"


@dataclass(frozen=True)
class Run:
    """A named run below a root folder that all its workers see.

    manifests/NAME   a folder of parts for each stage: what is known about every sample
    shards/NAME      what training reads
    runs/NAME        run.json (what ran, on what), the log
    """

    name: str
    root: Path
    models: ModelStore = ModelStore()

    @property
    def manifests(self) -> Path:
        return self.root / "manifests" / self.name

    @property
    def shards(self) -> Path:
        return self.root / "shards" / self.name

    @property
    def records(self) -> Path:
        return self.root / "runs" / self.name

    @property
    def journals(self) -> Path:
        return self.records / "journal"
