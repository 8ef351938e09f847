"""What is forgotten, and when."""

from datetime import timedelta

import pytest

from backend import batches
from notifications import services
from notifications.models import AnswerToken, Delivery, Device, ReminderSlot
from notifications.services import tidying
from tests.cast import EVENING, person
from tests.notifications.post import deliver, phone, prompt_for, remind

EIGHT = EVENING - timedelta(minutes=30)
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
def expires_at(db):
    phone(person("Alice"), "alice", now=EIGHT - timedelta(hours=1))
    remind(EIGHT)
    deliver(EIGHT)
    return Delivery.objects.get().expires_at


def test_a_delivery_is_kept_for_a_month(expires_at):
    services.tidy(now=expires_at + tidying.DELIVERIES_KEPT)
    assert Delivery.objects.count() == 1
    services.tidy(now=expires_at + tidying.DELIVERIES_KEPT + A_MOMENT)
    assert Delivery.objects.count() == 0
    assert ReminderSlot.objects.get().state == "sent"


def test_a_token_goes_a_month_after_it_could_last_be_used(expires_at):
    services.tidy(now=AnswerToken.objects.get().expires_at + tidying.DELIVERIES_KEPT + A_MOMENT)
    assert AnswerToken.objects.count() == 0


def test_a_device_that_was_removed_is_forgotten_after_two_months_and_one_in_use_never(expires_at):
    gone = phone(person("Bob"), "bob", now=EIGHT)
    Device.objects.filter(pk=gone.pk).update(revoked_at=EIGHT, revoked_reason="person", endpoint="")
    services.tidy(now=EIGHT + tidying.DEVICES_KEPT)
    assert Device.objects.count() == 2
    services.tidy(now=EIGHT + tidying.DEVICES_KEPT + A_MOMENT)
    assert not Device.objects.filter(pk=gone.pk).exists()
    assert Device.objects.live().count() == 1


def test_what_became_of_a_reminder_is_kept_for_three(expires_at):
    services.tidy(now=EIGHT + tidying.SLOTS_KEPT)
    assert ReminderSlot.objects.count() == 1
    services.tidy(now=EIGHT + tidying.SLOTS_KEPT + timedelta(days=1))
    assert ReminderSlot.objects.count() == 0


def test_what_is_still_on_its_way_stays_however_old(db):
    alice = person("Alice")
    phone(alice, "alice", now=EIGHT)
    prompt_for(alice, now=EIGHT)
    services.claim_due(now=EIGHT + timedelta(days=1), limit=1)
    services.tidy(now=EIGHT + timedelta(days=400))
    assert Delivery.objects.count() == 1


def test_it_goes_on_until_all_is_gone(expires_at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 1)
    bob = person("Bob")
    for number in range(3):
        phone(bob, f"phone {number}", now=EIGHT + timedelta(hours=1))
    remind(EIGHT + timedelta(days=1))
    deliver(EIGHT + timedelta(days=1))
    # Five deliveries with a token each, and two people's three slots.
    assert services.tidy(now=EIGHT + timedelta(days=400)) == 5 + 5 + 3
