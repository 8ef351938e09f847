"""Counting what was made and what became of it."""

from datetime import timedelta

import pytest

from notifications import services
from notifications.models import Delivery, ReminderSlot
from notifications.queries import handed_over_stale, take_stock
from notifications.services.devices import retire_devices
from tests.cast import EVENING, TODAY, person
from tests.notifications.post import deliver, phone, remind

EIGHT = EVENING - timedelta(minutes=30)
EARLIER = EIGHT - timedelta(hours=2)


@pytest.fixture
def alice(db):
    return person("Alice")


def test_what_was_made_is_on_its_way_and_then_has_ended(alice):
    phone(alice, "one", now=EARLIER)
    phone(alice, "two", now=EARLIER)
    remind(EIGHT)
    stock = take_stock()
    assert (stock.slots, stock.deliveries) == ({"open": 1}, {"queued": 2})
    assert (stock.slots_ended, stock.deliveries_ended) == (0, 0)
    deliver(EIGHT)
    stock = take_stock()
    assert (stock.slots, stock.deliveries) == ({"sent": 1}, {"sent": 2})
    assert (stock.slots_ended, stock.deliveries_ended) == (1, 2)
    assert (stock.stranded_slots, stock.unexplained, handed_over_stale()) == (0, 0, [])


def test_an_open_slot_without_anything_on_its_way_is_stranded(alice):
    ReminderSlot.objects.create(person=alice, day=TODAY)
    assert take_stock().stranded_slots == 1


@pytest.mark.parametrize("how", ["removed", "changed hands", "gone"])
def test_losing_the_only_phone_strands_no_slot(alice, how):
    device = phone(alice, "one", now=EARLIER)
    remind(EIGHT)
    if how == "removed":
        services.revoke_device(person=alice, device_id=device.pk, now=EIGHT)
    elif how == "changed hands":
        phone(person("Bob"), "one", now=EIGHT)
    else:
        Delivery.objects.update(state="sending", lease_token=device.pk, leased_until=EIGHT + timedelta(minutes=2))
        retire_devices(seen_before={device.pk: EIGHT}, reason="gone", now=EIGHT)
    stock = take_stock()
    assert (stock.slots, stock.deliveries, stock.stranded_slots) == ({"undeliverable": 1}, {"undeliverable": 1}, 0)
    assert set(ReminderSlot.objects.values_list("reason")) == {("device-revoked",)}
