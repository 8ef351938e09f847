"""The dashboard of one person: their own lines, what the partner shares, and the pattern if both opted in.

Column-oriented, and the same in form whatever the partner did. Never an average or a difference of the two.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.couples.queries import active_membership
from checkins import patterns, reveal
from checkins.answers import LEVELS
from checkins.models import CheckIn, PatternDay, PatternState
from checkins.patterns.alert import ENOUGH_ANSWERS
from checkins.queries import Shown, example_of, preview_of, shown_to
from notifications import services as notifications
from notifications.words.loader import Voice

SPANS = (4, 12, 52)
ONE_DAY = timedelta(days=1)
# How far back one's own answers say what is usual, and how old the latest may be to be called late.
DAYS_OF_OWN, FRESH_DAYS = 90, 14
MOST_REASONS = 2
# Below this mean probability the week is said to be unsure rather than named.
SURE_ENOUGH = 0.5
# Two weeks' worth: fewer answers of one's own show too little of how a way of sharing looks.
ENOUGH_FOR_AN_EXAMPLE = 14
MADE_UP = ((6, 7, 3), (7, 7, 2), (5, 7, 4), (6, 6, 3), (8, 7, 2), (4, 6, 6), (5, 6, 5), (6, 8, 3), (7, 8, 2), (7, 6, 4), (3, 4, 7))


def dashboard_of(*, person: User, weeks: int, now: datetime) -> dict[str, Any]:
    """Days from `start` to today, one place each, None where there is nothing to show."""
    today = local_day(now, person.zone)
    start = today - (7 * weeks - 1) * ONE_DAY
    days = [start + n * ONE_DAY for n in range(7 * weeks)]
    own = {row.day: row for row in CheckIn.objects.visible_to(person).filter(day__range=(start, today), kind=CheckIn.Kind.FULL)}
    shown = shown_to(person, since=start, now=now)
    return {
        "weeks": weeks,
        "start": start.isoformat(),
        "days": len(days),
        "mine": _lines(own, days),
        **_of_partner(shown, days),
        "lately": lately_of(person=person, today=today),
        "pattern": ribbon_of(person=person, since=start, today=today),
        "suggestion": suggestion_of(week=reveal.week_of(today), language=person.language),
    }


def preview(*, person: User, sharing: str, now: datetime) -> dict[str, Any]:
    """What the partner's dashboard would hold of the person from `now` on with this choice. The partner's own part is left empty."""
    since, days = _preview_days(person, now)
    return _as_partner_sees(preview_of(person, sharing=sharing, since=since, now=now), days)


def example(*, person: User, sharing: str, now: datetime) -> tuple[dict[str, Any], bool]:
    """The same after four weeks of sharing, from the person's own answers, and whether they had to be made up for want of enough."""
    since, days = _preview_days(person, now)
    is_made_up = CheckIn.objects.visible_to(person).filter(day__gte=since, kind=CheckIn.Kind.FULL).count() < ENOUGH_FOR_AN_EXAMPLE
    given = _made_up(person, days) if is_made_up else None
    return _as_partner_sees(example_of(person, sharing=sharing, since=since, now=now, given=given), days), is_made_up


def _preview_days(person: User, now: datetime) -> tuple[date, list[date]]:
    today = local_day(now, person.zone)
    days = [today - n * ONE_DAY for n in reversed(range(7 * SPANS[0]))]
    return days[0], days


def _as_partner_sees(shown: Shown, days: list[date]) -> dict[str, Any]:
    nobodys = {"weeks": SPANS[0], "start": days[0].isoformat(), "days": len(days), "mine": _lines({}, days), "pattern": None}
    return {**nobodys, **_of_partner(shown, days)}


def _made_up(person: User, days: list[date]) -> list[CheckIn]:
    """Answers such as anybody might give, for somebody who has few of their own. They are never saved."""
    clock = person.own_clock
    evenings = [(day, clock.passed(day, time(20))) for day in days]
    return [
        CheckIn(person=person, day=day, kind=CheckIn.Kind.FULL, received_at=evening, **dict(zip(LEVELS, levels, strict=True)))
        for (day, evening), levels in zip(evenings, cycle(MADE_UP), strict=False)
    ]


def lately_of(*, person: User, today: date) -> dict[str, Any]:
    """What stands out in the person's own answers of late, beside what is usual for them.

    Nobody else's answers, no choice and no pattern has a part in it, so that it tells nothing by being there or not.
    """
    first = today - (DAYS_OF_OWN - 1) * ONE_DAY
    rows = CheckIn.objects.visible_to(person).filter(day__range=(first, today), kind=CheckIn.Kind.FULL).order_by("day")
    answers = list(rows.values_list("day", *patterns.QUESTIONS))
    course = patterns.own_course_of_one([points for _day, *points in answers], [day.weekday() for day, *_points in answers])
    enough = len(answers) >= ENOUGH_ANSWERS
    fresh = bool(answers) and answers[-1][0] > today - FRESH_DAYS * ONE_DAY
    reasons = patterns.stands_out(course, 0)[:MOST_REASONS] if enough and fresh else []
    return {
        "enough": enough,
        "stands_out": [{"question": one.question, "above": one.above, "days": one.days, "of": one.of} for one in reasons],
    }


def suggestion_of(*, week: date, language: str) -> dict[str, Any] | None:
    """A few words for the week, the same for everybody; None only when operators have retired them all."""
    item = notifications.suggestion_of(week=week, language=language)
    if item is None:
        return None
    text = item.text(Voice.SOLO)
    words = {"title": text.title, "body": text.body, "step": text.step or None, "minutes": text.minutes}
    return {"week": week.isoformat(), **words, "language": item.language}


def ribbon_of(*, person: User, since: date, today: date) -> list[dict[str, Any]] | None:
    """The pattern week by week, whole weeks only; None unless both opted in. Which of the two reaches is never said."""
    if active_membership(person) is None or not PatternState.objects.visible_to(person).exists():
        return None
    by_week: dict[date, list[PatternDay]] = defaultdict(list)
    for row in PatternDay.objects.visible_to(person).in_use().filter(day__gte=reveal.week_of(since)).order_by("day"):
        by_week[reveal.week_of(row.day)].append(row)
    this_week = reveal.week_of(today)
    return [_week(week, rows) for week, rows in sorted(by_week.items()) if week < this_week and rows[-1].day == week + 6 * ONE_DAY]


def _week(week: date, rows: list[PatternDay]) -> dict[str, Any]:
    known = [row for row in rows if row.enough]
    if not known:
        return {"week": week.isoformat(), "state": "not_enough", "certainty": None}
    chances = {
        "one_reaching": sum(row.p_a_reaches + row.p_b_reaches for row in known) / len(known),
        "both_apart": sum(row.p_apart for row in known) / len(known),
        "steady": sum(row.p_steady for row in known) / len(known),
    }
    state, certainty = max(chances.items(), key=lambda chance: chance[1])
    if certainty < SURE_ENOUGH:
        state = "unsure"
    return {"week": week.isoformat(), "state": state, "certainty": round(certainty, 2)}


def _of_partner(shown: Shown, days: list[date]) -> dict[str, Any]:
    """What one partner shows, as the other's dashboard holds it."""
    return {
        "partner": _lines(shown.levels, days),
        "partner_weeks": [{"week": week.isoformat(), **picture} for week, picture in shown.weeks.items()],
        "partner_lines": [{"date": day.isoformat(), "text": text} for day, text in shown.lines.items()],
    }


def _lines(rows: Any, days: list[date]) -> dict[str, list[int | None]]:
    return {name: [getattr(rows[day], name) if day in rows else None for day in days] for name in LEVELS}
