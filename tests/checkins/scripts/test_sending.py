"""Sending what waits on a phone, run as it is by Deno, which comes inside a Python package."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
SENDING = PROJECT / "checkins" / "static" / "checkins" / "sending.js"
ASKING = PROJECT / "backend" / "web" / "static" / "web" / "asking.js"


def test_what_sending_does_with_each_kind_of_reply(tmp_path: Path):
    deno = pytest.importorskip("deno").find_deno_bin()
    places = {
        SENDING: "checkins/sending.js",
        ASKING: "web/asking.js",
        HERE / "store.js": "web/store.js",
        HERE / "sending.test.js": "checkins/sending.test.js",
    }
    for source, name in places.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(source, tmp_path / name)
    told = subprocess.run(
        [deno, "test", "--quiet", "--no-check", "--no-remote", "--no-lock", "--no-config", "checkins/sending.test.js"],
        cwd=tmp_path,
        env={"NO_COLOR": "1", "DENO_DIR": str(tmp_path / ".deno"), "DENO_NO_UPDATE_CHECK": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
