"""Two stretches of a couple's days side by side: before a day, and from it on. Pure numbers; `comparing` has words and tables.

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
"""Weeks with a picture on either side. A single week strays from what is usual by chance about one time in three."""
CLEAR_STEP = 1.0
"""From low to usual, or from usual to high, as a mean over the weeks."""
STEPS = {"low": -1, "usual": 0, "high": 1}


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One question of one person: how many answers before and since, and the change where there are enough."""

    before: int
    since: int
    change: Change | None


@dataclass(frozen=True, kw_only=True)
class Bands:
    """One question of one person by weeks: (low, usual, high) before and since, and which way it went, None for too few weeks."""

    before: tuple[int, int, int]
    since: tuple[int, int, int]
    way: str | None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What both allow, before `day` and from it on; each part None where its scope is not allowed. Of each of the two, side a first."""

    day: date
    days: tuple[int, int]
    levels: Mapping[str, Sequence[Beside]] | None
    weeks: Mapping[str, Sequence[Bands]] | None
    episode_days: tuple[int, int] | None
    prompts: tuple[int, int] | None
    feelings: Sequence[tuple[int, int]] | None


def compared(trend: TrendSeen, day: date) -> Comparison | None:
    """None unless `day` leaves a day on either side."""
    if not trend.since < day <= trend.until:
        return None
    in_levels, in_summary = "levels" in trend.scopes, "summary" in trend.scopes
    return Comparison(
        day=day,
        days=((day - trend.since).days, (trend.until - day).days + 1),
        levels={name: [_beside(side, name, trend, day) for side in trend.sides] for name in QUESTIONS} if in_levels else None,
        weeks={name: [bands_of(side, name, day) for side in trend.sides] for name in QUESTIONS} if in_summary else None,
        episode_days=_parted(_episode_days(trend), day) if in_summary else None,
        prompts=_parted([on for on, _felt in trend.prompts], day) if in_summary else None,
        feelings=[_parted([on for on in side.feelings if side.feelings[on]], day) for side in trend.sides]
        if "feelings" in trend.scopes
        else None,
    )


def parting_day(trend: TrendSeen, sessions: Sequence[date]) -> date:
    """Where to part unless somebody says otherwise: at the last session within these days, or in the middle."""
    within = [day for day in sessions if trend.since < day <= trend.until]
    return max(within) if within else halves_of(trend.since, trend.until)[1]


def bands_of(side: SideSeen, question: str, day: date) -> Bands:
    """A week that `day` falls into belongs to neither side."""
    before = [picture[question] for week, picture in side.weeks.items() if week + 6 * ONE_DAY < day]
    since = [picture[question] for week, picture in side.weeks.items() if week >= day]
    return Bands(before=_counted(before), since=_counted(since), way=_way(before, since))


def _beside(side: SideSeen, question: str, trend: TrendSeen, day: date) -> Beside:
    before = answers_of(side, question, trend.since, day - ONE_DAY)
    since = answers_of(side, question, day, trend.until)
    return Beside(before=len(before), since=len(since), change=change_between(before, since))


def _counted(levels: Sequence[str | None]) -> tuple[int, int, int]:
    return levels.count("low"), levels.count("usual"), levels.count("high")


def _way(before: Sequence[str | None], since: Sequence[str | None]) -> str | None:
    """Up, down or alike."""
    steps = [[STEPS[level] for level in levels if level] for levels in (before, since)]
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


def _parted(days: Sequence[date], day: date) -> tuple[int, int]:
    return sum(one < day for one in days), sum(one >= day for one in days)
