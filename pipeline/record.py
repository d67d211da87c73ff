"""run.json and layout.json: what ran, on what, and which parts are current."""

import json
import platform
import subprocess
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from pipeline.files import write_whole
from pipeline.plan import Plan, PlannedStage
from pipeline.run import Run

_DIRECT = frozenset(
    """av dlib-bin decord diffusers facenet-pytorch insightface numpy onnxruntime open_clip_torch pandas pyarrow ray
    opencv-python-headless scenedetect-headless torch transformers webdataset""".split()  # noqa: SIM905
)


class RunRecord:
    """The record of a build, written anew after each step of its plan."""

    def __init__(self, run: Run, plan: Plan, engine: str):
        self.run = run
        self.layout: dict[str, dict[str, Any]] = {}
        self.started = time.time()
        self.facts = {
            "run": run.name,
            "engine": engine,
            "config": plan.config.model_dump(),
            "stages": {stage.name: stage.folder for stage in plan.stages},
            "models": {stage.name: dict(stage.revisions) for stage in plan.stages if stage.revisions},
            "commit": _commit(),
            "python": platform.python_version(),
            "versions": {d.name: d.version for d in metadata.distributions() if d.name in _DIRECT},
        }

    @property
    def seconds(self) -> float:
        """Seconds since the build began."""
        return round(time.time() - self.started, 3)

    def add(self, stages: Sequence[PlannedStage], parts: Sequence[str]) -> None:
        for stage in stages:
            self.layout[stage.name] = {"folder": stage.folder, "parts": list(parts)}
        self._write(finished=None)

    def finish(self) -> None:
        self._write(finished=time.time())

    def _write(self, finished: float | None) -> None:
        facts = {**self.facts, "started": self.started, "finished": finished}
        write_whole(self.run.records / "run.json", json.dumps(facts, indent=1) + "\n")
        write_whole(self.run.records / "layout.json", json.dumps(self.layout) + "\n")


def _commit() -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return found.stdout.strip() or None
