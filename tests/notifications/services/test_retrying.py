"""An operator's second chance for what failed, and for nothing else."""

from datetime import timedelta

import pytest

from notifications import services
from notifications.channels.base import ChannelError
from notifications.channels.memory import MemoryChannel
from notifications.models import Delivery, ReminderSlot
from tests.cast import EVENING, TODAY, person
from tests.notifications.post import deliver, phone, remind, shown

pytestmark = pytest.mark.django_db

EIGHT = EVENING - timedelta(minutes=30)
LATER = EIGHT + timedelta(minutes=10)


@pytest.fixture
def failed() -> Delivery:
    phone(person("Alice"), "alice", now=EIGHT - timedelta(hours=2))
    remind(EIGHT)
    MemoryChannel.fail_next(ChannelError.refused("http-400"))
    deliver(EIGHT)
    return Delivery.objects.get(state="failed")


def retry(*deliveries: Delivery, now=LATER) -> int:
    return services.retry_failed(delivery_ids=[one.pk for one in deliveries], now=now)


def test_what_failed_and_is_fresh_goes_out(failed, woken):
    assert ReminderSlot.objects.get().state == "failed"
    assert retry(failed) == 1
    deliver(LATER)
    assert len(shown("alice")) == 1
    assert (Delivery.objects.get().state, ReminderSlot.objects.get().state) == ("sent", "sent")


def test_it_has_five_tries_again(failed):
    retry(failed)
    assert Delivery.objects.get().attempts == 0


def test_what_is_stale_stays_as_it_is(failed):
    assert retry(failed, now=EIGHT + timedelta(hours=3)) == 0
    assert Delivery.objects.get().state == "failed"


def test_a_day_that_was_answered_meanwhile_is_not_reminded_of(failed):
    services.close_slot(person_id=failed.person_id, day=TODAY, now=LATER)
    retry(failed)
    deliver(LATER)
    assert shown("alice") == []
    assert (Delivery.objects.get().state, ReminderSlot.objects.get().state) == ("cancelled", "answered")


@pytest.mark.parametrize("state", ["sent", "expired", "cancelled", "undeliverable", "suppressed"])
def test_every_other_end_is_final(failed, state):
    sent = {"sent_at": EIGHT, "handed_over_at": EIGHT} if state == "sent" else {}
    Delivery.objects.update(state=state, **sent)
    assert retry(failed) == 0


def test_a_mail_that_may_have_been_taken_is_never_sent_twice(failed):
    Delivery.objects.update(channel="email", handed_over_at=EIGHT)
    assert retry(failed) == 0
    Delivery.objects.update(handed_over_at=None)
    assert retry(failed) == 1
