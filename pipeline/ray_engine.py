"""The plan on Ray: a chain of actor pools through which the names of parts travel.

Nothing but names goes through Ray's object store; rows and media stay in the manifests, which every node sees. Each
actor is a supervisor, and the work is done by its child process. What happened is told to one small actor, the board,
which the driver reads from: events of all stages arrive as they happen, also of those in the middle of the chain.
"""

import logging
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
import ray.data
from ray.exceptions import AuthenticationError

from pipeline import errors
from pipeline.errors import ConfigError, DuologueError
from pipeline.plan import Config, Group
from pipeline.pools import Pool, phases
from pipeline.run import Run
from pipeline.stage import Resources
from pipeline.supervisor import Supervisor, WorkerBug
from pipeline.worker import Emit

POLL_SECONDS = 0.25
CONNECT_SECONDS = 10.0
PACKAGES = ("pipeline", "stages")


class RayEngine:
    """Runs groups as actor pools of one Ray Data plan.

    `RAY_ADDRESS` names a cluster to join, `auto` the one of this machine; without it a Ray of our own is started here
    and ended with the run.
    """

    def __init__(self, config: Config, run: Run):
        self.config = config
        self.run = run
        self._stderr = _redirect_stderr(run.records / "logs" / "ray.log")
        try:
            _connect()
        except BaseException:
            self._restore_stderr()
            raise
        self._board: Any = ray.remote(num_cpus=0)(_Board).remote()

    def work(self, groups: Sequence[Group], parts: Sequence[str], emit: Emit) -> None:
        """Bring all parts through the groups; `emit` is told of each finished part of each stage.

        Raises what a worker raised: ConfigError, StorageError, or WorkerBug with its traceback.
        """
        if not parts:
            return
        cluster = ray.cluster_resources()
        available = Resources(cluster.get("CPU", 0.0), cluster.get("GPU", 0.0))
        most = self.config.workers.count
        for pools in phases(groups, available, len(parts) if most == "auto" else min(most, len(parts))):
            self._phase(pools, parts, emit)

    def close(self) -> None:
        ray.shutdown()
        self._restore_stderr()

    def _restore_stderr(self) -> None:
        os.dup2(self._stderr, 2)
        os.close(self._stderr)

    def _phase(self, pools: Sequence[Pool], parts: Sequence[str], emit: Emit) -> None:
        dataset: ray.data.Dataset = ray.data.from_items(
            [{"part": part} for part in parts], override_num_blocks=len(parts)
        )
        for pool in pools:
            dataset = dataset.map_batches(
                _GroupWorker,
                fn_constructor_args=(self.config.model_dump(), self.run, pool.group, self._board),
                batch_size=1,
                num_cpus=pool.group.resources.cpus,
                num_gpus=pool.group.resources.gpus or None,
                compute=ray.data.ActorPoolStrategy(size=pool.workers, max_tasks_in_flight_per_actor=2),
            )
        with self._telling(emit):
            for row in dataset.iter_rows():
                if row["error"]:
                    kind, message = row["error"], row["message"]
                    raise (WorkerBug if kind == "WorkerBug" else getattr(errors, kind))(message)

    @contextmanager
    def _telling(self, emit: Emit) -> Iterator[None]:
        """Pass on what the board collects, from a thread: this one waits for Ray, and gets Ctrl-C."""
        done = threading.Event()

        def tell() -> None:
            while not done.wait(POLL_SECONDS):
                self._tell(emit)

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            done.set()
            teller.join()
            self._tell(emit)

    def _tell(self, emit: Emit) -> None:
        for event in ray.get(self._board.drain.remote()):
            emit(event)


class _Board:
    """Collects what workers tell until the driver asks."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def put(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    def drain(self) -> list[dict[str, Any]]:
        events, self.events = self.events, []
        return events


class _GroupWorker:
    """The supervisor as Ray Data wants it: a callable over batches of part names."""

    def __init__(self, config: dict[str, Any], run: Run, group: Group, board: Any):
        log = run.records / "logs" / f"worker-{os.uname().nodename}-{os.getpid()}.log"
        self.supervisor = Supervisor(Config.model_validate(config), run, group, log)
        self.board = board

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        error = message = ""
        try:
            for part in batch["part"]:
                if not batch.get("error", [""])[0]:
                    self.supervisor.work(str(part), self.board.put.remote)
        except DuologueError as raised:  # travels as data: Ray would wrap it in pages of its own
            error, message = type(raised).__name__, str(raised)
        known = batch.get("error", [""])[0]
        return {
            "part": batch["part"],
            "error": [known or error] * len(batch["part"]),
            "message": [batch.get("message", [""])[0] if known else message] * len(batch["part"]),
        }


def _connect() -> None:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    logging.getLogger("ray").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.enable_operator_progress_bars = False
    address = os.environ.get("RAY_ADDRESS")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            _check_answers(address)
            import pipeline

            folder = os.path.dirname(os.path.dirname(os.path.abspath(pipeline.__file__)))
            modules = [os.path.join(folder, name) for name in PACKAGES]
            ray.init(address=address, runtime_env={"py_modules": modules}, **quiet)
        else:
            ray.init(include_dashboard=False, **quiet)
    except (OSError, ValueError, AuthenticationError) as error:
        raise ConfigError(
            f"RAY_ADDRESS={address}: cannot be joined ({error}); unset it to run on this machine, or set "
            "RAY_AUTH_MODE=token where the cluster asks for Ray's token"
        ) from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _redirect_stderr(log: Path) -> int:
    """Send what Ray's compiled code writes to this process's standard error to a file; return the real one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    real = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    return real


def _check_answers(address: str) -> None:
    """Raise OSError when nothing listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
