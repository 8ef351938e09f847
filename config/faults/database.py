"""The PostgreSQL of a run, which can be killed like a machine that loses its power, and started again on its data."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from django.db import connection
from psycopg import sql

from config import scratch
from config.servers import end_with_parent

SOCKETS = "-cunix_socket_directories="


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL: its first process, how that was started, and whose it is."""

    pid: int
    command: Sequence[str]
    owner: os.stat_result

    @classmethod
    def at(cls, url: str) -> Self:
        """The one that answers there, which must be on this machine."""
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").fetchone()
        assert row is not None
        process = Path(f"/proc/{row[0]}")
        return cls(int(row[0]), process.joinpath("cmdline").read_text().rstrip("\0").split("\0"), process.stat())

    @property
    def data(self) -> Path:
        return Path(self.command[self.command.index("-D") + 1])

    @property
    def sockets(self) -> Path:
        return Path(next(one.removeprefix(SOCKETS) for one in self.command if one.startswith(SOCKETS)))

    def run(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Starts one of PostgreSQL's programs as the account to which the server belongs."""
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509  (as in config/servers.py)
                user=self.owner.st_uid,
                group=self.owner.st_gid,
                extra_groups=[],
            )


@contextlib.contextmanager
def copies(count: int) -> Iterator[list[str]]:
    """The names of so many copies of the database of the settings, to which nobody may be connected. They go at the end."""
    source = connection.settings_dict["NAME"]
    names = [f"{source}_{number}" for number in range(count)]
    server = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**server, autocommit=True) as administrator:
        for name in names:
            administrator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))
        try:
            yield names
        finally:
            for name in names:
                administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def answers(url: str) -> bool:
    """Whether a database lets us in there."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=5):
        return True
    return False


class Database:
    """Knows the running server by its address, and how to start it again. A context manager, which stops what it started."""

    def __init__(self, url: str, log: Path) -> None:
        self._url = url
        self._log = log
        self._again: subprocess.Popen[bytes] | None = None
        self._server = Server.at(url)
        self._pid = self._server.pid

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._again is not None:
            scratch.stop(self._again)

    def kill(self) -> None:
        """kill -9 of the server; its helpers notice and end too."""
        os.kill(self._pid, signal.SIGKILL)
        if self._again is not None:
            self._again.wait()
        deadline = time.monotonic() + scratch.START_SECONDS
        while answers(self._url):
            if time.monotonic() > deadline:
                raise scratch.DidNotStart("The database goes on after being killed.")
            time.sleep(0.02)

    def start(self) -> None:
        """Raises DidNotStart."""
        deadline = time.monotonic() + scratch.START_SECONDS
        while not answers(self._url):
            if self._again is None or self._again.poll() is not None:
                # Until the last helper of the killed one has let go of the shared memory, it does not start.
                self._forget_the_dead_one()
                self._again = self._server.run(self._server.command, self._log)
            if time.monotonic() > deadline:
                raise scratch.DidNotStart(f"The database did not come back:\n{self._log.read_text(errors='replace')[-1000:]}")
            time.sleep(0.1)
        self._pid = self._again.pid if self._again else self._pid

    def _forget_the_dead_one(self) -> None:
        """Its process number still exists, for as long as nobody has asked how it ended, so the server would believe it alive."""
        (self._server.data / "postmaster.pid").unlink(missing_ok=True)
        for lock in self._server.sockets.glob(".s.PGSQL.*.lock"):
            lock.unlink()
