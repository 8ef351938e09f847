"""From a message to an iPhone: an ES256 token, HTTP/2 and a stand-in for APNs that checks."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from notifications.channels.apns import REUSED_SECONDS, ApnsChannel, ProviderToken, raise_for
from notifications.channels.base import ApnsAddress, ChannelError, FcmAddress, Message, tag_of
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.stand_ins.endings import ending
from notifications.stand_ins.push_service import PushService
from tests.notifications.channels.apps import failure, message_for
from tests.waiting import until

MEANINGS = {"later": (False, False, False), "gone": (True, True, False), "refused": (True, False, False), "stopped": (False, False, True)}
TOKEN = "a-token-that-can-write-one-answer-and-read-nothing"


@pytest.fixture
def service(tmp_path: Path, settings: Settings) -> Iterator[PushService]:
    with PushService(tmp_path) as service:
        service.__dict__["google"] = _NoGoogle()
        for name, value in service.environment().items():
            setattr(settings, name, value)
        yield service


class _NoGoogle:
    """Spares these tests the making of a key that they do not need."""

    def service_account(self, origin: str) -> str:
        return ""


@pytest.fixture
def channel(service: PushService) -> Iterator[ApnsChannel]:
    client = PinnedClient(total_seconds=2.0, http2=True)
    yield ApnsChannel(client)
    client.close()


@pytest.fixture
def phone(service: PushService) -> str:
    return service.install("apns")


def message_to(phone: str, *, token: str = "", ttl: int = 3600) -> Message:
    return message_for(ApnsAddress(phone), token=token, ttl=ttl)


class TestSending:
    def test_a_message_reaches_the_phone(self, channel, service, phone):
        message = message_to(phone, token=TOKEN)
        assert channel.send(message).reference == str(message.delivery_id)
        [received] = service.received(phone)
        assert received.content == {
            "aps": {"alert": {"title": "A quiet moment, whenever you like"}, "category": "answer"},
            "answer_token": TOKEN,
            "id": str(message.delivery_id),
            "lang": "en",
        }
        assert (received.tag, received.urgency) == (tag_of("prompt-1"), "10")
        assert 3590 <= received.ttl <= 3600

    def test_a_phone_shows_a_message_sent_twice_once(self, channel, service, phone):
        message = message_to(phone)
        channel.send(message)
        channel.send(message)
        assert (len(service.received(phone)), len(service.shown(phone))) == (2, 1)

    def test_what_waits_for_a_phone_that_is_off_ends_with_its_freshness(self, channel, service, phone, monkeypatch):
        service.turn_off(phone)
        channel.send(message_to(phone, ttl=60))
        later = time.time() + 61
        monkeypatch.setattr("notifications.stand_ins.phones.time.time", lambda: later)
        service.turn_on(phone)
        assert service.received(phone) == []

    def test_connections_are_kept_and_carry_one_exchange_at_a_time(self, channel, service, phone):
        for _ in range(3):
            channel.send(message_to(phone))
        assert service.connections == 1
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: channel.send(message_to(phone)), range(20)))
        assert len(service.received(phone)) == 23
        assert service.connections <= 5

    def test_one_stalled_exchange_harms_no_other(self, channel, service, phone):
        service.reply_next(ending("stall"), platform="apns")
        with ThreadPoolExecutor(2) as threads:
            stalled = threads.submit(failure, channel, message_to(phone))
            assert until(lambda: service.attempts)
            threads.submit(channel.send, message_to(phone)).result()
            assert stalled.result().reason == "timeout"
        assert len(service.received(phone)) == 1

    def test_a_kept_connection_that_the_service_closed_is_replaced_unnoticed(self, channel, service, phone):
        channel.send(message_to(phone))
        service.hang_up()
        channel.send(message_to(phone))
        assert len(service.received(phone)) == 2


class TestTroubles:
    @pytest.mark.parametrize(
        "name, meant",
        [
            ("Unregistered", ("gone", "Unregistered")),
            ("ExpiredToken", ("gone", "ExpiredToken")),
            ("BadDeviceToken", ("gone", "BadDeviceToken")),
            ("410", ("gone", "http-410")),
            ("DeviceTokenNotForTopic", ("refused", "DeviceTokenNotForTopic")),
            ("BadTopic", ("refused", "BadTopic")),
            ("PayloadTooLarge", ("refused", "PayloadTooLarge")),
            ("redirect", ("refused", "http-301")),
            ("404", ("refused", "http-404")),
            ("ExpiredProviderToken", ("stopped", "ExpiredProviderToken")),
            ("InvalidProviderToken", ("stopped", "InvalidProviderToken")),
            ("403", ("stopped", "http-403")),
            ("TooManyRequests", ("later", "TooManyRequests")),
            ("TooManyProviderTokenUpdates", ("later", "TooManyProviderTokenUpdates")),
            ("429-date", ("later", "http-429")),
            ("InternalServerError", ("later", "InternalServerError")),
            ("ServiceUnavailable", ("later", "ServiceUnavailable")),
            ("Shutdown", ("later", "Shutdown")),
            ("reset", ("later", "unreachable")),
            ("late", ("later", "timeout")),
        ],
    )
    def test_each_ending_has_one_meaning(self, channel, service, name, meant):
        phone = service.install("apns")
        service.reply_next(ending(name))
        error = failure(channel, message_to(phone))
        meaning, reason = meant
        assert (error.permanent, error.retires_device, error.stop_service, error.reason) == (*MEANINGS[meaning], reason)

    def test_a_removed_app_is_gone_since_the_service_says_so(self, channel, service, phone):
        service.unsubscribe(phone)
        error = failure(channel, message_to(phone))
        assert error.retires_device
        assert error.since is not None
        assert abs(error.since - datetime.now(UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize("timestamp", ['"soon"', "-1", "1e99", "null", "99999999999999999999"])
    def test_an_odd_timestamp_is_none(self, timestamp):
        with pytest.raises(ChannelError) as caught:
            raise_for(Answer(410, {}, b'{"reason": "Unregistered", "timestamp": %s}' % timestamp.encode()))
        assert (caught.value.reason, caught.value.since) == ("Unregistered", None)

    def test_what_was_taken_and_answered_late_was_taken(self, channel, service, phone):
        service.reply_next(ending("taken-then-reset"))
        assert failure(channel, message_to(phone)).reason == "unreachable"
        assert len(service.received(phone)) == 1

    def test_a_stale_message_and_a_strangers_address_are_refused(self, channel, service, phone):
        assert failure(channel, message_to(phone, ttl=0)).reason == "expired"
        assert failure(channel, Message(uuid4(), "prompt", "x", 60, FcmAddress("x"))).reason == "wrong-address"
        assert service.attempts == []

    @pytest.mark.parametrize("name, value", [("APNS_KEY", "not a key"), ("APNS_URL", "http://localhost:1")])
    def test_settings_that_cannot_be_used_stop_the_service(self, channel, phone, settings, name, value):
        setattr(settings, name, value)
        error = failure(channel, message_to(phone))
        assert (error.reason, error.stop_service) == ("apns-settings", True)


class TestToken:
    @pytest.mark.parametrize("seconds_into", [0, 1, REUSED_SECONDS - 1])
    def test_all_processes_date_it_alike_and_it_is_never_an_hour_old(self, monkeypatch, seconds_into):
        start = 1_800_000_000 // REUSED_SECONDS * REUSED_SECONDS
        monkeypatch.setattr("notifications.channels.apns.time.time", lambda: start + seconds_into)
        token = ProviderToken(ec.generate_private_key(ec.SECP256R1()), key_id="K", team_id="T")
        claims = jwt.decode(token.bearer(), options={"verify_signature": False})
        assert claims == {"iss": "T", "iat": start}
        assert seconds_into < 60 * 60
        assert token.bearer() is token.bearer()
