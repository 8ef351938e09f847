"""Several people, or several devices, at the very same moment: each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act returned, or the exception it raised, in the order of `acts`. All begin together."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            start.wait(timeout=30)
            results[index] = acts[index]()
        except Exception as error:  # noqa: BLE001 (it is the result)
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results
