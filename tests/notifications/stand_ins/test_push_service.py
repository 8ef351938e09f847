"""The push service that checks as strictly as a real one."""

import json
import secrets
import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from notifications.channels.aes128gcm import encrypt
from notifications.channels.vapid import Vapid, b64, unb64
from notifications.stand_ins.push_service import PushService, Reply, Subscription

SENDER = Vapid(b64(secrets.token_bytes(32)), subject="mailto:operator@example.org")
CONTENT = {"notification": {"title": "x", "data": {"id": "1"}}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with PushService(tmp_path) as service:
        yield service


def body_for(phone: Subscription, content: Any = CONTENT) -> bytes:
    return encrypt(json.dumps(content).encode(), receiver=unb64(phone.p256dh), auth=unb64(phone.auth), padded_to=200)


def post(service: PushService, phone: Subscription, *, body: bytes | None = None, path: str = "", **headers: str | None) -> int:
    connection = HTTPSConnection("localhost", service.port, timeout=5, context=ssl.create_default_context(cafile=str(service.authority)))
    usual = {
        "Authorization": SENDER.authorization(service.origin),
        "TTL": "60",
        "Topic": "t",
        "Content-Encoding": "aes128gcm",
    }
    sent = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(
            "POST",
            path or f"/push/{phone.id}",
            body=body_for(phone) if body is None else body,
            headers={name: value for name, value in sent.items() if value is not None},
        )
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_good_request_is_accepted_and_opened(service: PushService) -> None:
    phone = service.subscribe(SENDER.public_key)

    assert post(service, phone) == 201
    [received] = service.received(phone)
    assert (received.content, received.ttl, received.topic, received.urgency) == (CONTENT, 60, "t", "normal")
    assert received.opaque == {"id": "1"}


@pytest.mark.parametrize(
    "headers",
    [
        {"TTL": None},
        {"TTL": "soon"},
        {"TTL": "-1"},
        {"Topic": "x" * 33},
        {"Topic": "a+b/"},
        {"Urgency": "extreme"},
        {"Content_Encoding": None},
        {"Content_Encoding": "aesgcm"},
    ],
)
def test_a_request_with_wrong_headers_is_turned_away(service: PushService, headers: dict[str, Any]) -> None:
    phone = service.subscribe()

    assert post(service, phone, **headers) == 400
    assert service.received(phone) == []


def test_a_sender_it_does_not_know_is_turned_away(service: PushService) -> None:
    phone = service.subscribe(SENDER.public_key)
    other = Vapid(b64(secrets.token_bytes(32)), subject="mailto:operator@example.org")

    assert post(service, phone, Authorization=None) == 401
    assert post(service, phone, Authorization=SENDER.authorization("https://elsewhere.example")) == 401
    assert post(service, phone, Authorization=other.authorization(service.origin)) == 403
    assert service.received(phone) == []
    assert [attempt.status for attempt in service.attempts] == [401, 401, 403]


def test_what_the_phone_cannot_open_is_turned_away(service: PushService) -> None:
    phone, other = service.subscribe(), service.subscribe()

    assert post(service, phone, body=body_for(other)) == 400
    assert post(service, phone, body=b"") == 400
    assert post(service, phone, body=body_for(phone, content=[1])) == 400
    assert post(service, phone, body=b"x" * 4097) == 413
    assert service.received(phone) == []


def test_unknown_and_unsubscribed_phones_are_told_apart(service: PushService) -> None:
    phone = service.subscribe()

    assert post(service, phone, path="/push/unknown") == 404
    service.unsubscribe(phone)
    assert post(service, phone) == 410


def test_it_says_what_the_script_says_and_then_works_again(service: PushService) -> None:
    phone = service.subscribe()
    service.reply_next(Reply(429, headers={"Retry-After": "3"}), Reply(503))
    assert [post(service, phone) for _ in range(3)] == [429, 503, 201]

    service.reply_always(Reply(500))
    assert [post(service, phone) for _ in range(2)] == [500, 500]
    service.reply_always(None)
    assert post(service, phone) == 201
    assert len(service.received(phone)) == 2


def test_waiting_ends_when_the_message_comes_or_the_time_is_up(service: PushService) -> None:
    phone = service.subscribe()
    with pytest.raises(TimeoutError, match="0 of 1"):
        service.wait_for(phone, timeout=0.05)

    timer = Timer(0.1, post, args=(service, phone))
    timer.start()
    assert len(service.wait_for(phone, timeout=5)) == 1
    timer.join()


def test_a_silent_client_stops_nobody_else(service: PushService) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", service.port)):
        assert post(service, service.subscribe()) == 201


def test_its_authority_vouches_for_localhost_only(service: PushService) -> None:
    context = ssl.create_default_context(cafile=str(service.authority))
    connection = HTTPSConnection("127.0.0.1", service.port, timeout=5, context=context)

    with pytest.raises(ssl.SSLCertVerificationError):
        connection.connect()
    connection.close()


def test_it_stops_while_a_client_waits_and_starts_again(tmp_path: Path) -> None:
    service = PushService(tmp_path)
    service.start()
    with pytest.raises(RuntimeError):
        service.start()
    service.stop()
    service.stop()
    with service:
        assert post(service, service.subscribe()) == 201


def test_the_key_of_its_certificate_is_for_its_owner_only(service: PushService, tmp_path: Path) -> None:
    assert (tmp_path / "service.pem").stat().st_mode & 0o077 == 0
