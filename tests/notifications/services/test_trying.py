"""A person tries where a notice appears, and calls a device as they like."""

from datetime import timedelta

import pytest

from backend import clock
from backend.errors import NotFound
from notifications import services
from notifications.models import Delivery, Device
from notifications.services.trying import FRESH_FOR, ONE_WITHIN
from tests.cast import full_cast, signed_in
from tests.notifications.post import deliver, phone, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return full_cast()


def test_the_neutral_line_comes_to_that_device_alone_also_in_quiet_hours(cast):
    midnight = clock.now().replace(hour=1, minute=0)
    first, _second = phone(cast.alice, "first", now=midnight), phone(cast.alice, "second", now=midnight)
    services.try_device(person=cast.alice, device_id=first.pk, now=midnight)
    deliver(midnight)
    assert [(message.kind, message.payload) for message in shown("first")] == [("test", {})]
    assert shown("second") == []


def test_a_second_press_waits_a_minute(cast):
    now = clock.now()
    mine = phone(cast.alice, "phone", now=now)
    services.try_device(person=cast.alice, device_id=mine.pk, now=now)
    with pytest.raises(services.TriedJustNow):
        services.try_device(person=cast.alice, device_id=mine.pk, now=now + ONE_WITHIN / 2)
    services.try_device(person=cast.alice, device_id=mine.pk, now=now + ONE_WITHIN)
    assert Delivery.objects.count() == 2


def test_one_that_could_not_leave_in_time_is_left_out(cast):
    now = clock.now()
    mine = phone(cast.alice, "phone", now=now)
    services.try_device(person=cast.alice, device_id=mine.pk, now=now)
    deliver(now + FRESH_FOR)
    assert shown("phone") == []


def test_in_a_pause_nothing_comes_and_the_list_says_so(cast):
    mine = phone(cast.alice, "phone", now=clock.now())
    alice = signed_in(cast.alice)
    alice.post("/you/sharing/pause/")
    alice.post(f"/you/devices/{mine.pk}/test/")
    deliver(clock.now())
    assert shown("phone") == []
    assert "You were taking a break." in alice.get("/you/devices/").content.decode()


@pytest.mark.parametrize("gone", [False, True])
def test_somebody_elses_device_and_one_that_was_removed_are_nothing(cast, gone):
    mine = phone(cast.alice, "phone", now=clock.now())
    if gone:
        services.revoke_device(person=cast.alice, device_id=mine.pk, now=clock.now())
    someone = cast.alice if gone else cast.bob
    with pytest.raises(NotFound):
        services.try_device(person=someone, device_id=mine.pk, now=clock.now())
    with pytest.raises(NotFound):
        services.name_device(person=someone, device_id=mine.pk, name="Mine")


def test_a_name_of_ones_own_stays_when_the_device_registers_again_by_itself(cast):
    now = clock.now()
    mine = phone(cast.alice, "phone", now=now)
    alice = signed_in(cast.alice)
    alice.post(f"/you/devices/{mine.pk}/name/", {"name": "The one in the kitchen"})
    services.register_device(person=cast.alice, kind="memory", endpoint="phone", now=now + timedelta(days=1))
    assert Device.objects.get().name == "The one in the kitchen"
    assert "The one in the kitchen" in alice.get("/you/devices/").content.decode()
    alice.post(f"/you/devices/{mine.pk}/name/", {"name": "  "})
    assert Device.objects.get().name == "The one in the kitchen"
