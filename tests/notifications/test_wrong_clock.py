"""N8: a worker whose own clock is five minutes wrong sends nothing early, nothing late, and holds its lease as long as others."""

from datetime import time, timedelta

import pytest
import time_machine

from backend import clock
from notifications import services
from notifications.models import Delivery
from notifications.services import endings
from notifications.services.passing import LEASE
from tests.cast import person
from tests.notifications.post import phone, prompt_for, shown

WRONG = timedelta(minutes=5)
A_MOMENT = timedelta(seconds=2)


@pytest.fixture(params=[-WRONG, WRONG], ids=["behind", "ahead"])
def wrong(request):
    return request.param


@pytest.fixture
def moment(db):
    """The database's time, by which a delivery is due a moment ago and another in three minutes."""
    now = clock.now()
    for name, due_at in (("now", now - A_MOMENT), ("later", now + timedelta(minutes=3))):
        one = person(name)
        phone(one, name, now=now)
        services.change_preference(person=one, quiet_from=time(4), quiet_until=time(4), now=now)
        prompt_for(one, now=now)
        Delivery.objects.filter(person=one).update(due_at=due_at, expires_at=now + timedelta(hours=1))
    return now


def test_what_is_due_leaves_and_what_is_not_stays(moment, wrong):
    with time_machine.travel(moment + wrong, tick=True):
        services.deliver_due(clock=clock.now)
    assert (len(shown("now")), shown("later")) == (1, [])
    sent = Delivery.objects.get(state="sent")
    assert sent.handed_over_at is not None
    assert sent.handed_over_at >= sent.due_at


def test_nothing_expires_before_its_time(moment, wrong):
    Delivery.objects.update(expires_at=moment + timedelta(minutes=4))
    with time_machine.travel(moment + wrong, tick=True):
        assert endings.expire_stale(now=clock.now()) == 0


def test_a_lease_lasts_as_long_as_anybody_elses(moment, wrong):
    with time_machine.travel(moment + wrong, tick=True):
        services.claim_due(now=clock.now(), limit=1)
        assert endings.take_back_lapsed(now=clock.now()) == 0
    held = Delivery.objects.get(state="sending")
    assert held.leased_until is not None
    assert timedelta() < held.leased_until - LEASE - moment < timedelta(minutes=1)
