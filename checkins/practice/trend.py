"""What a Grant opens: of each of the two the scopes both allow, and what was derived from both. Nothing is read without one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q

from backend.audit.services import Grant
from backend.calendar_days import OwnClock
from backend.consents.models import Consent
from backend.consents.queries import holds_of_each
from backend.couples.models import Membership
from backend.statements import fetch_row
from checkins import reveal
from checkins.columns import Levels as Answered
from checkins.columns import answer_in, levels_of, unpacked
from checkins.models import Episode
from checkins.queries import EVER, opened_of, weeks_of
from checkins.reveal import Ints, Reveals
from notifications.queries import felt_about

SUMMARY, LEVELS, FEELINGS = Consent.Scope.SUMMARY, Consent.Scope.LEVELS, Consent.Scope.FEELINGS


class Answer(NamedTuple):
    """A full answer's levels, in points 0-10."""

    closeness_felt: int
    closeness_wanted: int
    space_wanted: int


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is shown of one of the two, each part empty where its scope is not allowed."""

    name: str
    weeks: Mapping[date, Mapping[str, str | None]] = field(default_factory=dict)
    levels: Mapping[date, Answer] = field(default_factory=dict)
    feelings: Mapping[date, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One couple over the days of a Grant. Which of the two reached is not in it."""

    scopes: frozenset[str]
    since: date
    until: date
    sides: Sequence[Side]
    """Of both, side a first; of one alone where a person looks at their own."""
    episodes: Sequence[tuple[date, date | None]]
    """First and last day of each episode among these days, the last day None where it goes on after them; newest first."""
    prompts: Sequence[tuple[date, Sequence[str]]]
    """Days of prompts with how they were felt, newest first."""


def trend_of(grant: Grant, *, now: datetime) -> Trend:
    days = {"since": grant.since, "until": grant.until}
    in_summary = SUMMARY in grant.scopes
    return Trend(
        scopes=grant.scopes,
        sides=sides_of([grant], now=now)[grant.link_id],
        episodes=_episodes(grant) if in_summary else [],
        prompts=felt_about(grant.couple_id, now=now, **days) if in_summary else [],
        **days,
    )


def _episodes(grant: Grant) -> list[tuple[date, date | None]]:
    """Also of one that began before these days only its days among them."""
    there = Episode.objects.filter(Q(ended_on=None) | Q(ended_on__gte=grant.since), couple=grant.couple_id, started_on__lte=grant.until)
    stretches = there.order_by("-started_on").values_list("started_on", "ended_on")
    return [(max(first, grant.since), last if last and last <= grant.until else None) for first, last in stretches]


def sides_of(grants: Collection[Grant], *, now: datetime) -> dict[UUID, tuple[Side, Side]]:
    """Both sides of each couple, side a first. As many statements for one couple as for two hundred."""
    people = {member.person_id for grant in grants for member in grant.members}
    holds = holds_of_each(people)
    asked = [
        _Asked(
            member=member,
            clocks=(grant.members[0].person.own_clock, grant.members[1].person.own_clock),
            scopes=grant.scopes,
            since=grant.since,
            until=grant.until,
            holds=holds.get(member.person_id, []),
        )
        for grant in grants
        for member in grant.members
    ]
    sides = iter(_sides(asked, now=now))
    return {grant.link_id: (next(sides), next(sides)) for grant in grants}


def own_side(member: Membership, partner: Membership, *, since: date, until: date, now: datetime) -> Side:
    """What a member's own side shows when everything is allowed: for themselves, before they decide."""
    clocks = (member.person.own_clock, partner.person.own_clock)
    holds = holds_of_each([member.person_id])[member.person_id]
    scopes = frozenset(Consent.Scope.values)
    (side,) = _sides([_Asked(member=member, clocks=clocks, scopes=scopes, since=since, until=until, holds=holds)], now=now)
    return side


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One of the two, and the days and scopes that are asked for."""

    member: Membership
    clocks: tuple[OwnClock, OwnClock]
    scopes: frozenset[str]
    since: date
    until: date
    holds: Collection[reveal.Hold]


def _sides(asked: Sequence[_Asked], *, now: datetime) -> list[Side]:
    """By the days allowed alone: also what is usual for a person is taken from these, not from what came before."""
    if not asked:
        return []
    since = reveal.week_of(min(one.since for one in asked))
    reveals = [reveal.reveals_of(one.clocks, since=since, now=now) for one in asked]
    given = _given(asked)
    opened = [
        opened_of(levels, received, calendar, holds=one.holds, now=now)
        for one, calendar, (levels, received) in zip(asked, reveals, given, strict=True)
    ]
    weeks = weeks_of(opened, reveals, first=since, shown_since=[EVER] * len(asked), now=now)
    feelings = _feelings(asked, reveals, now=now)
    return [
        Side(
            name=one.member.person.name,
            weeks=weeks[place] if SUMMARY in one.scopes else {},
            levels=_by_day(opened[place].levels) if LEVELS in one.scopes else {},
            feelings=feelings.get(place, {}),
        )
        for place, one in enumerate(asked)
    ]


def _by_day(levels: Answered) -> dict[date, Answer]:
    return {day: Answer(*points) for day, points in zip(levels.days(), levels.points.tolist(), strict=True)}


def _given(asked: Sequence[_Asked]) -> list[tuple[Answered, Ints]]:
    """The full answers of each, the oldest first, with the instants at which they arrived. Notes and lines are not even read."""
    (packed,) = fetch_row(_GIVEN, _values(asked)) or (None,)
    answers = unpacked(packed, columns=2)
    answers = answers[np.argsort(answers[:, 0], kind="stable")]
    ends = np.searchsorted(answers[:, 0] >> 32, np.arange(len(asked) + 1))
    return [(levels_of(part[:, 0]), part[:, 1]) for part in (answers[start:end] for start, end in pairwise(ends))]


def _feelings(asked: Sequence[_Asked], reveals: Sequence[Reveals], *, now: datetime) -> dict[int, dict[date, Sequence[str]]]:
    """By place among those asked, where feelings are allowed; no statement where they are not."""
    places = [place for place, one in enumerate(asked) if FEELINGS in one.scopes]
    found: dict[int, dict[date, Sequence[str]]] = defaultdict(dict)
    if not places:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_FELT, _values(asked) | {"places": places})
        rows = cursor.fetchall()
    for place, day, received_at, feelings in rows:
        number, received = np.array([reveal.day_number(day)]), np.array([reveal.moment(received_at)])
        appeared = reveals[place].after(number, received)
        if reveal.is_shown(visible_from=appeared, now=reveal.moment(now), holds=asked[place].holds).all():
            found[place][day] = feelings
    return found


def _values(asked: Sequence[_Asked]) -> dict[str, Any]:
    return {
        "people": [one.member.person_id for one in asked],
        "joined": [one.member.joined_at for one in asked],
        "since": [one.since for one in asked],
        "until": [one.until for one in asked],
    }


# What is asked for, by its place; only of this couple's time, and nothing that was kept private.
_FROM = """
    FROM unnest(%(people)s::bigint[], %(joined)s::timestamptz[], %(since)s::date[], %(until)s::date[])
        WITH ORDINALITY AS side (person_id, joined_at, since, until, place)
    JOIN checkins_checkin c ON c.person_id = side.person_id AND c.day BETWEEN side.since AND side.until
    WHERE NOT c.kept_private AND c.answered_at >= side.joined_at
"""
_GIVEN = f"""
    SELECT string_agg({answer_in("c", place="(side.place - 1)")} || timestamptz_send(c.received_at), ''::bytea)
    {_FROM} AND c.kind = 'full'
"""
_FELT = f"""
    SELECT side.place - 1, c.day, c.received_at, c.feelings
    {_FROM} AND c.feelings <> '{{}}' AND side.place - 1 = ANY(%(places)s::bigint[]) ORDER BY c.day
"""
