"""A push service and the phones behind it, on localhost, over real HTTPS.

It is as strict as the real ones (VAPID, TTL, Topic, size) and, playing the phone too, opens
every message with the subscription's private key. Point ``PUSH_DEVELOPMENT_HOST`` at its
``place`` and ``PUSH_DEVELOPMENT_CA`` at its ``authority``.
"""

import json
import re
import secrets
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.channels.aes128gcm import Undecipherable, decrypt, point_of
from notifications.channels.vapid import b64
from notifications.stand_ins.authority import make_authority
from notifications.stand_ins.vapid_check import NotVouchedFor, check_vapid

MAX_BODY: Final = 4096
HOST: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser would hand to the page: where to push, and with which keys."""

    id: str
    endpoint: str
    p256dh: str
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it reached the phone. ``at`` is in seconds of `time.time`."""

    content: Mapping[str, Any]
    topic: str
    ttl: int
    urgency: str
    body_bytes: int
    at: float

    @property
    def opaque(self) -> Mapping[str, str]:
        """What the notification carries for the app: the delivery's id, perhaps an answer token."""
        data: Mapping[str, str] = self.content["notification"]["data"]
        return data


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted ending: a status with headers, after waiting, or a connection cut off."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stall_seconds: float = 0.0
    reset: bool = False
    drip: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that arrived, and what was answered; status 0 stands for a cut connection."""

    subscription: str
    status: int
    reason: str
    at: float


@dataclass(slots=True)
class _Phone:
    private_key: ec.EllipticCurvePrivateKey
    auth: bytes
    application_server_key: str | None
    received: list[Received] = field(default_factory=list)
    is_live: bool = True


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class PushService:
    """Start it, subscribe, push, and read what the phones show. A context manager.

    ``folder`` receives its certificates. Port 0 takes any free one.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._folder = folder
        self._wanted_port = port
        self._server: _Server | None = None
        self._thread: Thread | None = None
        self._phones: dict[str, _Phone] = {}
        self._script: deque[Reply] = deque()
        self._standing: Reply | None = None
        self._changed = Condition()
        self.stopping = Event()
        self.attempts: list[Attempt] = []
        self.connections = 0

    def start(self) -> None:
        """Make the certificates, listen, and serve from a thread of its own."""
        if self._server is not None:
            raise RuntimeError("the push service is running already")
        self.authority, service = make_authority(self._folder, host=HOST)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(service)
        self.stopping.clear()
        self._server = _Server(("127.0.0.1", self._wanted_port), _Handler, push_service=self, context=context)
        self.port: int = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="push-service", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and end every open connection; what was received stays readable."""
        if self._server is None or self._thread is None:
            return
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.cut_connections()
        self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def place(self) -> str:
        """Its host and port, for ``PUSH_DEVELOPMENT_HOST``."""
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.place}"

    # The phones

    def subscribe(self, application_server_key: str | None = None) -> Subscription:
        """A new phone. With the sender's public key given, no other sender can reach it."""
        phone = _Phone(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), application_server_key)
        name = secrets.token_urlsafe(24)
        with self._changed:
            self._phones[name] = phone
        return Subscription(name, f"{self.origin}/push/{name}", b64(point_of(phone.private_key)), b64(phone.auth))

    def unsubscribe(self, subscription: Subscription) -> None:
        """From now on this phone is gone (410)."""
        with self._changed:
            self._phones[subscription.id].is_live = False

    def received(self, subscription: Subscription) -> list[Received]:
        """Every message that reached this phone, oldest first."""
        with self._changed:
            return list(self._phones[subscription.id].received)

    def shown(self, subscription: Subscription) -> list[Received]:
        """What the phone's screen holds: of each topic only the latest, oldest first."""
        latest: dict[str, Received] = {}
        for message in self.received(subscription):
            latest.pop(message.topic, None)
            latest[message.topic] = message
        return list(latest.values())

    def wait_for(self, subscription: Subscription, *, count: int = 1, timeout: float = 10.0) -> list[Received]:
        """Wait until the phone has received that many messages; raises `TimeoutError`."""
        phone = self._phones[subscription.id]
        with self._changed:
            if not self._changed.wait_for(lambda: len(phone.received) >= count, timeout):
                raise TimeoutError(f"{len(phone.received)} of {count} messages arrived in {timeout:g} s")
            return list(phone.received)

    # The script

    def reply_next(self, *replies: Reply) -> None:
        """End the next requests this way, one reply each; good requests are then not received."""
        with self._changed:
            self._script.extend(replies)

    def reply_always(self, reply: Reply | None) -> None:
        """End every request this way, until called with None."""
        with self._changed:
            self._standing = reply

    def hang_up(self) -> None:
        """Close every open connection, as a service does with idle ones."""
        if self._server is not None:
            self._server.cut_connections()

    # For the handler

    def next_reply(self) -> Reply | None:
        with self._changed:
            return self._script.popleft() if self._script else self._standing

    def note(self, name: str, status: int, reason: str) -> None:
        with self._changed:
            self.attempts.append(Attempt(name, status, reason, time.time()))

    def accept(self, name: str, *, headers: Mapping[str, str], body: bytes) -> None:
        """Check and open one request as service and phone; raises `_Refused` or `NotVouchedFor`."""
        phone = self._phones.get(name)
        if phone is None:
            raise _Refused(404, "no such subscription")
        if not phone.is_live:
            raise _Refused(410, "unsubscribed")
        authorization = headers.get("authorization", "")
        check_vapid(authorization, origin=self.origin, application_server_key=phone.application_server_key)
        ttl, topic, urgency = _checked_headers(headers)
        content = _opened(phone, body)
        with self._changed:
            phone.received.append(Received(content, topic, ttl, urgency, len(body), time.time()))
            self._changed.notify_all()


def _checked_headers(headers: Mapping[str, str]) -> tuple[int, str, str]:
    ttl, topic, urgency = headers.get("ttl", ""), headers.get("topic", ""), headers.get("urgency", "normal")
    if not re.fullmatch(r"[0-9]{1,10}", ttl):
        raise _Refused(400, "TTL is missing or not a number")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,32}", topic):
        raise _Refused(400, "the topic is not 32 characters of url-safe base64 at most")
    if urgency not in {"very-low", "low", "normal", "high"}:
        raise _Refused(400, "unknown urgency")
    if headers.get("content-encoding") != "aes128gcm":
        raise _Refused(400, "the content is not encrypted with aes128gcm")
    return int(ttl), topic, urgency


def _opened(phone: _Phone, body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(decrypt(body, private_key=phone.private_key, auth=phone.auth))
    except (Undecipherable, ValueError) as error:
        raise _Refused(400, f"the phone cannot read it: {error}") from error
    if not isinstance(content, dict):
        raise _Refused(400, "the phone cannot read it: not a JSON object")
    return content


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, place: tuple[str, int], handler: type["_Handler"], *, push_service: PushService, context: ssl.SSLContext) -> None:
        super().__init__(place, handler)
        self.push_service = push_service
        self._context = context
        self._open: set[ssl.SSLSocket] = set()

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        connection, address = self.socket.accept()
        connection.settimeout(30)
        # The handshake waits for the handler's thread, so a silent client stops nobody else.
        wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open.add(wrapped)
        self.push_service.connections += 1
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the client's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        service = self.server.push_service
        name = self.path.removeprefix("/push/")
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            service.note(name, 413, "too large")
            self._answer(Reply(413))
            return
        body = self.rfile.read(length)
        scripted = service.next_reply()
        if scripted is not None:
            service.note(name, 0 if scripted.reset else scripted.status, "scripted")
            self._play(scripted)
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        try:
            service.accept(name, headers=headers, body=body)
        except (_Refused, NotVouchedFor) as error:
            service.note(name, error.status, error.reason)
            self._answer(Reply(error.status, body=error.reason.encode()))
        else:
            service.note(name, 201, "accepted")
            self._answer(Reply(201, headers={"Location": f"{service.origin}/message/{secrets.token_urlsafe(8)}"}))

    def _play(self, reply: Reply) -> None:
        if reply.stall_seconds:
            self.server.push_service.stopping.wait(reply.stall_seconds)
        if reply.reset:
            self._cut()
        elif reply.drip:
            self._drip(reply)
        else:
            self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _drip(self, reply: Reply) -> None:
        """The status line at once, and then headers, a byte at a time, without end."""
        self.wfile.write(f"HTTP/1.1 {reply.status} OK\r\nX-Slow: ".encode())
        while not self.server.push_service.stopping.wait(0.05):
            self.wfile.write(b"x")

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what happened is in ``attempts``."""
