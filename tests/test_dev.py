"""dev.py: what it refuses, what it installs, and that it leaves nothing running."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

import dev
from config.servers import home_of
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
SIGN_IN = {"who": "Ana", "email": "ana@example.org", "password": "a long one"}


def environment(var: Path) -> dict[str, str]:
    """A surrounding without servers, so that dev.py brings its own."""
    ours = ("DATABASE_URL", "REDIS_URL", "DEBUG", "DEMO_MODE", "DJANGO_SETTINGS_MODULE")
    return {name: text for name, text in os.environ.items() if name not in ours} | {"EBB_VAR_DIR": str(var)}


def call(var: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=ROOT,
        env=environment(var) | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# What it says


@pytest.mark.parametrize("command", [(), ("run",), ("test",), ("lock",)])
def test_help_teaches_and_exits_0(tmp_path, command):
    helped = call(tmp_path, *command, "--help")
    assert helped.returncode == 0
    assert "usage: dev.py" in helped.stdout


@pytest.mark.parametrize("arguments", [(), ("walk",), ("run", "--port", "eighty"), ("run", "--port", "70000")])
def test_a_command_it_does_not_understand_exits_2(tmp_path, arguments):
    assert call(tmp_path, *arguments).returncode == 2


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_taken_port_is_refused_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refusal(call(tmp_path, "run", "--port", str(port))).startswith(f"Port {port} is taken")


def test_starting_over_needs_a_yes(tmp_path):
    kept = tmp_path / "demo.json"
    kept.write_text("{}")
    assert "--yes" in refusal(call(tmp_path, "run", "--fresh", "--port", str(free_port())))
    assert kept.exists()


def test_starting_over_leaves_a_database_of_ones_own_alone(tmp_path):
    done = call(tmp_path, "run", "--fresh", "--yes", "--port", str(free_port()), DATABASE_URL="postgresql:///mine")
    assert "DATABASE_URL" in refusal(done)


def test_a_folder_it_may_not_write_is_refused_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(dev, "VAR", tmp_path / "var")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(dev.Refusal, match="needs to write"):
        dev._check_writable()


def test_an_older_python_is_refused_in_one_sentence():
    program = "import runpy, sys; sys.version_info = (3, 10, 0); runpy.run_path('dev.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Python 3.11 or newer" in refusal(done)


def test_pytest_gets_what_follows_the_word_test_and_its_exit_code_is_passed_on(tmp_path):
    done = call(tmp_path, "test", "-n", "0", "--collect-only", "tests/nowhere.py")
    assert "tests/nowhere.py" in done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


# What it installs


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A checkout with two locks and no .venv; what would be run is written down instead."""
    calls: list[str] = []
    (tmp_path / "requirements").mkdir()
    for name in ("base", "test"):
        (tmp_path / f"requirements/{name}.txt").write_text(f"{name}-package==1.0 \\\n    --hash=sha256:00\n")
    venv = tmp_path / ".venv"

    def make_venv() -> None:
        calls.append("venv")
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()

    paths = {"ROOT": tmp_path, "VAR": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "STAMP": venv / "installed.json"}
    for name, path in paths.items():
        monkeypatch.setattr(dev, name, path)
    monkeypatch.setattr(dev, "_make_venv", make_venv)
    monkeypatch.setattr(dev, "_pip", lambda *arguments, packages: calls.append(f"pip {packages}"))
    return calls


def test_packages_are_installed_once(bare):
    dev.install("base")
    dev.install("base")
    assert bare == ["venv", "pip 1"]


def test_the_tests_bring_their_own_packages_and_running_does_not_undo_them(bare):
    dev.install("base")
    dev.install("base", "test")
    dev.install("base")
    dev.install("base", "test")
    assert bare == ["venv", "pip 1", "pip 2"]


def test_a_changed_lock_is_installed_anew(bare):
    dev.install("base", "test")
    (dev.ROOT / "requirements/base.txt").write_text("base-package==1.1 \\\n    --hash=sha256:00\n")
    dev.install("base")
    dev.install("base", "test")
    assert bare == ["venv", "pip 2", "pip 1", "pip 2"]


def test_another_interpreter_makes_another_venv(bare, monkeypatch):
    dev.install("base")
    monkeypatch.setattr(sys, "base_prefix", "/elsewhere")
    dev.install("base")
    assert bare == ["venv", "pip 1", "venv", "pip 1"]


def test_an_interrupted_install_is_done_again(bare, monkeypatch):
    def interrupted(*_: str, packages: int) -> None:
        raise dev.Asked

    with monkeypatch.context() as patch:
        patch.setattr(dev, "_pip", interrupted)
        with pytest.raises(dev.Asked):
            dev.install("base")
    dev.install("base")
    assert bare == ["venv", "pip 1"]


def without(monkeypatch, *missing: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else find(name))


def test_a_missing_module_venv_is_said_in_one_sentence(monkeypatch):
    without(monkeypatch, "venv")
    with pytest.raises(dev.Refusal, match="no module venv"):
        dev._make_venv()


def test_neither_ensurepip_nor_pip_is_said_in_one_sentence(monkeypatch):
    without(monkeypatch, "ensurepip", "pip")
    with pytest.raises(dev.Refusal, match="neither ensurepip nor pip"):
        dev._make_venv()


def test_without_ensurepip_the_venv_is_filled_by_the_pip_outside(monkeypatch, tmp_path):
    for name, path in {"VENV": tmp_path / "venv", "PYTHON": tmp_path / "venv/bin/python", "LOGS": tmp_path}.items():
        monkeypatch.setattr(dev, name, path)
    without(monkeypatch, "ensurepip")
    dev._make_venv()
    assert dev.PYTHON.exists()
    assert not list(dev.VENV.glob("lib/python*/site-packages/pip"))
    dev._pip("list", packages=0)


def test_progress_is_told_now_and_then_in_a_log(capsys):
    progress = dev.Progress(60, on_terminal=False)
    for number in range(60):
        progress.see(f"Collecting package-{number}==1.0 (from -r requirements/base.txt (line 1))\n")
    progress.see("Installing collected packages: package-0\n")
    progress.end()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Fetching packages  26/60  package-25"
    assert len(lines) == 4


# What it runs


@contextlib.contextmanager
def running(var: Path, *arguments: str):
    """`dev.py run` on a free port, ready; killed afterwards if it is still there."""
    port = free_port()
    command = [sys.executable, "dev.py", "run", "--port", str(port), *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment(var), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = ""
        try:
            for line in process.stdout or ():
                said += line
                if "Ctrl-C stops everything" in line:
                    break
            assert "Ctrl-C stops everything" in said, said
            yield process, port, said
        finally:
            process.kill()


@pytest.fixture
def var(tmp_path):
    """A folder for dev.py, its demo people already made."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps({"sign_ins": [SIGN_IN]}))
    yield folder
    if home_of(folder / "data") != folder / "data":
        shutil.rmtree(home_of(folder / "data"), ignore_errors=True)


def left_over(var: Path) -> list[str]:
    """Commands of processes that belong to a `run` on this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            ours = str(var).encode() in (process / "environ").read_bytes()
            if ours or str(home_of(var / "data")) in command:
                found.append(command)
    return found


def gone(var: Path, seconds: float) -> bool:
    return until(lambda: not left_over(var), seconds=seconds)


def database(var: Path, statement: str):
    sockets = home_of(var / "data") / "sockets"
    with psycopg.connect(host=str(sockets), user="postgres", dbname="ebb", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")
def test_it_runs_once_stops_cleanly_keeps_data_and_survives_being_killed(var):
    with running(var) as (process, port, said):
        assert f"http://127.0.0.1:{port}" in said
        assert SIGN_IN["email"] in said
        assert refusal(call(var, "run")).startswith("Ebb is already running")
        database(var, "CREATE TABLE kept (what text)")
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert gone(var, 1)
    with running(var) as (process, _, said):
        assert database(var, "SELECT to_regclass('kept')") == ("kept",)
        process.send_signal(signal.SIGKILL)
    assert gone(var, 20)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")
def test_when_one_process_ends_all_do_and_the_log_is_named(var):
    with running(var) as (process, _, _):
        beat = next(
            path.name
            for path in Path("/proc").glob("[0-9]*")
            if f"{var}/beat-schedule" in (path / "cmdline").read_text(errors="replace").replace("\0", " ")
        )
        os.kill(int(beat), signal.SIGKILL)
        output, _ = process.communicate(timeout=40)
        assert process.returncode == 1
        assert re.search(r"The beat stopped by itself; \S+/log/beat\.log", output)
    assert gone(var, 1)
