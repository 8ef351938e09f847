"""An account is deleted while something is written for it: whoever comes second waits, and nobody waits in a circle."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from backend.accounts.models import User
from backend.errors import AuthRequired, NotFound
from backend.privacy.services import providers
from checkins.models import CheckIn, Decision, PatternDay, PatternState
from checkins.services import answer_by_token, assessing, reassessing
from checkins.services.deciding import decide, decide_due
from notifications import services as notifications
from notifications.models import Delivery, Device, ReminderSlot
from tests import cast
from tests.answering import evening, full, keep
from tests.threads import at_once
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

DAY, NOW, ONE = cast.TODAY, cast.EVENING, timedelta(days=1)
LATER = NOW + 2 * ONE
PATIENCE = 30


def somebody_waits() -> bool:
    """Whether anybody waits for what the transaction under way holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


class Elsewhere:
    """An act in a thread with a connection of its own."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._came: list[Any] = []
        self._thread = threading.Thread(target=lambda: self._came.extend(at_once([act])))
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def outcome(self) -> Any:
        self._thread.join(PATIENCE)
        assert self.is_over
        return self._came[0]


def erase(person: User) -> None:
    for provider in providers():
        provider.erase(person, now=LATER)


def delete_while(person: User, act: Callable[[], Any]) -> Any:
    """Deletes the account; `act` begins when the account is locked already, and says what came of it."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        writing = Elsewhere(act)
        assert until(lambda: writing.is_over or somebody_waits(), seconds=PATIENCE)
        erase(locked)
    assert not User.objects.filter(pk=person.pk).exists()
    return writing.outcome()


def token_of(person: User) -> str:
    device = notifications.register_device(person=person, kind="memory", endpoint="alice", name="Phone", now=NOW)
    slot = ReminderSlot.objects.create(person=person, day=DAY)
    delivery = Delivery(person=person, device=Device.objects.get(pk=device.pk), slot=slot, handed_over_at=NOW)
    return notifications.mint_answer_tokens(deliveries=[delivery])[delivery.pk]


@pytest.mark.parametrize("paired, answered_before", [(True, False), (False, True)])
def test_a_check_in_comes_second(paired, answered_before):
    alice = cast.full_cast(now=NOW - 8 * ONE).alice if paired else cast.person("Alice")
    decide_due(now=NOW)
    version = keep(alice, DAY, full(3), now=NOW).check_in.version if answered_before else None
    came = delete_while(alice, partial(keep, alice, DAY, full(7), now=NOW, version=version))
    assert isinstance(came, AuthRequired)
    assert not CheckIn.objects.exists()


def test_an_answer_by_token_comes_second():
    alice = cast.person("Alice")
    came = delete_while(alice, partial(answer_by_token, token=token_of(alice), quick="closer", client_id=uuid4(), now=NOW))
    assert isinstance(came, NotFound)
    assert not CheckIn.objects.exists()


def test_a_morning_does_not_wait_for_who_is_going():
    team = cast.full_cast(now=NOW - 8 * ONE)
    decide_due(now=NOW)
    PatternState.objects.update(next_decision_at=LATER)
    decided = Decision.objects.count()
    assert delete_while(team.alice, partial(decide, now=LATER)) == 1
    assert (decided, Decision.objects.count()) == (1, 0)


def test_a_morning_of_somebody_who_stays_is_decided_a_minute_later():
    team = cast.full_cast(now=NOW - 8 * ONE)
    decide_due(now=NOW)
    PatternState.objects.update(next_decision_at=LATER)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=team.alice.pk)
        assert Elsewhere(partial(decide, now=LATER)).outcome() == 1
    before = Decision.objects.count()
    assert decide(now=LATER) == 0
    assert decide(now=LATER + timedelta(minutes=1)) == 1
    assert Decision.objects.count() > before


def test_what_is_assessed_anew_is_done_first(monkeypatch):
    team = cast.full_cast(now=NOW - 8 * ONE)
    for who in (team.alice, team.bob):
        keep(who, DAY - ONE, full(5), now=evening(DAY - ONE, who))
    decide_due(now=LATER)
    PatternState.objects.update(model_version="0")
    assert PatternDay.objects.exists()

    def when_somebody_waits(**batch: Any) -> int:
        assert until(somebody_waits, seconds=PATIENCE)
        return assessing.assess(**batch)

    holding = threading.Event()

    def hold_and_assess(**batch: Any) -> int:
        holding.set()
        return when_somebody_waits(**batch)

    monkeypatch.setattr(reassessing, "assess", hold_and_assess)
    anew = Elsewhere(reassessing.reassess_batch)
    assert holding.wait(PATIENCE)
    with transaction.atomic():
        erase(User.objects.select_for_update().get(pk=team.alice.pk))
    assert anew.outcome().couples == 1
    assert not PatternDay.objects.exists()
