"""The dashboard of one person: their own lines, what the partner shares, and the pattern if both opted in.

Column-oriented, and the same in form whatever the partner did. Never an average or a difference of the two.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from backend.accounts.models import User
from backend.calendar_days import local_day
from checkins import patterns, reveal
from checkins.board import PatternWeek, read_board
from checkins.columns import NO_ANSWERS, TENSION_NOT_GIVEN, Given, given_as, levels_of, points_of
from checkins.models import CheckIn
from checkins.patterns.alert import ENOUGH_ANSWERS
from checkins.queries import Shown, example_of, looks_back_to, preview_of, shown_of
from checkins.reveal import Ints, day_number
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
    start, days = today - (7 * weeks - 1) * ONE_DAY, 7 * weeks
    first_of_own = min(start, today - (DAYS_OF_OWN - 1) * ONE_DAY)
    board = read_board(person, own_since=first_of_own, today=today, given_since=looks_back_to(start), shown_since=start)
    own = levels_of(board.own)
    shown = shown_of(board.partner.given, board.partner.sharing, since=start, now=now) if board.partner else Shown()
    first = day_number(start)
    return {
        "weeks": weeks,
        "start": start.isoformat(),
        "days": days,
        "mine": own.where(own.day >= first).lines(start=first, days=days),
        **_of_partner(shown, first, days),
        "lately": lately_of(board.own, today=today),
        "pattern": ribbon_of(board.pattern, today=today),
        "suggestion": suggestion_of(week=reveal.week_of(today), language=person.language, retired=board.retired),
    }


def preview(*, person: User, sharing: str, now: datetime) -> dict[str, Any]:
    """What the partner's dashboard would hold of the person from `now` on with this choice. The partner's own part is left empty."""
    since = _preview_since(person, now)
    return _as_partner_sees(preview_of(person, sharing=sharing, since=since, now=now), since)


def example(*, person: User, sharing: str, now: datetime) -> tuple[dict[str, Any], bool]:
    """The same after four weeks of sharing, from the person's own answers, and whether they had to be made up for want of enough."""
    since = _preview_since(person, now)
    is_made_up = CheckIn.objects.visible_to(person).filter(day__gte=since, kind=CheckIn.Kind.FULL).count() < ENOUGH_FOR_AN_EXAMPLE
    given = _made_up(person, since) if is_made_up else None
    return _as_partner_sees(example_of(person, sharing=sharing, since=since, now=now, given=given), since), is_made_up


def _preview_since(person: User, now: datetime) -> date:
    return local_day(now, person.zone) - (7 * SPANS[0] - 1) * ONE_DAY


def _as_partner_sees(shown: Shown, since: date) -> dict[str, Any]:
    first, days = day_number(since), 7 * SPANS[0]
    nobodys = {"weeks": SPANS[0], "start": since.isoformat(), "days": days, "mine": NO_ANSWERS.lines(start=first, days=days)}
    return {**nobodys, "pattern": None, **_of_partner(shown, first, days)}


def _made_up(person: User, since: date) -> Given:
    """Answers such as anybody might give, for somebody who has few of their own. They are never saved."""
    clock = person.own_clock
    days = [since + n * ONE_DAY for n in range(7 * SPANS[0])]
    return given_as(person, [(day, clock.passed(day, time(20)), *levels) for day, levels in zip(days, cycle(MADE_UP), strict=False)])


def lately_of(own: Ints, *, today: date) -> dict[str, Any]:
    """What stands out in the person's own answers of late, beside what is usual for them. `own` as `board.Board` has them.

    Nobody else's answers, no choice and no pattern has a part in it, so that it tells nothing by being there or not.
    """
    number = day_number(today)
    latest = own[own >= (number - DAYS_OF_OWN + 1) << 16]
    enough = len(latest) >= ENOUGH_ANSWERS
    fresh = len(latest) > 0 and latest[-1] >> 16 > number - FRESH_DAYS
    reasons = patterns.stands_out(patterns.last_deviations(_days(latest)))[:MOST_REASONS] if enough and fresh else []
    return {
        "enough": enough,
        "stands_out": [{"question": one.question, "above": one.above, "days": one.days, "of": one.of} for one in reasons],
    }


def _days(own: Ints) -> Iterator[tuple[bool, Sequence[int | None]]]:
    """Of each answer whether it is of a weekend, and its four points."""
    for weekend, points in zip(reveal.is_weekend(own >> 16).tolist(), points_of(own).tolist(), strict=True):
        yield weekend, points if points[3] != TENSION_NOT_GIVEN else (*points[:3], None)


def suggestion_of(*, week: date, language: str, retired: frozenset[tuple[str, int]]) -> dict[str, Any] | None:
    """A few words for the week, the same for everybody; None only when operators have retired them all."""
    item = notifications.suggestion_of(week=week, language=language, retired=retired)
    if item is None:
        return None
    text = item.text(Voice.SOLO)
    words = {"title": text.title, "body": text.body, "step": text.step or None, "minutes": text.minutes}
    return {"week": week.isoformat(), **words, "language": item.language}


def ribbon_of(pattern: Sequence[PatternWeek] | None, *, today: date) -> list[dict[str, Any]] | None:
    """The pattern week by week, whole weeks only; None unless both opted in. Which of the two reaches is never said."""
    if pattern is None:
        return None
    this_week = reveal.week_of(today)
    return [_week(one) for one in pattern if one.monday < this_week and one.last == one.monday + 6 * ONE_DAY]


def _week(week: PatternWeek) -> dict[str, Any]:
    if not week.enough:
        return {"week": week.monday.isoformat(), "state": "not_enough", "certainty": None}
    chances = {"one_reaching": week.one_reaching, "both_apart": week.both_apart, "steady": week.steady}
    state, certainty = max(chances.items(), key=lambda chance: chance[1])
    if certainty < SURE_ENOUGH:
        state = "unsure"
    return {"week": week.monday.isoformat(), "state": state, "certainty": round(certainty, 2)}


def _of_partner(shown: Shown, first: int, days: int) -> dict[str, Any]:
    """What one partner shows, as the other's dashboard holds it."""
    return {
        "partner": shown.levels.lines(start=first, days=days),
        "partner_weeks": [{"week": week.isoformat(), **picture} for week, picture in shown.weeks.items()],
        "partner_lines": [{"date": day.isoformat(), "text": text} for day, text in shown.lines.items()],
    }
