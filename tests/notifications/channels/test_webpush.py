"""From a message to a phone: real encryption, real TLS, a push service that checks."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from pytest_django import Settings

from notifications.channels.base import ChannelError, EmailAddress, MemoryAddress, Message, Sent, WebPushAddress, tag_of
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.channels.vapid import application_server_key, b64
from notifications.channels.webpush import (
    PADDED_BYTES,
    WebPushChannel,
    headers_of,
    plaintext_of,
    raise_for,
)
from notifications.stand_ins.push_service import PushService, Reply, Subscription
from tests.waiting import until

TOKEN = "a-token-that-can-write-one-answer-and-read-nothing"


def opened_elsewhere(body: bytes, *, private_key: EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Every message of these tests is opened by another implementation than the one that sealed it."""
    try:
        return bytes(http_ece.decrypt(body, private_key=private_key, auth_secret=auth))
    except http_ece.ECEException as error:
        raise ValueError(str(error)) from error


@pytest.fixture(autouse=True)
def identity(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = b64(secrets.token_bytes(32))
    settings.VAPID_SUBJECT = "mailto:operator@example.org"
    settings.SITE_URL = "https://ebb.example"
    settings.PUSH_HOSTS = ["fcm.googleapis.com"]


@pytest.fixture
def push_service(tmp_path: Path, settings: Settings) -> Iterator[PushService]:
    with PushService(tmp_path, opener=opened_elsewhere) as service:
        settings.PUSH_DEVELOPMENT_HOST = service.place
        settings.PUSH_DEVELOPMENT_CA = str(service.authority)
        yield service


@pytest.fixture
def client() -> Iterator[PinnedClient]:
    client = PinnedClient()
    yield client
    client.close()


@pytest.fixture
def channel(client: PinnedClient) -> WebPushChannel:
    return WebPushChannel(client)


@pytest.fixture
def phone(push_service: PushService) -> Subscription:
    return push_service.subscribe(application_server_key())


def message_to(phone: Subscription, *, collapse_key: str = "prompt-1", ttl: int = 3600, token: str = "", server_key: str = "") -> Message:
    return Message(
        delivery_id=uuid4(),
        kind="reminder" if token else "prompt",
        collapse_key=collapse_key,
        ttl_seconds=ttl,
        address=WebPushAddress(phone.endpoint, phone.p256dh, phone.auth, server_key),
        payload={"answer_token": token} if token else {},
    )


def failure(channel: WebPushChannel, message: Message) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(message)
    return caught.value


# All the way


def test_a_message_reaches_the_phone_and_opens_there(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    message = message_to(phone, token=TOKEN)

    assert channel.send(message) == Sent()

    [received] = push_service.received(phone)
    assert received.content == {
        "web_push": 8030,
        "mutable": True,
        "notification": {
            "title": "A quiet moment, whenever you like",
            "lang": "en",
            "navigate": "https://ebb.example/tonight/",
            "tag": tag_of("prompt-1"),
            "data": {"id": str(message.delivery_id), "answer_token": TOKEN},
        },
    }
    assert (received.ttl, received.urgency, received.topic) == (3600, "normal", tag_of("prompt-1"))


def test_a_phone_shows_a_message_sent_twice_once(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    first, other = message_to(phone), message_to(phone, collapse_key="prompt-2")
    for each in (first, first, other):
        channel.send(each)

    assert len(push_service.received(phone)) == 3
    assert [shown.opaque["id"] for shown in push_service.shown(phone)] == [str(first.delivery_id), str(other.delivery_id)]


def test_every_kind_of_message_has_the_same_size_on_the_wire(
    channel: WebPushChannel, push_service: PushService, phone: Subscription
) -> None:
    for each in (message_to(phone), message_to(phone, token=TOKEN)):
        channel.send(each)

    assert {received.body_bytes for received in push_service.received(phone)} == {PADDED_BYTES + 103}


def test_connections_are_kept_between_messages(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    for _ in range(5):
        channel.send(message_to(phone))

    assert push_service.connections == 1


def test_a_kept_connection_that_the_service_closed_is_replaced_unnoticed(
    channel: WebPushChannel, push_service: PushService, phone: Subscription
) -> None:
    channel.send(message_to(phone))
    push_service.hang_up()
    assert until(lambda: not any(kept.is_usable() for kept in channel._client._kept))
    channel.send(message_to(phone))

    assert push_service.connections == 2


def test_several_threads_send_side_by_side(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    messages = [message_to(phone, collapse_key=str(number)) for number in range(40)]

    with ThreadPoolExecutor(8) as senders:
        assert list(senders.map(channel.send, messages)) == [Sent()] * 40

    assert {shown.opaque["id"] for shown in push_service.shown(phone)} == {str(message.delivery_id) for message in messages}
    assert push_service.connections <= 8


def test_a_forked_worker_opens_connections_of_its_own(
    client: PinnedClient, push_service: PushService, phone: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    WebPushChannel(client).send(message_to(phone))
    parents = list(client._kept)
    monkeypatch.setattr("notifications.channels.pinned.os.getpid", lambda: -1)
    WebPushChannel(client).send(message_to(phone))

    assert push_service.connections == 2
    for one in parents:
        one.line.close()


def test_another_senders_key_stops_the_service(
    channel: WebPushChannel, push_service: PushService, phone: Subscription, settings: Settings
) -> None:
    settings.VAPID_PRIVATE_KEY = b64(secrets.token_bytes(32))

    error = failure(channel, message_to(phone))

    assert (error.reason, error.stop_service, error.perhaps_device, error.permanent, error.retires_device) == (
        "http-403",
        True,
        True,
        False,
        False,
    )
    assert push_service.received(phone) == []


def test_a_phone_that_unsubscribed_is_retired(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    push_service.unsubscribe(phone)

    error = failure(channel, message_to(phone))

    assert (error.reason, error.permanent, error.retires_device) == ("http-410", True, True)


def test_a_redirect_is_not_followed(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    for status in (301, 302, 303, 307, 308):
        push_service.reply_next(Reply(status, headers={"Location": phone.endpoint}))
        error = failure(channel, message_to(phone))
        assert (error.reason, error.permanent, error.retires_device) == (f"http-{status}", True, False)

    assert len(push_service.attempts) == 5
    assert push_service.received(phone) == []


def test_slow_down_is_passed_on_with_its_seconds(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    push_service.reply_next(Reply(429, headers={"Retry-After": "7"}))

    error = failure(channel, message_to(phone))

    assert (error.reason, error.permanent, error.stop_service) == ("http-429", False, False)
    assert error.retry_after == timedelta(seconds=7)
    channel.send(message_to(phone))


def test_a_dead_proxy_in_the_environment_is_ignored(channel: WebPushChannel, phone: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    channel.send(message_to(phone))


# What goes wrong on the way


@pytest.mark.parametrize(
    "reply",
    [Reply(stall_seconds=30), Reply(drip=True), Reply(reset=True)],
    ids=["stall", "drip", "reset"],
)
def test_a_service_that_does_not_finish_is_tried_again_later(
    channel: WebPushChannel, push_service: PushService, phone: Subscription, reply: Reply
) -> None:
    impatient = PinnedClient(total_seconds=1.0)
    push_service.reply_next(reply)
    started = time.monotonic()

    error = failure(WebPushChannel(impatient), message_to(phone))

    impatient.close()
    assert time.monotonic() - started < 5
    assert (error.permanent, error.stop_service, error.retry_after) == (False, False, None)
    assert error.reason == ("unreachable" if reply.reset else "timeout")
    channel.send(message_to(phone))


def test_an_endless_answer_is_left_unread(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    push_service.reply_next(Reply(201, body=b"x" * 5_000_000))
    started = time.monotonic()

    assert channel.send(message_to(phone)) == Sent()
    assert time.monotonic() - started < 5


def test_a_service_that_is_away_is_tried_again_later(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    push_service.stop()

    assert failure(channel, message_to(phone)).reason == "unreachable"


def test_a_certificate_from_an_unknown_authority_is_not_trusted(
    channel: WebPushChannel, push_service: PushService, phone: Subscription, tmp_path: Path, settings: Settings
) -> None:
    channel.send(message_to(phone))
    push_service.stop()
    with PushService(tmp_path / "second", port=push_service.port) as second:
        # Its certificate comes from an authority that was never trusted.
        assert failure(channel, message_to(second.subscribe())).reason == "unreachable"
        assert second.attempts == []


def test_the_development_authority_vouches_for_no_other_host(
    push_service: PushService, client: PinnedClient, phone: Subscription, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.channels.pinned.resolve_pinned", lambda *args, **kwargs: ("127.0.0.1",))
    monkeypatch.setattr("notifications.endpoints._listed_as", lambda host, port: host)
    elsewhere = WebPushAddress(phone.endpoint.replace("localhost", "fcm.googleapis.com"), phone.p256dh, phone.auth)
    message = Message(uuid4(), "prompt", "x", 60, elsewhere)

    assert failure(WebPushChannel(client), message).reason == "unreachable"
    assert (push_service.connections, push_service.attempts) == (1, [])


def test_a_service_that_resolves_to_an_inside_address_is_never_called(
    channel: WebPushChannel, phone: Subscription, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.endpoints._resolve", lambda *args: ("127.0.0.1", "::ffff:127.0.0.1"))
    address = WebPushAddress("https://fcm.googleapis.com/wp/x", phone.p256dh, phone.auth)

    error = failure(channel, Message(uuid4(), "prompt", "x", 60, address))

    assert (error.reason, error.permanent) == ("private-address", False)
    assert push_service.connections == 0


def test_a_name_that_changes_its_address_between_check_and_call_gains_nothing(
    channel: WebPushChannel, phone: Subscription, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def resolve(host: str, port: int, seconds: float) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

    monkeypatch.setattr("notifications.endpoints._resolve", resolve)
    channel.send(message_to(phone))

    assert asked == ["localhost"]


def test_without_a_key_of_our_own_the_service_stops(channel: WebPushChannel, phone: Subscription, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    error = failure(channel, message_to(phone))

    assert (error.reason, error.stop_service) == ("vapid-key", True)


# Turning the key


def test_browsers_of_both_keys_are_reached_while_the_key_is_turned(
    channel: WebPushChannel, push_service: PushService, settings: Settings
) -> None:
    old, settings.VAPID_PREVIOUS_KEY = application_server_key(), settings.VAPID_PRIVATE_KEY
    settings.VAPID_PRIVATE_KEY = b64(secrets.token_bytes(32))
    new = application_server_key()
    before, since = push_service.subscribe(old), push_service.subscribe(new)

    for phone, key in ((before, old), (since, new), (before, "")):
        channel.send(message_to(phone, server_key=key))

    assert (len(push_service.received(before)), len(push_service.received(since))) == (2, 1)


def test_a_browser_of_a_key_that_is_gone_harms_nobody_else(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    error = failure(channel, message_to(phone, server_key="a-key-from-long-ago"))

    assert (error.reason, error.permanent, error.retires_device, error.stop_service) == ("vapid-key-retired", True, False, False)
    assert push_service.attempts == []


# What never leaves


@pytest.mark.parametrize(
    "address",
    [
        WebPushAddress("https://evil.example/x", "x", "y"),
        WebPushAddress("https://fcm.googleapis.com/x", "not-a-key", "AAAAAAAAAAAAAAAAAAAAAA"),
        EmailAddress("alice@example.org"),
        MemoryAddress("alice"),
    ],
)
def test_what_may_not_be_called_is_refused_and_the_device_kept(channel: WebPushChannel, address: WebPushAddress) -> None:
    error = failure(channel, Message(uuid4(), "prompt", "x", 60, address))

    assert error.permanent
    assert not error.retires_device


def test_a_stale_or_oversized_message_is_refused(channel: WebPushChannel, push_service: PushService, phone: Subscription) -> None:
    assert failure(channel, message_to(phone, ttl=0)).reason == "expired"
    assert failure(channel, message_to(phone, token="x" * PADDED_BYTES)).reason == "too-large"
    assert push_service.attempts == []


def test_nothing_but_opaque_values_differs_between_kinds_of_message(phone: Subscription) -> None:
    prompt, reminder = message_to(phone), message_to(phone, token=TOKEN)

    def neutral(message: Message) -> bytes:
        return plaintext_of(message).replace(str(message.delivery_id).encode(), b"ID")

    assert neutral(reminder).replace(f'"answer_token":"{TOKEN}",'.encode(), b"") == neutral(prompt)
    assert b"prompt" not in plaintext_of(prompt)
    assert headers_of(prompt) == headers_of(reminder)


def test_a_message_does_not_show_its_secrets_when_printed(phone: Subscription) -> None:
    shown = repr(message_to(phone, token=TOKEN))

    for secret in (TOKEN, phone.auth, phone.p256dh):
        assert secret not in shown


def test_topics_are_short_plain_and_different() -> None:
    topics = {tag_of(str(uuid4())) for _ in range(100)} | {tag_of("x" * 1000), tag_of("ñ")}

    assert len(topics) == 102
    assert all(len(topic) == 32 and topic.isascii() and "=" not in topic for topic in topics)


def test_a_very_long_life_is_cut_to_what_services_take(phone: Subscription) -> None:
    assert headers_of(message_to(phone, ttl=10**9))["TTL"] == str(28 * 86400)


# What answers mean

RETRY, DROP, RETIRE, STOP = (False, False, False), (True, False, False), (True, True, False), (False, False, True)


@pytest.mark.parametrize(
    "status, meaning",
    [
        *[(status, None) for status in (200, 201, 202, 204, 299)],
        *[(status, DROP) for status in (300, 301, 302, 303, 304, 307, 308)],
        *[(status, DROP) for status in (400, 402, 405, 406, 409, 411, 413, 414, 415, 418, 422, 451)],
        *[(status, STOP) for status in (401, 403)],
        *[(status, RETIRE) for status in (404, 410)],
        *[(status, RETRY) for status in (408, 425, 429, 500, 501, 502, 503, 504, 507, 599)],
        *[(status, DROP) for status in (199, 100)],
    ],
)
def test_each_status_has_one_meaning(status: int, meaning: tuple[bool, bool, bool] | None) -> None:
    if meaning is None:
        raise_for(Answer(status, {}))
        return
    with pytest.raises(ChannelError) as caught:
        raise_for(Answer(status, {}))
    error = caught.value
    assert (error.permanent, error.retires_device, error.stop_service) == meaning
    assert error.reason == f"http-{status}"
