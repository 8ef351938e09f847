"""A TLS port on this machine that speaks HTTP/1.1 and HTTP/2, whichever the caller asks for, from a thread of its own."""

import asyncio
import ssl
from pathlib import Path
from threading import Event

from notifications.stand_ins import serving
from notifications.stand_ins.connections import Answer, Connections
from notifications.stand_ins.http1 import Http1
from notifications.stand_ins.http2 import Http2


class Listener:
    """Hands each request to ``answer``, which runs in the listener's thread, and plays the reply. Port 0 takes any free one."""

    def __init__(self, certificate: Path, *, port: int, answer: Answer) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._context.set_alpn_protocols(["h2", "http/1.1"])
        self._wanted_port = port
        self._connections = Connections(answer)
        self._loop: asyncio.AbstractEventLoop
        self.port = 0

    @property
    def connections(self) -> int:
        """How many connections there were so far."""
        return self._connections.count

    def start(self) -> None:
        """Listen; raises `OSError` when the port is taken."""
        self._thread = serving.start(self._serve, name="push-service")

    def stop(self) -> None:
        """End every exchange and connection, and listen no more."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def hang_up(self) -> None:
        """Close every open connection, as a service does with idle ones; what is sent on them from now on is not read."""
        closed = Event()

        def close() -> None:
            self._connections.hang_up()
            self._loop.call_soon(closed.set)  # after the goodbyes, which wait their turn in the loop too

        self._loop.call_soon_threadsafe(close)
        closed.wait()

    async def _serve(self, ready: Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._doorway, "127.0.0.1", self._wanted_port, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._end.wait()
        server.close()
        await self._connections.end()

    def _doorway(self) -> "_Doorway":
        self._connections.count += 1  # here, so that a handshake that fails counts too
        return _Doorway(self._connections)


class _Doorway(asyncio.Protocol):
    """Sees which version was agreed on, and leads there."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        speaker = Http2(self._connections) if agreed == "h2" else Http1(self._connections)
        transport.set_protocol(speaker)
        speaker.connection_made(transport)
