"""Barrier: make the shards of a run one data set.

`index.json` names every shard with its kind, split, count, size and sha256. It is written last, after every shard is in
place, and shards that are no longer part of the run are removed: whoever finds an index finds a whole data set.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.files import write_whole
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Barrier, LazyPart
from stages.conversation.schema import SCHEMA_VERSION
from stages.plan_shards import Placement
from stages.write_shards import INDEX, Shard


@dataclass(frozen=True)
class PublishIndex(Barrier):
    """Write the index of all shards."""

    reads = (Placement, Shard)

    def load(self, run: Run) -> Run:
        return run

    def process_parts(self, parts: Sequence[LazyPart], run: Run) -> Iterator[list[Sample]]:
        entries: list[dict[str, Any]] = []
        for part in parts:
            samples = part()
            if not samples:
                continue
            placement, shard = samples[0][Placement], samples[0][Shard]
            entries.append(
                {
                    "path": shard.path,
                    "kind": placement.kind,
                    "split": placement.split,
                    "samples": len(samples),
                    "bytes": shard.size_bytes,
                    "sha256": shard.sha256,
                }
            )
            yield samples
        entries.sort(key=lambda entry: entry["path"])
        index = {"schema": SCHEMA_VERSION, "run": run.name, "shards": entries}
        write_whole(run.shards / INDEX, json.dumps(index, indent=1) + "\n")
        current = {entry["path"] for entry in entries}
        for path in run.shards.glob("*/*.tar"):
            if str(path.relative_to(run.shards)) not in current:
                path.unlink()
