"""A push service that counts: it takes what comes over real HTTPS, opens nothing, and answers as a rule says.

It keeps up with many thousands of messages, which the stand-in that decrypts them would not.
"""

import asyncio
import secrets
import ssl
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Self

from notifications.stand_ins.authority import make_authority

HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Reply:
    """How one call ends, after so many seconds; a reset is no answer at all."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call. `at` is on the monotonic clock, which all processes of a machine share; `wall` is `time.time`."""

    phone: str
    topic: str
    ttl: int
    status: int
    at: float
    wall: float


Rule = Callable[[str], Reply]


def accept(_phone: str) -> Reply:
    """The rule of a service with which all is well."""
    return Reply()


class Sink:
    """A context manager. `rule` is asked for each call; `accepted` hears of each that was accepted, before it is answered."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self._folder = folder
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self.origin = f"https://{HOST}:{port}"
        self.rule: Rule = accept
        self.accepted: Callable[[str], None] = lambda phone: None
        self.arrivals: list[Arrival] = []
        self._phones = 0

    def __enter__(self) -> Self:
        _, service = make_authority(self._folder, host=HOST)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(service)
        ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(context, ready)), name="sink", daemon=True)
        self._thread.start()
        if not ready.wait(30):
            raise RuntimeError("the counting push service did not start")
        return self

    def __exit__(self, *exception: object) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)

    def new_phone(self) -> str:
        """The name of one more phone; its endpoint is `endpoint(name)`."""
        self._phones += 1
        return f"{self._phones}-{secrets.token_hex(4)}"

    def endpoint(self, phone: str) -> str:
        return f"{self.origin}/push/{phone}"

    # What came

    def accepted_by(self) -> dict[str, list[Arrival]]:
        """Of each phone, what was accepted for it, in order."""
        found: dict[str, list[Arrival]] = defaultdict(list)
        for one in list(self.arrivals):
            if 200 <= one.status < 300:
                found[one.phone].append(one)
        return found

    def busiest_second(self) -> int:
        """The most calls in any second, wherever that second begins."""
        times = sorted(one.at for one in list(self.arrivals))
        most = first = 0
        for last, at in enumerate(times):
            while at - times[first] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    def statuses(self) -> Counter[int]:
        return Counter(one.status for one in list(self.arrivals))

    # Serving

    async def _serve(self, context: ssl.SSLContext, ready: Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self._port, ssl=context, backlog=500)
        ready.set()
        async with server:
            await self._end.wait()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # whoever called went away
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One call. Whether the connection stays."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        at, wall = time.monotonic(), time.time()
        request, *lines = head.split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        await reader.readexactly(int(headers.get("content-length", 0)))
        phone = request.split()[1].removeprefix("/push/")
        reply = self.rule(phone)
        status = 0 if reply.reset else reply.status
        self.arrivals.append(Arrival(phone, headers.get("topic", ""), int(headers.get("ttl", 0)), status, at, wall))
        if 200 <= status < 300:
            self.accepted(phone)
        if reply.after:
            await asyncio.sleep(reply.after)
        if reply.reset:
            return False
        more = "".join(f"{name}: {text}\r\n" for name, text in reply.headers.items())
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n{more}\r\n".encode())
        await writer.drain()
        return True
