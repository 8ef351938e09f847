"""What stands on the sheet for a session: the page about a couple, shortened to two pages of paper, all of it in words and numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.translation import get_language, gettext

from checkins.models import Feeling
from checkins.page_forms import FEELING_WORDS
from checkins.pictures import LEVEL_WORDS, TITLES, by_week
from checkins.practice.pictures import shown_of
from checkins.practice.trend import LEVELS, SUMMARY, Side, Trend
from checkins.practice.wording import in_words

NOTHING = "\N{EN DASH}"
# The style sheet of the pages colours their plots; on paper these few lines do.
_ON_PAPER = (
    "<style>rect.point{fill:none}.grid{stroke:#d8d2c8;stroke-width:1}text{font-size:13px;fill:#5a616b}"
    "path,circle{stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}path{fill:none}"
    ".met{stroke:#8d867b;stroke-width:1.5;stroke-dasharray:2 3}path.me{stroke:#0f6b66}path.you{stroke:#9a4f1f}circle.me{fill:#0f6b66}circle.you{fill:#9a4f1f}</style>"
)


def content_of(trend: Trend, *, met: Sequence[date] = ()) -> dict[str, Any]:
    """Everything that is on the sheet, as text in the active language, ready to be set. `met` are the days of sessions."""
    shown = shown_of(trend, met=met)
    names: list[str] = shown["names"]
    return {
        "language": get_language() or "en",
        "title": gettext("Sheet for a session"),
        "names": names,
        "span": gettext("%(since)s to %(until)s") % {"since": _whole(trend.since), "until": _whole(trend.until)},
        "words": {
            "summary": gettext("In words"),
            "week": gettext("Week from"),
            "levels": gettext("Daily lines"),
            "sessions": gettext("Sessions:"),
            "bands": gettext("Week by week"),
            "means": gettext("The same as a table: the mean of each person's week"),
            "below": gettext("Low, usual or high for that person in the days shown, from at least four answers."),
            "episodes": gettext("Times of reaching and making room"),
            "likely": gettext("Days on which one probably reached while the other made room. A likelihood, not a finding about them."),
            "prompts": gettext("Prompts, and how they were felt"),
            "feelings": gettext("Feelings named, and on how many days"),
            "foot": gettext(
                "What two people answered, as far as both allow. The model behind it states likelihoods; none of this is a finding. "
                "That this sheet was taken along stands in the couple's log."
            ),
        },
        "questions": [str(title) for title in TITLES.values()],
        "sentences": in_words(trend),
        "sessions": [_day(day) for day in shown["met"]],
        "plots": [_plot(str(plot.title), plot.picture, names) for plot in shown["plots"]] if LEVELS in trend.scopes else [],
        "means": list(_means(trend)) if LEVELS in trend.scopes else [],
        "bands": list(_bands(trend)) if SUMMARY in trend.scopes else [],
        "in_summary": SUMMARY in trend.scopes,
        "episodes": [_stretch(first, last) for first, last in trend.episodes] or [gettext("None stood out in these days.")],
        "prompts": [_felt(day, felt) for day, felt in shown["prompts"]] or [gettext("None in these days.")],
        "feelings": [{"who": name, "named": _named(side)} for name, side in zip(names, trend.sides, strict=True)]
        if shown["feelings"] is not None
        else [],
    }


def ways_to_say(trend: Trend, *, met: Sequence[date] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sheet, and the sheet with words for one of two where names stand: for letters that nothing can set."""
    unnamed = replace(trend, sides=[replace(side, name="") for side in trend.sides])
    return content_of(trend, met=met), content_of(unnamed, met=met)


def _plot(title: str, picture: str, names: Sequence[str]) -> dict[str, str]:
    """The picture of the page, able to stand alone, with what somebody who does not see it is told."""
    head, _, rest = str(picture).partition(">")
    told = gettext("%(question)s of %(a)s and %(b)s, 0 to 10. The table below holds the numbers week by week.")
    alone = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return {"title": title, "svg": f"{alone}>{_ON_PAPER}{rest}", "told": told % {"question": title, "a": names[0], "b": names[1]}}


def _means(trend: Trend) -> Iterator[Sequence[str]]:
    """For each seven days from the first: the day they begin, then the three means of each person."""
    days = [trend.since + timedelta(days=number) for number in range((trend.until - trend.since).days + 1)]
    columns = [
        by_week([getattr(side.levels[day], question) if day in side.levels else None for day in days])
        for side in trend.sides
        for question in TITLES
    ]
    for number, means in enumerate(zip(*columns, strict=True)):
        yield _short(trend.since + timedelta(days=7 * number)), *(NOTHING if mean is None else localize(mean) for mean in means)


def _bands(trend: Trend) -> Iterator[Sequence[str]]:
    """For each week of which there is a picture: its Monday, then the three words of each person."""
    for week in sorted({week for side in trend.sides for week in side.weeks}):
        pictures = [side.weeks.get(week, {}) for side in trend.sides]
        levels = [picture.get(question) for picture in pictures for question in TITLES]
        yield _short(week), *(NOTHING if level is None else str(LEVEL_WORDS[level]) for level in levels)


def _stretch(first: date, last: date | None) -> str:
    if last is None:
        return gettext("since %(day)s") % {"day": _day(first)}
    return gettext("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _felt(day: date, felt: str) -> str:
    return f"{_day(day)} ({felt})" if felt else _day(day)


def _named(side: Side) -> str:
    counted = Counter(feeling for feelings in side.feelings.values() for feeling in feelings)
    in_order = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{FEELING_WORDS[Feeling(feeling)]} {days}" for feeling, days in in_order) or NOTHING


def _whole(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def _short(day: date) -> str:
    return date_format(day, "SHORT_DAY_FORMAT")
