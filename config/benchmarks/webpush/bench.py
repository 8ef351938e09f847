"""`webpush`: Ebb's channel against pywebpush's sender, to the same local service over TLS, per second of the sender's CPU."""

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result
from config.benchmarks.settings import production_like
from config.env import BASE_DIR
from config.scratch import DidNotStart

MESSAGES = 1000  # of Ebb's, in one round


def webpush(*, say: Say, rounds: int = 15, messages: int = MESSAGES) -> Result:
    """Runs about a minute. Raises DidNotStart."""
    if find_spec("pywebpush") is None:
        raise DidNotStart("the peer is pywebpush, which comes with requirements/test.txt")
    with tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder, _sink(folder) as (place, seen):
        authority = str(Path(folder) / "authority.pem")
        own = {"PUSH_DEVELOPMENT_HOST": place, "PUSH_DEVELOPMENT_CA": authority, "DATABASE_URL": "postgresql:///none"}
        environment = {**production_like(folder), **own}
        measured = figures_of("config.benchmarks.webpush.rounds", [place, authority, messages, rounds], environment, say=say)
    figures = {name: Figures(**one) for name, one in measured.items()}
    ebb = figures["ebb"]
    return Result(
        name="webpush",
        work=f"{messages} messages a round, encrypted, signed and sent over TLS by 8 threads to a service that takes everything",
        contenders=figures,
        promises=[
            Promise("messages per CPU second, of webpush()", ebb.per_cpu_second / figures["webpush()"].per_cpu_second, ">=", 4.0, 6.0),
            Promise("the same, of webpush() with a session", ebb.per_cpu_second / figures["webpush(), kept"].per_cpu_second, ">=", 0.0),
            Promise("messages sealed with a key used before", seen["messages"] - seen["sender_keys"], "<=", 0),
            Promise("signatures for one service", seen["signatures"], "<=", 1),
        ],
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("cryptography", "httptools", "pywebpush", "requests")},
        },
    )


@contextmanager
def _sink(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its place, and a dictionary that holds what it saw once the block is over."""
    command = [sys.executable, "-m", "config.benchmarks.webpush.sink", folder]
    seen: dict[str, Any] = {}
    with subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        place = child.stdout.readline().strip()
        if not place:
            raise DidNotStart("the sink did not start")
        try:
            yield place, seen
        finally:
            child.stdin.close()
            seen.update(json.loads(child.stdout.read()))
