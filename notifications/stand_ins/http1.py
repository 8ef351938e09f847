"""One HTTP/1.1 connection of a stand-in, spoken by h11."""

import asyncio
from contextlib import suppress
from typing import Final

import h11

from notifications.stand_ins.connections import MAX_BODY, Connections, cut
from notifications.stand_ins.exchange import Reply, Request

DRIP_SECONDS: Final = 0.05


class Http1(asyncio.Protocol):
    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._talk = h11.Connection(h11.SERVER)
        self._answering: asyncio.Task[None] | None = None
        self._head: h11.Request | None = None
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._door = transport
        self._connections.came(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.went(self._door)
        if self._answering is not None:
            self._answering.cancel()

    def data_received(self, data: bytes) -> None:
        self._talk.receive_data(data)
        self._read()

    def eof_received(self) -> None:
        self._door.close()

    def _read(self) -> None:
        while self._answering is None:
            try:
                event = self._talk.next_event()
            except h11.RemoteProtocolError:
                self._door.close()
                return
            if isinstance(event, h11.Request):
                self._head, self._body = event, bytearray()
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > MAX_BODY:
                    cut(self._door)
                    return
            elif isinstance(event, h11.EndOfMessage):
                self._answering = self._connections.spawn(self._respond(self._request()))
            else:
                return

    def _request(self) -> Request:
        assert self._head is not None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._head.headers}
        return Request(self._head.method.decode(), self._head.target.decode("latin-1"), headers, bytes(self._body))

    async def _respond(self, request: Request) -> None:
        reply = self._connections.answer(request)
        await asyncio.sleep(reply.stall_seconds)
        if reply.reset:
            cut(self._door)
            return
        if reply.drip:
            await self._drip(reply)
        headers = [*reply.headers.items(), ("Content-Length", str(len(reply.body)))]
        with suppress(h11.LocalProtocolError):
            for event in (h11.Response(status_code=reply.status, headers=headers), h11.Data(data=reply.body), h11.EndOfMessage()):
                self._door.write(self._talk.send(event) or b"")
        self._answering = None
        if self._talk.our_state is h11.DONE and self._talk.their_state is h11.DONE:
            self._talk.start_next_cycle()
            self._read()
        else:
            self._door.close()

    async def _drip(self, reply: Reply) -> None:
        """The status line at once, and then headers, a byte at a time, without end."""
        self._door.write(f"HTTP/1.1 {reply.status} OK\r\nX-Slow: ".encode())
        while True:
            await asyncio.sleep(DRIP_SECONDS)
            self._door.write(b"x")
