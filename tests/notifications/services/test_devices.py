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
from notifications.channels.vapid import application_server_key, b64
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


@pytest.fixture
def apps(settings) -> None:
    """An installation that sends to apps on both platforms."""
    settings.CHANNELS = settings.CHANNELS | {"fcm": "of.no.matter", "apns": "here"}


@pytest.mark.django_db
class TestRegistering:
    def test_a_first_device_brings_the_first_reminder(self, alice):
        device = browser(alice)
        assert device.service == "https://fcm.googleapis.com"
        assert preference(alice).next_reminder_at == EIGHT

    def test_names_made_up_below_one_domain_share_its_limits(self, alice):
        one, two = (browser(alice, endpoint=f"https://{name}.notify.windows.com/w") for name in ("wns2-par02p", "made-up"))
        assert (one.service, two.service) == ("https://*.notify.windows.com",) * 2

    def test_a_device_follows_its_name_to_another_entry_of_the_list(self, alice, settings):
        browser(alice, endpoint="https://wns2-par02p.notify.windows.com/w")
        settings.PUSH_HOSTS = ["wns2-par02p.notify.windows.com"]
        assert browser(alice, endpoint="https://wns2-par02p.notify.windows.com/w").service == "https://wns2-par02p.notify.windows.com"

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

    @pytest.mark.parametrize(
        "kind, token, kept",
        [
            ("fcm", "fQ3:" + "APA91b-_" * 16, "fQ3:" + "APA91b-_" * 16),
            ("apns", "AB" * 32, "ab" * 32),
        ],
    )
    def test_an_app_registers_with_its_token_alone(self, alice, apps, kind, token, kept):
        device = services.register_device(person=alice, kind=kind, endpoint=token, name="Phone", now=NOON)
        assert (device.service, device.endpoint, device.server_key) == (kind, kept, "")
        again = services.register_device(person=alice, kind=kind, endpoint=token.upper() if kind == "apns" else token, now=EVENING)
        assert (again.pk, again.last_seen_at) == (device.pk, EVENING)

    @pytest.mark.parametrize(
        "kind, token",
        [
            ("fcm", "short"),
            ("fcm", "x" * 5000),
            ("fcm", "a/../b" * 10),
            ("fcm", "é" * 40),
            ("apns", "g" * 64),
            ("apns", "ab" * 31),
            ("apns", "abc" * 33),
        ],
    )
    def test_a_token_that_no_platform_gives_is_refused(self, alice, apps, kind, token):
        with pytest.raises(Invalid) as refused:
            services.register_device(person=alice, kind=kind, endpoint=token, now=NOON)
        (error,) = refused.value.errors
        assert (error.pointer, error.code) == ("/endpoint", "malformed")

    def test_where_nothing_is_sent_nobody_registers(self, alice):
        with pytest.raises(Invalid) as refused:
            services.register_device(person=alice, kind="apns", endpoint="ab" * 32, now=NOON)
        assert [(one.pointer, one.code) for one in refused.value.errors] == [("/kind", "unknown-service")]

    def test_the_key_a_browser_subscribed_with_is_kept_until_it_says_another(self, alice, settings):
        old = application_server_key()
        assert browser(alice).server_key == old
        settings.VAPID_PREVIOUS_KEY, settings.VAPID_PRIVATE_KEY = settings.VAPID_PRIVATE_KEY, b64(secrets.token_bytes(32))
        new = application_server_key()
        assert browser(alice).server_key == old  # it said nothing, and its subscription is the same
        assert browser(alice, application_server_key=new).server_key == new
        assert browser(alice, application_server_key=old).server_key == old
        settings.VAPID_PREVIOUS_KEY = ""
        with pytest.raises(Invalid) as refused:
            browser(alice, application_server_key=old)
        assert [(one.pointer, one.code) for one in refused.value.errors] == [("/application_server_key", "unknown-key")]

    def test_one_of_ten_that_was_left_alone_for_a_month_makes_room(self, alice):
        for n in range(10):
            phone(alice, f"phone {n}", now=NOON - timedelta(days=29 + (n < 3)) - n * A_SECOND)
        phone(alice, "new", now=NOON)
        gone = Device.objects.exclude(revoked_at=None).get()
        assert (gone.name, gone.revoked_reason) == ("phone 2", "made-room")
        assert Device.objects.live().count() == 10

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

    def test_two_who_share_a_phone_and_take_turns_each_get_their_own(self, alice, bob):
        for number, who in enumerate((alice, bob, alice)):
            phone(who, "shared", now=NOON + number * A_SECOND)
        prompt_for(alice, bob, now=EIGHT)
        deliver(EIGHT + 14 * timedelta(hours=1))
        assert [Delivery.objects.get(pk=message.delivery_id).person for message in shown("shared")] == [alice]
        assert Device.objects.live().get().person == alice
        phone(bob, "bobs own", now=EVENING)
        assert preference(bob).next_reminder_at is not None

    @pytest.mark.parametrize("kind, token", [("fcm", "x" * 40), ("apns", "ab" * 32)])
    def test_an_app_that_changes_hands_is_no_longer_the_first_persons(self, alice, bob, apps, kind, token):
        for who in (alice, bob):
            services.register_device(person=who, kind=kind, endpoint=token, now=NOON)
        assert Device.objects.live().get().person == bob
        assert Device.objects.get(person=alice).revoked_reason == "changed-hands"

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
    def many(self, alive: int, *, each: int = 10) -> list[Device]:
        people = [person(f"Reader{n}") for n in range(1 + alive // each)]
        return [phone(people[n // each], f"phone {n}", now=NOON) for n in range(alive)]

    def die(self, devices: list[Device], now=EVENING) -> None:
        retire_devices(seen_before={device.pk: now for device in devices}, reason="gone", now=now)

    def test_a_few_of_many_go_without_alarm(self):
        devices = self.many(60)
        self.die(devices[:12])
        assert (Device.objects.live().count(), ServiceLimit.objects.stopped().count()) == (48, 0)

    def test_those_of_a_fifth_of_the_people_within_five_minutes_stop_the_service_and_the_rest_is_kept(self):
        devices = self.many(40, each=1)
        for minute in range(40):
            self.die(devices[minute : minute + 1], now=EVENING + minute * timedelta(seconds=5))
        assert Device.objects.live().count() >= 30
        assert ServiceLimit.objects.get(service="memory").stopped_at is not None

    def test_the_same_number_spread_over_an_hour_is_ordinary(self):
        devices = self.many(40)
        for number in range(12):
            self.die(devices[number : number + 1], now=EVENING + number * timedelta(minutes=5))
        assert (Device.objects.live().count(), ServiceLimit.objects.stopped().count()) == (28, 0)

    def test_devices_that_people_removed_do_not_count_as_dead(self):
        devices = self.many(40)
        for device in devices[:15]:
            services.revoke_device(person=device.person, device_id=device.pk, now=EVENING)
        self.die(devices[15:16])
        assert ServiceLimit.objects.stopped().count() == 0


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
