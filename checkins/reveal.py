"""When one partner may see what the other shares: pure rules, no Django, no clock.

What a partner sees of the other grows only at a reveal: the reveal of day D is the instant when the clocks of both
have passed 07:00 of D + 1. An answer that arrives after the reveal of its day appears at the next one, so that the
moment at which something appears tells nothing about the moment at which it was given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from backend.calendar_days import ONE_DAY, OwnClock, day_closes

__all__ = [
    "Hold",
    "Level",
    "Usual",
    "day_closes",
    "is_shown",
    "last_revealed_day",
    "picture_shown_from",
    "reveal_at",
    "visible_from",
    "week_of",
    "weekly_picture",
]

REVEAL_AT = time(7)
ANSWERS_FOR_A_PICTURE = 4
# Half an own spread: a week's mean of four answers strays further than that by chance about one time in three, so
# "low" and "high" stay rough words and never let a reader work back to a single day.
PICTURE_BAND = 0.5

Hold = tuple[datetime, datetime | None]


class Level(StrEnum):
    """How a week was, beside what is usual for that person."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class Usual:
    """A person's usual level of one question and its own spread, both in points of the 0-10 scale."""

    level: float
    spread: float


def reveal_at(day: date, a: OwnClock, b: OwnClock) -> datetime:
    """The instant (UTC) at which `day` is revealed: both clocks have passed 07:00 of the next day."""
    return _reveal_of(day, (a, b))


def visible_from(day: date, received_at: datetime, clocks: Sequence[OwnClock]) -> datetime:
    """The first reveal, of `day` or of a later day, that comes after the answer was received.

    An answer received at the very instant of a reveal waits for the next one: a page read at that instant may not
    have had it.
    """
    candidate = max(day, received_at.date() - 4 * ONE_DAY)
    while (instant := _reveal_of(candidate, clocks)) <= received_at:
        candidate += ONE_DAY
    return instant


def is_shown(*, visible_from: datetime, now: datetime, holds: Iterable[Hold], kept_private: bool) -> bool:
    """Whether the other partner may see an answer now, as far as time, holds and the answer itself go.

    `holds` are the author's pauses and safety states as (start, end), end None while one lasts. A hold hides what
    would have appeared during it, also afterwards; what had appeared before stays as it was.
    """
    if kept_private or now < visible_from:
        return False
    return not any(start <= visible_from and (end is None or visible_from < end) for start, end in holds)


def last_revealed_day(now: datetime, clocks: Sequence[OwnClock]) -> date:
    """The latest day whose reveal has come."""
    day = now.date() + 2 * ONE_DAY
    while _reveal_of(day, clocks) > now:
        day -= ONE_DAY
    return day


def week_of(day: date) -> date:
    """The Monday of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def picture_shown_from(week: date, clocks: Sequence[OwnClock]) -> datetime:
    """When the picture of the week beginning on Monday `week` appears: the reveal of its Sunday.

    Only answers that are visible by then belong in the picture; it does not change once it has been shown.
    """
    if week.weekday() != 0:
        raise ValueError("a week begins on a Monday")
    return _reveal_of(week + 6 * ONE_DAY, clocks)


def weekly_picture(*, week: Mapping[str, Sequence[int | None]], usual: Mapping[str, Usual]) -> dict[str, Level | None]:
    """Per question: was the week low, about usual or high for this person; None from fewer than four answers.

    `week` holds a question's answers (points 0-10, None where there was none) on the days of one week; `usual` the
    person's own usual level per question.
    """
    return {question: _level(values, usual[question]) for question, values in week.items()}


def _level(values: Sequence[int | None], usual: Usual) -> Level | None:
    given = [value for value in values if value is not None]
    if len(given) < ANSWERS_FOR_A_PICTURE:
        return None
    deviation = sum(given) / len(given) - usual.level
    if abs(deviation) <= PICTURE_BAND * usual.spread:
        return Level.USUAL
    return Level.HIGH if deviation > 0 else Level.LOW


def _reveal_of(day: date, clocks: Sequence[OwnClock]) -> datetime:
    return max(clock.passed(day + ONE_DAY, REVEAL_AT) for clock in clocks)
