"""What a Grant opens: of each of the two the scopes both allow, and what was derived from both. Nothing is read without one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.audit.services import Grant
from backend.consents.models import Consent
from backend.consents.queries import holds_of_each
from backend.couples.models import Membership
from checkins import reveal
from checkins.models import CheckIn, Episode
from checkins.queries import pictures_of, revealed_of
from notifications.queries import felt_about

SUMMARY, LEVELS, FEELINGS = Consent.Scope.SUMMARY, Consent.Scope.LEVELS, Consent.Scope.FEELINGS
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is shown of one of the two, each part empty where its scope is not allowed."""

    name: str
    weeks: Mapping[date, Mapping[str, str | None]] = field(default_factory=dict)
    levels: Mapping[date, CheckIn] = field(default_factory=dict)
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
    rows: dict[int, list[CheckIn]] = defaultdict(list)
    if grants:
        window = (min(grant.since for grant in grants), max(grant.until for grant in grants))
        for row in _without_texts().filter(person__in=people, day__range=window).order_by("person", "day"):
            rows[row.person_id].append(row)
    holds = holds_of_each(people)
    return {grant.link_id: _both(grant, rows, holds, now) for grant in grants}


def own_side(member: Membership, partner: Membership, *, since: date, until: date, now: datetime) -> Side:
    """What a member's own side shows when everything is allowed: for themselves, before they decide."""
    rows = _without_texts().filter(person=member.person_id, day__range=(since, until)).order_by("day")
    holds = holds_of_each([member.person_id])[member.person_id]
    clocks = (member.person.own_clock, partner.person.own_clock)
    return _side(member, rows, clocks, scopes=frozenset(Consent.Scope.values), since=since, until=until, holds=holds, now=now)


def _without_texts() -> Any:
    """Notes and lines for the partner are no part of any scope, and are not even read."""
    return CheckIn.objects.filter(kept_private=False).defer("note", "shared_line")


def _both(grant: Grant, rows: Mapping[int, list[CheckIn]], holds: Mapping[int, list[reveal.Hold]], now: datetime) -> tuple[Side, Side]:
    a, b = grant.members
    clocks = (a.person.own_clock, b.person.own_clock)
    days: dict[str, Any] = {"scopes": grant.scopes, "since": grant.since, "until": grant.until, "now": now}
    return (
        _side(a, rows.get(a.person_id, []), clocks, holds=holds.get(a.person_id, []), **days),
        _side(b, rows.get(b.person_id, []), clocks, holds=holds.get(b.person_id, []), **days),
    )


def _side(
    member: Membership,
    rows: Iterable[CheckIn],
    clocks: tuple[Any, Any],
    *,
    scopes: frozenset[str],
    since: date,
    until: date,
    holds: Collection[reveal.Hold],
    now: datetime,
) -> Side:
    """By the days allowed alone: also what is usual for a person is taken from these, not from what came before."""
    given = [row for row in rows if since <= row.day <= until and row.answered_at >= member.joined_at]
    revealed, appeared = revealed_of(given, clocks, holds=holds, now=now)
    weeks = pictures_of(revealed, appeared, clocks, weekly=_EVER, since=since, now=now) if SUMMARY in scopes else {}
    full = {day: row for day, row in revealed.items() if row.kind == CheckIn.Kind.FULL}
    return Side(
        name=member.person.name,
        weeks=weeks,
        levels=full if LEVELS in scopes else {},
        feelings={day: row.feelings for day, row in revealed.items() if row.feelings} if FEELINGS in scopes else {},
    )
