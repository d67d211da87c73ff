import json

import pytest

from pipeline.errors import StorageError
from pipeline.report.funnel import builds, funnel, shown_bytes


def test_what_the_parts_say_of_themselves_is_summed(build_numbers, run):
    build_numbers(draw={"bad": 5}, decide={"min_half": 2})
    rows = {row.stage: row for row in funnel(run)}
    assert rows["draw"].verdicts == {"ok": 11, "failed": 1}
    assert rows["draw"].reasons == {"bad_number": 1}
    assert rows["draw"].bytes == sum(p.stat().st_size for p in run.manifests.glob("*-draw-*/*") if p.suffix != ".json")
    assert rows["draw"].seconds > 0
    assert 0.01 < rows["draw"].memory_gb < 10
    assert rows["decide"].reasons == {"too_small": 8}


def test_seconds_of_gpus_are_those_of_work_times_their_share(build_numbers, run):
    build_numbers()
    for path in run.manifests.glob("*-draw-*/*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "seconds": 2.0, "gpus": 0.25}))
    rows = {row.stage: row for row in funnel(run)}
    assert (rows["draw"].seconds, rows["draw"].gpu_seconds) == (6.0, 1.5)


def test_parts_that_are_gone_are_told(build_numbers, run):
    build_numbers()
    next(run.manifests.glob("*-draw-*/*.parquet")).unlink()
    with pytest.raises(StorageError, match="1 of 3 parts are gone"):
        list(funnel(run))


def test_builds_and_deaths_are_told_in_a_line(build_numbers, run):
    build_numbers(draw={"kills": 2})
    build_numbers(draw={"kills": 2})
    assert builds(run).startswith("2 builds, ")
    assert builds(run).endswith("; workers killed with their sample: 2")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (43_210_000, "43.2 MB"), (999_960_000, "1.0 GB"), (123e9, "123 GB")],
)
def test_bytes_are_shown_short(count, shown):
    assert shown_bytes(count) == shown
