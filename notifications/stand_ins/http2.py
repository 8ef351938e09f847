"""One HTTP/2 connection of a stand-in, spoken by h2: a task for each stream, within the caller's flow control."""

import asyncio
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, RequestReceived, StreamEnded, StreamReset, WindowUpdated
from h2.exceptions import ProtocolError, StreamClosedError

from notifications.stand_ins.connections import MAX_BODY, Connections, cut
from notifications.stand_ins.exchange import Reply, Request
from notifications.stand_ins.http1 import DRIP_SECONDS


@dataclass(slots=True)
class _Stream:
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)
    answering: asyncio.Task[None] | None = None


class Http2(asyncio.Protocol):
    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._talk = H2Connection(H2Configuration(client_side=False, header_encoding="latin-1"))
        self._streams: dict[int, _Stream] = {}
        self._room = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._door = transport
        self._connections.came(transport)
        self._talk.initiate_connection()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.went(self._door)
        for stream in self._streams.values():
            if stream.answering is not None:
                stream.answering.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._talk.receive_data(data):
                self._take(event)
        except ProtocolError:
            self._flush()
            self._door.close()
        else:
            self._flush()

    def _take(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._streams[event.stream_id] = _Stream({str(name): str(value) for name, value in event.headers})
            case DataReceived() if event.stream_id in self._streams:
                stream = self._streams[event.stream_id]
                stream.body += event.data
                self._talk.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if len(stream.body) > MAX_BODY:
                    cut(self._door)
            case StreamEnded() if event.stream_id in self._streams:
                stream = self._streams[event.stream_id]
                stream.answering = self._connections.spawn(self._respond(event.stream_id, _request(stream)))
            case StreamReset() if (found := self._streams.pop(event.stream_id, None)) and found.answering:
                found.answering.cancel()
            case WindowUpdated():
                self._room.set()
            case ConnectionTerminated():
                self._door.close()

    async def _respond(self, stream_id: int, request: Request) -> None:
        reply = self._connections.answer(request)
        await asyncio.sleep(reply.stall_seconds)
        if reply.reset:
            cut(self._door)
            return
        try:
            headers = [(":status", str(reply.status)), *((name.lower(), value) for name, value in reply.headers.items())]
            self._talk.send_headers(stream_id, headers)
            if reply.drip:
                await self._drip(stream_id)
            await self._send_body(stream_id, reply)
        except StreamClosedError:
            return  # the caller lost interest
        self._streams.pop(stream_id, None)

    async def _send_body(self, stream_id: int, reply: Reply) -> None:
        rest = memoryview(reply.body)
        while rest:
            size = min(self._talk.local_flow_control_window(stream_id), self._talk.max_outbound_frame_size, len(rest))
            if size == 0:
                self._room.clear()
                await self._room.wait()
                continue
            self._talk.send_data(stream_id, bytes(rest[:size]))
            rest = rest[size:]
            self._flush()
        self._talk.end_stream(stream_id)
        self._flush()

    async def _drip(self, stream_id: int) -> None:
        """A byte of the body at a time, without end."""
        while True:
            self._talk.send_data(stream_id, b"x")
            self._flush()
            await asyncio.sleep(DRIP_SECONDS)

    def _flush(self) -> None:
        if ready := self._talk.data_to_send():
            self._door.write(ready)


def _request(stream: _Stream) -> Request:
    headers = {name: value for name, value in stream.headers.items() if not name.startswith(":")}
    return Request(stream.headers[":method"], stream.headers[":path"], headers, bytes(stream.body), http="2")
