"""An HTTPS client for addresses that strangers gave us: bounded, pinned and without detours.

It stands on httpcore, the engine of httpx, with a network layer of its own: the name is resolved and
checked at the moment of connecting, the connection goes to exactly that address, and TLS still
verifies the certificate for the name. Nothing here follows a redirect or reads a proxy from the
environment. One budget of seconds covers a whole exchange, however slowly the bytes drip.

Each connection carries one exchange at a time, with HTTP/2 too: OpenSSL lets one thread at a time use a connection, and so
the time of one exchange bounds no other.
"""

import os
import ssl
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from threading import Lock
from typing import Any, Final

import certifi
import httpcore
from django.conf import settings

from notifications.channels.base import NotBegun
from notifications.channels.lines import Answer, Http1Line, Http2Line, Line
from notifications.endpoints import Endpoint, resolve_pinned

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
KEPT_ALIVE_SECONDS: Final = 50.0
MAX_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class _Budget:
    connect_by: float
    finish_by: float


_budget: ContextVar[_Budget] = ContextVar("_budget")


@dataclass(frozen=True, slots=True)
class _Kept:
    origin: str
    line: Line
    since: float

    def is_usable(self) -> bool:
        return time.monotonic() - self.since < KEPT_ALIVE_SECONDS and self.line.is_usable()


class PinnedClient:
    """Keeps connections open between posts; safe in several threads and after a fork."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS, total_seconds: float = TOTAL_SECONDS, http2: bool = False) -> None:
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._http2 = http2
        self._lock = Lock()
        self._kept: list[_Kept] = []  # the longest kept first
        self._trust: dict[str, ssl.SSLContext] = {}
        self._process = os.getpid()

    def post(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes, begin_by: float = inf) -> Answer:
        """Send the body and return the answer, whatever its status.

        Raises `httpcore.TimeoutException`, `httpcore.NetworkError` or `httpcore.ProtocolError`,
        `EndpointRefused` when the host has no address we may connect to, and `NotBegun` when a
        connection stood only after `begin_by` (on the monotonic clock).
        """
        started = time.monotonic()
        token = _budget.set(_Budget(started + self._connect_seconds, started + self._total_seconds))
        try:
            kept = self._take_kept(endpoint.origin)
            if kept is not None:
                self._must_begin(kept, endpoint, begin_by)
                try:
                    return self._exchange(kept, endpoint, headers=headers, body=body)
                except (httpcore.NetworkError, httpcore.ProtocolError):
                    # With HTTP/2 a service may have said goodbye while it lay idle, which shows only now; a new one tells.
                    if not self._http2 or time.monotonic() > begin_by:
                        raise
            line = self._new_line(endpoint)
            self._must_begin(line, endpoint, begin_by)
            return self._exchange(line, endpoint, headers=headers, body=body)
        finally:
            _budget.reset(token)

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            kept, self._kept = self._kept, []
        for one in kept:
            one.line.close()

    def _must_begin(self, line: Line, endpoint: Endpoint, begin_by: float) -> None:
        if time.monotonic() > begin_by:
            self._keep(_Kept(endpoint.origin, line, time.monotonic()))
            raise NotBegun

    def _exchange(self, line: Line, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer. The line is kept where it can carry another exchange, and closed otherwise."""
        whole = False
        try:
            answer, whole = line.exchange(endpoint, headers=headers, body=body)
        finally:
            if whole:
                self._keep(_Kept(endpoint.origin, line, time.monotonic()))
            else:
                line.close()
        return answer

    def _take_kept(self, origin: str) -> Line | None:
        """The connection to this origin that was used last, since an older one may be closed by now."""
        while kept := self._last_kept(origin):
            if kept.is_usable():
                return kept.line
            kept.line.close()
        return None

    def _last_kept(self, origin: str) -> _Kept | None:
        with self._lock:
            if self._process != os.getpid():
                # A forked child shares its parent's sockets; two must not speak on one.
                self._kept, self._process = [], os.getpid()
            for place in reversed(range(len(self._kept))):
                if self._kept[place].origin == origin:
                    return self._kept.pop(place)
        return None

    def _keep(self, kept: _Kept) -> None:
        with self._lock:
            self._kept.append(kept)
            too_many = max(0, len(self._kept) - MAX_KEPT)
            gone = [one for place, one in enumerate(self._kept) if place < too_many or kept.since - one.since > KEPT_ALIVE_SECONDS]
            if gone:
                self._kept = self._kept[len(gone) :]
        for one in gone:
            one.line.close()

    def _new_line(self, endpoint: Endpoint) -> Line:
        trust = self._trusted(settings.PUSH_DEVELOPMENT_CA if endpoint.is_development else certifi.where())
        stream = _secured(endpoint, trust)
        return Http2Line(stream, endpoint) if self._http2 else Http1Line(stream)

    def _trusted(self, authorities: str) -> ssl.SSLContext:
        with self._lock:
            if authorities not in self._trust:
                self._trust[authorities] = _trusting(authorities, http2=self._http2)
            return self._trust[authorities]


def _secured(endpoint: Endpoint, trust: ssl.SSLContext) -> httpcore.NetworkStream:
    stream = _PinnedNetwork().connect_tcp(endpoint.host, endpoint.port)
    try:
        return stream.start_tls(trust, endpoint.host)
    except httpcore.TimeoutException:
        stream.close()
        raise


class _PinnedNetwork(httpcore.NetworkBackend):
    """Resolves, checks, and connects to what was checked."""

    def __init__(self) -> None:
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        by = _budget.get().connect_by
        try:
            addresses = resolve_pinned(host, port, seconds=_left(by, httpcore.ConnectTimeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("resolving took too long") from error
        except OSError as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        for place, address in enumerate(addresses):
            share = _left(by, httpcore.ConnectTimeout) / (len(addresses) - place)
            try:
                stream = self._network.connect_tcp(address, port, timeout=share, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses) - 1:
                    raise
            else:
                return _BoundedStream(stream)
        raise httpcore.ConnectError("no address to connect to")


class _BoundedStream(httpcore.NetworkStream):
    """Gives each wait only what is left of the exchange's budget, and sends a request in one piece."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            ready, self._unsent = self._unsent, b""
            self._stream.write(ready, _left(_budget.get().finish_by, httpcore.WriteTimeout))
        return self._stream.read(max_bytes, _left(_budget.get().finish_by, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Head and body come apart, and each would be a record and a packet of its own. Nothing waits for them before it reads.
        self._unsent += buffer

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = _left(_budget.get().connect_by, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(by: float, late: type[httpcore.TimeoutException]) -> float:
    seconds = by - time.monotonic()
    if seconds <= 0:
        raise late("the time for this exchange is used up")
    return seconds


def _trusting(authorities: str, *, http2: bool) -> ssl.SSLContext:
    # Not ssl.create_default_context: that reads a key log's path from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2" if http2 else "http/1.1"])
    context.load_verify_locations(cafile=authorities)
    return context
