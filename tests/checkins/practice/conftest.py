"""Alice and Bob, and Thea, whom both gave her code back: before they allow anything, and after."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from backend import clock
from checkins.models import CheckIn
from tests.answering import full, keep_many
from tests.cast import EVENING, TODAY, pair, person
from tests.checkins.practice.told import DAY, PAIRED, Told
from tests.consenting import allow, code_of, signed_in_twice, therapist


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock."""

    def move(now: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)

    move(EVENING)
    return move


@pytest.fixture
def told(at: Any) -> Told:
    alice, bob, thea = person("Alice"), person("Bob"), therapist()
    pair(alice, bob, now=PAIRED)
    days = [TODAY - n * DAY for n in range(1, 36)]
    keep_many(alice, {day: full(8 if n < 7 else 5, 6, 4) for n, day in enumerate(days)})
    keep_many(bob, {day: full(3, 4, 9) for day in days})
    CheckIn.objects.filter(person=alice, day=TODAY - 3 * DAY).update(feelings=["tender", "tired"])
    link, code = code_of(thea)
    return Told(alice, bob, thea, link, code, signed_in_twice(thea))


@pytest.fixture
def agreed(told: Told) -> Told:
    allow(told.alice, told.link, told.code)
    allow(told.bob, told.link, told.code)
    return told
