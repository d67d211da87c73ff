"""Which samples a worker had open when it died.

Before a worker touches a sample it appends the key here; when the worker dies its supervisor appends how. A key that
was open at two deaths is what kills workers: the next attempt records it as failed and goes on. The stop of a whole
run (Ctrl-C, a lost machine) leaves no death, so it never counts against a sample.

The file is only appended to, one line at a time, and removed when the part is published.
"""

import json
from pathlib import Path

MAX_DEATHS = 2


class Journal:
    """The journal of one part in one stage."""

    def __init__(self, path: Path):
        self.path = path

    def open(self, keys: list[str]) -> None:
        """Say that work on these samples begins; what was open before is done."""
        self._append({"open": keys})

    def died(self, reason: str) -> None:
        """Say that the worker died: `deadline` or `killed_worker`."""
        self._append({"died": reason})

    def fatal(self) -> dict[str, str]:
        """Return the samples that are not to be tried again: key -> how the worker died of it."""
        deaths: dict[str, list[str]] = {}
        open_keys: list[str] = []
        for line in self._lines():
            if "open" in line:
                open_keys = line["open"]
            else:
                for key in open_keys:
                    deaths.setdefault(key, []).append(line["died"])
                open_keys = []
        return {key: reasons[-1] for key, reasons in deaths.items() if len(reasons) >= MAX_DEATHS}

    def suspects(self) -> set[str]:
        """Return the samples that were open at any death: they are tried one by one."""
        found: set[str] = set()
        open_keys: list[str] = []
        for line in self._lines():
            if "open" in line:
                open_keys = line["open"]
            else:
                found |= set(open_keys)
        return found

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def _append(self, line: dict) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _lines(self) -> list[dict]:
        if not self.path.exists():
            return []
        lines = []
        for text in self.path.read_text().splitlines():
            try:
                lines.append(json.loads(text))
            except json.JSONDecodeError:  # a line cut off by the death that it led to
                continue
        return lines
