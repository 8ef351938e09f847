"""When to reach a person: pure rules over wall clocks, no Django and no database.

A person's wishes are wall-clock hours of their own zone; what the outbox needs are instants. Here the one becomes the
other. All instants are aware and UTC; a *day* starts at 04:00 of the own clock (`backend.calendar_days`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.calendar_days import DAY_ROLLS_AT, day_closes, local_day, local_instant

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)

PROMPT_TIME = time(8, 30)
PROMPT_GRACE = timedelta(minutes=55)
"""How late a morning's prompts may still be queued for that morning. Decisions fall on quarters of an hour (the reveal
at 07:00 of whichever clock is later), so a limit between two quarters keeps a slow sweep from changing the morning."""
PROMPT_FRESH = timedelta(hours=6)
REMINDER_FRESH = timedelta(hours=2)

BETWEEN_REMINDERS = timedelta(hours=20)
"""At most one reminder in this time, also for somebody who travels east."""
IGNORED_TO_WEEKLY = 2
IGNORED_TO_SILENCE = 4
LOOK_AHEAD_DAYS = 10


@dataclass(frozen=True, slots=True)
class Hours:
    """One person's wall clock and wishes. Quiet hours run over midnight when they end earlier than they begin."""

    zone: ZoneInfo
    reminder_time: time = time(20)
    quiet_from: time = time(22)
    quiet_until: time = time(7)


@dataclass(frozen=True, slots=True)
class Slot:
    """An instant at which to reach a person, and the day it belongs to."""

    at: datetime
    day: date


def covers(start: time, end: time, at: time) -> bool:
    """Whether the wall-clock time `at` lies in the quiet hours from `start` until `end`."""
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def quiet_until(instant: datetime, hours: Hours) -> datetime | None:
    """When the quiet hours that `instant` falls into end; None where it is not quiet."""
    return next((end for start, end in _quiet_windows(instant, hours) if start <= instant < end), None)


def quiet_again(instant: datetime, hours: Hours) -> datetime | None:
    """When quiet hours next begin after `instant`; None for a person without any."""
    return next((start for start, _ in _quiet_windows(instant, hours) if start > instant), None)


def out_of_quiet(instant: datetime, hours: Hours) -> datetime:
    """`instant`, or the end of the quiet hours it falls into."""
    return quiet_until(instant, hours) or instant


def next_reminder(*, hours: Hours, now: datetime, last: Slot | None = None, ignored: int = 0) -> Slot | None:
    """The next reminder after `now`; None where there is to be none.

    `last` is the latest reminder that was queued and `ignored` how many in a row went unanswered: two make it weekly,
    four make it silent, an answer (0) brings back the daily one. A reminder that would fall into quiet hours is left out.
    """
    if ignored >= IGNORED_TO_SILENCE:
        return None
    day = local_day(now, hours.zone)
    if last is not None:
        day = max(day, last.day + (ONE_WEEK if ignored >= IGNORED_TO_WEEKLY else ONE_DAY))
    for _ in range(LOOK_AHEAD_DAYS):
        at = _reminder_on(day, hours)
        if last is not None:
            at = max(at, last.at + BETWEEN_REMINDERS)
        if at > now and at < day_closes(day, hours.zone) and quiet_until(at, hours) is None:
            return Slot(at, day)
        day += ONE_DAY
    return None


def reminder_after_move(planned: Slot | None, *, hours: Hours, now: datetime, last: Slot | None = None, ignored: int = 0) -> Slot | None:
    """The next reminder once the person's zone has changed to that of `hours`.

    A new zone counts from the next day on, so what was planned for today stays as it was, unless on the new clock its
    instant belongs to another day or falls into quiet hours.
    """
    if planned is not None and _is_still_today(planned, hours, now) and quiet_until(planned.at, hours) is None:
        return planned
    return next_reminder(hours=hours, now=now, last=last, ignored=ignored)


def _is_still_today(planned: Slot, hours: Hours, now: datetime) -> bool:
    return planned.day == local_day(planned.at, hours.zone) <= local_day(now, hours.zone)


def reminder_expires(slot: Slot, hours: Hours) -> datetime:
    """From when on the reminder is better left out: it is old, its day is over, or quiet hours begin."""
    limits = [slot.at + REMINDER_FRESH, day_closes(slot.day, hours.zone)]
    return _first_of(limits, quiet_again(slot.at, hours))


def prompt_slot(now: datetime, hours: Hours) -> Slot:
    """The next 08:30 of the own clock, or the end of the quiet hours it falls into."""
    day = now.astimezone(hours.zone).date()
    while (morning := local_instant(day, PROMPT_TIME, hours.zone)) < now - PROMPT_GRACE:
        day += ONE_DAY
    return Slot(out_of_quiet(morning, hours), day)


def prompt_expires(slot: Slot, hours: Hours) -> datetime:
    """From when on no device is told of the prompt any more. It stays readable in the app."""
    return _first_of([slot.at + PROMPT_FRESH], quiet_again(slot.at, hours))


def _first_of(limits: list[datetime], quiet: datetime | None) -> datetime:
    return min(limits if quiet is None else [*limits, quiet])


def _reminder_on(day: date, hours: Hours) -> datetime:
    """The reminder of `day`. An hour before the day rolls over belongs to the night that ends it."""
    in_the_night = hours.reminder_time < DAY_ROLLS_AT
    at = local_instant(day + ONE_DAY if in_the_night else day, hours.reminder_time, hours.zone)
    # Where the clock skips from 03:00 to 04:00, a time in between would be shifted into the next day.
    return min(at, day_closes(day, hours.zone) - timedelta(minutes=1))


def _quiet_windows(instant: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """The quiet hours around `instant`, as instants and in order, so that a clock change cannot split or double them."""
    if hours.quiet_from == hours.quiet_until:
        return
    over_midnight = hours.quiet_until < hours.quiet_from
    today = instant.astimezone(hours.zone).date()
    for offset in (-2, -1, 0, 1, 2):
        day = today + offset * ONE_DAY
        start = local_instant(day, hours.quiet_from, hours.zone)
        end = local_instant(day + ONE_DAY if over_midnight else day, hours.quiet_until, hours.zone)
        if start < end:
            yield start, end
