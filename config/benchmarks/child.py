"""A contender in a process of its own: it prints one JSON document at the end, and progress on standard error."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from config.env import BASE_DIR
from config.scratch import DidNotStart


def figures_of(module: str, arguments: Sequence[object], environment: Mapping[str, str], *, say: Callable[[str], None]) -> Any:
    """Runs `python -m MODULE ARGUMENTS` to its end and returns what it printed. Raises DidNotStart."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    surroundings = {**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        last: list[str] = []
        for line in child.stderr:
            if line.startswith("~ "):
                say(line[2:].strip())
            last = [*last[-20:], line]
        said = child.stdout.read()
    if child.returncode:
        raise DidNotStart(f"{module} failed:\n{''.join(last)}")
    return json.loads(said)


def tell(text: str) -> None:
    """Progress, said by the child."""
    print(f"~ {text}", file=sys.stderr, flush=True)  # noqa: T201  (this is how a child speaks)


def end_with(figures: Any) -> None:
    """What the child has measured."""
    print(json.dumps(figures))  # noqa: T201  (as above)


Say = Callable[[str], None]


@dataclass
class Spent:
    """Time on the wall and on the CPU of this process, in seconds."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured(spent: Spent) -> Any:
    """Adds what the block takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        spent.wall += time.perf_counter() - wall
        spent.cpu += time.process_time() - cpu
