"""The parts that a run starts from.

A part is named by the hash of its rows. Samples that were seen before keep the part they came in; new ones form new
parts, so that adding clips changes no part that exists.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from pipeline.columns import to_column
from pipeline.errors import ConfigError
from pipeline.manifest import Manifest
from pipeline.sample import Sample


def gather_inputs(manifest: Manifest, found: Iterable[Sample], samples_per_part: int) -> list[str]:
    """Lay the found samples out in parts, publish those that are new, and return the names of all of them."""
    samples = {sample.key: sample for sample in sorted(found, key=lambda sample: sample.key)}
    if not samples:
        raise ConfigError("input: nothing was found in it")
    names: list[str] = []
    for name in manifest.names():
        rows = manifest.rows(name)
        if all(row.key in samples and _digest([row]) == _digest([samples[row.key]]) for row in rows):
            names.append(name)
            for row in rows:
                del samples[row.key]
    for chunk in _chunks(list(samples.values()), samples_per_part):
        name = part_name(chunk)
        manifest.publish(name, chunk, {}, {"seconds": 0.0})
        names.append(name)
    return sorted(names)


def part_name(samples: Sequence[Sample]) -> str:
    """Name a part by what is in its rows."""
    return _digest(samples)[:16]


def _digest(samples: Sequence[Sample]) -> str:
    rows = [
        [
            s.key,
            str(s.verdict),
            s.reason,
            s.measured,
            s.threshold,
            s.detail,
            sorted(s.scores.items()),
            sorted((kind.__name__, to_column(value)) for kind, value in s.sections.items()),
        ]
        for s in samples
    ]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _chunks(samples: list[Sample], size: int) -> Iterator[list[Sample]]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]
