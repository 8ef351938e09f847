"""Two stretches of a couple's days side by side: before a day and from it on, or any two. Pure numbers; `comparing` has words and tables.

What is too thin to compare is said to be: each comparison carries how many answers or weeks it stands on, or is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from checkins.practice.changes import Change, change_between
from checkins.practice.summary import QUESTIONS, SideSeen, TrendSeen, answers_of, halves_of

ONE_DAY = timedelta(days=1)
FEWEST_WEEKS = 2
"""Weeks with a picture in either stretch. A single week strays from what is usual by chance about one time in three."""
CLEAR_STEP = 1.0
"""From low to usual, or from usual to high, as a mean over the weeks."""
STEPS = {"low": -1, "usual": 0, "high": 1}


@dataclass(frozen=True, order=True)
class Period:
    """The days from `since` to `until`, both of them in it."""

    since: date
    until: date

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One question of one person: how many answers in each stretch, and the change where there are enough."""

    earlier: int
    later: int
    change: Change | None


@dataclass(frozen=True, kw_only=True)
class Bands:
    """One question of one person by weeks: (low, usual, high) in each stretch, and which way it went, None for too few weeks."""

    earlier: tuple[int, int, int]
    later: tuple[int, int, int]
    way: str | None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What both allow of two stretches of days; each part None where its scope is not allowed. Of each of the two, side a first."""

    earlier: Period
    later: Period
    levels: Mapping[str, Sequence[Beside]] | None
    weeks: Mapping[str, Sequence[Bands]] | None
    episode_days: tuple[int, int] | None
    prompts: tuple[int, int] | None
    feelings: Sequence[tuple[int, int]] | None


def compared(trend: TrendSeen, earlier: Period, later: Period) -> Comparison:
    """Two stretches within the days of `trend`, which share none."""
    in_levels, in_summary = "levels" in trend.scopes, "summary" in trend.scopes
    both = earlier, later
    whole = _with_begun_week(earlier, trend), later
    return Comparison(
        earlier=earlier,
        later=later,
        levels={name: [_beside(side, name, *both) for side in trend.sides] for name in QUESTIONS} if in_levels else None,
        weeks={name: [bands_of(side, name, *whole) for side in trend.sides] for name in QUESTIONS} if in_summary else None,
        episode_days=_counted_in(_episode_days(trend), *both) if in_summary else None,
        prompts=_counted_in([on for on, _felt in trend.prompts], *both) if in_summary else None,
        feelings=[_counted_in([on for on in side.feelings if side.feelings[on]], *both) for side in trend.sides]
        if "feelings" in trend.scopes
        else None,
    )


def parted_at(trend: TrendSeen, day: date) -> tuple[Period, Period] | None:
    """All days of `trend`: those before `day`, and from it on. None unless that leaves a day on either side."""
    if not trend.since < day <= trend.until:
        return None
    return Period(trend.since, day - ONE_DAY), Period(day, trend.until)


def parting_day(trend: TrendSeen, sessions: Sequence[date]) -> date:
    """Where to part unless somebody says otherwise: at the last session within these days, or in the middle."""
    within = [day for day in sessions if trend.since < day <= trend.until]
    return max(within) if within else halves_of(trend.since, trend.until)[1]


def before_and_since(day: date) -> tuple[Period, Period]:
    """Everything before a day, and everything from it on."""
    return Period(date.min, day - ONE_DAY), Period(day, date.max)


def bands_of(side: SideSeen, question: str, earlier: Period, later: Period) -> Bands:
    """A week that is not wholly in either stretch belongs to neither."""
    levels = [[picture[question] for week, picture in side.weeks.items() if _is_within(week, period)] for period in (earlier, later)]
    return Bands(earlier=_counted(levels[0]), later=_counted(levels[1]), way=_way(*levels))


def _is_within(week: date, period: Period) -> bool:
    return week in period and period.until - week >= 6 * ONE_DAY


def _with_begun_week(period: Period, trend: TrendSeen) -> Period:
    """The picture of a week in which the days of `trend` begin is of these days alone, and so counts."""
    return Period(period.since - 6 * ONE_DAY, period.until) if period.since == trend.since else period


def _beside(side: SideSeen, question: str, earlier: Period, later: Period) -> Beside:
    answers = [answers_of(side, question, period.since, period.until) for period in (earlier, later)]
    return Beside(earlier=len(answers[0]), later=len(answers[1]), change=change_between(*answers))


def _counted(levels: Sequence[str | None]) -> tuple[int, int, int]:
    return levels.count("low"), levels.count("usual"), levels.count("high")


def _way(earlier: Sequence[str | None], later: Sequence[str | None]) -> str | None:
    """Up, down or alike."""
    steps = [[STEPS[level] for level in levels if level] for levels in (earlier, later)]
    if min(map(len, steps)) < FEWEST_WEEKS:
        return None
    step = fmean(steps[1]) - fmean(steps[0])
    return "alike" if abs(step) < CLEAR_STEP else "up" if step > 0 else "down"


def _episode_days(trend: TrendSeen) -> list[date]:
    return [
        first + number * ONE_DAY
        for first, last in trend.episodes
        for number in range((min(last or trend.until, trend.until) - first).days + 1)
    ]


def _counted_in(days: Sequence[date], earlier: Period, later: Period) -> tuple[int, int]:
    return sum(one in earlier for one in days), sum(one in later for one in days)
