"""Which samples a worker had open when it died.

Before a worker touches samples it appends their keys here; when it dies its supervisor appends how. A sample that was
open alone at two deaths is what kills workers: it is not tried again. Of a batch that died nobody knows which sample
it was, so the batch is tried again in halves, and so on down to single samples.

The stop of a whole build (Ctrl-C, a power cut) leaves no death, so it never counts against a sample. A supervisor
that is lost while its build goes on (its node went away, or Ray killed it for want of memory) leaves an opening that
nobody closed: whoever takes the part up next notes that, at half the weight of a death that was seen.

The file is only appended to, one line at a time, and removed when the part is published.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import StorageError

KILLED = "killed_worker"
DEADLINE = "deadline"
LOST = "lost_worker"

_WEIGHT = {KILLED: 2, DEADLINE: 2, LOST: 1}
_TOO_HEAVY = 4  # for a sample; for a batch half of it: the batch is halved at once
_WHAT_IS_RECORDED = {LOST: KILLED}


class Journal:
    """The journal of one part in one stage."""

    def __init__(self, path: Path):
        self.path = path

    def begin(self, build: str, supervisor: str) -> None:
        """Note what another supervisor of the same build has left open: it was lost."""
        *_, last = [{}, *self._lines()]
        if last.get("build") == build and last.get("supervisor") != supervisor:
            self.died(LOST, "the process that watched over it was lost, with its node or for want of memory")

    def open(self, keys: Sequence[str], build: str = "", supervisor: str = "") -> None:
        """Say that work on these samples begins; what was open before is done."""
        self._append({"open": list(keys), "build": build, "supervisor": supervisor})

    def died(self, reason: str, detail: str | None = None) -> None:
        """Say that the worker died: `deadline`, `killed_worker` or `lost_worker`."""
        self._append({"died": reason, "detail": detail})

    def fatal(self, whole: bool = False) -> dict[str, tuple[str, str]]:
        """Return the samples that are not to be tried again: key -> reason and detail of the last death.

        `whole`: the samples of a part cannot be parted, so that all of them are given up together.
        """
        weights: Counter[str] = Counter()
        last: dict[str, tuple[str, str]] = {}
        for keys, reason, detail in self._deaths():
            for key in keys if whole or len(keys) == 1 else ():
                weights[key] += _WEIGHT[reason]
                last[key] = (_WHAT_IS_RECORDED.get(reason, reason), detail)
        return {key: last[key] for key, weight in weights.items() if weight >= _TOO_HEAVY}

    def batches(self, keys: Sequence[str], size: int) -> Iterator[list[str]]:
        """Divide samples into batches of `size`, those that died into halves of themselves."""
        weights: Counter[tuple[str, ...]] = Counter()
        for died, reason, _ in self._deaths():
            weights[tuple(died)] += _WEIGHT[reason]
        waiting = [list(keys[start : start + size]) for start in range(0, len(keys), size)][::-1]
        while waiting:
            batch = waiting.pop()
            if len(batch) > 1 and 2 * weights[tuple(batch)] >= _TOO_HEAVY:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
            else:
                yield batch

    def open_now(self) -> list[str]:
        """Return the samples that were opened last and whose worker has not died since."""
        keys: list[str] = []
        for line in self._lines():
            keys = line.get("open", [])
        return keys

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def _deaths(self) -> Iterator[tuple[list[str], str, str]]:
        keys: list[str] = []
        for line in self._lines():
            if "open" in line:
                keys = line["open"]
            elif keys:
                yield keys, line["died"], line["detail"] or ""
                keys = []

    def _append(self, line: dict[str, Any]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise StorageError(
                f"{self.path}: cannot be written ({error.strerror}); free space or make the folder writable, "
                "then run again"
            ) from error

    def _lines(self) -> Iterator[dict[str, Any]]:
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:  # cut off by the death that it led to
                continue
