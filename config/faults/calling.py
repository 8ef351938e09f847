"""Many HTTP requests at once over connections that stay open, as phones make them."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request. `body` is sent as JSON."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def wire(self) -> bytes:
        content = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
        lines += ["Content-Type: application/json"] if content else []
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds. Status 0 is a connection that broke."""

    status: int
    content: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def call_all(address: str, requests: Sequence[Request], *, connections: int = 16) -> list[Answer]:
    """The answers in the order of `requests`, which are sent over so many connections as fast as they are answered."""
    answers: list[Answer | None] = [None] * len(requests)
    waiting = iter(enumerate(requests))
    asyncio.run(_over_connections(address, waiting, answers, min(connections, len(requests))))
    return [answer if answer is not None else Answer(0, b"", 0.0) for answer in answers]


async def _over_connections(address: str, waiting: Iterator[tuple[int, Request]], answers: list[Answer | None], connections: int) -> None:
    parts = urlsplit(address)
    await asyncio.gather(*(_connection(parts.hostname or "", parts.port or 80, waiting, answers) for _ in range(connections)))


async def _connection(host: str, port: int, waiting: Iterator[tuple[int, Request]], answers: list[Answer | None]) -> None:
    streams = await asyncio.open_connection(host, port)
    for index, request in waiting:
        began = time.perf_counter()
        try:
            status, content = await _exchange(*streams, request.wire)
        except (OSError, EOFError):
            answers[index] = Answer(0, b"", time.perf_counter() - began)
            streams[1].close()
            streams = await asyncio.open_connection(host, port)
        else:
            answers[index] = Answer(status, content, time.perf_counter() - began)
    streams[1].close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: bytes) -> tuple[int, bytes]:
    writer.write(wire)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return int(head[9:12]), await reader.readexactly(length)
