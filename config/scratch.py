"""Surroundings that are thrown away afterwards: a database of its own, and processes that end with the block.

Stories, benchmarks and fault runs use it, so that none of them ever touches what people keep.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
from psycopg import sql

from config.env import BASE_DIR
from config.servers import end_with_parent, servers

START_SECONDS = 120.0
STOP_SECONDS = 15.0


class DidNotStart(RuntimeError):
    """A process ended or stayed silent instead of serving; the message names it."""


@contextlib.contextmanager
def scratch_database(purpose: str, *, keep: bool = False) -> Iterator[dict[str, str]]:
    """DATABASE_URL of a fresh, empty database and REDIS_URL, as an environment. The database is dropped at the end.

    `keep` leaves it on a server that stays itself. On the servers that the environment names, or on embedded ones that live as long as the block.
    """
    with servers(None, durable=False, given=os.environ) as addresses:
        name = f"ebb_{purpose}_{os.getpid()}_{secrets.token_hex(3)}"
        with psycopg.connect(addresses.database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"DATABASE_URL": _with_path(addresses.database_url, name), "REDIS_URL": addresses.redis_url}
        finally:
            if not keep:
                _drop(addresses.database_url, name)


def _drop(server: str, database: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Runs `python ARGUMENTS` in the project to its end. Raises DidNotStart with the last of what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=BASE_DIR, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DidNotStart(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")


def installation(folder: Path) -> dict[str, str]:
    """The environment of a complete installation of its own, with keys made for this one run; its servers are not in it.

    What the settings would otherwise take over from whoever started it is set too.
    """
    keys = {
        "POLICY_KEY": secrets.token_urlsafe(32),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEY": secrets.token_urlsafe(32),
        "FIELD_KEYS": f"scratch:{secrets.token_urlsafe(32)}",
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
    }
    return {
        **keys,
        **{f"{name}_FILE": "" for name in keys},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:No directory at:UserWarning",
        "DEBUG": "0",
        "DEMO_MODE": "0",
        "EBB_VAR_DIR": str(folder),
        "SITE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "TRUSTED_PROXY_COUNT": "0",
        # Programs ask faster than people do.
        "THROTTLE_PERSON": "100000/min",
        "THROTTLE_ADDRESS": "1000000/min",
        "PUSH_HOSTS": "push.example.org",
        "VAPID_SUBJECT": "mailto:scratch@example.org",
    }


@contextlib.contextmanager
def process(arguments: Sequence[str], environment: Mapping[str, str], *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python ARGUMENTS` in a session of its own for as long as the block lasts; what it says goes to `log`."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  (as in config/servers.py)
        )
        try:
            yield child
        finally:
            stop(child)


def stop(child: subprocess.Popen[bytes]) -> None:
    """Asks the process group to end, and insists after a while."""
    for how, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
            return


@contextlib.contextmanager
def web_server(
    application: str, environment: Mapping[str, str], *, log: Path, workers: int = 1, health: str = "/healthz"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Granian serving a WSGI `application` on a free port; yields its address once `health` answers."""
    port = free_port()
    arguments = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    arguments += ["--workers", str(workers), "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    arguments += ["--workers-kill-timeout", "5", application]
    with process(arguments, environment, log=log) as child:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while not _answers(address + health):
            if child.poll() is not None or time.monotonic() > deadline:
                raise DidNotStart(f"{application} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield address, child


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _with_path(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
