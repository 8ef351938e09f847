"""Whose fault it is that a service does not take our signature."""

import secrets
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import User
from notifications import services
from notifications.channels.base import ChannelError, MemoryAddress, Message, Sent
from notifications.channels.memory import MemoryChannel
from notifications.channels.vapid import application_server_key, b64
from notifications.models import Delivery, Device, ServiceLimit
from tests.cast import person
from tests.notifications.post import deliver, phone, prompt_for, shown

MORNING = datetime.fromisoformat("2026-03-05T06:10+00:00")
SLOT = datetime.fromisoformat("2026-03-05T07:30+00:00")
A_DAY = timedelta(days=1)


@pytest.fixture
def people() -> list[User]:
    made = [person(name) for name in ("Alice", "Bob", "Charlie")]
    for one in made:
        phone(one, one.name.lower(), now=MORNING)
    return made


@pytest.fixture
def unrecognised(monkeypatch) -> set[str]:
    """The names of phones for which the service does not take our signature."""
    names: set[str] = set()
    send = MemoryChannel.send

    def check(self: MemoryChannel, message: Message) -> Sent:
        assert isinstance(message.address, MemoryAddress)
        if message.address.name in names:
            raise ChannelError.unrecognised("http-403")
        return send(self, message)

    monkeypatch.setattr(MemoryChannel, "send", check)
    return names


def one_day(people: list[User], number: int = 0) -> None:
    for one in people:
        prompt_for(one, now=MORNING + number * A_DAY)
    deliver(SLOT + number * A_DAY)


def end_of(who: User) -> tuple[str, str]:
    latest = Delivery.objects.filter(person=who).latest("due_at")
    return latest.state, latest.reason


@pytest.mark.django_db
class TestARefusedSignature:
    def test_of_a_device_that_never_took_anything_harms_nobody_else(self, people, unrecognised):
        alice = people[0]
        unrecognised.add("alice")
        for number in range(2):
            one_day(people, number)
        assert [len(shown(name)) for name in ("alice", "bob", "charlie")] == [0, 2, 2]
        assert end_of(alice) == ("failed", "foreign-key")
        assert Device.objects.live().count() == 3
        assert not ServiceLimit.objects.stopped().exists()

    def test_of_a_device_that_took_something_before_is_our_own_fault(self, people, unrecognised):
        one_day(people)
        unrecognised.update({"alice", "bob", "charlie"})
        one_day(people, 1)
        assert ServiceLimit.objects.stopped().get().reason == "http-403"
        assert [end_of(one)[0] for one in people] == ["queued"] * 3
        unrecognised.clear()
        services.resume_service(channel="memory", service="memory")
        deliver(SLOT + A_DAY + timedelta(hours=1))
        assert [end_of(one)[0] for one in people] == ["sent"] * 3

    def test_of_the_first_messages_there_ever_were_is_our_own_fault(self, people, unrecognised):
        unrecognised.update({"alice", "bob", "charlie"})
        one_day(people)
        assert ServiceLimit.objects.stopped().exists()
        assert {end_of(one) for one in people} == {("queued", "http-403")}

    def test_says_nothing_about_another_key_of_ours(self, people, unrecognised):
        alice, *others = people
        one_day(others)
        Device.objects.filter(person=alice).update(server_key="the key before")
        unrecognised.add("alice")
        one_day([alice], 1)
        assert ServiceLimit.objects.stopped().exists()


@pytest.mark.django_db
class TestTakingSomething:
    def test_is_remembered_once(self, people):
        one_day(people)
        assert set(Device.objects.values_list("accepted_at", flat=True)) == {SLOT}
        one_day(people, 1)
        assert set(Device.objects.values_list("accepted_at", flat=True)) == {SLOT}

    def test_is_forgotten_when_a_browser_names_another_key(self, settings):
        alice = person("Alice")
        keys = {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": b64(b"0" * 16)}

        def register(key: str = "") -> Device:
            return services.register_device(
                person=alice,
                kind="webpush",
                endpoint="https://fcm.googleapis.com/fcm/send/abc",
                application_server_key=key,
                now=MORNING,
                **keys,
            )

        first = register()
        Device.objects.update(accepted_at=MORNING)
        assert register(first.server_key).accepted_at == MORNING
        settings.VAPID_PREVIOUS_KEY, settings.VAPID_PRIVATE_KEY = settings.VAPID_PRIVATE_KEY, b64(secrets.token_bytes(32))
        assert register().accepted_at == MORNING
        assert register(application_server_key()).accepted_at is None
