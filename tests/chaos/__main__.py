"""Stop small builds at random moments, in all the ways that happen, and see that nothing is lost: `make chaos`.

    python -m tests.chaos --stops 50 --engine both --run both --seed 0

Each stopped build is gone on with by the same command until it is finished. Then its parts and shards have to be
those of an undisturbed build to the byte; no part that was finished may have been made again; nothing half-written
and no process may be left. The last line is JSON. What a stop did depends on the seed and its number alone, up to
how fast the machine was at the time: `--only 17` does number 17 again.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import typer

from tests.chaos.build import RUNS
from tests.chaos.places import can_mount
from tests.chaos.processes import Household
from tests.chaos.trial import Reference, Trial, Verdict
from tests.chaos.ways import ORDER, WAYS

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

ENGINES = ("inline", "ray")
STUDIO_EVERY = 4  # pairs of stops, one of each engine, of which one is of the studio: it takes longest
LONGEST_FOLDER = 24  # characters; Ray's sockets lie below it and have room for 107


@dataclass(frozen=True)
class Stop:
    """What is to happen in a trial."""

    number: int
    engine: str
    run: str
    way: str


@app.command()
def main(
    stops: Annotated[int, typer.Option(min=1, help="How many builds to stop.")] = 50,
    engine: Annotated[Literal["both", "inline", "ray"], typer.Option(help="Which engine builds.")] = "both",
    run: Annotated[Literal["both", "numbers", "studio"], typer.Option(help="What is built.")] = "both",
    seed: Annotated[int, typer.Option(help="Of moments and victims.")] = 0,
    only: Annotated[int | None, typer.Option(help="Do only the stop of this number.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folders of good stops, too.")] = False,
) -> None:
    """Stop builds at random moments and see that nothing is lost."""
    started = time.monotonic()
    folder = _short_folder()
    mounts = can_mount(folder / "mount")
    if not mounts:
        typer.echo("this user may not mount a disk: inline files are kept from growing instead, Ray's disk stays as is")
    planned = list(plan(stops, ENGINES if engine == "both" else [engine], run, mounts))
    household = Household()
    try:
        verdicts = _carry_out([stop for stop in planned if only in (None, stop.number)], household, folder, seed, keep)
    finally:
        household.wait_until_gone(0)
    good = all(verdict.good for _, verdict in verdicts)
    if good and not keep:
        shutil.rmtree(folder)
    else:
        typer.echo(f"kept in {folder}")
    typer.echo(json.dumps(sum_up(verdicts, time.monotonic() - started)))
    sys.exit(0 if good else 1)


def plan(stops: int, engines: Sequence[str], run: str, mounts: bool) -> Iterator[Stop]:
    """Lay out the stops: engines in turn, and for each engine and run its ways in turn."""
    seen: dict[tuple[str, str], int] = {}
    for number in range(stops):
        engine = engines[number % len(engines)]
        studio = run == "studio" or (run == "both" and number // len(engines) % STUDIO_EVERY == STUDIO_EVERY - 1)
        kind = ("studio" if studio else "numbers", engine)
        ways = [way for way in ORDER[kind] if mounts or way != "full_disk" or engine == "inline"]
        yield Stop(number, engine, kind[0], ways[seen.get(kind, 0) % len(ways)])
        seen[kind] = seen.get(kind, 0) + 1


def sum_up(verdicts: Sequence[tuple[Stop, Verdict]], seconds: float) -> dict:
    """Return what the last line says."""
    by_way: dict[str, dict[str, int]] = {}
    for stop, verdict in verdicts:
        count = by_way.setdefault(stop.way, {"stops": 0, "good": 0})
        count["stops"] += 1
        count["good"] += verdict.good
    found = [verdict for _, verdict in verdicts]
    return {
        "stops": len(found),
        "identical": sum(not verdict.different for verdict in found),
        "repeated_parts": sum(len(verdict.repeated) for verdict in found),
        "leftovers": sum(len(verdict.leftovers) for verdict in found),
        "hangs": sum(verdict.hangs for verdict in found),
        "wrong_endings": sum(len(verdict.wrong_endings) for verdict in found),
        "bad_stops": [stop.number for stop, verdict in verdicts if not verdict.good],
        "by_way": by_way,
        "seconds": round(seconds),
    }


def _carry_out(
    planned: Sequence[Stop], household: Household, folder: Path, seed: int, keep: bool
) -> list[tuple[Stop, Verdict]]:
    references = _references(household, planned, folder)
    verdicts = []
    for stop in planned:
        verdict = _try(household, stop, references[stop.run, stop.engine], folder, Random(f"{seed}/{stop.number}"))
        verdicts.append((stop, verdict))
        _tell(stop, verdict)
        if verdict.good and not keep:
            shutil.rmtree(folder / f"{stop.number:02d}")
    return verdicts


def _references(household: Household, planned: Sequence[Stop], folder: Path) -> dict[tuple[str, str], Reference]:
    references: dict[tuple[str, str], Reference] = {}
    for kind in dict.fromkeys((stop.run, stop.engine) for stop in planned):
        name, engine = kind
        trial = Trial(household, RUNS[name], engine, folder / f"r{len(references)}")
        references[kind] = trial.undisturbed()
        typer.echo(f"{name} on {engine}, undisturbed: {references[kind].seconds:.1f} s")
        shutil.rmtree(trial.folder)
    for name in RUNS:
        found = [reference.results for kind, reference in references.items() if kind[0] == name]
        if any(one != found[0] for one in found):
            raise RuntimeError(f"undisturbed, the engines do not give the same bytes of {name}")
    return references


def _try(household: Household, stop: Stop, reference: Reference, folder: Path, chance: Random) -> Verdict:
    """Make the trial; again and sooner where the build was finished before it could be struck."""
    moment = chance.uniform(0, reference.seconds)
    while True:
        trial = Trial(household, RUNS[stop.run], stop.engine, folder / f"{stop.number:02d}")
        verdict = trial.stopped(WAYS[stop.way], moment, reference, chance)
        if verdict.strikes or not verdict.good:
            return verdict
        moment /= 2
        shutil.rmtree(trial.folder)


def _tell(stop: Stop, verdict: Verdict) -> None:
    strikes = ", ".join(f"{strike.seconds:.1f} s" for strike in verdict.strikes)
    statuses = ", ".join("hung" if status is None else str(status) for status in verdict.statuses)
    bad = {
        "wrong ending": len(verdict.wrong_endings),
        "files differ": len(verdict.different),
        "parts repeated": len(verdict.repeated),
        "leftovers": len(verdict.leftovers),
        "hangs": verdict.hangs,
    }
    said = ", ".join(f"{count} {what}" for what, count in bad.items() if count) or "good"
    line = f"{stop.number:>3}  {stop.engine:<6}  {stop.run:<7}  {stop.way:<12}  at {strikes:<14}  ended {statuses:<12}"
    typer.echo(f"{line}  {said}")


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    if len(str(folder)) > LONGEST_FOLDER and os.path.isdir("/tmp"):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
    return folder


if __name__ == "__main__":
    app()
