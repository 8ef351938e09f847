"""The dashboard of one person: their own lines, what the partner shares, and the pattern if both opted in.

Column-oriented, and the same in form whatever the partner did. Never an average or a difference of the two.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.couples.queries import active_membership
from checkins import reveal
from checkins.answers import LEVELS
from checkins.models import CheckIn, PatternDay, PatternState
from checkins.queries import shown_to

SPANS = (4, 12, 52)
ONE_DAY = timedelta(days=1)
# Below this mean probability the week is said to be unsure rather than named.
SURE_ENOUGH = 0.5


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
        "partner": _lines(shown.levels, days),
        "partner_weeks": [{"week": week.isoformat(), **picture} for week, picture in shown.weeks.items()],
        "partner_lines": [{"date": day.isoformat(), "text": text} for day, text in shown.lines.items()],
        "pattern": ribbon_of(person=person, since=start, today=today),
    }


def ribbon_of(*, person: User, since: date, today: date) -> list[dict[str, Any]] | None:
    """The pattern week by week, whole weeks only; None unless both opted in. Which of the two reaches is never said."""
    if active_membership(person) is None or not PatternState.objects.visible_to(person).exists():
        return None
    by_week: dict[date, list[PatternDay]] = defaultdict(list)
    for row in PatternDay.objects.visible_to(person).filter(day__gte=reveal.week_of(since)).order_by("day"):
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


def _lines(rows: Any, days: list[date]) -> dict[str, list[int | None]]:
    return {name: [getattr(rows[day], name) if day in rows else None for day in days] for name in LEVELS}
