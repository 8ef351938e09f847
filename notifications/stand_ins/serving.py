"""A server in a thread of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Event, Thread
from typing import Any


def start(serve: Callable[[Event], Coroutine[Any, Any, None]], *, name: str) -> Thread:
    """Runs `serve`, which sets the event once it listens. Returns then; raises `OSError` when it cannot listen."""
    ready, trouble = Event(), []

    def run() -> None:
        try:
            asyncio.run(serve(ready))
        except OSError as error:
            trouble.append(error)
            ready.set()

    thread = Thread(target=run, name=name, daemon=True)
    thread.start()
    ready.wait()
    if trouble:
        thread.join()
        raise trouble[0]
    return thread
