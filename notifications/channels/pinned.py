"""An HTTPS client for addresses that strangers gave us: bounded, pinned and without detours.

It is httpcore, the engine of httpx, with a network layer of its own: the name is resolved and
checked at the moment of connecting, the connection goes to exactly that address, and TLS still
verifies the certificate for the name. httpcore follows no redirects and reads no proxy from the
environment. One budget of seconds covers a whole exchange, however slowly the bytes drip.

With HTTP/2 each connection carries one exchange at a time: OpenSSL lets one thread at a time use a connection, and so the
time of one exchange bounds no other.
"""

import os
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
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
    """What came back: the status, the headers, names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class _Budget:
    connect_by: float
    finish_by: float


_budget: ContextVar[_Budget] = ContextVar("_budget")


class PinnedClient:
    """Keeps connections open between posts; safe in several threads and after a fork."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS, total_seconds: float = TOTAL_SECONDS, http2: bool = False) -> None:
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._http2 = http2
        self._lock = Lock()
        self._pools: dict[bool, httpcore.ConnectionPool] = {}
        self._idle: defaultdict[str, deque[httpcore.ConnectionPool]] = defaultdict(deque)
        self._process = os.getpid()

    def post(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send the body and return the answer, whatever its status.

        Raises `httpcore.TimeoutException`, `httpcore.NetworkError` or `httpcore.ProtocolError`,
        and `EndpointRefused` when the host has no address we may connect to.
        """
        started = time.monotonic()
        token = _budget.set(_Budget(started + self._connect_seconds, started + self._total_seconds))
        try:
            if self._http2:
                return self._post_alone(endpoint, headers=headers, body=body)
            return self._exchange(self._pool(endpoint), endpoint, headers=headers, body=body)[0]
        finally:
            _budget.reset(token)

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            for pool in [*self._pools.values(), *(one for idle in self._idle.values() for one in idle)]:
                pool.close()
            self._pools.clear()
            self._idle.clear()

    def _post_alone(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """One exchange on a connection that nobody else uses meanwhile."""
        kept = self._take_idle(endpoint)
        if kept is not None:
            # The service may have closed it while it lay idle, which shows only now; a new one tells.
            with suppress(httpcore.NetworkError, httpcore.ProtocolError):
                return self._exchange_and_keep(kept, endpoint, headers=headers, body=body)
        return self._exchange_and_keep(self._new_pool(endpoint, connections=1), endpoint, headers=headers, body=body)

    def _exchange_and_keep(self, pool: httpcore.ConnectionPool, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> Answer:
        whole = False
        try:
            answer, whole = self._exchange(pool, endpoint, headers=headers, body=body)
        finally:
            if whole:
                with self._lock:
                    self._idle[endpoint.origin].append(pool)
            else:
                pool.close()
        return answer

    def _exchange(
        self, pool: httpcore.ConnectionPool, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes
    ) -> tuple[Answer, bool]:
        """The answer, and whether it was read to its end."""
        with pool.stream(
            "POST", endpoint.url, headers=list(headers.items()), content=body, extensions={"timeout": {"pool": self._total_seconds}}
        ) as response:
            beginning, whole = _read_some(response)
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(status=response.status, headers=found, body=beginning), whole

    def _take_idle(self, endpoint: Endpoint) -> httpcore.ConnectionPool | None:
        with self._lock:
            self._forget_after_fork()
            idle = self._idle[endpoint.origin]
            return idle.pop() if idle else None

    def _pool(self, endpoint: Endpoint) -> httpcore.ConnectionPool:
        with self._lock:
            self._forget_after_fork()
            pool = self._pools.get(endpoint.is_development)
            if pool is None:
                pool = self._pools[endpoint.is_development] = self._new_pool(endpoint, connections=MAX_CONNECTIONS)
            return pool

    def _forget_after_fork(self) -> None:
        """A forked child shares its parent's sockets; two must not speak on one."""
        if self._process != os.getpid():
            self._pools.clear()
            self._idle.clear()
            self._process = os.getpid()

    def _new_pool(self, endpoint: Endpoint, *, connections: int) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=_trusting(settings.PUSH_DEVELOPMENT_CA if endpoint.is_development else certifi.where()),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEPT_ALIVE_SECONDS,
            http1=not self._http2,
            http2=self._http2,
            network_backend=_PinnedNetwork(),
        )


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


def _trusting(authorities: str) -> ssl.SSLContext:
    # Not ssl.create_default_context: that reads a key log's path from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=authorities)
    return context
