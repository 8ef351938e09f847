"""The fault runs for real, and small: parts are started as processes, broken, and what must hold is counted."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.faults import FAULTS
from tests.config.test_story import children_of

PATIENCE = 600
SMALL = "0.003"
IN_EVERY_TEST = ("C1", "N2", "N7")
"""The others take minutes even when small; `manage.py faults` runs them."""


@pytest.fixture
def environment(tmp_path):
    return os.environ | {"EBB_VAR_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}


def faults(*options: str) -> list[str]:
    return [sys.executable, "manage.py", "faults", *options]


@pytest.mark.slow
def test_whatever_is_broken_what_must_hold_holds(environment, tmp_path):
    names = [name for name in FAULTS if name in IN_EVERY_TEST]
    done = subprocess.run(
        faults("--scale", SMALL, "--json", *names),
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    records = json.loads(done.stdout)
    assert [record["name"] for record in records] == names
    assert all(record["is_kept"] and record["figures"] and record["versions"]["postgresql"] for record in records)
    kept = sorted((tmp_path / "faults").glob("*.json"))
    assert [json.loads(path.read_text())["seed"] for path in kept] == [1] * len(names)


@pytest.mark.slow
def test_an_interrupted_run_leaves_nothing_behind(environment):
    with subprocess.Popen(faults("C1"), cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any("at once" in line for line in lines)
        children = children_of(process.pid)
        assert len(children) >= 4
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait(PATIENCE) == 130
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_what_there_is_not_is_refused_in_a_sentence(environment):
    done = subprocess.run(faults("N99"), cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such fault: N99" in done.stderr
