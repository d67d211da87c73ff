"""How much memory a worker takes for long films: `make bench-memory`.

    python -m tests.bench_memory --minutes 10 --hours 3 --windows 12

Two films are made out of one short drawn clip, whose packets are repeated: ten minutes of 1080p, and three hours of
640 x 360. Each is built inline, by one worker, through pull_clips, cut_shots, detect_faces and track_people. What
counts is the resident memory of the worker and the decoding processes that it starts, together, at its highest; pages
that they share count for each. pull_clips reads the whole film; only some windows, the first, the last and evenly
between, go further, since a worker holds one at a time. The last line is JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import av
import typer
from av.video.stream import VideoStream

from pipeline.memory import resident_bytes
from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.catalog import STAGES as ALL_STAGES
from stages.pull_clips import Clip
from stages.sources.studio import FPS, cast_clips, draw_frames

REPOSITORY = Path(__file__).parents[1]
LOOK_SECONDS = 0.05  # between looks at the memory
MB = 1e6
STAGE_NAMES = ("pull_clips", "keep_windows", "cut_shots", "detect_faces", "track_people")


@dataclass(frozen=True)
class KeepWindows(Stage):
    """Go on with `most` windows of a film, the first, the last and evenly between; all where there are no more."""

    reads = (Clip,)
    light = True

    most: int = 12

    def process(self, sample: Sample, model: Any) -> Sample:
        clip, number = sample[Clip], int(sample.key.rpartition("/w")[2])
        count = round(clip.duration_seconds // 60)
        kept = {round(i * (count - 1) / max(self.most - 1, 1)) for i in range(self.most)}
        return sample if number in kept else sample.reject("not_in_bench", number, None)


STAGES: Mapping[str, type[Stage]] = {**ALL_STAGES, KeepWindows().name: KeepWindows}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    minutes: Annotated[float, typer.Option(min=1, help="Length of the film in 1080p.")] = 10,
    hours: Annotated[float, typer.Option(min=0.1, help="Length of the film in 640 x 360.")] = 3,
    windows: Annotated[int, typer.Option(min=1, help="Windows of either film that go on, a minute each.")] = 12,
) -> None:
    """Measure the memory of a worker."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        for name, seconds, height in (("10min_1080p", minutes * 60, 1080), ("3h", hours * 3600, 360)):
            film = repeat(draw(Path(folder) / f"{height}.mp4", height), Path(folder) / f"{name}.mp4", seconds)
            typer.echo(f"{name}: {seconds / 60:g} min, {height} lines, {film.stat().st_size / MB:.0f} MB")
            peak = build(film, Path(folder) / name, windows)
            typer.echo(f"{name}: at most {peak:.0f} MB")
            found[f"peak_mb_{name}"] = round(peak)
    typer.echo(json.dumps(found))


def draw(path: Path, height: int) -> Path:
    """Draw a clip of two people, a few seconds, and encode it with this many lines."""
    clip = cast_clips(1, seed=0)[0]
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "threads": "1"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = height * 16 // 9, height, "yuv420p"
        for number, (_, picture) in enumerate(draw_frames(clip)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(stream.width, height, "yuv420p", threads=1)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


def repeat(clip: Path, path: Path, seconds: float) -> Path:
    """Write a film of this length from the packets of a clip, again and again."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as film:
        original = source.streams.video[0]
        stream = film.add_stream_from_template(original)
        packets = [
            (bytes(packet), packet.pts, packet.dts, packet.is_keyframe)
            for packet in source.demux(original)
            if packet.pts is not None and packet.dts is not None
        ]
        step = 1 / (FPS * original.time_base)
        length = len(packets) * step
        for turn in range(round(seconds * FPS / len(packets))):
            for data, pts, dts, key in packets:
                packet = av.Packet(data)
                packet.pts, packet.dts = round(pts + turn * length), round(dts + turn * length)
                packet.time_base, packet.stream, packet.is_keyframe = original.time_base, stream, key
                packet.duration = round(step)
                film.mux(packet)
    return path


def build(film: Path, root: Path, windows: int) -> float:
    """Build a film, print what its stages took, and return the most that the worker held, in MB.

    Raises CalledProcessError when the build fails.
    """
    root.mkdir()
    stages = [{name: {"most": windows}} if name == "keep_windows" else name for name in STAGE_NAMES]
    config = {"catalog": "tests.bench_memory", "input": str(film), "stages": stages}
    (root / "bench.yaml").write_text(json.dumps(config))  # which is YAML, too
    command = [sys.executable, "-m", "pipeline", "build", str(root / "bench.yaml")]
    command += ["--run", "bench", "--engine", "inline", "--root", str(root)]
    peak = 0.0
    with (root / "told").open("w") as told:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=told, stderr=told)
        while process.poll() is None:
            peak = max(peak, *map(resident_bytes, workers_of(process.pid)), 0.0)
            time.sleep(LOOK_SECONDS)
    if process.returncode:
        typer.echo((root / "told").read_text(), err=True)
        raise subprocess.CalledProcessError(process.returncode, command)
    for sidecar in sorted(root.glob("manifests/bench/*/part-*.json")):
        told_of = json.loads(sidecar.read_text())
        stage = sidecar.parent.name.rpartition("-")[0]
        typer.echo(f"  {stage:<20} {told_of['seconds']:>8.1f} s  {told_of['verdicts']}")
    return peak / MB


def workers_of(driver: int) -> list[int]:
    """Return the processes that a driver has started itself."""
    try:
        threads = [int(thread) for thread in os.listdir(f"/proc/{driver}/task")]
        files = [Path(f"/proc/{driver}/task/{thread}/children") for thread in threads]
        return [int(child) for file in files for child in file.read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    app()
