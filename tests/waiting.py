"""Waiting for what another process or thread brings about: never a fixed time, and never for ever."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float = 10) -> bool:
    """Whether the condition came to hold within `seconds`. Asked often, so it returns as soon as it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
