"""The command line: `duologue build`, `duologue inspect`, `duologue sheet`."""

import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from pipeline.errors import ConfigError, DuologueError
from pipeline.run import Run

app = typer.Typer(
    help="Make conversations that teach a multimodal model who is who, out of two-person video.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Root = Annotated[
    Path, typer.Option(help="Folder that holds manifests/, shards/ and runs/; on a cluster one that all nodes see.")
]
RunName = Annotated[str, typer.Argument(help="Name of the run.", metavar="RUN")]
STOPPED = 130
MIN_TABLE_COLUMNS = 110  # also where the output is no terminal, whose width would be taken for 80


@app.command()
def build(
    config: Annotated[Path, typer.Argument(help="YAML file, such as configs/dataset/default.yaml.", metavar="CONFIG")],
    input: Annotated[
        str | None,
        typer.Option(help="What to take clips from instead: a file, folder, glob, list (.txt .csv .jsonl .parquet)."),
    ] = None,
    run: Annotated[
        str | None, typer.Option(help="Name of the run; the file's name without suffix if not given.")
    ] = None,
    engine: Annotated[Literal["ray", "inline"], typer.Option(help="Ray, or one process tree without it.")] = "ray",
    set: Annotated[
        list[str] | None, typer.Option(help="Change an option: stage.option=value, value in YAML; may be repeated.")
    ] = None,
    retry: Annotated[
        Literal["failed"] | None, typer.Option(help="Take up again the samples that earlier builds failed.")
    ] = None,
    root: Root = Path("."),
) -> None:
    """Build a run: clips in, manifests and shards out. Started again, it goes on where it was."""
    from pipeline.plan import load_config
    from pipeline.progress import Progress
    from pipeline.runner import build as build_run

    settings = load_config(config, set or (), input)
    where = Run(_checked_name(run or config.stem), root.resolve())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # how clusters end a job: as calm an end as Ctrl-C
    try:
        with Progress() as progress:
            build_run(settings, where, engine, progress, retry_failed=retry == "failed")
    except (KeyboardInterrupt, SystemExit):  # the latter is Ray's, for a SIGTERM while it starts
        typer.echo("duologue: stopped; the same command goes on from here", err=True)
        raise typer.Exit(STOPPED) from None
    _sum_up(where)


@app.command()
def inspect(run: RunName, root: Root = Path(".")) -> None:
    """Show what became of the samples of a run, stage by stage, and why, and what that took."""
    from pipeline.report.funnel import builds, cost_table, funnel, funnel_table, remarks

    where = Run(run, root.resolve())
    rows = list(funnel(where))
    console = Console(width=max(Console().width, MIN_TABLE_COLUMNS))
    console.print(funnel_table(rows))
    console.print("\nWhat that took, of all workers together:\n", highlight=False)
    console.print(cost_table(rows))
    typer.echo("\n".join(["", *remarks(where), builds(where)]))
    _sum_up(where)


@app.command()
def sheet(
    run: RunName,
    output: Annotated[Path | None, typer.Option(help="PNG to write; runs/RUN/sheet.png if not given.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only conversations of this kind.")] = None,
    key: Annotated[str | None, typer.Option(help="Only conversations whose key starts so, such as talk.mp4.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many conversations to draw.")] = 6,
    root: Root = Path("."),
) -> None:
    """Draw conversations of a run, with their words and pictures, on one sheet."""
    from pipeline.report.sheet import draw_sheet

    where = Run(run, root.resolve())
    path = output or where.records / "sheet.png"
    draw_sheet(where.shards, path, count, kind, key)
    typer.echo(path)


def main() -> None:
    """Run the command line; a user's mistake ends in one line, not in a traceback."""
    try:
        app()
    except DuologueError as error:
        typer.echo(f"duologue: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)


def _checked_name(name: str) -> str:
    if not name or name.startswith(".") or "/" in name:
        raise ConfigError(f"--run {name!r}: a run's name is a folder's name, without '/' and not starting with '.'")
    return name


def _sum_up(run: Run) -> None:
    """Say what came out, and where it lies."""
    from pipeline.report.shards import shard_counts

    counts = shard_counts(run.shards)
    typer.echo()
    if counts is None:
        typer.echo("no shards yet: the run is not finished")
        return
    if not counts:
        typer.echo(f"no sample came through; `duologue inspect {run.name}` shows the reasons")
    for kind, splits in counts.items():
        shown = ", ".join(f"{count} {split}" for split, count in splits.items())
        typer.echo(f"{kind:<15} {sum(splits.values()):>6}  ({shown})")
    typer.echo(
        f"\nshards     {_shown(run.shards)}\nmanifests  {_shown(run.manifests)}\nrecord     {_shown(run.records)}"
    )


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    main()
