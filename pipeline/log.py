"""The log of a run: a line of JSON for each thing that happened, kept over all its builds.

    {"at": "2026-05-04T10:11:12.131+00:00", "build": "3f1c", "event": "part", "stage": "draw", "seconds": 1.5, ...}

Events are `build` (configuration, versions), `engine_started`, `part` (one stage has finished one part: its sidecar),
`step`, `remark` (what a barrier says of the run as a whole), `died` (a worker, of which stage and why), `lost` (a
worker, with its node or alone), `stall` (and what is waited for), `error`, and `end`. Parts that were finished before
are not told again.
"""

import json
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class RunLog:
    """Appends events to a file; may be used from several threads.

    That the disk is full is for the parts to find out: a line that cannot be written is left out.
    """

    def __init__(self, path: Path, build: str):
        self.path = path
        self.build = build
        self._lock = threading.Lock()

    def write(self, event: str, **facts: Any) -> None:
        """Append an event."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": now, "build": self.build, "event": event, **facts}, default=str)
        with self._lock, suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as file:
                file.write(line + "\n")
