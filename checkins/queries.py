"""What a person may read: their own check-ins whole, and of the partner's what was shared and revealed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from backend.accounts.models import User
from backend.calendar_days import OwnClock
from backend.consents.models import Choice
from backend.consents.queries import choice_of, holds_of
from backend.couples.queries import pair_of
from backend.encryption import open_sealed
from checkins import reveal, weekly
from checkins.answers import SCALES
from checkins.columns import NO_ANSWERS, Given, Levels, given_by, given_in
from checkins.models import CheckIn
from checkins.reveal import Bools, Ints, Reveals

Picture = Mapping[str, weekly.Level | None]
EVER = reveal.moment(datetime.min.replace(tzinfo=UTC))
_NEVER = reveal.moment(datetime.max.replace(tzinfo=UTC))
_LOOKS_BACK = timedelta(weeks=weekly.LOOKS_BACK_WEEKS)


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
    return None if sealed is None else _opened(sealed, column, check_in.person_id, check_in.day)


def _opened(sealed: bytes, column: str, person_id: int, day: date) -> str:
    return open_sealed(sealed, table="checkin", column=column, row=f"{person_id}:{day.isoformat()}")


@dataclass(frozen=True)
class Shown:
    """What one partner shows the other. Not answered, not shared, paused and stopped are all the same: nothing."""

    levels: Levels = NO_ANSWERS
    weeks: Mapping[date, Picture] = field(default_factory=dict)
    lines: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What somebody shares with somebody else: since when, by which clocks it appears, and when it was held back."""

    weekly_since: datetime | None
    levels_since: datetime | None
    clocks: tuple[OwnClock, OwnClock]
    holds: Collection[reveal.Hold]


def looks_back_to(since: date) -> date:
    """The first day whose answers have a part in what is shown of the days from `since` on."""
    return reveal.week_of(since) - _LOOKS_BACK


def preview_of(person: User, *, since: date, now: datetime, sharing: str | None = None) -> Shown:
    """What the person's partner sees of them, or would see from `now` on with another choice. Empty when unpaired.

    Where the partner has left quietly it goes on as if they had not: a preview that stopped would give them away.
    """
    pair = pair_of(person)
    if pair is None:
        return Shown()
    mine, theirs = pair
    choice = choice_of(mine) or Choice(membership=mine, changed_at=now)
    if sharing is not None:
        choice.share(sharing, now)
    clocks = (theirs.person.own_clock, person.own_clock)
    given = given_in(mine, since=looks_back_to(since), lines_since=since)
    return shown_of(given, _sharing(choice, clocks, holds_of(person)), since=since, now=now)


def example_of(person: User, *, sharing: str, since: date, now: datetime, given: Given | None = None) -> Shown:
    """How the person's answers since `since` look to a partner who has been shown them all along. `given` stands in for their own."""
    clocks = (person.own_clock, person.own_clock)
    choice = Choice()
    choice.share(sharing, datetime.min.replace(tzinfo=UTC))
    return shown_of(given or given_by(person, since=looks_back_to(since)), _sharing(choice, clocks, []), since=since, now=now)


def _sharing(choice: Choice, clocks: tuple[OwnClock, OwnClock], holds: Collection[reveal.Hold]) -> Sharing:
    return Sharing(weekly_since=choice.weekly_since, levels_since=choice.levels_since, clocks=clocks, holds=holds)


def shown_of(given: Given, sharing: Sharing, *, since: date, now: datetime) -> Shown:
    """Of the days from `since` on. Takes the same steps whatever was chosen, so that time tells nothing either."""
    reveals = reveal.reveals_of(sharing.clocks, since=looks_back_to(since), now=now)
    opened = opened_of(given.levels, given.received, reveals, holds=sharing.holds, now=now)
    weekly_since, levels_since = (_NEVER if one is None else reveal.moment(one) for one in (sharing.weekly_since, sharing.levels_since))
    first = reveal.day_number(since)
    (weeks,) = weeks_of([opened], [reveals], first=looks_back_to(since), shown_since=[weekly_since], now=now)
    return Shown(
        levels=opened.levels.where((opened.appeared >= levels_since) & (opened.levels.day >= first)),
        weeks={week: picture for week, picture in weeks.items() if week + timedelta(days=6) >= since},
        lines=_lines(given, reveals, sharing.holds, shown_since=weekly_since, first=first, now=now),
    )


@dataclass(frozen=True)
class Opened:
    """Answers that the reveal has opened to somebody else, and when each appeared [N]."""

    levels: Levels
    appeared: Ints


def opened_of(levels: Levels, received: Ints, reveals: Reveals, *, holds: Collection[reveal.Hold], now: datetime) -> Opened:
    appeared = reveals.after(levels.day, received)
    shown = reveal.is_shown(visible_from=appeared, now=reveal.moment(now), holds=holds)
    return Opened(levels.where(shown), appeared[shown])


def weeks_of(
    opened: Sequence[Opened], reveals: Sequence[Reveals], *, first: date, shown_since: Sequence[int], now: datetime
) -> list[dict[date, Picture]]:
    """Of each person, with the reveals they are shown by: the picture of each week that is over, was revealed while shared, and has
    at least four answers. No answer is older than `first`, a Monday.
    """
    start, weeks = reveal.day_number(first), (now.date() - first).days // 7 + 1
    sundays = start + 6 + 7 * np.arange(weeks)
    shown_from = [one.of(sundays) for one in reveals]
    known = [np.searchsorted(ends, one.appeared) for ends, one in zip(shown_from, opened, strict=True)]
    counts = [one.appeared >= begun for one, begun in zip(opened, shown_since, strict=True)]
    said = weekly.pictures(
        person=np.repeat(np.arange(len(opened)), [len(one.appeared) for one in opened]),
        week=(_joined([one.levels.day for one in opened]) - start) // 7,
        known=_joined(known),
        counts=_joined(counts),
        levels=_joined([one.levels.points for one in opened]),
        people=len(opened),
        weeks=weeks,
    )
    ends_at = np.array(shown_from)
    said[(ends_at < np.array(shown_since)[:, None]) | (ends_at > reveal.moment(now))] = weekly.NOTHING
    mondays = [reveal.day_of(start + 7 * week) for week in range(weeks)]
    there = (said != weekly.NOTHING).any(axis=2)
    pictures = said @ weekly.WEIGHTS
    return [
        {mondays[week]: weekly.PICTURES[picture] for week, picture in zip(np.flatnonzero(shows).tolist(), one[shows].tolist(), strict=True)}
        for one, shows in zip(pictures, there, strict=True)
    ]


def _joined(parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _lines(
    given: Given, reveals: Reveals, holds: Collection[reveal.Hold], *, shown_since: int, first: int, now: datetime
) -> dict[date, str]:
    appeared = reveals.after(given.line_day, given.line_received)
    shown: Bools = reveal.is_shown(visible_from=appeared, now=reveal.moment(now), holds=holds)
    shown &= (appeared >= shown_since) & (given.line_day >= first)
    lines = [
        (reveal.day_of(number), given.lines[at])
        for number, at in zip(given.line_day[shown].tolist(), np.flatnonzero(shown).tolist(), strict=True)
    ]
    return {day: _opened(sealed, "shared_line", given.person_id, day) for day, sealed in sorted(lines)}
