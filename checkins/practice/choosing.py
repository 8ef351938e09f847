"""Two stretches of days that a therapist chooses, within what both allow: read, refused with a sentence, or compared with a row in the log."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from backend.accounts.models import User
from backend.audit.models import Disclosure
from backend.audit.services import disclose_days
from backend.errors import FieldError, Invalid, NotFound
from checkins.practice.periods import Comparison, Period, compared
from checkins.practice.summary import halves_of
from checkins.practice.trend import Trend, trend_of

ENDS = (("first_from", "first_to"), ("second_from", "second_to"))


class PeriodsForm(forms.Form):
    """Four days; whether they can be compared is asked of `chosen`."""

    first_from = forms.DateField(label=gettext_lazy("One stretch: from"))
    first_to = forms.DateField(label=gettext_lazy("One stretch: to"))
    second_from = forms.DateField(label=gettext_lazy("The other: from"))
    second_to = forms.DateField(label=gettext_lazy("The other: to"))

    def __init__(self, *args: Any, window: tuple[date, date] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        limits = {"min": window[0].isoformat(), "max": window[1].isoformat()} if window else {}
        for field in self.fields.values():
            field.widget = forms.DateInput(attrs={"type": "date", **limits}, format="%Y-%m-%d")
        if window:
            self.initial = _suggested(Period(*window))

    def stretches(self) -> list[list[forms.BoundField]]:
        """The two ends of each."""
        return [[self[name] for name in ends] for ends in ENDS]


def compare(*, therapist: User, link_id: UUID, window: tuple[date, date], now: datetime, **days: date) -> tuple[Trend, Comparison]:
    """What both allow of two stretches of days, with one row for all days from the first to the last, since what is usual for somebody is
    taken from all of these.

    Raises Invalid for days that cannot be compared, and NotFound where nothing is allowed any more. To be called in a transaction.
    """
    earlier, later = chosen(window=Period(*window), **days)
    place, whole = Disclosure.Place.COMPARISON, {"since": earlier.since, "until": later.until}
    grant = disclose_days(therapist=therapist, place=place, link_id=link_id, now=now, **whole)
    if grant is None:
        raise NotFound
    trend = trend_of(grant, now=now)
    return trend, compared(trend, earlier, later)


def chosen(*, window: Period, **days: date) -> tuple[Period, Period]:
    """The two stretches, the earlier first, whichever was named first. Raises Invalid.

    A day in both would stand on either side of the comparison and make chance look smaller than it is.
    """
    if wrong := list(_wrong(window, days)):
        raise Invalid(wrong)
    earlier, later = sorted(Period(days[since], days[until]) for since, until in ENDS)
    if later.since <= earlier.until:
        words = gettext("The two stretches share days. Choose two that share none.")
        raise Invalid([FieldError(f"/{ENDS[1][0]}", "overlapping", words)])
    return earlier, later


def _suggested(window: Period) -> dict[str, date]:
    """The last four weeks and the four before, or halves of less."""
    first = max(window.since, window.until - timedelta(days=55))
    middle, next_one = halves_of(first, window.until)
    return {"first_from": first, "first_to": max(first, middle), "second_from": next_one, "second_to": window.until}


def _wrong(window: Period, days: dict[str, date]) -> Iterator[FieldError]:
    first, last = (date_format(day, "DATE_FORMAT") for day in (window.since, window.until))
    outside = gettext("Both allow the days from %(first)s to %(last)s.") % {"first": first, "last": last}
    for since, until in ENDS:
        for name in (since, until):
            if days[name] not in window:
                yield FieldError(f"/{name}", "out-of-range", outside)
        if days[since] > days[until]:
            yield FieldError(f"/{until}", "out-of-order", gettext("This stretch ends before it begins."))
