"""From a message to an Android phone: OAuth, HTTP/2 and a stand-in for FCM that checks."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from notifications.channels.base import ApnsAddress, ChannelError, FcmAddress, Message, NotBegun, tag_of
from notifications.channels.fcm import FcmChannel, content_of, raise_for
from notifications.channels.google import ServiceAccount
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.stand_ins.endings import ending
from notifications.stand_ins.push_service import PushService, Reply
from tests.notifications.channels.apps import failure, message_for

MEANINGS = {"later": (False, False, False), "gone": (True, True, False), "refused": (True, False, False), "stopped": (False, False, True)}
TOKEN = "a-token-that-can-write-one-answer-and-read-nothing"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """One for all, since its key takes a moment to make."""
    with PushService(tmp_path_factory.mktemp("push")) as service:
        yield service


@pytest.fixture
def service(standing: PushService, settings: Settings) -> PushService:
    for name, value in standing.environment().items():
        setattr(settings, name, value)
    standing.attempts.clear()
    return standing


@pytest.fixture
def channel(service: PushService) -> Iterator[FcmChannel]:
    client = PinnedClient(total_seconds=2.0, http2=True)
    yield FcmChannel(client)
    client.close()


@pytest.fixture
def phone(service: PushService) -> str:
    return service.install("fcm")


def message_to(phone: str, *, token: str = "", ttl: int = 3600) -> Message:
    return message_for(FcmAddress(phone), token=token, ttl=ttl)


class TestSending:
    def test_a_message_reaches_the_phone(self, channel, service, phone):
        message = message_to(phone, token=TOKEN)
        sent = channel.send(message)
        assert sent.reference.startswith("projects/ebb-stand-in/messages/")
        [received] = service.received(phone)
        assert received.content["data"] == {
            "answer_token": TOKEN,
            "title": "A quiet moment, whenever you like",
            "lang": "en",
            "tag": tag_of("prompt-1"),
            "id": str(message.delivery_id),
            "category": "answer",
        }
        assert (received.topic, received.ttl, received.urgency) == (tag_of("prompt-1"), 3600, "HIGH")

    def test_a_phone_shows_a_message_sent_twice_once(self, channel, service, phone):
        message = message_to(phone)
        channel.send(message)
        channel.send(message)
        assert (len(service.received(phone)), len(service.shown(phone))) == (2, 1)

    def test_it_signs_in_once_and_keeps_its_connection(self, channel, service, phone):
        before, connections = service.google.signed_in, service.connections
        for _ in range(5):
            channel.send(message_to(phone))
        assert service.google.signed_in == before + 1
        assert service.connections - connections <= 2

    def test_a_kept_connection_that_the_service_closed_is_replaced_unnoticed(self, channel, service, phone):
        channel.send(message_to(phone))
        service.hang_up()
        channel.send(message_to(phone))
        assert len(service.received(phone)) == 2

    def test_a_notice_without_an_answer_offers_none(self, phone):
        assert content_of(message_to(phone), FcmAddress(phone))["message"]["data"]["category"] == "notice"


class TestTroubles:
    @pytest.mark.parametrize(
        "name, meant",
        [
            ("429-seconds", ("later", "http-429")),
            ("429-date", ("later", "http-429")),
            ("QUOTA_EXCEEDED", ("later", "QUOTA_EXCEEDED")),
            ("UNAVAILABLE", ("later", "UNAVAILABLE")),
            ("INTERNAL", ("later", "INTERNAL")),
            ("500", ("later", "http-500")),
            ("503", ("later", "http-503")),
            ("reset", ("later", "unreachable")),
            ("stall", ("later", "timeout")),
            ("drip", None),
            ("oversized", None),
            ("UNREGISTERED", ("gone", "UNREGISTERED")),
            ("INVALID_ARGUMENT", ("refused", "INVALID_ARGUMENT")),
            ("SENDER_ID_MISMATCH", ("refused", "SENDER_ID_MISMATCH")),
            ("redirect", ("refused", "http-301")),
            ("404", ("refused", "http-404")),
            ("413", ("refused", "http-413")),
            ("PERMISSION_DENIED", ("stopped", "http-403")),
            ("THIRD_PARTY_AUTH_ERROR", ("stopped", "THIRD_PARTY_AUTH_ERROR")),
            ("UNAUTHENTICATED", ("stopped", "http-401")),
        ],
    )
    def test_each_ending_has_one_meaning(self, channel, service, name, meant):
        phone = service.install("fcm")
        channel.send(message_to(phone))  # signed in
        # A cut on a kept connection is tried once more on a new one, so that one is cut as well.
        service.reply_next(*[ending(name)] * (2 if name == "reset" else 1), platform="fcm")
        if meant is None:
            channel.send(message_to(phone))
            return
        error = failure(channel, message_to(phone))
        meaning, reason = meant
        assert (error.permanent, error.retires_device, error.stop_service, error.reason) == (*MEANINGS[meaning], reason)

    def test_the_wait_it_asks_for_is_passed_on(self, channel, service, phone):
        service.reply_next(ending("QUOTA_EXCEEDED"), platform="fcm")
        assert failure(channel, message_to(phone)).retry_after == timedelta(seconds=30)

    def test_a_removed_app_is_gone(self, channel, service, phone):
        service.unsubscribe(phone)
        assert failure(channel, message_to(phone)).retires_device

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"details": [1, {"errorCode": 2}]}}'])
    def test_an_error_in_other_words_is_told_by_its_status(self, body):
        with pytest.raises(ChannelError) as caught:
            raise_for(Answer(404, {}, body))
        assert caught.value.reason == "http-404"

    def test_a_stale_message_and_a_strangers_address_are_refused(self, channel, service, phone):
        assert failure(channel, message_to(phone, ttl=0)).reason == "expired"
        assert failure(channel, Message(uuid4(), "prompt", "x", 60, ApnsAddress("ab" * 32))).reason == "wrong-address"
        assert service.attempts == []


class TestSigningIn:
    def test_a_token_taken_back_is_replaced_at_the_next_try(self, channel, service, phone, monkeypatch):
        channel.send(message_to(phone))
        monkeypatch.setattr("notifications.channels.google.NEW_SECONDS", 0)
        service.google.given.clear()
        error = failure(channel, message_to(phone))
        assert (error.reason, error.permanent, error.stop_service) == ("http-401", False, False)
        channel.send(message_to(phone))
        assert len(service.received(phone)) == 2

    @pytest.mark.parametrize(
        "reply, said",
        [
            (Reply(400, body=b'{"error": "invalid_grant"}'), ("sign-in-400", True)),
            (Reply(401), ("sign-in-401", True)),
            (Reply(503), ("sign-in-503", False)),
            (Reply(429, headers={"Retry-After": "5"}), ("sign-in-429", False)),
            (Reply(200, body=b"no token"), ("sign-in-200", False)),
            (Reply(reset=True), ("unreachable", False)),
        ],
    )
    def test_a_sign_in_that_fails_keeps_the_message_here(self, channel, service, phone, reply, said):
        service.reply_next(reply, platform="token")
        error = failure(channel, message_to(phone))
        assert (error.reason, error.stop_service, error.permanent) == (*said, False)
        assert [one.platform for one in service.attempts] == ["token"]

    def test_a_sign_in_that_took_too_long_has_the_gate_asked_again_and_is_not_repeated(self, channel, service, phone):
        before = service.google.signed_in
        with pytest.raises(NotBegun):
            channel.send(replace(message_to(phone), begin_by=time.monotonic()))
        assert service.received(phone) == []
        channel.send(message_to(phone))
        assert service.google.signed_in == before + 1

    @pytest.mark.parametrize("account", ["", "{}", "not JSON", '{"private_key": "x"}', "[]"])
    def test_settings_that_cannot_be_read_stop_the_service(self, channel, service, phone, settings, account):
        settings.FCM_SERVICE_ACCOUNT = account
        error = failure(channel, message_to(phone))
        assert (error.reason, error.stop_service) == ("fcm-settings", True)

    def test_an_account_does_not_show_its_key_when_printed(self, service):
        text = service.google.service_account(service.origin)
        assert "PRIVATE" not in repr(ServiceAccount.read(text))
        with pytest.raises(ValueError, match="not the file") as caught:
            ServiceAccount.read(json.dumps(json.loads(text) | {"token_uri": "http://plain.example"}))
        assert "PRIVATE" not in str(caught.value)
