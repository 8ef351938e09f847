"""Couples as an earlier version of the model would have left them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.couples.models import Couple
from checkins.models import Decision, PatternDay, PatternState
from checkins.services import deciding
from tests import cast
from tests.answering import full, keep_many

ONE = timedelta(days=1)
EARLIER = "0"
START = cast.TODAY
# 09:00 in Madrid.
MORNING = timedelta(hours=12, minutes=30)


def couples_with_a_past(count: int, days: int, *, name: str = "x", alone: int = 0) -> list[Couple]:
    """Couples whose two answered every day up to and including the `days`th, assessed and decided on the morning after it."""
    made = []
    for n in range(count):
        a, b = cast.person(f"A{name}{n}"), cast.person(f"B{name}{n}")
        made.append(cast.pair(a, b))
        for who in (a, b):
            keep_many(who, {START + d * ONE: full((d * 7 + n) % 5 + 4, (d * 3) % 4 + 4, d % 4 + 2) for d in range(-alone, days)})
    deciding.decide_due(now=morning_after(days))
    return made


def morning_after(days: int) -> datetime:
    return cast.EVENING + (days - 1) * ONE + MORNING


def as_an_earlier_model_left(couples: Iterable[Couple]) -> None:
    """The stored form of another version: states that cannot be read, days and decisions with its number and its opinion."""
    PatternState.objects.filter(couple__in=couples).update(model_version=EARLIER, states=b"of another form")
    PatternDay.objects.filter(couple__in=couples).update(
        model_version=EARLIER, p_a_reaches=0.125, p_b_reaches=0.125, p_apart=0.25, p_steady=0.5
    )
    Decision.objects.filter(couple__in=couples).update(model_version=EARLIER, p_a_reaches=0.125, p_b_reaches=0.125)
