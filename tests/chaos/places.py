"""The places in which builds are stopped: any folder, a disk that fills, a cluster that loses a node."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from pipeline.run import Run
from tests.chaos.build import Build
from tests.chaos.processes import REPOSITORY, Household

DISK_SIZE = "48m"


@dataclass
class Place:
    """Where a trial happens, with what builds find in their environment.

    `spoil` is what goes wrong with the place itself; `mend` sets right what would keep the same command from going on.
    """

    environment: dict[str, str] = field(default_factory=dict)
    spoil: Callable[[Build, Random], str] = lambda build, chance: ""
    mend: Callable[[], None] = lambda: None


@contextmanager
def anywhere(household: Household, run: Run) -> Iterator[Place]:
    """Give a place with which nothing goes wrong."""
    yield Place()


@contextmanager
def small_disk(household: Household, run: Run) -> Iterator[Place]:
    """Give a small disk, which something else fills."""
    if not can_mount(run.root):
        yield Place(spoil=_let_no_file_grow)
        return
    ballast = run.root / "ballast"

    def fill(build: Build, chance: Random) -> str:
        with ballast.open("wb", buffering=0) as file:
            for size_bytes in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while file.write(bytes(size_bytes)):
                        pass
        return "full disk"

    _mount(run.root)
    try:
        yield Place(spoil=fill, mend=lambda: ballast.unlink(missing_ok=True))
    finally:
        subprocess.run(["umount", "--lazy", str(run.root)], check=True)


def _let_no_file_grow(build: Build, chance: Random) -> str:
    """Forbid the build files over some size: without leave to mount, as near to a full disk as one gets."""
    most_bytes = chance.randrange(1 << 13)
    for process in [psutil.Process(build.process.pid), *build.processes()]:
        with suppress(psutil.Error):
            process.rlimit(psutil.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
    return f"no file over {most_bytes} bytes"


@contextmanager
def two_nodes(household: Household, run: Run) -> Iterator[Place]:
    """Give a cluster of two nodes, which loses one of them."""
    nodes = household.start(
        [sys.executable, "-m", "tests.chaos.nodes"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "RAY_TMPDIR": str(run.root.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    told, tell = nodes.stdout, nodes.stdin
    assert told is not None
    assert tell is not None
    address = told.readline().strip()

    def lose_one(build: Build, chance: Random) -> str:
        print("lose one", file=tell, flush=True)
        told.readline()
        return "lost a node"

    try:
        yield Place({"RAY_ADDRESS": address}, lose_one)
    finally:
        tell.close()
        with suppress(subprocess.TimeoutExpired):
            nodes.wait(30)
        nodes.kill()
        nodes.wait()
        told.close()


def can_mount(folder: Path) -> bool:
    """Tell whether this process may mount a disk of its own on a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _mount(folder)
    except (OSError, subprocess.CalledProcessError):
        return False
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    return True


def _mount(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "chaos", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
