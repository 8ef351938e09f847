"""A couple's weeks in pictures and tables, for a therapist. Each line is one person's; nothing averages or subtracts the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from checkins import reveal
from checkins.models import Feeling
from checkins.page_forms import FEELING_WORDS
from checkins.pictures import DAILY_UP_TO_WEEKS, LEVEL_SIGNS, LEVEL_WORDS, TITLES, by_week
from checkins.plots import Line, dot_plot, line_plot
from checkins.practice.comparing import way_of
from checkins.practice.periods import bands_of, before_and_since
from checkins.practice.trend import FEELINGS, LEVELS, SUMMARY, Side, Trend

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
GLANCE_WEEKS = 4
FELT_WORDS = {
    "helped": gettext_lazy("helped"),
    "not_now": gettext_lazy("not now"),
    "did_not_fit": gettext_lazy("did not fit"),
}


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A picture of one question, and the table behind it: day or week, then one value for each person."""

    title: str | Promise
    picture: SafeString
    rows: Sequence[tuple[date, Sequence[float | None]]]


def shown_of(trend: Trend, *, met: Sequence[date] = ()) -> dict[str, Any]:
    """What the page about one couple shows, by scope. `met` are the days of sessions, marked where they fall into these days."""
    met = [day for day in met if trend.since <= day <= trend.until]
    names = names_of(trend.sides)
    weekly = (trend.until - trend.since).days >= 7 * DAILY_UP_TO_WEEKS
    return {
        "names": names,
        "since": trend.since,
        "until": trend.until,
        "weekly": weekly,
        "plots": [_plot(name, trend, names, weekly=weekly, met=met) for name in TITLES] if LEVELS in trend.scopes else None,
        "met": met,
        "answered": [(name, len(side.levels)) for name, side in zip(names, trend.sides, strict=True)],
        "days": (trend.until - trend.since).days + 1,
        "weeks": week_rows(trend.sides) if SUMMARY in trend.scopes else None,
        "episodes": trend.episodes,
        "prompts": [(day, ", ".join(str(FELT_WORDS[one]) for one in felt)) for day, felt in trend.prompts],
        "feelings": _feelings(trend.sides) if FEELINGS in trend.scopes else None,
        "feelings_plot": _feelings_plot(trend, names, met) if FEELINGS in trend.scopes else None,
    }


def names_of(sides: Sequence[Side]) -> list[str]:
    """The names the two gave; where there is none, a word for one of two."""
    fallback = (gettext("One partner"), gettext("The other partner"))
    return [side.name or word for side, word in zip(sides, fallback, strict=False)]


def week_rows(sides: Sequence[Side]) -> list[tuple[date, list[list[tuple[str, str | Promise]] | None]]]:
    """For each week with a picture of anybody, newest first: per person the signs and words of the three questions, or None."""
    weeks = sorted({week for side in sides for week in side.weeks}, reverse=True)
    return [(week, [_picture(side.weeks.get(week)) for side in sides]) for week in weeks]


def glance_of(sides: Sequence[Side], *, until: date, last_session: date | None = None) -> dict[str, Any]:
    """The last whole weeks of a couple, oldest first, as the caseload shows them, and which way they went since the last session."""
    last = reveal.week_of(until + ONE_DAY) - ONE_WEEK
    weeks = [last - back * ONE_WEEK for back in reversed(range(GLANCE_WEEKS))]
    people = [(name, [_picture(side.weeks.get(week)) for week in weeks]) for name, side in zip(names_of(sides), sides, strict=True)]
    return {"weeks": weeks, "people": people, "is_thin": not any(side.weeks for side in sides), **_since(sides, weeks, last_session)}


def _since(sides: Sequence[Side], weeks: Sequence[date], last_session: date | None) -> dict[str, Any]:
    """From the weeks shown alone. `ways` is None where there are too few on either side of the session to say anything."""
    if last_session is None:
        return {}
    shown = [replace(side, weeks={week: side.weeks[week] for week in weeks if week in side.weeks}) for side in sides]
    stretches = before_and_since(last_session)
    found = [[bands_of(side, question, *stretches) for question in TITLES] for side in shown]
    can_say = any(one.way for bands in found for one in bands)
    ways = [(name, [way_of(one) for one in bands]) for name, bands in zip(names_of(sides), found, strict=True)] if can_say else None
    return {"last_session": last_session, "ways": ways}


def _picture(week: Mapping[str, str | None] | None) -> list[tuple[str, str | Promise]] | None:
    if week is None:
        return None
    levels = [week[name] for name in TITLES]
    return [(LEVEL_SIGNS[level], LEVEL_WORDS[level]) if level else ("", gettext_lazy("too few answers")) for level in levels]


def _plot(name: str, trend: Trend, names: Sequence[str], *, weekly: bool, met: Sequence[date]) -> Plot:
    days = [trend.since + number * ONE_DAY for number in range((trend.until - trend.since).days + 1)]
    daily = [[getattr(side.levels[day], name) if day in side.levels else None for day in days] for side in trend.sides]
    values: list[Sequence[float | None]] = [by_week(line) if weekly else line for line in daily]
    lines = [Line(who="you" if number else "me", values=line) for number, line in enumerate(values)]
    step, pairs = 7 if weekly else 1, list(zip(*values, strict=True))
    picture = line_plot(
        key=name.replace("_", "-"),
        start=trend.since,
        step_days=step,
        lines=lines,
        met=met,
        spoken={number: _point(trend.since + number * step * ONE_DAY, names, pair) for number, pair in enumerate(pairs) if _any(pair)},
        title=str(TITLES[name]),
        description=gettext("%(who)s, 0 to 10, from %(start)s to %(end)s. The table below holds every number.")
        % {
            "who": ", ".join(names),
            "start": date_format(trend.since, "MONTH_DAY_FORMAT"),
            "end": date_format(trend.until, "MONTH_DAY_FORMAT"),
        },
    )
    rows = [(trend.since + number * step * ONE_DAY, pair) for number, pair in enumerate(pairs) if _any(pair)]
    return Plot(title=TITLES[name], picture=picture, rows=rows[::-1])


def _any(values: Sequence[float | None]) -> bool:
    return any(one is not None for one in values)


def _point(day: date, names: Sequence[str], values: Sequence[float | None]) -> str:
    """What stands at a day, as the table says it."""
    said = [f"{name} {localize(value)}" for name, value in zip(names, values, strict=True) if value is not None]
    return f"{date_format(day, 'MONTH_DAY_FORMAT')}: {', '.join(said)}"


def _feelings_plot(trend: Trend, names: Sequence[str], met: Sequence[date]) -> SafeString | None:
    """Which feelings were named when: the one on most days first. None where none was."""
    named = {
        feeling: [[day for day, feelings in side.feelings.items() if feeling in feelings] for side in trend.sides]
        for feeling in Feeling.values
    }
    there = sorted((feeling for feeling in named if any(named[feeling])), key=lambda one: -sum(map(len, named[one])))
    if not there:
        return None
    return dot_plot(
        key="feelings",
        start=trend.since,
        days=(trend.until - trend.since).days + 1,
        rows=[(str(FEELING_WORDS[Feeling(feeling)]), named[feeling]) for feeling in there],
        met=met,
        title=gettext("Feelings named"),
        description=gettext("%(who)s, day by day. The table below holds every word.") % {"who": ", ".join(names)},
    )


def _feelings(sides: Sequence[Side]) -> list[tuple[date, list[str]]]:
    """Days on which anybody named a feeling, newest first, with the words of each person."""
    days = sorted({day for side in sides for day in side.feelings}, reverse=True)
    return [(day, [_said(side.feelings.get(day, ())) for side in sides]) for day in days]


def _said(feelings: Sequence[str]) -> str:
    return ", ".join(str(FEELING_WORDS[Feeling(one)]) for one in feelings)
