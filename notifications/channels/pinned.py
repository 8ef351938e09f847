"""An HTTPS client for addresses that strangers gave us: bounded, pinned and without detours.

It is httpcore, the engine of httpx, with a network layer of its own: the name is resolved and
checked at the moment of connecting, the connection goes to exactly that address, and TLS still
verifies the certificate for the name. httpcore follows no redirects and reads no proxy from the
environment. One budget of seconds covers a whole exchange, however slowly the bytes drip.
"""

import os
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import certifi
import httpcore
from django.conf import settings

from notifications.endpoints import Endpoint, resolve_pinned

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
KEPT_ALIVE_SECONDS: Final = 50.0
MAX_CONNECTIONS: Final = 64
MAX_ANSWER_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the headers, names in lower case. The body is read and dropped."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Budget:
    connect_by: float
    finish_by: float


_budget: ContextVar[_Budget] = ContextVar("_budget")


class PinnedClient:
    """Keeps connections open between posts; safe in several threads and after a fork."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS, total_seconds: float = TOTAL_SECONDS) -> None:
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._lock = Lock()
        self._pools: dict[bool, httpcore.ConnectionPool] = {}
        self._process = os.getpid()

    def post(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send the body and return the answer, whatever its status.

        Raises `httpcore.TimeoutException`, `httpcore.NetworkError` or `httpcore.ProtocolError`,
        and `EndpointRefused` when the host has no address we may connect to.
        """
        started = time.monotonic()
        token = _budget.set(_Budget(started + self._connect_seconds, started + self._total_seconds))
        try:
            with self._pool(endpoint).stream(
                "POST", endpoint.url, headers=list(headers.items()), content=body, extensions={"timeout": {"pool": self._total_seconds}}
            ) as response:
                _read_some(response)
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(status=response.status, headers=found)
        finally:
            _budget.reset(token)

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, endpoint: Endpoint) -> httpcore.ConnectionPool:
        with self._lock:
            if self._process != os.getpid():
                # A forked child shares its parent's sockets; two must not speak on one.
                self._pools.clear()
                self._process = os.getpid()
            pool = self._pools.get(endpoint.is_development)
            if pool is None:
                pool = self._pools[endpoint.is_development] = httpcore.ConnectionPool(
                    ssl_context=_trusting(settings.PUSH_DEVELOPMENT_CA if endpoint.is_development else certifi.where()),
                    max_connections=MAX_CONNECTIONS,
                    max_keepalive_connections=MAX_CONNECTIONS,
                    keepalive_expiry=KEPT_ALIVE_SECONDS,
                    network_backend=_PinnedNetwork(),
                )
            return pool


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
    """Gives each wait only what is left of the exchange's budget."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(_budget.get().finish_by, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(_budget.get().finish_by, httpcore.WriteTimeout))

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


def _read_some(response: httpcore.Response) -> None:
    """Read a short body to its end, which keeps the connection; leave a long or slow one unread."""
    read = 0
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in response.iter_stream():
            read += len(chunk)
            if read > MAX_ANSWER_BYTES:
                return


def _trusting(authorities: str) -> ssl.SSLContext:
    # Not ssl.create_default_context: that reads a key log's path from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=authorities)
    return context
