"""Fixtures that several packages' tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.plan import Config
from pipeline.progress import Progress
from pipeline.run import Run
from pipeline.runner import build

NUMBERS = ["find_numbers", "draw", "split_digits", "score_digits", "rank_digits", "decide"]


def numbers_config(input: str = "0-11", samples_per_part: int = 4, **options: dict) -> Config:
    """A configuration of the catalog in tests/fakes.py, with options by stage."""
    stages = [{name: options.get(name)} for name in NUMBERS]
    return Config(catalog="tests.fakes", input=input, samples_per_part=samples_per_part, stages=stages)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run("numbers", tmp_path)


@pytest.fixture
def build_numbers(run: Run) -> Callable[..., Run]:
    """Build the run of numbers inline, quietly; keywords are those of `numbers_config`."""

    def go(engine: str = "inline", where: Run = run, **options) -> Run:
        build(numbers_config(**options), where, engine, Progress(Console(quiet=True)))
        return where

    return go


def hashed_files(run: Run) -> dict[str, bytes]:
    """Return what must be the same whatever engine, workers and stops a run had: all parts and shards, no sidecars."""
    files = [p for folder in (run.manifests, run.shards) for p in folder.rglob("*") if p.is_file()]
    return {str(p.relative_to(run.root)): p.read_bytes() for p in files if not p.match("manifests/*/*/*.json")}
