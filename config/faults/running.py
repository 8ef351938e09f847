"""Runs a fault on servers of its own: started, migrated once, a fresh database for each run, and all of it gone afterwards.

The run itself is another process (`config.faults.play`), whose settings are those of the thrown-away installation from
its first import on. Its parts end with it, and it ends with whoever started it.
"""

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from config import scratch
from config.env import BASE_DIR, VAR_DIR
from config.faults import FAULTS
from config.servers import Addresses, end_with_parent, servers

START_MINUTES = 5.0
"""For preparing, however small the run."""
RECORDS = VAR_DIR / "faults"


class CouldNotRun(RuntimeError):
    """The run ended without a result; the message says why."""


@dataclass(frozen=True)
class Servers:
    """The servers of all runs, with a migrated database that each run's own is copied from."""

    addresses: Addresses
    folder: Path
    installation: Mapping[str, str]


@contextlib.contextmanager
def ready_servers(*, durable: bool = False) -> Iterator[Servers]:
    """Embedded servers, whatever the environment names: these may be broken. Raises ServersError and DidNotStart."""
    with (
        tempfile.TemporaryDirectory(prefix="ebb-faults-", ignore_cleanup_errors=True) as name,
        servers(None, durable=durable) as addresses,
    ):
        folder = Path(name)
        installation = scratch.installation(folder) | {
            "PUSH_DEVELOPMENT_HOST": f"localhost:{scratch.free_port()}",
            "EMAIL_URL": f"smtp://127.0.0.1:{scratch.free_port()}",
        }
        scratch.run(["manage.py", "migrate", "--noinput"], installation | addresses.environment())
        yield Servers(addresses, folder, installation)


def run_one(name: str, ready: Servers, *, scale: float, seed: int) -> dict[str, Any]:
    """Runs one fault and returns its record, which is kept under `var/faults` too. Raises CouldNotRun."""
    if not FAULTS[name].breaks_servers:
        return _run_on(name, ready, scale=scale, seed=seed)
    with ready_servers(durable=True) as own:
        return _run_on(name, own, scale=scale, seed=seed)


def _run_on(name: str, ready: Servers, *, scale: float, seed: int) -> dict[str, Any]:
    began = datetime.now(UTC)
    folder = ready.folder / name
    folder.mkdir()
    versions = _versions(ready.addresses)
    with _own_database(ready.addresses, name) as url:
        environment = {**os.environ, **ready.installation, "DATABASE_URL": url, "REDIS_URL": ready.addresses.redis_url}
        environment["DEMO_MODE"] = "1" if FAULTS[name].moves_clock else "0"
        environment |= {"EBB_VAR_DIR": str(folder), "PUSH_DEVELOPMENT_CA": str(folder / "push" / "authority.pem")}
        result = _play(name, environment, folder, scale=scale, seed=seed)
    record = {
        "name": name,
        "fault": FAULTS[name].what,
        "seed": seed,
        "scale": scale,
        "began": began.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
        **result,
        "versions": versions,
    }
    RECORDS.mkdir(parents=True, exist_ok=True)
    path = RECORDS / f"{name}-{began:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record


def _play(name: str, environment: Mapping[str, str], folder: Path, *, scale: float, seed: int) -> dict[str, Any]:
    limit = 60 * (START_MINUTES + scale * FAULTS[name].minutes)
    answer = folder / "result.json"
    child = subprocess.Popen(
        [sys.executable, "-m", "config.faults.play", name, str(scale), str(seed), str(folder)],
        cwd=BASE_DIR,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  (as in config/servers.py)
    )
    try:
        code = child.wait(limit)
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"{name} was stopped after {limit / 60:.1f} minutes.") from None
    finally:
        scratch.stop(child)
    if code or not answer.exists():
        raise CouldNotRun(f"{name} ended with {code} and without a result.")
    result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return result


@contextlib.contextmanager
def _own_database(addresses: Addresses, name: str) -> Iterator[str]:
    """A copy of the migrated database, and an empty broker."""
    own = f"ebb_{name.lower()}"
    parts = urlsplit(addresses.database_url)
    template = sql.Identifier(parts.path.strip("/"))
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(own), template))
    with contextlib.closing(redis.Redis.from_url(addresses.redis_url)) as client:
        client.flushall()
    try:
        yield urlunsplit(parts._replace(path=f"/{own}"))
    finally:
        # A server that the run has broken takes its databases with it.
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own)))


def _versions(addresses: Addresses) -> dict[str, str]:
    with psycopg.connect(addresses.database_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    with contextlib.closing(redis.Redis.from_url(addresses.redis_url)) as client:
        broker = client.info("server")
    return {
        "python": platform.python_version(),
        "postgresql": str(row[0]) if row else "",
        "valkey": str(broker.get("valkey_version") or broker["redis_version"]),
        **{name: version(name) for name in ("django", "celery", "psycopg", "granian")},
    }
