"""When one partner may see what the other shares: pure rules, no Django, no clock.

What a partner sees of the other grows only at a reveal: the reveal of day D is the instant when the clocks of both
have passed 07:00 of D + 1. An answer that arrives after the reveal of its day appears at the next one, so that the
moment at which something appears tells nothing about the moment at which it was given.

One day is a date and one instant a datetime; many are arrays, counted in days and in microseconds from `EPOCH`, as PostgreSQL sends them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from backend.calendar_days import ONE_DAY, OwnClock, day_closes, local_instant

__all__ = [
    "EPOCH",
    "Bools",
    "Hold",
    "Ints",
    "Reveals",
    "day_closes",
    "day_number",
    "day_of",
    "is_shown",
    "is_weekend",
    "last_revealed_day",
    "moment",
    "reveal_at",
    "reveals_of",
    "week_of",
]

REVEAL_AT = time(7)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL, _EPOCH_WEEKDAY = EPOCH.toordinal(), EPOCH.weekday()
# From an answer's arrival to the reveal that shows it, and from any day of a week to its Sunday.
_AHEAD = timedelta(days=10)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Hold = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Reveals:
    """The instants at which day `first` and the days after it are revealed, in their order."""

    first: int
    instants: Ints

    def of(self, days: Ints) -> Ints:
        """When each of these days is revealed."""
        found: Ints = self.instants[days - self.first]
        return found

    def after(self, days: Ints, received: Ints) -> Ints:
        """For each answer the first reveal, of its day or of a later one, that comes after it was received.

        An answer received at the very instant of a reveal waits for the next one: a page read at that instant may not
        have had it.
        """
        place = np.maximum(np.searchsorted(self.instants, received, side="right"), days - self.first)
        found: Ints = self.instants[np.minimum(place, len(self.instants) - 1)]
        return found


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH_ORDINAL)


def is_weekend(days: Ints) -> Bools:
    weekend: Bools = (days + _EPOCH_WEEKDAY) % 7 >= 5
    return weekend


def moment(instant: datetime) -> int:
    since = instant - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def reveal_at(day: date, a: OwnClock, b: OwnClock) -> datetime:
    """The instant (UTC) at which `day` is revealed: both clocks have passed 07:00 of the next day."""
    return _reveal_of(day, (a, b))


def reveals_of(clocks: Sequence[OwnClock], *, since: date, now: datetime) -> Reveals:
    """The reveals of the days from `since` on, as far as `now` may ask: what appears later has not appeared."""
    return _reveals_of_years(tuple(clocks), since.year, (now + _AHEAD).year)


def is_shown(*, visible_from: Ints, now: int, holds: Iterable[Hold]) -> Bools:
    """Which answers the other partner may see now, as far as time and holds go.

    `holds` are the author's pauses and safety states as (start, end), end None while one lasts. A hold hides what
    would have appeared during it, also afterwards; what had appeared before stays as it was.
    """
    shown: Bools = visible_from <= now
    for start, end in holds:
        held = visible_from >= moment(start)
        shown &= ~(held if end is None else held & (visible_from < moment(end)))
    return shown


def last_revealed_day(now: datetime, clocks: Sequence[OwnClock]) -> date:
    """The latest day whose reveal has come."""
    day = now.date() + 2 * ONE_DAY
    while _reveal_of(day, clocks) > now:
        day -= ONE_DAY
    return day


def week_of(day: date) -> date:
    """The Monday of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def _reveal_of(day: date, clocks: Sequence[OwnClock]) -> datetime:
    return max(clock.passed(day + ONE_DAY, REVEAL_AT) for clock in clocks)


@lru_cache(maxsize=512)
def _reveals_of_years(clocks: tuple[OwnClock, ...], first: int, last: int) -> Reveals:
    """The calendar alone: nothing in it is anybody's."""
    years = [np.maximum.reduce([_strikes(clock, year) for clock in clocks]) for year in range(first, last + 1)]
    instants = np.concatenate(years)
    instants.flags.writeable = False
    return Reveals(day_number(date(first, 1, 1)), instants)


def _strikes(clock: OwnClock, year: int) -> Ints:
    """`OwnClock.passed` the hour of reveals, on the day after each day of the year."""
    since = [EPOCH.min.replace(tzinfo=UTC), *(until for _zone, until in clock.former)]
    strikes = np.maximum(_strikes_in(clock.zone, year), moment(since[-1]))
    for (zone, until), start in zip(reversed(clock.former), since[-2::-1], strict=True):
        before = np.maximum(_strikes_in(zone, year), moment(start))
        strikes = np.where(before < moment(until), before, strikes)
    return strikes


@lru_cache(maxsize=1024)
def _strikes_in(zone: ZoneInfo, year: int) -> Ints:
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return np.array([moment(local_instant(first + n * ONE_DAY, REVEAL_AT, zone)) for n in range(1, days + 1)])
