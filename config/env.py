"""Reads the environment once, typed. A secret NAME may also be given as a file, NAME_FILE."""

import contextlib
import json
import os
import secrets
import tempfile
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("EBB_VAR_DIR", BASE_DIR / "var"))

env = Env()


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or what the file named by NAME_FILE holds, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return env.str(name, default)


def running(name: str) -> str:
    """DATABASE_URL or REDIS_URL of the servers that `dev.py run` has started, empty when it is not running."""
    try:
        return str(json.loads((VAR_DIR / "addresses.json").read_text(encoding="utf-8"))[name])
    except (OSError, ValueError, KeyError):
        return ""


def development_secret(name: str) -> str:
    """A secret kept in the development folder, made on first use. Production sets its own.

    Linked into place whole, so that two processes starting at once agree on one value.
    """
    folder = VAR_DIR / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name.lower()
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder, encoding="ascii") as draft:
            draft.write(secrets.token_urlsafe(32))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text(encoding="ascii")
