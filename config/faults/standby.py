"""A PostgreSQL with a standby that follows it: the first is lost like a machine, and the second takes its place and its address."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from config import scratch
from config.faults.database import SOCKETS, Server, answers

FOLLOWING = "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'"
IN_STEP = "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'"


class Pair:
    """Knows the server that is first by its address, which stays the same. A context manager, which stops what it started."""

    def __init__(self, url: str, log: Path) -> None:
        self._url = url
        self._log = log
        self._first = Server.at(url)
        # Clients look for the socket here, whoever serves it.
        self._address = self._first.sockets
        self._standby: Path | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self._made = 0

    def __enter__(self) -> "Pair":
        self._follow()
        return self

    def __exit__(self, *exception: object) -> None:
        for process in self._started:
            scratch.stop(process)

    def kill(self) -> None:
        """kill -9 of the server and of everything that works for it, as when its machine is gone."""
        process = psutil.Process(self._first.pid)
        process.send_signal(signal.SIGSTOP)  # it shall start nothing more
        for one in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self._wait(lambda: not answers(self._url), "end")

    def start(self) -> None:
        """The standby is first from now on, is found at the address, and gets a standby of its own. Raises DidNotStart."""
        assert self._standby is not None
        own = f"postgresql://postgres@{quote(str(self._standby), safe='')}/postgres"
        with psycopg.connect(own, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        if self._address.is_symlink():
            self._address.unlink()
        else:
            shutil.rmtree(self._address)
        self._address.symlink_to(self._standby)
        self._wait(lambda: answers(self._url), "answer")
        self._first = Server.at(self._url)
        self._follow()

    def _follow(self) -> None:
        """Starts a standby on a copy of the first. From then on every commit waits until the standby has applied it."""
        self._made += 1
        data, sockets = (self._folder(f"{what}-{self._made}") for what in ("standby", "s"))
        programs = Path(self._first.command[0]).parent
        copy = [str(programs / "pg_basebackup"), "-D", str(data), "-h", str(self._address), "-U", "postgres", "-R", "-c", "fast"]
        if self._first.run(copy, self._log).wait(scratch.START_SECONDS):
            raise scratch.DidNotStart(f"No copy could be made:\n{self._log.read_text(errors='replace')[-1000:]}")
        command = [one for one in self._first.command if not one.startswith(SOCKETS)] + [f"{SOCKETS}{sockets}"]
        command[command.index("-D") + 1] = str(data)
        self._started.append(self._first.run(command, self._log))
        self._standby = sockets
        self._wait(lambda: self._is(FOLLOWING), "follow")
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        self._wait(lambda: self._is(IN_STEP), "keep in step")

    def _folder(self, name: str) -> Path:
        folder = self._address.with_name(name)
        folder.mkdir(mode=0o700)
        os.chown(folder, self._first.owner.st_uid, self._first.owner.st_gid)
        return folder

    def _is(self, question: str) -> bool:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(question).fetchone()
        return bool(row and row[0])

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + scratch.START_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise scratch.DidNotStart(f"The database does not {what}:\n{self._log.read_text(errors='replace')[-1000:]}")
            time.sleep(0.05)
