"""The parts that a run starts from.

A part is named by the hash of its rows. Samples that were seen before keep the part they came in; new ones form new
parts, so that adding clips changes no part that exists.

What is found is gone through twice, and of each sample only two numbers are remembered in between: a list of a million
videos need not fit into memory.
"""

import hashlib
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from pipeline.columns import to_column
from pipeline.errors import ConfigError
from pipeline.manifest import Manifest
from pipeline.sample import Sample

Digests = npt.NDArray[np.uint64]


def gather_inputs(
    manifest: Manifest, find: Callable[[], Iterable[Sample]], samples_per_part: int
) -> tuple[list[str], int]:
    """Lay what `find` finds out in parts, publish those that are new; return the names of all, and how many samples.

    `find` gives each key once, in an order that stays. A key that appears between its two passes waits for the next
    build; one whose sample changes in between (a file that grows) is taken as it is seen last.
    """
    found = _Found(find())
    names: list[str] = []
    for name in manifest.names():
        if found.place(manifest.rows(name), unchanged=True):
            names.append(name)
    for chunk in _chunks((sample for sample in find() if found.place([sample])), samples_per_part):
        name = part_name(chunk)
        manifest.publish(name, chunk, {}, {"seconds": 0.0})
        names.append(name)
    return sorted(names), len(found)


def part_name(samples: Sequence[Sample]) -> str:
    """Name a part by what is in its rows."""
    return _digest(samples)[:16]


class _Found:
    """What was found, by 64 bits of each key's and each row's digest, and which of it has its place in a part."""

    def __init__(self, samples: Iterable[Sample]):
        keys, rows = _short_digests(samples)
        if not len(keys):
            raise ConfigError("input: nothing was found in it")
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], rows[order]
        self._placed = np.zeros(len(keys), bool)

    def __len__(self) -> int:
        return len(self._keys)

    def place(self, samples: Sequence[Sample], unchanged: bool = False) -> bool:
        """Place samples in a part together; False when one was not found (`unchanged`: as it is) or has its place."""
        keys, rows = _short_digests(samples)
        places = np.searchsorted(self._keys, keys).clip(max=len(self) - 1)
        if (self._keys[places] != keys).any() or self._placed[places].any():
            return False
        if unchanged and (self._rows[places] != rows).any():
            return False
        self._placed[places] = True
        return True


def _short_digests(samples: Iterable[Sample]) -> tuple[Digests, Digests]:
    """Return 64 bits of the digests of keys and of whole rows."""
    keys, rows = array("Q"), array("Q")
    for sample in samples:
        keys.append(int(hashlib.sha256(sample.key.encode()).hexdigest()[:16], 16))
        rows.append(int(_digest([sample])[:16], 16))
    return np.frombuffer(keys, np.uint64), np.frombuffer(rows, np.uint64)


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


def _chunks(samples: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    iterator = iter(samples)
    for first in iterator:
        yield [first, *islice(iterator, size - 1)]
