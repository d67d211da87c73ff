"""The plan on Ray: long-lived actors that are handed one part after the other.

Each actor is a supervisor, and the work is done by its child process. Nothing but the names of parts and a line for
each event goes through Ray; rows and media stay in the manifests, which every node sees. The driver knows who has
which part: an actor that is lost, with its node or alone, is replaced and its part handed to another. An actor stays
for the whole build, from one step of the plan to the next, as long as there is work for one of its size; a GPU is
given back as soon as there is none.

Ray's own view of it (`ray summary tasks`, the dashboard's page of a job) shows a task for each part and group, named
after the group's stages.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import AuthenticationError, RayError, RayTaskError

from pipeline import errors
from pipeline.errors import ConfigError, DuologueError, StorageError
from pipeline.flow import Flow, Job
from pipeline.plan import Config
from pipeline.pools import phases
from pipeline.ray_head import Head, knock
from pipeline.run import Run
from pipeline.scratch import sweep
from pipeline.stage import Resources
from pipeline.supervisor import Event, Supervisor, WorkerBug
from pipeline.worker import Emit

POLL_SECONDS = 0.5
CLOSE_SECONDS = 5.0
PATIENCE_SECONDS = 15.0  # with a worker that Ray has not started; seconds are usual
MAX_INITS = 3
MAX_FALSE_STARTS = 3
OBJECT_STORE_BYTES = 200_000_000  # of a Ray of our own, through which hardly anything goes


@dataclass(eq=False)
class _Hand:
    """An actor: which job it works for, and the part it has, if any. It was asked for at `since`."""

    actor: Any
    resources: Resources
    job: int
    part: str | None = None
    since: float = field(default_factory=time.monotonic)


class RayEngine:
    """Hands the parts of jobs to actors.

    `RAY_ADDRESS` names a cluster to join, `auto` the one of this machine; without it a Ray of our own is started here
    and ended with the run.
    """

    def __init__(self, config: Config, run: Run, build: str):
        self.config = config
        self.run = run
        self.build = build
        self._stderr = _redirect_stderr(run.records / "logs" / "ray.log")
        self._sigterm = signal.getsignal(signal.SIGTERM)
        try:
            _connect(config)
        except BaseException:
            self._restore()
            raise
        _on_sigterm(self._sigterm)
        self._head = Head(ray.get_runtime_context().gcs_address)
        self._busy: dict[Any, _Hand] = {}  # what Ray tells of a hand (its start, or its events) -> the hand
        self._idle: list[_Hand] = []
        self._jobs: Sequence[Job] = ()
        self._false_starts = 0

    def work(self, jobs: Sequence[Job], emit: Emit) -> None:
        """Bring the parts through the jobs; `emit` is told of each finished part of each stage.

        Raises what a worker raised: ConfigError, StorageError, or WorkerBug with its traceback.
        """
        wanted = self.config.workers
        cluster = ray.cluster_resources()
        available = Resources(wanted.cpus or cluster.get("CPU", 0.0), wanted.gpus or cluster.get("GPU", 0.0))
        parts = max(len(job.parts) for job in jobs)
        most = parts if wanted.count == "auto" else min(parts, wanted.count)
        for pools in phases([job.group for job in jobs], available, most):
            groups = [pool.group for pool in pools]
            self._phase([job for job in jobs if job.group in groups], [pool.workers for pool in pools], emit)

    def waiting(self) -> list[str]:
        """Say what the engine itself is waiting for: workers that Ray has found no place for."""
        starting = Counter((hand.job, hand.resources) for hand in self._busy.values() if hand.part is None)
        free = ray.available_resources()
        return [
            f"{count} workers of {self._jobs[job].group.name}, {needs.cpus:g} CPU and {needs.gpus:g} GPU each, are "
            f"not started; the cluster has {free.get('CPU', 0):g} CPU and {free.get('GPU', 0):g} GPU free"
            for (job, needs), count in starting.items()
        ]

    def close(self) -> None:
        try:
            if not self._head.is_gone:  # or Ray would wait for it
                self._leave()
            sweep()
        finally:
            self._restore()

    def _leave(self) -> None:
        ends = [hand.actor.close.remote() for hand in self._idle]
        if ends:
            ray.wait(ends, num_returns=len(ends), timeout=CLOSE_SECONDS)
        ray.shutdown()

    def _restore(self) -> None:
        """Take back what Ray has taken: standard error, and what SIGTERM does, also once Ray has given it up."""
        os.dup2(self._stderr, 2)
        os.close(self._stderr)
        _on_sigterm(self._sigterm)

    def _phase(self, jobs: Sequence[Job], sizes: Sequence[int], emit: Emit) -> None:
        self._jobs = jobs
        flow = Flow(jobs)
        self._staff(sizes)
        while True:
            for job in range(len(jobs)):
                if flow.is_over(job):
                    self._disband(job, flow)
            self._hand_out(flow)
            self._make_room(flow)
            if all(flow.is_over(job) for job in range(len(jobs))):
                return
            told, _ = ray.wait(list(self._busy), num_returns=1, timeout=POLL_SECONDS)
            for source in told:
                self._listen(source, flow, emit)
            if not told:
                self._head.check_is_there()

    def _staff(self, sizes: Sequence[int]) -> None:
        """Give each job its workers: those at hand that are of its size, and new ones."""
        spare, self._idle = self._idle, []
        missing: list[int] = []
        for number, size in enumerate(sizes):
            fitting = [hand for hand in spare if hand.resources == self._jobs[number].group.resources][:size]
            for hand in fitting:
                hand.job = number
                spare.remove(hand)
            self._idle += fitting
            missing += [number] * (size - len(fitting))
        for hand in spare:  # before others are asked for: they need the place
            ray.kill(hand.actor)
        for number in missing:
            self._hire(number)

    def _hire(self, job: int) -> None:
        resources = self._jobs[job].group.resources
        place: dict[str, Any] = {
            "num_cpus": resources.cpus,
            "num_gpus": resources.gpus,
            "scheduling_strategy": "SPREAD",
        }
        actor: Any = ray.remote(**place)(_Worker).remote(self.config.model_dump(), self.run, self.build)
        self._busy[actor.ready.options(name="start a worker").remote()] = _Hand(actor, resources, job)

    def _make_room(self, flow: Flow) -> None:
        """Let workers that Ray finds no place for have that of idle ones, and hire for jobs that so lost theirs.

        Pools fit into the cluster when a phase begins. Later a node may be gone, and what is left may hold too few
        workers for all jobs to go on at the same time.
        """
        starting = [hand for hand in self._busy.values() if hand.part is None]
        if any(time.monotonic() - hand.since > PATIENCE_SECONDS for hand in starting):
            for hand in [hand for hand in self._idle if not flow.waiting(hand.job)]:
                ray.kill(hand.actor)
                self._idle.remove(hand)
        staffed = {hand.job for hand in (*self._idle, *self._busy.values())}
        for job in range(len(self._jobs)):
            if job not in staffed and flow.waiting(job):
                self._hire(job)

    def _hand_out(self, flow: Flow) -> None:
        for hand in list(self._idle):
            part = flow.take(hand.job)
            if part is not None:
                group = self._jobs[hand.job].group
                events = hand.actor.work.options(num_returns="streaming", name=group.name).remote(part, group.names)
                hand.part = part
                self._idle.remove(hand)
                self._busy[events] = hand

    def _listen(self, source: Any, flow: Flow, emit: Emit) -> None:
        """Take what a worker tells: that it has started, an event, or that its part is done."""
        hand = self._busy[source]
        try:
            event = ray.get(source) if hand.part is None else ray.get(next(source))
        except StopIteration:
            flow.finish(hand.job, str(hand.part))
            self._rest(source)
        except RayTaskError as error:
            raise WorkerBug(str(error)) from error
        except RayError as error:
            self._lose(source, error, flow, emit)
        else:
            if event["event"] == "ready":
                self._false_starts = 0
                self._rest(source)
                emit(event)
            elif event["event"] == "error":
                raise (WorkerBug if event["kind"] == "WorkerBug" else getattr(errors, event["kind"]))(event["message"])
            else:
                emit(event)

    def _rest(self, source: Any) -> None:
        hand = self._busy.pop(source)
        hand.part = None
        self._idle.append(hand)

    def _lose(self, source: Any, error: RayError, flow: Flow, emit: Emit) -> None:
        """Replace a worker that is gone, and have its part done by another."""
        hand = self._busy.pop(source)
        detail = " ".join(str(error).split())
        emit({"event": "lost", "stages": self._jobs[hand.job].group.name, "part": hand.part, "detail": detail})
        if hand.part is not None:
            flow.give_back(hand.job, hand.part)
        else:
            self._false_starts += 1
            if self._false_starts >= MAX_FALSE_STARTS:
                raise WorkerBug(f"workers on Ray die as they start: {detail}")
        ray.kill(hand.actor)  # should it be out of reach only
        self._hire(hand.job)

    def _disband(self, job: int, flow: Flow) -> None:
        """Find other work for the workers of a job that is over; give back what they take up where there is none.

        Workers without a GPU are kept for the next step, since to start one takes seconds.
        """
        for source, hand in list(self._busy.items()):
            if hand.job == job:
                ray.kill(hand.actor)  # not even started
                del self._busy[source]
        for hand in [hand for hand in self._idle if hand.job == job]:
            others = [
                other
                for other, candidate in enumerate(self._jobs)
                if candidate.group.resources == hand.resources
                and candidate.group.count is None
                and not flow.is_over(other)
            ]
            if others:
                hand.job = max(others, key=flow.waiting)
            elif hand.resources.gpus:
                ray.kill(hand.actor)
                self._idle.remove(hand)


class _Worker:
    """The supervisor as an actor."""

    def __init__(self, config: dict[str, Any], run: Run, build: str):
        log = run.records / "logs" / f"worker-{socket.gethostname()}-{os.getpid()}.log"
        self.supervisor = Supervisor(Config.model_validate(config), run, build, log)

    def ready(self) -> Event:
        return {"event": "ready"}

    def work(self, part: str, stages: list[str]) -> Iterator[Event]:
        try:
            yield from self.supervisor.work(part, stages)
        except DuologueError as raised:  # travels as data: Ray would wrap it in pages of its own
            yield {"event": "error", "kind": type(raised).__name__, "message": str(raised)}

    def close(self) -> None:
        self.supervisor.close()


def _connect(config: Config) -> None:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    logging.getLogger("ray").setLevel(logging.ERROR)
    address = os.environ.get("RAY_ADDRESS")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            knock(address)  # Ray itself would try for minutes
            ray.init(address=address, runtime_env={"py_modules": _packages(config)}, **quiet)
        else:
            # a supervisor kills what takes too much memory, and says so; Ray would kill the supervisor
            os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")
            _start(address="local", include_dashboard=False, object_store_memory=OBJECT_STORE_BYTES, **quiet)
    except (OSError, ValueError, AuthenticationError) as error:
        raise ConfigError(
            f"RAY_ADDRESS={address}: cannot be joined ({error}); unset it to run on this machine, or set "
            "RAY_AUTH_MODE=token where the cluster asks for Ray's token"
        ) from error


def _on_sigterm(handler: Any) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)


def _start(**options: Any) -> None:
    """Start a Ray of our own. Its parts have 30 seconds to find each other, which on a busy machine is not enough."""
    for attempt in range(1, MAX_INITS + 1):
        try:
            ray.init(**options)
            return
        except Exception as error:  # Ray has no narrower one for this
            ray.shutdown()
            if attempt == MAX_INITS:
                raise ConfigError(
                    f"Ray cannot be started here ({error}); build with --engine inline, or join a Ray that runs with "
                    "RAY_ADDRESS"
                ) from error


def _packages(config: Config) -> list[str]:
    """Return the folders of code that travel to the nodes: the engine's package and the catalog's."""
    import importlib

    names = {__name__.partition(".")[0], config.catalog.partition(".")[0]}
    files = [importlib.import_module(name).__file__ for name in sorted(names)]
    return [os.path.dirname(os.path.abspath(file)) for file in files if file]


def _redirect_stderr(log: Path) -> int:
    """Send what Ray's compiled code writes to this process's standard error to a file; return the real one."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as file:
            real = os.dup(2)
            os.dup2(file.fileno(), 2)
    except OSError as error:
        raise StorageError(f"{log}: cannot be written ({error.strerror}); free space, then run again") from error
    return real
