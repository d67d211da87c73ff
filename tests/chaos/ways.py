"""The ways to stop a build, and what has to come of each.

A way strikes at a trial's moment. After that the build has to end in the right manner, or to go on by itself.
"""

import os
import re
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from random import Random

import psutil

from pipeline.run import Run
from tests.chaos.build import Build
from tests.chaos.places import Place, anywhere, small_disk, two_nodes
from tests.chaos.processes import ACTOR, Household, describe, words

PROMPT_SECONDS = 5.0  # a build that finishes so soon after a stop was as good as finished


@dataclass(frozen=True)
class Strike:
    """What was done to a build of some age; `at_work` tells whether it held its run at that moment."""

    what: str
    seconds: float
    at_work: bool


@dataclass(frozen=True)
class Ending:
    """How a build ended that was struck; `status` is None for one that hung, `seconds` is its age."""

    run: Run
    strike: Strike
    status: int | None
    told: Sequence[str]
    seconds: float

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.told if line.startswith("duologue: ")]

    @property
    def traceback(self) -> bool:
        return any("Traceback (most recent call last)" in line for line in self.told)


@dataclass(frozen=True)
class Way:
    """A way to stop a build.

    `strike` says what it did, or returns None while there is nothing to be struck. `right` tells whether the build
    ended as it should after that.
    """

    name: str
    strike: Callable[[Build, Place, Random], str | None]
    right: Callable[[Ending], bool]
    place: Callable[[Household, Run], AbstractContextManager[Place]] = anywhere


def _stopped(ending: Ending) -> bool:
    """It was asked to stop: 130 and a line that says how to go on, unless it had hardly begun or was at its end."""
    if ending.status == 0:
        return ending.seconds - ending.strike.seconds < PROMPT_SECONDS
    said = ending.status == 130 and not ending.traceback and any("goes on from here" in line for line in ending.told)
    return said or not ending.strike.at_work


def _killed(ending: Ending) -> bool:
    return ending.status == -signal.SIGKILL


def _went_on(ending: Ending) -> bool:
    return ending.status == 0


def _ended_somehow(ending: Ending) -> bool:
    """Ray itself was struck: going on is as good as an end, and how a process ends without Ray is Ray's affair."""
    return ending.status is not None


def _said_which_path(ending: Ending) -> bool:
    named = [line for line in ending.complaints if str(ending.run.root) in line]
    return ending.status == 1 and len(named) == len(ending.complaints) == 1 and not ending.traceback


def _signal(
    sign: signal.Signals, find: Callable[[Build], list[psutil.Process]]
) -> Callable[[Build, Place, Random], str | None]:
    """Return a strike: a signal to one of the processes found."""

    def strike(build: Build, place: Place, chance: Random) -> str | None:
        victims = sorted(find(build), key=lambda process: process.pid)
        if not victims:
            return None
        victim = chance.choice(victims)
        what = f"{sign.name} to {describe(victim)}"
        try:
            victim.send_signal(sign)
        except psutil.NoSuchProcess:
            return None
        return what

    return strike


def _driver(build: Build) -> list[psutil.Process]:
    return [psutil.Process(build.process.pid)] if build.running else []


def _named(pattern: str) -> Callable[[Build], list[psutil.Process]]:
    def find(build: Build) -> list[psutil.Process]:
        return [process for process in build.processes() if re.search(pattern, " ".join(words(process)))]

    return find


def _ctrl_c(build: Build, place: Place, chance: Random) -> str:
    """Do what a terminal does: send it to the whole group."""
    with suppress(ProcessLookupError):
        os.killpg(build.process.pid, signal.SIGINT)
    return "Ctrl-C"


def _spoil(build: Build, place: Place, chance: Random) -> str:
    return place.spoil(build, chance)


WAYS = {
    way.name: way
    for way in (
        Way("ctrl_c", _ctrl_c, _stopped),
        Way("sigterm", _signal(signal.SIGTERM, _driver), _stopped),
        Way("kill_driver", _signal(signal.SIGKILL, _driver), _killed),
        Way("kill_worker", _signal(signal.SIGKILL, _named(r"-m pipeline\.worker")), _went_on),
        Way("kill_decoder", _signal(signal.SIGKILL, _named(r"-m stages\.decode_child")), _went_on),
        Way("kill_actor", _signal(signal.SIGKILL, _named(ACTOR)), _went_on),
        Way("kill_raylet", _signal(signal.SIGKILL, _named(r"^\S*/raylet ")), _ended_somehow),
        Way("kill_gcs", _signal(signal.SIGKILL, _named(r"^\S*/gcs_server ")), _ended_somehow),
        Way("full_disk", _spoil, _said_which_path, small_disk),
        Way("lost_node", _spoil, _went_on, two_nodes),
    )
}
AGAIN = (WAYS["ctrl_c"], WAYS["sigterm"], WAYS["kill_driver"])  # ways to stop a build that goes on

# In this order, so that the first three of each engine cover what goes wrong in most different ways.
ORDER = {
    ("numbers", "inline"): ("kill_worker", "full_disk", "kill_driver", "ctrl_c", "sigterm"),
    ("numbers", "ray"): (
        *("ctrl_c", "kill_actor", "kill_raylet", "lost_node", "kill_driver", "full_disk"),
        *("kill_gcs", "kill_worker", "sigterm"),
    ),
    ("studio", "inline"): ("kill_decoder", "ctrl_c", "kill_worker", "kill_driver", "full_disk", "sigterm"),
    ("studio", "ray"): ("kill_decoder", "kill_driver", "kill_actor", "ctrl_c", "kill_worker", "kill_raylet"),
}
