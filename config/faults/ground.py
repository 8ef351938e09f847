"""What a fault run stands on: its size, its chance, and the real parts as processes. Leaving it stops them all."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from config import scratch
from config.broker import Broker
from config.faults import database
from config.faults.forked import deliver_for_ever, on_database
from config.faults.results import Invariant
from config.faults.sink import Sink

Part = TypeVar("Part")

SAYS_SOMETHING = 0.1
LOOK_EVERY = 0.2
PATIENCE = 120.0
"""Seconds for which nothing may change before a run gives up waiting."""


class NothingHappens(RuntimeError):
    """What a run waited for did not come."""


def say(text: str) -> None:
    """A line for whoever is watching."""
    print(f"  {text} ...", file=sys.stderr, flush=True)  # noqa: T201


class Ground:
    """A context manager. `chance` is seeded, so that the same seed breaks the same things."""

    def __init__(self, folder: Path, *, scale: float, seed: int) -> None:
        self.folder = folder
        self.scale = scale
        self.seed = seed
        self.chance = Random(seed)
        self._parts = contextlib.ExitStack()
        self._started = 0
        self._fork = multiprocessing.get_context("forkserver")
        self._fork.set_forkserver_preload(["config.faults.forked"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._parts.close()

    def count(self, full: int, *, least: int = 1) -> int:
        """How many of something, where a run at full size has `full`."""
        return max(least, round(full * self.scale))

    def timed(self, *invariants: Invariant) -> list[Invariant]:
        """Invariants about seconds, which say something from a tenth of full size on and on a machine that is not busy."""
        return list(invariants) if self.scale >= SAYS_SOMETHING else []

    def say(self, text: str) -> None:
        say(text)

    # Parts

    def worker(self, *, concurrency: int = 2, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A Celery worker in a process group of its own."""
        return self._celery("worker", "--concurrency", str(concurrency), "--without-mingle", "--without-gossip", more=environment)

    def beat(self, *, every: float = 1.0) -> subprocess.Popen[bytes]:
        """The clockwork of the sweeps, faster than usual."""
        schedule = self.folder / f"beat-{self._started}"
        return self._celery("beat", "--pidfile", "", "--schedule", str(schedule), more={"SWEEP_SECONDS": str(every)})

    def web(self, *, workers: int = 2) -> str:
        """The web server's address."""
        log = self.folder / "web.log"
        address, _ = self._parts.enter_context(scratch.web_server("config.wsgi:application", {}, log=log, workers=workers))
        return address

    def sink(self) -> Sink:
        """The counting push service, where the installation's settings say that one is."""
        port = urlsplit(f"//{settings.PUSH_DEVELOPMENT_HOST}").port or 0
        return self._parts.enter_context(Sink(self.folder / "push", port=port))

    def broker(self) -> Broker:
        """The broker, to be taken away and brought back. Only for runs that break servers."""
        return self._parts.enter_context(contextlib.closing(Broker(settings.REDIS_URL, self.folder / "broker.log")))

    def enter(self, part: contextlib.AbstractContextManager[Part]) -> Part:
        """Keeps any other part open until the run ends."""
        return self._parts.enter_context(part)

    def forked_worker(self, *, batch: int = 100, starts: Path | None = None) -> BaseProcess:
        """A worker without Celery, which begins at once (`config.faults.forked`)."""
        return self.fork(deliver_for_ever, batch, starts)

    def fork(self, target: Callable[..., None], *arguments: object) -> BaseProcess:
        """A process that does one thing, begun at once."""
        child = self._fork.Process(target=target, args=arguments, daemon=True)
        child.start()
        self._parts.callback(child.kill)
        return child

    def fork_on_copies(self, target: Callable[..., None], processes: int, *arguments: object) -> None:
        """`target(number, folder, *arguments)` in so many processes, each on a copy of the run's database. Raises NothingHappens.

        The run itself must not have asked its database anything yet: one that somebody is connected to cannot be copied.
        """
        with database.copies(processes) as names:
            children = [self.fork(on_database, name, target, number, self.folder, *arguments) for number, name in enumerate(names)]
            for child in children:
                child.join()
        if any(child.exitcode for child in children):
            raise NothingHappens("a process of the run ended before its end")

    def kill(self, part: subprocess.Popen[bytes]) -> None:
        """kill -9 of a part and of everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.pid, signal.SIGKILL)
        part.wait()

    def _celery(self, *arguments: str, more: dict[str, str] | None) -> subprocess.Popen[bytes]:
        self._started += 1
        log = self.folder / f"{arguments[0]}-{self._started}.log"
        command = ["-m", "celery", "-A", "config", *arguments, "--loglevel", "INFO"]
        return self._parts.enter_context(scratch.process(command, more or {}, log=log))

    # Waiting

    def wait_until(self, done: Callable[[], bool], *, what: str, progress: Callable[[], object] = lambda: None) -> None:
        """Looks until `done`. Raises NothingHappens when `progress` stays the same for too long."""
        seen, since = progress(), time.monotonic()
        while not done():
            if (now_seen := progress()) != seen:
                seen, since = now_seen, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                raise NothingHappens(f"waited {PATIENCE:g} s for {what}; last seen: {seen}")
            time.sleep(LOOK_EVERY)

    def pause(self, seconds: float) -> None:
        """Lets a moment pass that the run has drawn by chance."""
        time.sleep(seconds)

    def seconds(self) -> float:
        """The monotonic clock, which all processes of a machine share."""
        return time.monotonic()
