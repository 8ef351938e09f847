"""The open connections of a stand-in, and the answers that are being given on them."""

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any, Final

from notifications.stand_ins.exchange import Reply, Request

MAX_BODY: Final = 1024 * 1024
"""More than any service takes, so that the service itself can say that a message is too large."""

Answer = Callable[[Request], Reply]


class Connections:
    """What the two versions of HTTP share. Lives in the listener's event loop."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.count = 0
        self._doors: set[asyncio.Transport] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def came(self, door: asyncio.Transport) -> None:
        self._doors.add(door)

    def went(self, door: asyncio.Transport) -> None:
        self._doors.discard(door)

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def hang_up(self) -> None:
        for door in list(self._doors):
            door.abort()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.hang_up()


def cut(door: asyncio.Transport) -> None:
    """Ends a connection with a reset rather than a goodbye."""
    found = door.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    door.abort()
