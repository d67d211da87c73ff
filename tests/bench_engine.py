"""What the engine itself costs: `make bench-engine`.

    python -m tests.bench_engine --parts 2000 --many 20000

`overhead_ratio`: the default run on Ray, its wall seconds without Ray's start, over what its stages took in all
divided by the cores; 1 is an engine that costs nothing and keeps all cores busy. Then stages that do nothing: what a
part costs in one stage, on each engine. Last, the peak memory of the driver for few and for many parts. The last
line is JSON.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pipeline.plan import available_cpus
from tests.trivial import STAGES

REPOSITORY = Path(__file__).parents[1]
DEFAULT = "configs/dataset/default.yaml"
FEW = 200  # parts
SAMPLE_SECONDS = 0.1  # between looks at the driver's memory, which tells its own peak

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class Cost:
    """What a build took; `start_seconds` is what its engine took to start."""

    wall_seconds: float
    start_seconds: float
    stage_seconds: float
    driver_mb: float

    @property
    def working_seconds(self) -> float:
        return self.wall_seconds - self.start_seconds


@app.command()
def main(
    parts: Annotated[int, typer.Option(min=1, help="Parts of one sample, through five stages that do nothing.")] = 2000,
    many: Annotated[int, typer.Option(min=FEW, help="Parts for the driver's memory, through two stages.")] = 20_000,
    repeats: Annotated[int, typer.Option(min=1, help="Builds of which the median counts.")] = 3,
    skip_default: Annotated[bool, typer.Option("--skip-default", help="Leave the default run out.")] = False,
    ray_memory: Annotated[bool, typer.Option("--ray-memory", help="Look at the driver's memory on Ray, too.")] = False,
) -> None:
    """Measure what the engine itself costs."""
    cores = available_cpus()
    found: dict[str, float | int | None] = {"cores": cores, "parts": parts}
    if not skip_default:
        cost = build([DEFAULT], "ray")
        found["overhead_ratio"] = round(cost.working_seconds / (cost.stage_seconds / cores), 3)
        found |= {"default_wall_seconds": round(cost.wall_seconds, 1)}
        found |= {"default_stage_seconds": round(cost.stage_seconds, 1), "ray_start_seconds": cost.start_seconds}
        typer.echo(f"default run on ray: {cost}")
    for engine in ("inline", "ray"):
        costs = [trivial(list(STAGES), parts, engine) for _ in range(repeats)]
        each = [cost.working_seconds * 1000 / (parts * len(STAGES)) for cost in costs]
        found[f"{engine}_ms_per_part_stage"] = round(statistics.median(each), 3)
        typer.echo(f"{parts} parts, {len(STAGES)} stages, {engine}: {', '.join(f'{ms:.2f}' for ms in each)} ms each")
    for engine in ("inline", "ray") if ray_memory else ("inline",):
        prefix = "driver" if engine == "inline" else "ray_driver"
        few_mb, many_mb = (trivial(list(STAGES)[:2], count, engine).driver_mb for count in (FEW, many))
        found[f"{prefix}_mb_{FEW}"], found[f"{prefix}_mb_{many}"] = round(few_mb, 1), round(many_mb, 1)
        found[f"{prefix}_memory_ratio"] = round(many_mb / few_mb, 3)
        typer.echo(f"driver on {engine}: {few_mb:.0f} MB for {FEW} parts, {many_mb:.0f} MB for {many}")
    typer.echo(json.dumps(found))


def trivial(stages: Sequence[str], parts: int, engine: str) -> Cost:
    """Build parts of one sample through stages that do nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        config = {"catalog": "tests.trivial", "input": str(parts), "samples_per_part": 1, "stages": list(stages)}
        file.write(json.dumps(config))  # which is YAML, too
        file.flush()
        return build([file.name], engine)


def build(arguments: Sequence[str], engine: str) -> Cost:
    """Build into a folder of its own, and watch. Raises CalledProcessError when the build fails."""
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    own = ["--run", "bench", "--engine", engine, "--root", str(root)]
    command = [sys.executable, "-m", "pipeline", "build", *arguments, *own]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    started, peak = time.monotonic(), 0.0
    try:
        with (root / "told").open("w") as told:
            process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=told, stderr=told)
            while process.poll() is None:
                peak = max(peak, peak_mb(process.pid))
                time.sleep(SAMPLE_SECONDS)
        wall = time.monotonic() - started
        if process.returncode:
            typer.echo((root / "told").read_text(), err=True)
            raise subprocess.CalledProcessError(process.returncode, command)
        return Cost(wall, start_seconds(root), stage_seconds(root), peak)
    finally:
        shutil.rmtree(root)


def peak_mb(pid: int) -> float:
    """Return the most memory, in MB, that a process itself has held so far; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def start_seconds(root: Path) -> float:
    """Return how long the engine took from its start until its first worker could take work."""
    lines = (root / "runs/bench/log.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    return sum(event["seconds"] for event in events if event["event"] == "engine_started")


def stage_seconds(root: Path) -> float:
    """Return what all stages took for all parts, as their sidecars say."""
    return sum(json.loads(path.read_text())["seconds"] for path in root.glob("manifests/bench/*/part-*.json"))


if __name__ == "__main__":
    app()
