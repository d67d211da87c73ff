"""How right the identities of a run are, on drawn clips made to be hard: `make bench-quality`.

    python -m tests.bench_quality --clips 200 --seed 4242

The clips go through the pipeline's own stages up to the close-ups, as `duologue build` runs them, and what comes out is
held against what was drawn. Printed are a table by kind of clip, one of how hard the clips are, and last a line of
JSON; the rows behind them lie as Parquet in the run's record below `--root`. The seed is the bench's own: nothing is
tuned on it. Started again with the same root, only what has changed is done.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
import yaml
from rich.console import Console

from pipeline.plan import Config, load_config, make_plan
from pipeline.run import Run
from stages.detect_faces import Faces
from stages.models.catalog import DETECTORS, EMBEDDERS
from stages.sources.studio import StudioClip, hard_clips
from stages.track_people import People
from tests.bench_quality.gather import Seen, gather
from tests.bench_quality.masks import MaskMatch, match_masks
from tests.bench_quality.pairs import figures, judge
from tests.bench_quality.tables import by_kind, how_hard, wrong_or_missed
from tests.bench_tracking import Tally
from tests.difficulty import distances, shared_colours

REPOSITORY = Path(__file__).parents[2]
DEFAULT = REPOSITORY / "configs/dataset/default.yaml"
LAST_STAGE = "crop_closeups"
SEED = 4242
MIN_COLUMNS = 130  # of the table, also where the output is no terminal
MOST_PEOPLE, MOST_CLIPS = 45, 40  # that are looked at to say how hard the clips are

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    clips: Annotated[int, typer.Option(min=1, help="How many clips of the studio's hard set.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the clips; the default is kept for the bench.")] = SEED,
    root: Annotated[Path, typer.Option(help="Where the run lies; kept.")] = Path("build/bench-quality"),
    set: Annotated[list[str] | None, typer.Option(help="Change an option: stage.option=value.")] = None,
) -> None:
    """Build hard clips up to the close-ups and measure how right that is."""
    config = shortened(f"studio-hard:{clips}:{seed}", set or ())
    run = Run(f"seed{seed}", root.resolve())
    build(config, run)
    seen = gather(run, make_plan(config, run.root), hard_clips(clips, seed))
    judged = [judge(clip) for clip in seen]
    matches = [match for clip in seen for match in match_masks(clip)]
    pd.DataFrame([asdict(clip) for clip in judged]).to_parquet(run.records / "clips.parquet")
    pd.DataFrame([asdict(match) for match in matches]).to_parquet(run.records / "masks.parquet")
    console = Console(width=max(Console().width, MIN_COLUMNS))
    console.print(by_kind(judged, matches))
    console.print(wrong_or_missed(judged), highlight=False)
    console.print(difficulty([clip.clip for clip in seen]), highlight=False)
    typer.echo(json.dumps(figures(judged) | mask_figures(matches) | tracking_figures(seen)))


def shortened(input: str, overrides: Sequence[str]) -> Config:
    """Return the default configuration up to the close-ups, on other clips."""
    config = load_config(DEFAULT, overrides, input)
    names = [entry if isinstance(entry, str) else next(iter(entry)) for entry in config.stages]
    return config.model_copy(update={"stages": config.stages[: names.index(LAST_STAGE) + 1]})


def build(config: Config, run: Run) -> None:
    """Build as a user would. Raises CalledProcessError when the build fails."""
    run.records.mkdir(parents=True, exist_ok=True)
    file = run.records / "bench.yaml"
    file.write_text(yaml.safe_dump(config.model_dump(mode="json")))
    command = [sys.executable, "-m", "pipeline", "build", str(file), "--run", run.name, "--root", str(run.root)]
    subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, check=True)


def difficulty(clips: Sequence[StudioClip]) -> str:
    """Measure on some of the clips how alike their people are, and how often they have the colours around them."""
    cast = sorted({person for clip in clips for person in clip.people})
    seeds = cast[:: max(len(cast) // MOST_PEOPLE, 1)][:MOST_PEOPLE]
    some = clips[:: max(len(clips) // MOST_CLIPS, 1)][:MOST_CLIPS]
    found = distances(seeds, DETECTORS["mtcnn"]("cpu", 20.0), EMBEDDERS["dlib"]("cpu"))
    return how_hard(found, shared_colours(some))


def mask_figures(matches: Sequence[MaskMatch]) -> dict[str, float]:
    """Sum cut-outs up: mean and 5th percentile of their intersections over unions."""
    values = [match.iou for match in matches] or [0.0]
    return {
        "mask_iou_mean": round(float(np.mean(values)), 4),
        "mask_iou_p5": round(float(np.percentile(values, 5)), 4),
    }


def tracking_figures(seen: Sequence[Seen]) -> dict[str, float]:
    """Follow the same detections with a public tracker, and sum both up over all clips."""
    tally = Tally()
    for clip in seen:
        for sample in clip.having(Faces, People):
            if clip.samples.get(sample.key.rpartition("/")[0], sample).get(Faces) is None:  # a window, not its pairs
                tally.add(sample[Faces], sample[People], clip.truth)
    return {name: round(value, 4) for name, value in tally.summary().items()}


if __name__ == "__main__":
    app()
