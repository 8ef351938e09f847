"""The scripts of the web app are written by hand and run as they are. Their types, in JSDoc, are checked by TypeScript, which
comes inside a Python package; the project itself needs neither."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config.worker import PARTS
from tests.project.test_docs_name_what_exists import PACKAGES, ROOT

HERE = Path(__file__).parent
SCRIPTS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("static/**/*.js"))
CLASSIC = {"guard.js"}
"""Runs before anything is drawn, which a module cannot."""


def served(path: Path) -> str:
    """The name under which a browser gets the file."""
    return "/".join(path.parts[path.parts.index("static") + 1 :])


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """Every script where a browser finds it, so that one finds another."""
    for path in (*SCRIPTS, *HERE.glob("*.json"), *HERE.glob("*.d.ts")):
        place = tmp_path / (served(path) if path.suffix == ".js" else path.name)
        place.parent.mkdir(exist_ok=True)
        shutil.copy(path, place)
    return tmp_path


@pytest.mark.parametrize("world", ["pages", "worker"])
def test_types_agree(laid_out: Path, world: str):
    if world == "worker":
        names = [*PARTS, "worker.d.ts"]
    else:
        names = [served(path) for path in SCRIPTS if served(path) not in PARTS] + ["browser.d.ts"]
    deno = pytest.importorskip("deno").find_deno_bin()
    told = subprocess.run(
        [deno, "check", "--quiet", "--no-remote", "--no-lock", "--config", f"{world}.json", *names],
        cwd=laid_out,
        env={"NO_COLOR": "1", "DENO_DIR": str(laid_out / ".deno"), "DENO_NO_UPDATE_CHECK": "1", "HOME": str(laid_out)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=served)
def test_every_script_asks_for_its_types_to_be_checked(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n") or path.name in CLASSIC
    assert "@ts-ignore" not in text
    assert "@ts-nocheck" not in text
