"""One trial: a build is struck at a random moment, the same command goes on until it is finished, and what it leaves
is compared with what an undisturbed build leaves."""

import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pipeline.run import Run
from tests.chaos.build import Build, SmallRun
from tests.chaos.processes import POLL_SECONDS, WORK, Household
from tests.chaos.remains import Stamp, finished_parts, litter, repeated_parts, results
from tests.chaos.ways import AGAIN, Ending, Place, Strike, Way

AGAIN_SHARE = 0.25  # of builds that go on, how many are stopped again
MOST_BUILDS = 6  # until one finishes
GONE_SECONDS = 180.0  # for processes to end after their build; Ray's agents try for a minute to report its death


@dataclass(frozen=True)
class Reference:
    """An undisturbed build: the sha256 of each file that it made, and how long it took."""

    results: Mapping[str, str]
    seconds: float


@dataclass
class Verdict:
    """What a trial has found out."""

    strikes: list[Strike] = field(default_factory=list)
    statuses: list[int | None] = field(default_factory=list)  # of the builds, in their order; None for one that hung
    wrong_endings: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)  # files
    repeated: list[str] = field(default_factory=list)  # parts
    leftovers: list[str] = field(default_factory=list)  # files and processes

    @property
    def hangs(self) -> int:
        return self.statuses.count(None)

    @property
    def good(self) -> bool:
        return not (self.wrong_endings or self.different or self.repeated or self.leftovers or self.hangs)


class Trial:
    """A folder in which a small run is built. Its path has to be short: Ray puts sockets below it."""

    def __init__(self, household: Household, small: SmallRun, engine: str, folder: Path):
        self.household = household
        self.small = small
        self.engine = engine
        self.folder = folder
        self.run = Run(small.name, folder / "root")
        self.verdict = Verdict()
        self._finished: dict[str, Stamp] = {}  # parts that must not be made again
        self._temporary = folder / "tmp"
        for path in (self.run.root, self._temporary):
            path.mkdir(parents=True)

    def undisturbed(self) -> Reference:
        """Build once and in peace. Raises RuntimeError when that goes wrong."""
        build = self._start({})
        status = build.wait()
        seconds = build.seconds
        left = self.household.wait_until_gone(GONE_SECONDS) + litter(self.run, self._temporary)
        if status != 0 or left:
            raise RuntimeError("\n".join([f"left in peace, a build ended with {status} and left:", *left, *build.told]))
        return Reference(results(self.run), seconds)

    def stopped(self, way: Way, moment: float, reference: Reference, chance: Random) -> Verdict:
        """Strike when the build is so many seconds old, go on until it is finished, and judge."""
        statuses = self.verdict.statuses
        with way.place(self.household, self.run) as place:
            self._build(place, way, moment, chance)
            place.mend()
            while statuses[-1] not in (0, None) and len(statuses) < MOST_BUILDS:
                again = chance.choice(AGAIN) if chance.random() < AGAIN_SHARE else None
                self._build(place, again, chance.uniform(0, reference.seconds), chance)
            self._judge(reference)
        self.verdict.leftovers += self.household.wait_until_gone(GONE_SECONDS)
        self._note("verdict.txt", (f"{name}: {value}" for name, value in vars(self.verdict).items()))
        return self.verdict

    def _build(self, place: Place, way: Way | None, moment: float, chance: Random) -> None:
        """Start the command, strike, if there is a way to, at the moment, and see how it ends and what is left."""
        build = self._start(place.environment)
        strike = self._strike(build, place, way, moment, chance) if way else None
        status = build.wait()
        ended = build.seconds
        self.verdict.statuses.append(status)
        number = len(self.verdict.statuses)
        right = way.right(Ending(self.run, strike, status, build.told, ended)) if way and strike else status == 0
        if not right:
            self.verdict.wrong_endings.append(f"build {number} ended with {status}")
        self.verdict.leftovers += self.household.wait_until_gone(GONE_SECONDS, WORK)
        self._note(f"build-{number}.log", [f"{strike}, ended with {status} after {ended:.1f} s", "", *build.told])
        self._check_finished_parts()

    def _strike(self, build: Build, place: Place, way: Way, moment: float, chance: Random) -> Strike | None:
        """Strike when the moment has come and there is what to strike; None when the build was finished sooner."""
        build.wait_until(moment)
        while build.running:
            holds, seconds = build.has_open(self.run.records / "lock"), build.seconds
            if what := way.strike(build, place, chance):
                self._check_finished_parts()
                self.verdict.strikes.append(Strike(what, seconds, holds))
                return self.verdict.strikes[-1]
            time.sleep(POLL_SECONDS)
        return None

    def _check_finished_parts(self) -> None:
        found = finished_parts(self.run)
        self.verdict.repeated += repeated_parts(self._finished, found)
        self._finished |= found

    def _judge(self, reference: Reference) -> None:
        found = results(self.run)
        names = found.keys() | reference.results.keys()
        self.verdict.different = sorted(name for name in names if found.get(name) != reference.results.get(name))
        self.verdict.leftovers += litter(self.run, self._temporary)
        if not self.verdict.good and self.run.root.is_mount():
            shutil.copytree(self.run.root, self.folder / "kept")

    def _start(self, environment: Mapping[str, str]) -> Build:
        command = self.small.command(self.run.root, self.engine)
        own = {"TMPDIR": str(self._temporary), "RAY_TMPDIR": str(self.folder)}
        return Build.start(self.household, command, {**own, **environment})

    def _note(self, name: str, lines: Iterable[str]) -> None:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines))
