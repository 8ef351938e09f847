#!/usr/bin/env python3
"""Runs and tests Ebb on a machine that has Python and nothing else.

python3 dev.py run     builds .venv, starts a database, a broker and Ebb, and prints where to look
python3 dev.py test    builds .venv, starts a throw-away database and broker, and runs the tests
python3 dev.py lock    compiles requirements/*.in into the pinned requirements/*.txt

Everything it makes is in .venv and var. Started by root, PostgreSQL keeps its data under /var/lib/ebb, because it
refuses to run as root. `python3 dev.py COMMAND --help` tells more about each command.

Environment:
  DATABASE_URL, REDIS_URL   servers of your own, used instead of those that come with the packages
  EBB_VAR_DIR               a folder to use instead of var

Exit codes: 0 stopped as asked; 1 something failed on the way; 2 it could not begin, and the sentence says why.
The command test passes on the exit code of pytest.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import http.client
import importlib.util
import inspect
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if sys.version_info < (3, 11):
    print(f"Ebb needs Python 3.11 or newer; this is {platform.python_version()}.", file=sys.stderr)
    sys.exit(2)
try:
    import fcntl
except ImportError:
    print("Ebb runs on Linux and macOS; on Windows, start it inside WSL.", file=sys.stderr)
    sys.exit(2)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VAR = Path(os.environ.get("EBB_VAR_DIR") or ROOT / "var").resolve()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BASE_PYTHON: str = getattr(sys, "_base_executable", sys.executable)  # also when .venv's own Python runs this file
STAMP = VENV / "installed.json"
ADDRESSES = VAR / "addresses.json"
LOGS = VAR / "log"
STOP_SECONDS = 15.0
READY_SECONDS = 90.0


class Refusal(Exception):
    """It cannot begin. The message is one sentence for the person who asked; the exit code is 2."""


class Failure(Exception):
    """Something went wrong on the way. The message says what and where to read more; the exit code is 1."""


class Asked(BaseException):
    """Somebody asked for an end, by Ctrl-C or a signal."""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    passed_on = given[1:] if given[:1] == ["test"] and given[1:2] not in (["-h"], ["--help"]) else []
    options = _parser().parse_args(given[: len(given) - len(passed_on)], argparse.Namespace(pytest=passed_on))
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _ask)
    try:
        return int(options.command(options))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except Asked:
        return 0


def _ask(*_: object) -> None:
    raise Asked


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__, formatter_class=plain)
    commands = parser.add_subparsers(title="commands", required=True, metavar="{run,test,lock}")

    command = commands.add_parser("run", help="run Ebb on this machine", description=inspect.getdoc(run), formatter_class=plain)
    command.add_argument("--port", type=_port, default=8000, help="where the web server listens on 127.0.0.1 (default: 8000)")
    command.add_argument("--fresh", action="store_true", help="delete all accounts and answers first, after asking")
    command.add_argument("--yes", action="store_true", help="answer the question of --fresh with yes")
    command.set_defaults(command=run)

    usage = "dev.py test [whatever pytest understands]"
    command = commands.add_parser("test", help="run the tests", description=inspect.getdoc(test), formatter_class=plain, usage=usage)
    command.set_defaults(command=test)

    command = commands.add_parser("lock", help="pin the requirements anew", description=inspect.getdoc(lock), formatter_class=plain)
    command.add_argument("--upgrade", action="store_true", help="move to the newest versions that fit")
    command.set_defaults(command=lock)
    return parser


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


# The commands


def run(options: argparse.Namespace) -> int:
    """Runs Ebb until Ctrl-C: the embedded PostgreSQL and Valkey, the web server, the worker and the clock (beat).

    The first run installs the packages and makes two people who have been answering for a while. Data stay for the next
    run. Logs are in var/log, one file per process.
    """
    began = time.monotonic()
    _check_writable()
    address = f"http://127.0.0.1:{options.port}"
    with _only_one(address):
        _check_port(options.port)
        if options.fresh:
            _start_over(yes=options.yes)
        install("base")
        with Processes() as processes:
            environment = {"SITE_URL": address} | _environment() | processes.start_servers(VAR / "data", fresh=options.fresh)
            processes.tell_addresses(environment)
            _manage("Preparing the database", "migrate", "--noinput", environment=environment)
            sign_ins = _demo_data(environment)
            _start_parts(processes, environment, options.port)
            _wait_until_healthy(processes, options.port)
            _welcome(address, sign_ins, seconds=time.monotonic() - began)
            processes.watch()
    return 0


def test(options: argparse.Namespace) -> int:
    """Runs the tests on a PostgreSQL and a Valkey made for the occasion, or on DATABASE_URL and REDIS_URL where both are set.

    What follows the word test goes to pytest:
      python3 dev.py test tests/checkins -k reveal
      python3 dev.py test -n 0 --pdb
    """
    _check_writable()
    install("base", "test")
    environment = _environment()
    environment.setdefault("PYTEST_XDIST_AUTO_NUM_WORKERS", str(_cores()))
    with Processes() as processes:
        environment |= processes.start_servers(None)
        # In the terminal's own group, so that Ctrl-C and --pdb reach it as usual.
        pytest = subprocess.Popen([PYTHON, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *options.pytest], cwd=ROOT, env=environment)
        try:
            return pytest.wait()
        except Asked:
            pytest.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return pytest.wait(STOP_SECONDS)
            pytest.kill()
            return pytest.wait()


def lock(options: argparse.Namespace) -> int:
    """Compiles requirements/base.in and test.in into the pinned, hashed base.txt and test.txt."""
    _check_writable()
    install("base", "test")
    uv = shutil.which("uv") or str(VENV / "bin" / "uv")
    if not Path(uv).exists():
        _pip("install", "--quiet", "uv", packages=1)
    for name in ("base", "test"):
        source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
        command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
        command += [*(["--upgrade"] if options.upgrade else []), source, "-o", target]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise Failure(f"{source} could not be compiled; uv's words are above.")
        print(f"{target} is compiled.")
    return 0


# Whether it may begin


def _check_writable() -> None:
    for folder in (VENV, VAR):
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise Refusal(f"Ebb needs to write in {nearest}, and this account may not.")
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        (VAR / "setup.lock").touch()
    except OSError as error:
        raise Refusal(f"Ebb needs to write in {VAR}, and cannot: {error.strerror}.") from None


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"This account may not use port {port}; choose one above 1023 with --port.") from None
        except OSError:
            raise Refusal(f"Port {port} is taken by another program; choose another with --port.") from None


@contextlib.contextmanager
def _only_one(address: str) -> Iterator[None]:
    """One `run` per folder. The kernel forgets the lock with the process, however that ends."""
    with (VAR / "run.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refusal(f"Ebb is already running from this folder: {file.read().strip()}.") from None
        file.truncate(0)
        file.write(f"{address}, process {os.getpid()}")
        file.flush()
        yield


def _start_over(*, yes: bool) -> None:
    if os.environ.get("DATABASE_URL"):
        raise Refusal("--fresh empties the database that comes with Ebb; DATABASE_URL names one of yours, so empty that by hand.")
    if not yes:
        if not sys.stdin.isatty():
            raise Refusal("--fresh deletes all accounts and answers; add --yes to say that you mean it.")
        if input("This deletes all accounts and answers kept here. Start over? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was changed.")
            raise Asked
    for path in VAR.iterdir():
        if path.is_dir() and path != LOGS and path.name != "data":  # data: config.servers knows where they really are
            shutil.rmtree(path)
        elif path.suffix == ".json":
            path.unlink()


# The packages


def install(*names: str) -> None:
    """Brings .venv up to requirements/NAME.txt, and does nothing where it is there already."""
    wanted = {name: hashlib.sha256((ROOT / f"requirements/{name}.txt").read_bytes()).hexdigest() for name in names}
    interpreter = f"{sys.implementation.cache_tag} {platform.machine()} {sys.base_prefix} {VENV}"
    with (VAR / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        stamp = _read_json(STAMP)
        same_interpreter = stamp.get("interpreter") == interpreter
        if same_interpreter and PYTHON.exists() and wanted.items() <= stamp["locks"].items():
            return
        if not PYTHON.exists() or (stamp and not same_interpreter):
            _make_venv()
            stamp = {}
        files = [f"requirements/{name}.txt" for name in names]
        packages = {line.split("==")[0] for name in files for line in _pins(ROOT / name)}
        _pip("install", "--require-hashes", *(part for name in files for part in ("-r", name)), packages=len(packages))
        # What else was installed from a lock that has not changed stays installed; from one that has, is installed anew.
        kept = stamp.get("locks", {}) if stamp.get("locks", {}).get("base") == wanted.get("base") else {}
        STAMP.write_text(json.dumps({"interpreter": interpreter, "locks": kept | wanted}), encoding="utf-8")


def _make_venv() -> None:
    if importlib.util.find_spec("venv") is None:
        raise Refusal("This Python has no module venv; install it (Debian, Ubuntu: apt install python3-venv).")
    print(f"Making {VENV.name} with Python {platform.python_version()}", flush=True)
    command = [BASE_PYTHON, "-m", "venv", "--clear"]
    if importlib.util.find_spec("ensurepip") and _succeeds([*command, str(VENV)]):
        return
    if importlib.util.find_spec("pip") is None:
        raise Refusal("This Python has neither ensurepip nor pip; install one (Debian, Ubuntu: apt install python3-venv).")
    if not _succeeds([*command, "--without-pip", str(VENV)]):
        raise Refusal(f"Python could not make {VENV}; {LOGS / 'setup.log'} has its words.")


def _pip(*arguments: str, packages: int) -> None:
    """Runs pip on .venv: its own, or this Python's where .venv has none. Shows how far it is."""
    has_own = next(VENV.glob("lib/python*/site-packages/pip"), None)
    pip: list[str | Path] = [PYTHON, "-m", "pip"] if has_own else [BASE_PYTHON, "-m", "pip", "--python", PYTHON]
    command = [*pip, *arguments, "--no-input", "--disable-pip-version-check"]
    _log("pip").unlink(missing_ok=True)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with _group(command, _log("pip"), **pipes) as process, _log("pip").open("w", encoding="utf-8") as log:
        progress = Progress(packages)
        for line in process.stdout or ():
            log.write(line)
            progress.see(line)
        progress.end()
        if process.wait():
            log.flush()
            raise Failure(f"The packages could not be installed; {_log('pip')} has it all.\n{_tail(_log('pip'))}")


@dataclass
class Progress:
    """Tells how far pip is: in place on a terminal, now and then in a log."""

    total: int
    seen: int = 0
    on_terminal: bool = field(default_factory=sys.stdout.isatty)

    def see(self, line: str) -> None:
        if found := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.\[\],-]+)", line):
            self.seen = min(self.seen + 1, self.total)
            if self.on_terminal or self.seen % 25 == 1:
                self._show(f"Fetching packages {self.seen:3}/{self.total}  {found[1]}")
        elif line.startswith("Installing collected packages"):
            self._show(f"Putting {self.total} packages in place, half a minute or so")

    def _show(self, text: str) -> None:
        print(f"\r\033[K{text}" if self.on_terminal else text, end="" if self.on_terminal else "\n", flush=True)

    def end(self) -> None:
        if self.on_terminal and self.seen:
            print("\r\033[K", end="", flush=True)


def _pins(path: Path) -> list[str]:
    return re.findall(r"^[\w.\[\],-]+==", path.read_text(encoding="utf-8"), re.MULTILINE)


# What runs


@dataclass
class Child:
    name: str
    process: subprocess.Popen[str]
    log: Path


class Processes:
    """The processes of one `run` or `test`. Leaving the block stops every one of them, the servers last."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._told = False

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        servers = [child for child in self._children if child.name == "servers"]
        for group in ([child for child in self._children if child not in servers], servers):
            _stop([child.process for child in group])
        if self._told:
            ADDRESSES.unlink(missing_ok=True)

    def start(self, name: str, command: Sequence[str | Path], environment: dict[str, str], **pipes: Any) -> Child:
        log = _log(name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with _signals_held():
            child = Child(name, _popen(command, log, env=environment, **pipes), log)
            self._children.append(child)
        return child

    def start_servers(self, data: Path | None, *, fresh: bool = False) -> dict[str, str]:
        """Starts PostgreSQL and Valkey, as far as the environment does not name others, and returns their addresses.

        They end when their standard input closes, and so also when this process is killed.
        """
        given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
        if all(given.values()):
            return given
        arguments = [str(data), *(["--fresh"] if fresh else [])] if data else ["--fast"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        child = self.start("servers", [PYTHON, "-m", "config.servers", *arguments], _environment(), **pipes)
        line = child.process.stdout.readline() if child.process.stdout else ""
        answer = json.loads(line) if line else {"error": f"The servers did not start.\n{_tail(child.log)}"}
        if "error" in answer:
            raise Failure(answer["error"])
        if data and not given["DATABASE_URL"]:
            print(f"Data are in {answer['HOME']}", flush=True)
        return {name: answer[name] for name in given}

    def tell_addresses(self, environment: dict[str, str]) -> None:
        """Lets `manage.py` commands in another terminal find the servers for as long as this runs."""
        ADDRESSES.write_text(json.dumps({name: environment[name] for name in ("DATABASE_URL", "REDIS_URL")}), encoding="utf-8")
        ADDRESSES.chmod(0o600)
        self._told = True

    def watch(self) -> None:
        """Waits until somebody asks for the end. Raises Failure when a process ends by itself."""
        while True:
            self.check()
            time.sleep(0.5)

    def check(self) -> None:
        for child in self._children:
            if child.process.poll() is not None:
                raise Failure(f"The {child.name} stopped by itself; {child.log} has its last words.\n{_tail(child.log)}")


def _start_parts(processes: Processes, environment: dict[str, str], port: int) -> None:
    celery: list[str | Path] = [PYTHON, "-m", "celery", "-A", "config"]
    parts: dict[str, list[str | Path]] = {
        "web": [
            *(PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            # Each thread keeps a connection to the database, so few of them.
            *("--workers", str(min(2, _cores())), "--blocking-threads", "2", "--workers-kill-timeout", "10", "config.wsgi:application"),
        ],
        "worker": [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--schedule", str(VAR / "beat-schedule"), "--pidfile", ""],
    }
    for name, command in parts.items():
        processes.start(name, command, environment)


def _wait_until_healthy(processes: Processes, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        processes.check()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise Failure(f"Ebb did not answer within {READY_SECONDS:.0f} seconds; {_log('web')} may say why.\n{_tail(_log('web'))}")


def _environment(**more: str) -> dict[str, str]:
    defaults = {"DEBUG": "1", "DEMO_MODE": "1", "PYTHONUNBUFFERED": "1"}
    return defaults | os.environ | {"EBB_VAR_DIR": str(VAR)} | more


def _manage(title: str, *arguments: str, environment: dict[str, str]) -> str:
    """Runs a command of manage.py to its end and returns what it wrote."""
    print(title, flush=True)
    log = _log("setup")
    with _group([PYTHON, "manage.py", *arguments], log, env=environment, stdout=subprocess.PIPE) as process:
        output, _ = process.communicate()
        if process.returncode:
            raise Failure(f"`manage.py {arguments[0]}` failed; {log} has its words.\n{_tail(log)}")
    return str(output)


def _demo_data(environment: dict[str, str]) -> list[dict[str, str]]:
    """Makes the demo people once per database, and remembers how they sign in."""
    own_database = os.environ.get("DATABASE_URL", "")
    suffix = f"-{hashlib.sha256(own_database.encode()).hexdigest()[:12]}" if own_database else ""
    remembered = VAR / f"demo{suffix}.json"
    if not remembered.exists() and (ROOT / "config/management/commands/demo_data.py").exists():
        output = _manage("Making demo data", "demo_data", "--json", environment=environment)
        remembered.write_text(output.strip().splitlines()[-1], encoding="utf-8")
    sign_ins: list[dict[str, str]] = _read_json(remembered).get("sign_ins", [])
    return sign_ins


def _welcome(address: str, sign_ins: list[dict[str, str]], *, seconds: float) -> None:
    print(f"\nEbb is running at {address}  (ready in {seconds:.0f} s)\n")
    for one in sign_ins:
        factor = f"  second factor  {one['key']}" if one.get("key") else ""
        print(f"  sign in as {one['who']:<10} {one['email']:<28} password  {one['password']}{factor}")
    print(f"\nLogs are in {LOGS}. Ctrl-C stops everything.", flush=True)


# Processes, one by one


def _popen(command: Sequence[str | Path], log: Path, **options: Any) -> subprocess.Popen[str]:
    """Starts a command in a session of its own, out of reach of the terminal's Ctrl-C, its output in `log`."""
    with log.open("a", encoding="utf-8") as output:
        defaults: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output, "cwd": ROOT, "text": True}
        return subprocess.Popen(command, **(defaults | options), start_new_session=True, preexec_fn=_in_the_child)  # noqa: PLW1509


def _in_the_child() -> None:
    """Lets signals through again and, on Linux, has the kernel end the child should this process be killed."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if platform.system() == "Linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGTERM))


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Nobody's wish to stop may fall between a process starting and our knowing of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _group(command: Sequence[str | Path], log: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A command to wait for, ended with all its children when we are asked to stop meanwhile."""
    with _signals_held():
        process = _popen(command, log, **options)
    try:
        yield process
    finally:
        _stop([process])


def _stop(processes: list[subprocess.Popen[str]]) -> None:
    """SIGTERM to each group; SIGKILL to whatever is left of it after STOP_SECONDS."""
    for process in processes:
        if process.stdin:
            process.stdin.close()
        if process.poll() is None:
            _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        _signal_group(process, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _succeeds(command: list[str]) -> bool:
    with _group(command, _log("setup")) as process:
        return process.wait() == 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _log(name: str) -> Path:
    return LOGS / f"{name}.log"


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(f"  {line}" for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
