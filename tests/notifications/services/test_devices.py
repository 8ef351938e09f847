"""Devices come, change hands, go, and die."""

import secrets
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import IntegrityError, transaction

from backend.accounts.models import User
from backend.errors import Invalid, NotFound
from notifications import services
from notifications.channels.vapid import b64
from notifications.models import AnswerToken, Delivery, Device, ServiceLimit
from notifications.services.devices import retire_devices
from tests.cast import EVENING, full_cast, person
from tests.notifications.post import at_once, deliver, phone, preference, prompt_for, remind, shown, states

NOON = EVENING - timedelta(hours=8)
EIGHT = EVENING - timedelta(minutes=30)
A_SECOND = timedelta(seconds=1)
FCM = "https://fcm.googleapis.com/fcm/send/"


def a_key() -> str:
    return b64(ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def browser(who: User, *, endpoint: str = FCM + "abc", now=NOON, **changes) -> Device:
    keys = {"p256dh": a_key(), "auth": b64(secrets.token_bytes(16))} | changes
    return services.register_device(person=who, kind="webpush", endpoint=endpoint, name="Phone", now=now, **keys)


@pytest.fixture
def alice() -> User:
    return person("Alice")


@pytest.fixture
def bob() -> User:
    return person("Bob")


@pytest.mark.django_db
class TestRegistering:
    def test_a_first_device_brings_the_first_reminder(self, alice):
        device = browser(alice)
        assert device.service == "https://fcm.googleapis.com"
        assert preference(alice).next_reminder_at == EIGHT

    def test_registering_again_renews_the_same_device(self, alice):
        first, again = browser(alice), browser(alice, now=EVENING)
        assert (first.pk, again.last_seen_at, again.created_at) == (again.pk, EVENING, NOON)
        assert again.p256dh != first.p256dh
        assert Device.objects.count() == 1

    def test_the_same_address_in_another_spelling_is_the_same_device(self, alice):
        browser(alice)
        browser(alice, endpoint="https://FCM.googleapis.com:443/fcm/send/abc")
        assert Device.objects.count() == 1

    @pytest.mark.parametrize(
        "changes, pointer",
        [
            ({"endpoint": "http://fcm.googleapis.com/x"}, "/endpoint"),
            ({"endpoint": "https://127.0.0.1/x"}, "/endpoint"),
            ({"endpoint": "https://example.org/x"}, "/endpoint"),
            ({"p256dh": "AAAA"}, "/p256dh"),
            ({"auth": "AAAA"}, "/auth"),
        ],
    )
    def test_an_address_or_key_that_is_not_allowed_is_refused_without_being_repeated(self, alice, changes, pointer):
        with pytest.raises(Invalid) as refused:
            browser(alice, **changes)
        (error,) = refused.value.errors
        assert error.pointer == pointer
        assert all(value not in error.detail for value in changes.values())
        assert not Device.objects.exists()

    def test_the_eleventh_is_refused_and_a_removed_one_makes_room(self, alice):
        devices = [phone(alice, f"phone {n}", now=NOON) for n in range(10)]
        with pytest.raises(services.TooManyDevices):
            phone(alice, "one more", now=NOON)
        phone(alice, "phone 3", now=EVENING)  # renewing is no new device
        services.revoke_device(person=alice, device_id=devices[0].pk, now=NOON)
        phone(alice, "one more", now=NOON)
        assert Device.objects.live().count() == 10

    def test_the_database_holds_one_live_device_per_address(self, alice, bob):
        device = phone(alice, "shared", now=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Device.objects.create(
                person=bob,
                kind="memory",
                service="memory",
                endpoint="shared",
                endpoint_hash=device.endpoint_hash,
                created_at=NOON,
                last_seen_at=NOON,
            )


@pytest.mark.django_db
class TestChangingHands:
    def test_the_earlier_person_loses_it_with_all_that_waited_there(self, alice, bob):
        phone(alice, "shared", now=NOON)
        remind(EIGHT)
        prompt_for(alice, now=EIGHT)
        phone(bob, "shared", now=EIGHT + A_SECOND)
        deliver(EIGHT + 2 * A_SECOND)
        assert shown("shared") == []
        assert set(states(person=alice)) == {"undeliverable"}
        mine = Device.objects.get(person=alice)
        assert (mine.revoked_reason, mine.endpoint, mine.p256dh, mine.auth) == ("changed-hands", "", "", "")

    def test_the_earlier_persons_push_can_write_nothing_any_more(self, alice, bob):
        phone(alice, "shared", now=NOON)
        remind(EIGHT)
        deliver(EIGHT)
        phone(bob, "shared", now=EIGHT + A_SECOND)
        assert AnswerToken.objects.get().revoked_at == EIGHT + A_SECOND

    def test_a_full_hand_cannot_take_somebody_elses_device_away(self, alice, bob):
        for n in range(10):
            phone(bob, f"phone {n}", now=NOON)
        phone(alice, "shared", now=NOON)
        with pytest.raises(services.TooManyDevices):
            phone(bob, "shared", now=EVENING)
        assert Device.objects.live().filter(person=alice).count() == 1


@pytest.mark.django_db
class TestRemoving:
    def test_nothing_that_waits_is_sent_there(self, alice):
        device = phone(alice, "alice", now=NOON)
        remind(EIGHT)
        services.revoke_device(person=alice, device_id=device.pk, now=EIGHT)
        deliver(EIGHT)
        assert (shown("alice"), states()) == ([], ["undeliverable"])

    @pytest.mark.parametrize("who", ["bob", "charlie", "dana"])
    def test_nobody_else_can_remove_it(self, who):
        cast = full_cast(now=NOON)
        device = phone(cast.alice, "alice", now=NOON)
        with pytest.raises(NotFound):
            services.revoke_device(person=getattr(cast, who), device_id=device.pk, now=EVENING)
        assert Device.objects.live().count() == 1

    def test_removing_it_twice_is_not_found(self, alice):
        device = phone(alice, "alice", now=NOON)
        services.revoke_device(person=alice, device_id=device.pk, now=EVENING)
        with pytest.raises(NotFound):
            services.revoke_device(person=alice, device_id=device.pk, now=EVENING)


@pytest.mark.django_db
class TestDying:
    def many(self, alive: int) -> list[Device]:
        people = [person(f"Reader{n}") for n in range(1 + alive // 10)]
        return [phone(people[n // 10], f"phone {n}", now=NOON) for n in range(alive)]

    def die(self, devices: list[Device], now=EVENING) -> None:
        retire_devices(seen_before={device.pk: now for device in devices}, reason="gone", now=now)

    def test_a_few_of_many_go_without_alarm(self):
        devices = self.many(60)
        self.die(devices[:12])
        assert (Device.objects.live().count(), ServiceLimit.objects.count()) == (48, 0)

    def test_a_fifth_within_five_minutes_stops_the_service_and_keeps_the_rest(self):
        devices = self.many(40)
        for minute in range(40):
            self.die(devices[minute : minute + 1], now=EVENING + minute * timedelta(seconds=5))
        assert Device.objects.live().count() >= 30
        assert ServiceLimit.objects.get(service="memory").stopped_at is not None

    def test_the_same_number_spread_over_an_hour_is_ordinary(self):
        devices = self.many(40)
        for number in range(12):
            self.die(devices[number : number + 1], now=EVENING + number * timedelta(minutes=5))
        assert (Device.objects.live().count(), ServiceLimit.objects.count()) == (28, 0)

    def test_devices_that_people_removed_do_not_count_as_dead(self):
        devices = self.many(40)
        for device in devices[:15]:
            services.revoke_device(person=device.person, device_id=device.pk, now=EVENING)
        self.die(devices[15:16])
        assert ServiceLimit.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_people_registering_one_address_leave_one_live_device(self):
        alice, bob = person("Alice"), person("Bob")
        at_once(*[lambda who=who: phone(who, "shared", now=NOON) for who in (alice, bob, alice, bob)])
        assert Device.objects.live().count() == 1

    def test_registering_at_once_does_not_pass_ten(self):
        alice = person("Alice")
        for n in range(8):
            phone(alice, f"phone {n}", now=NOON)

        def one_more(n: int) -> None:
            try:
                phone(alice, f"new {n}", now=NOON)
            except services.TooManyDevices:
                return

        at_once(*[lambda n=n: one_more(n) for n in range(5)])
        assert Device.objects.live().count() == 10

    def test_removing_a_device_while_it_is_sent_to_ends_in_one_clear_state(self):
        alice = person("Alice")
        devices = [phone(alice, f"phone {n}", now=NOON) for n in range(8)]
        remind(EIGHT)
        at_once(
            lambda: deliver(EIGHT),
            *[lambda pk=device.pk: services.revoke_device(person=alice, device_id=pk, now=EIGHT) for device in devices],
        )
        assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent", "undeliverable"}
