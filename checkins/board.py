"""All that one dashboard needs of the database, in one statement: nothing in it can change while it is put together.

What the viewer may see of each table is said by its own `visible_to`, and becomes part of the statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from operator import itemgetter
from struct import iter_unpack
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from psycopg.sql import Literal

from backend.accounts.models import FormerZone, User
from backend.calendar_days import OwnClock
from backend.couples.models import Membership
from backend.statements import fetch_row
from checkins import reveal
from checkins.answers import SCALES
from checkins.columns import GIVEN, Given, answer_in, given_from, unpacked
from checkins.models import CheckIn, PatternState
from checkins.queries import Sharing
from checkins.reveal import Ints, day_of
from notifications.models import Retirement


class PatternWeek(NamedTuple):
    """What was derived of the days of one week: the last of them, and means over those with enough answers."""

    monday: date
    last: date
    enough: bool
    one_reaching: float
    both_apart: float
    steady: float


@dataclass(frozen=True, kw_only=True)
class Partner:
    """What the partner gave in this couple, and how they share it."""

    given: Given
    sharing: Sharing


@dataclass(frozen=True, kw_only=True)
class Board:
    """`own` [N] are the person's own full answers in the order of days, as `columns.answer_in` packs them."""

    own: Ints
    partner: Partner | None
    pattern: Sequence[PatternWeek] | None
    """None unless both opted in."""
    retired: frozenset[tuple[str, int]]
    """Words that rest, as item and version."""


def read_board(person: User, *, own_since: date, today: date, given_since: date, shown_since: date) -> Board:
    """Own answers from `own_since` to `today`; the partner's from `given_since` on, lines and weeks of the pattern from `shown_since` on."""
    row = fetch_row(
        _statement(),
        {
            "person": person.pk,
            "own_since": own_since,
            "today": today,
            "given_since": given_since,
            "lines_since": shown_since,
            "weeks_since": reveal.week_of(shown_since),
        },
    )
    found = _Row(*(row or ()))
    answers = unpacked(found.own, columns=1)[:, 0]
    answers.sort()
    return Board(
        own=answers,
        partner=_partner(person, found) if found.partner_id is not None else None,
        pattern=_weeks(found.weeks) if found.has_pattern else None,
        retired=frozenset((item, version) for item, version in found.retired or ()),
    )


class _Row(NamedTuple):
    """What the statement returns, in its order."""

    own: bytes | None
    former_zones: Sequence[Mapping[str, Any]] | None
    weeks: bytes | None
    has_pattern: bool
    retired: Sequence[tuple[str, int]] | None
    partner_id: int | None
    zone: str
    answers: bytes | None
    lines: bytes | None
    sealed: Sequence[bytes] | None
    left_at: datetime | None
    weekly_since: datetime | None
    levels_since: datetime | None
    holds_started: Sequence[datetime] | None
    holds_ended: Sequence[datetime | None] | None


def _partner(person: User, row: _Row) -> Partner:
    assert row.partner_id is not None
    holds = list(zip(row.holds_started or (), row.holds_ended or (), strict=True))
    if row.left_at is not None:  # from leaving quietly on nothing new appears
        holds.append((row.left_at, None))
    mine, theirs = _clock(person.zone, person.pk, row), _clock(ZoneInfo(row.zone), row.partner_id, row)
    return Partner(
        given=given_from(row.partner_id, row.answers, row.lines, row.sealed),
        sharing=Sharing(weekly_since=row.weekly_since, levels_since=row.levels_since, clocks=(mine, theirs), holds=holds),
    )


def _clock(zone: ZoneInfo, person_id: int, row: _Row) -> OwnClock:
    former = [
        (ZoneInfo(one["timezone"]), datetime.fromisoformat(one["until"])) for one in row.former_zones or () if one["user_id"] == person_id
    ]
    return OwnClock(zone, tuple(sorted(former, key=itemgetter(1))))


def _weeks(packed: bytes | None) -> list[PatternWeek]:
    return [
        PatternWeek(monday=day_of(monday), last=day_of(last), enough=enough > 0, one_reaching=p, both_apart=apart, steady=steady)
        for monday, last, enough, p, apart, steady in iter_unpack(">iiqddd", packed or b"")
    ]


class _Viewer:
    """Stands for whoever asks, while the statement is put together."""

    is_authenticated: ClassVar[bool] = True
    pk: ClassVar[RawSQL] = RawSQL("%(person)s::bigint", ())


def _rows(found: QuerySet[Any]) -> str:
    """The rows of a query set as part of a statement, its own values written out."""
    text, values = found.query.sql_with_params()
    first, *parts = text.split("%s")
    return "".join(["(", first, *(Literal(value).as_string() + part for value, part in zip(values, parts, strict=True)), ")"])


@cache
def _statement() -> str:
    viewer = _Viewer()
    statement = _STATEMENT.format(
        own=_rows(CheckIn.objects.visible_to(viewer).values("day", "kind", *SCALES)),
        mine=_rows(Membership.objects.visible_to(viewer).active().values("id", "couple_id", "person_id")),
        state=_rows(PatternState.objects.visible_to(viewer).values("couple_id", "model_version")),
        retired=_rows(Retirement.objects.standing().values("item", "version")),
        zones=FormerZone._meta.db_table,
        given=GIVEN,
        answer=answer_in("c"),
        monday=f"DATE '{reveal.week_of(reveal.EPOCH.date() + timedelta(days=7))}'",
    )
    # The driver remembers how it read a statement of up to 4,096 characters, and reads a longer one anew each time. No name of ours
    # needs its quotes.
    return " ".join(statement.replace('"', "").split())


# The partner is the `author` of what they gave. Weeks of the pattern: those of the one version that the couple's state goes on from.
_STATEMENT = """
    SELECT
        (SELECT string_agg({answer}, ''::bytea) FROM {own} c WHERE c.kind = 'full' AND c.day BETWEEN %(own_since)s AND %(today)s),
        (SELECT json_agg(z) FROM {zones} z WHERE z.user_id IN (mine.person_id, author.person_id)),
        (SELECT string_agg(date_send(w.monday) || date_send(w.last) || int8send(w.enough) || float8send(w.reaching)
                || float8send(w.apart) || float8send(w.steady), ''::bytea ORDER BY w.monday)
            FROM (
                SELECT {monday} + 7 * ((d.day - {monday}) / 7) AS monday, max(d.day) AS last,
                    count(*) FILTER (WHERE d.enough) AS enough,
                    COALESCE(avg(d.p_a_reaches + d.p_b_reaches) FILTER (WHERE d.enough), 0) AS reaching,
                    COALESCE(avg(d.p_apart) FILTER (WHERE d.enough), 0) AS apart,
                    COALESCE(avg(d.p_steady) FILTER (WHERE d.enough), 0) AS steady
                FROM checkins_patternday d
                WHERE d.couple_id = state.couple_id AND d.model_version = state.model_version AND d.day >= %(weeks_since)s
                GROUP BY 1
            ) w),
        state.couple_id IS NOT NULL,
        (SELECT json_agg(json_build_array(r.item, r.version)) FROM {retired} r),
        author.person_id, partner.timezone, given.answers, given.lines, given.sealed, couple.ended_at,
        choice.weekly_since, choice.levels_since, holds.started, holds.ended
    FROM (VALUES (1)) AS one_row
    LEFT JOIN {mine} mine ON true
    LEFT JOIN couples_couple couple ON couple.id = mine.couple_id
    LEFT JOIN couples_membership author ON author.couple_id = mine.couple_id AND author.id <> mine.id
    LEFT JOIN accounts_user partner ON partner.id = author.person_id
    LEFT JOIN consents_choice choice ON choice.membership_id = author.id
    LEFT JOIN {state} state ON state.couple_id = mine.couple_id
    CROSS JOIN LATERAL (
        SELECT array_agg(h.started_at) AS started, array_agg(h.ended_at) AS ended FROM consents_hold h WHERE h.person_id = author.person_id
    ) holds
    CROSS JOIN LATERAL ({given}) given
"""
