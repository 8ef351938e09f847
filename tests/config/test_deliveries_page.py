"""The operators' page about deliveries: what failed and why, a way to try again, and nothing about anybody."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from backend import clock
from notifications import services
from notifications.channels.base import ChannelError
from notifications.channels.memory import MemoryChannel
from notifications.models import Delivery, ServiceLimit
from tests.cast import person, signed_in
from tests.notifications.post import phone, remind

pytestmark = pytest.mark.django_db

PAGE = "/admin/deliveries/"


@pytest.fixture
def operator():
    one = person("Olga")
    one.is_staff = True
    one.save()
    one.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    return one


@pytest.fixture
def failed(monkeypatch) -> Delivery:
    monkeypatch.setattr("backend.nudge.publish", lambda *_: None)
    alice = person("Alice")
    phone(alice, "alices phone", now=clock.now())
    due = services.preference_of(person=alice, now=clock.now())
    due.refresh_from_db()
    due.next_reminder_at = clock.now() - timedelta(seconds=1)
    due.quiet_from = due.quiet_until
    due.save()
    remind(clock.now())
    MemoryChannel.fail_next(ChannelError.refused("http-400"))
    services.deliver_due(clock=clock.now)
    MemoryChannel.reset()
    return Delivery.objects.get()


def test_it_shows_the_reason_and_names_nobody(operator, failed):
    assert failed.state == "failed"
    text = signed_in(operator).get(PAGE).content.decode()
    assert "http-400" in text
    assert str(failed.pk) in text
    assert not any(word in text for word in ("Alice", "alice", "phone", "reminder", "prompt"))


def test_a_failed_delivery_is_tried_again(operator, failed):
    answer = signed_in(operator).post(PAGE, {"delivery": [str(failed.pk), "not-an-id"]}, follow=True)
    assert "1 put back into the queue." in answer.content.decode()
    assert Delivery.objects.get().state == "queued"


def test_a_stopped_service_is_started_again(operator, monkeypatch):
    monkeypatch.setattr("backend.nudge.publish", lambda *_: None)
    stopped = ServiceLimit.objects.create(channel="fcm", service="fcm", stopped_at=clock.now(), reason="http-403")
    client = signed_in(operator)
    assert "http-403" in client.get(PAGE).content.decode()
    client.post(PAGE, {"resume": stopped.pk})
    stopped.refresh_from_db()
    assert (stopped.stopped_at, stopped.reason) == (None, "")
    for nothing in (stopped.pk, "x", "99999"):
        assert "It was not stopped." in client.post(PAGE, {"resume": nothing}, follow=True).content.decode()


def test_an_operator_without_the_permission_is_turned_away(operator, failed):
    operator.user_permissions.clear()
    for ask in (signed_in(operator).get, signed_in(operator).post):
        assert ask(PAGE).status_code == 403
    assert Delivery.objects.get().state == "failed"
