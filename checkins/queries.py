"""What a person may read: their own check-ins whole, and of the partner's what was shared and revealed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev
from typing import Any

from backend.accounts.models import User
from backend.consents.models import Choice
from backend.consents.queries import choice_of, holds_of
from backend.couples.models import Membership
from backend.couples.queries import pair_of
from backend.encryption import open_sealed
from checkins import reveal
from checkins.answers import LEVELS, SCALES
from checkins.models import CheckIn

# How long before a week its "usual for that person" looks back. Counted from the week, not from the present: a picture that
# moved with the day or the span it is looked at from would tell more each time.
_LOOKS_BACK = timedelta(weeks=13)
# What is assumed of a level before answers say otherwise, with the weight of eight answers (points of the scale).
_PRIOR_LEVEL = {"closeness_felt": 6.3, "closeness_wanted": 6.2, "space_wanted": 3.6}
_PRIOR_SPREAD, _PRIOR_WEIGHT = 1.35, 8


def check_in_of(check_in: CheckIn) -> dict[str, Any]:
    """A check-in as its author reads it, texts opened."""
    return {
        "date": check_in.day.isoformat(),
        "kind": check_in.kind,
        **{name: getattr(check_in, name) for name in SCALES},
        "quick": check_in.quick,
        "feelings": check_in.feelings,
        "note": opened(check_in, "note"),
        "shared_line": opened(check_in, "shared_line"),
        "version": check_in.version,
        "answered_at": check_in.answered_at.isoformat(),
        "kept_private": check_in.kept_private,
    }


def opened(check_in: CheckIn, column: str) -> str | None:
    """A sealed text of a check-in, or None where nothing was written. Raises encryption.Unreadable."""
    sealed = getattr(check_in, column)
    if sealed is None:
        return None
    return open_sealed(sealed, table="checkin", column=column, row=f"{check_in.person_id}:{check_in.day.isoformat()}")


@dataclass(frozen=True)
class Shown:
    """What one partner shows the other. Not answered, not shared, paused and stopped are all the same: nothing."""

    levels: Mapping[date, CheckIn] = field(default_factory=dict)
    weeks: Mapping[date, Mapping[str, str | None]] = field(default_factory=dict)
    lines: Mapping[date, str] = field(default_factory=dict)


def shown_to(viewer: User, *, since: date, now: datetime) -> Shown:
    """What the viewer's partner shows them of the days from `since` on. Empty when unpaired."""
    pair = pair_of(viewer)
    if pair is None:
        return Shown()
    theirs = pair[1]
    choice = choice_of(theirs)
    clocks = (viewer.own_clock, theirs.person.own_clock)
    return _shown(_given_in(theirs, since), choice, clocks, since=since, now=now, holds=_holds(theirs))


def preview_of(person: User, *, since: date, now: datetime, sharing: str | None = None) -> Shown:
    """What the person's partner sees of them, or would see from `now` on with another choice. Empty when unpaired.

    Where the partner has left quietly it goes on as if they had not: a preview that stopped would give them away.
    """
    pair = pair_of(person)
    if pair is None:
        return Shown()
    mine, theirs = pair
    choice = choice_of(mine)
    if sharing is not None:
        choice = choice or Choice(membership=mine, changed_at=now)
        choice.share(sharing, now)
    clocks = (theirs.person.own_clock, person.own_clock)
    return _shown(_given_in(mine, since), choice, clocks, since=since, now=now, holds=holds_of(person))


def example_of(person: User, *, sharing: str, since: date, now: datetime, given: Iterable[CheckIn] | None = None) -> Shown:
    """How the person's answers since `since` look to a partner who has been shown them all along. `given` stands in for their own."""
    clocks = (person.own_clock, person.own_clock)
    if given is None:
        given = CheckIn.objects.visible_to(person).filter(day__gte=reveal.week_of(since) - _LOOKS_BACK).order_by("day")
    choice = Choice()
    choice.share(sharing, datetime.min.replace(tzinfo=UTC))
    return _shown(given, choice, clocks, since=since, now=now, holds=[])


def _holds(author: Membership) -> list[reveal.Hold]:
    """Times in which nothing new appeared: pauses, the safety state, and from leaving quietly on."""
    holds: list[reveal.Hold] = list(holds_of(author.person_id))
    if author.couple.ended_at is not None:
        holds.append((author.couple.ended_at, None))
    return holds


def _given_in(author: Membership, since: date) -> Iterable[CheckIn]:
    """The author's answers of this couple, with the weeks before `since` that the usual level behind a weekly picture needs."""
    first = max(author.joined_day, reveal.week_of(since) - _LOOKS_BACK)
    # By the moment it was given too: an answer of the day of pairing may have been meant for nobody, or for somebody else.
    given_here = CheckIn.objects.filter(person=author.person_id, answered_at__gte=author.joined_at)
    return given_here.filter(day__gte=first).order_by("day")


def _shown(
    given: Iterable[CheckIn], choice: Choice | None, clocks: tuple[Any, Any], *, since: date, now: datetime, holds: list[reveal.Hold]
) -> Shown:
    """Always reads the same rows with the same statements, whatever was chosen, so that time tells nothing either."""
    revealed, appeared = revealed_of(given, clocks, holds=holds, now=now)
    weekly, levels = (choice.weekly_since, choice.levels_since) if choice else (None, None)
    in_levels = {day: row for day, row in revealed.items() if levels and appeared[day] >= levels and day >= since}
    in_lines = {day: row for day, row in revealed.items() if weekly and appeared[day] >= weekly and day >= since}
    return Shown(
        levels={day: row for day, row in in_levels.items() if row.kind == CheckIn.Kind.FULL},
        weeks=pictures_of(revealed, appeared, clocks, weekly=weekly, since=since, now=now),
        lines={day: text for day, row in in_lines.items() if (text := opened(row, "shared_line"))},
    )


def revealed_of(
    rows: Iterable[CheckIn], clocks: tuple[Any, Any], *, holds: Collection[reveal.Hold], now: datetime
) -> tuple[dict[date, CheckIn], dict[date, datetime]]:
    """Of one person's check-ins those that the reveal has opened to somebody else, and when it did."""
    revealed: dict[date, CheckIn] = {}
    appeared: dict[date, datetime] = {}
    for row in rows:
        appears = reveal.visible_from(row.day, row.received_at, clocks)
        if reveal.is_shown(visible_from=appears, now=now, holds=holds, kept_private=row.kept_private):
            revealed[row.day], appeared[row.day] = row, appears
    return revealed, appeared


def pictures_of(
    revealed: Mapping[date, CheckIn],
    appeared: Mapping[date, datetime],
    clocks: tuple[Any, Any],
    *,
    weekly: datetime | None,
    since: date,
    now: datetime,
) -> dict[date, Mapping[str, str | None]]:
    """The picture of each week that is over, was revealed while shared, and has at least four answers."""
    pictures: dict[date, Mapping[str, str | None]] = {}
    for week in sorted({reveal.week_of(day) for day in revealed}):
        shown_from = reveal.picture_shown_from(week, clocks)
        if weekly is None or shown_from < weekly or shown_from > now or week + timedelta(days=6) < since:
            continue
        recent = {day: row for day, row in revealed.items() if day >= week - _LOOKS_BACK}
        there = {day: row for day, row in recent.items() if appeared[day] <= shown_from and row.kind == CheckIn.Kind.FULL}
        of_week = [row for day, row in there.items() if reveal.week_of(day) == week and appeared[day] >= weekly]
        picture = reveal.weekly_picture(
            week={name: [getattr(row, name) for row in of_week] for name in LEVELS}, usual=_usual(there.values())
        )
        if any(picture.values()):
            pictures[week] = picture
    return pictures


def _usual(rows: Iterable[CheckIn]) -> dict[str, reveal.Usual]:
    """A person's usual level and spread per question, drawn towards what is common while answers are few."""
    usual = {}
    kept = list(rows)
    for name in LEVELS:
        values = [getattr(row, name) for row in kept]
        weight = _PRIOR_WEIGHT + len(values)
        level = (_PRIOR_WEIGHT * _PRIOR_LEVEL[name] + sum(values)) / weight
        own = pstdev(values, fmean(values)) ** 2 if values else 0.0
        spread = ((_PRIOR_WEIGHT * _PRIOR_SPREAD**2 + len(values) * own) / weight) ** 0.5
        usual[name] = reveal.Usual(level=level, spread=spread)
    return usual
