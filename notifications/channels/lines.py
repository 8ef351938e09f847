"""One connection that carries one exchange at a time, in either version of HTTP, and what comes back on it.

HTTP/1.1 is parsed by llhttp, in C: Web Push sends by the hundred thousand, and an engine in Python costs more than the
encryption. HTTP/2 is httpcore's, since Apple and Google ask for it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpcore
import httptools

from notifications.endpoints import Endpoint

MAX_ANSWER_BYTES: Final = 4096
MAX_HEAD_BYTES: Final = 64 * 1024
READ_BYTES: Final = 16 * 1024
"""What one TLS record holds at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers, names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


class Line(Protocol):
    """A connection that nobody else uses meanwhile."""

    def exchange(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> tuple[Answer, bool]:
        """Post, and return the answer and whether the connection can carry another exchange.

        Raises `httpcore.TimeoutException`, `httpcore.NetworkError` or `httpcore.ProtocolError` where no whole head came.
        """
        ...

    def is_usable(self) -> bool:
        """Whether the service still listens, as far as can be told without sending."""
        ...

    def close(self) -> None: ...


class Http1Line:
    """Speaks HTTP/1.1 on a stream that keeps the time."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._was_asked = False

    def exchange(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> tuple[Answer, bool]:
        self._was_asked = True
        self._stream.write(_head_of(endpoint, headers, len(body)) + body)
        reading, whole = _Reading(), False
        try:
            while not reading.is_enough():
                reading.take(self._stream.read(READ_BYTES))
            whole = reading.is_whole()
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
            # Once the head is there the service has answered, however the rest comes or does not.
            if not reading.has_head:
                raise
        return reading.answer(), whole

    def is_usable(self) -> bool:
        # Between two exchanges there is nothing to read but a goodbye. Before the first, TLS still has its tickets to hand out.
        return not (self._was_asked and self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        self._stream.close()


class Http2Line:
    """Speaks HTTP/2 on a stream that keeps the time."""

    def __init__(self, stream: httpcore.NetworkStream, endpoint: Endpoint) -> None:
        self._connection = httpcore.HTTP2Connection(httpcore.Origin(b"https", endpoint.host.encode(), endpoint.port), stream)

    def exchange(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> tuple[Answer, bool]:
        try:
            with self._connection.stream("POST", endpoint.url, headers=list(headers.items()), content=body) as response:
                beginning, whole = _read_some(response)
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(status=response.status, headers=found, body=beginning), whole
        except httpcore.ConnectionNotAvailable as error:
            raise httpcore.RemoteProtocolError("the service had said goodbye") from error

    def is_usable(self) -> bool:
        return self._connection.is_available() and not self._connection.has_expired()

    def close(self) -> None:
        self._connection.close()


def _head_of(endpoint: Endpoint, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"POST {endpoint.url.removeprefix(endpoint.origin)} HTTP/1.1", f"Host: {endpoint.origin.removeprefix('https://')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}", "", ""]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or not head.isascii():
        raise httpcore.LocalProtocolError("a header holds what no header may")
    return head.encode("ascii")


class _Reading:
    """One answer while it comes, told by the parser; what is announced before it (100 to 199) is passed over."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._taken = 0
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = b""
        self._is_complete = self._stays_open = self._has_more = False
        self.has_head = False

    def take(self, data: bytes) -> None:
        """Reads on. Raises `httpcore.RemoteProtocolError`."""
        if not data:
            raise httpcore.RemoteProtocolError("the service hung up before its answer was whole")
        self._taken += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise httpcore.RemoteProtocolError("what came is no answer") from error
        if not self.has_head and self._taken > MAX_HEAD_BYTES:
            raise httpcore.RemoteProtocolError("the head of the answer does not end")

    def is_enough(self) -> bool:
        return self._is_complete or len(self._body) > MAX_ANSWER_BYTES

    def is_whole(self) -> bool:
        """Whether the answer was read to its end, with nothing behind it, and the service stays on the line."""
        return self._is_complete and self._stays_open and not self._has_more

    def answer(self) -> Answer:
        return Answer(self._status, self._headers, self._body)

    # What the parser calls

    def on_message_begin(self) -> None:
        self._has_more = self._is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self.has_head:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self._headers.clear()
            return
        self.has_head, self._status, self._stays_open = True, status, self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        if not self._is_complete:
            self._body += data[: MAX_ANSWER_BYTES + 1 - len(self._body)]

    def on_message_complete(self) -> None:
        self._is_complete = self.has_head


def _read_some(response: httpcore.Response) -> tuple[bytes, bool]:
    """Read a short body to its end, which keeps the connection; leave a long or slow one unread."""
    read = b""
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in response.iter_stream():
            read += chunk[: MAX_ANSWER_BYTES + 1 - len(read)]
            if len(read) > MAX_ANSWER_BYTES:
                return read, False
        return read, True
    return read, False
