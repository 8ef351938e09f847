"""Full answers in columns, packed inside the database: a row of the ORM for each costs many times what is worked out from it.

Days and instants are numbers, as `checkins.reveal` counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from backend.accounts.models import User
from backend.couples.models import Membership
from backend.statements import fetch_row
from checkins import reveal
from checkins.answers import LEVELS
from checkins.models import CheckIn
from checkins.reveal import Bools, Ints

TENSION_NOT_GIVEN = 15
"""The tension of an answer where it was left out, as it is packed."""
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Levels:
    """The three levels of one person: `day` [N] and `points` [N, 3], 0-10."""

    day: Ints
    points: Ints

    def where(self, chosen: Bools) -> "Levels":
        return Levels(self.day[chosen], self.points[chosen])

    def days(self) -> list[date]:
        return [reveal.day_of(number) for number in self.day.tolist()]

    def lines(self, *, start: int, days: int) -> dict[str, list[int | None]]:
        """For each level a list with one place per day from day number `start` on, None where there is nothing."""
        grid = np.full((len(LEVELS), days), None, object)
        grid[:, self.day - start] = self.points.T
        return dict(zip(LEVELS, grid.tolist(), strict=True))


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one person gave: levels with the instant `received` [N] at which each arrived, and sealed lines with day and instant."""

    person_id: int
    levels: Levels
    received: Ints
    line_day: Ints = field(default_factory=lambda: _NONE)
    line_received: Ints = field(default_factory=lambda: _NONE)
    lines: Sequence[bytes] = ()


NO_ANSWERS = Levels(_NONE, np.zeros((0, len(LEVELS)), np.int64))


def answer_in(table: str, *, place: str = "") -> str:
    """SQL: a full answer of the row `table` in eight bytes. From the left: `place` (24 bits), the day (16), four answers (4 each)."""
    whose = f"({place}::bigint << 32) | " if place else ""
    return f"""int8send({whose}(({table}.day - {_EPOCH})::bigint << 16) | ({table}.closeness_felt::int << 12)
        | ({table}.closeness_wanted::int << 8) | ({table}.space_wanted::int << 4) | COALESCE({table}.tension, {TENSION_NOT_GIVEN}))"""


def unpacked(packed: bytes | None, *, columns: int) -> Ints:
    """The numbers of eight bytes each [N, columns] that a statement put together."""
    return np.frombuffer(packed or b"", ">i8").astype(np.int64).reshape(-1, columns)


def levels_of(answers: Ints) -> Levels:
    """From what `answer_in` packed [N]."""
    return Levels((answers >> 16) & 0xFFFF, points_of(answers)[:, :3])


def points_of(answers: Ints) -> Ints:
    """The points of all four questions [N, 4], `TENSION_NOT_GIVEN` where there is no tension."""
    found: Ints = (answers[:, None] >> _SHIFTS) & 15
    return found


def given_from(person_id: int, answers: bytes | None, lines: bytes | None, sealed: Sequence[bytes] | None) -> Given:
    """From the three columns of `GIVEN`."""
    full, said = unpacked(answers, columns=2), unpacked(lines, columns=2)
    return Given(
        person_id=person_id,
        levels=levels_of(full[:, 0]),
        received=full[:, 1],
        line_day=said[:, 0],
        line_received=said[:, 1],
        lines=sealed or (),
    )


def given_in(author: Membership, *, since: date, lines_since: date) -> Given:
    """What the author gave in this couple: answers from `since` on, and lines from `lines_since` on."""
    row = fetch_row(_GIVEN_IN, {"membership": author.pk, "given_since": since, "lines_since": lines_since})
    return given_from(author.person_id, *(row or (None, None, None)))


def given_by(person: User, *, since: date) -> Given:
    """A person's own answers, as if none of them had been given to anybody else before. What was kept private stays out."""
    own = CheckIn.objects.visible_to(person).filter(day__gte=since, kept_private=False)
    full = list(own.filter(kind=CheckIn.Kind.FULL).values_list("day", "received_at", *LEVELS))
    said = list(own.filter(shared_line__isnull=False).values_list("day", "received_at", "shared_line"))
    return given_as(person, full, [(day, at) for day, at, _sealed in said], [bytes(sealed) for *_when, sealed in said if sealed])


def given_as(person: User, full: Sequence[tuple[Any, ...]], said: Sequence[tuple[Any, ...]] = (), lines: Sequence[bytes] = ()) -> Given:
    """From rows of day, instant of arrival and levels; and rows of day and instant for each of the `lines`."""
    return Given(
        person_id=person.pk,
        levels=Levels(_days(full), np.array([levels for _day, _at, *levels in full], np.int64).reshape(-1, len(LEVELS))),
        received=_instants(full),
        line_day=_days(said),
        line_received=_instants(said),
        lines=lines,
    )


def _days(rows: Sequence[tuple[Any, ...]]) -> Ints:
    return np.array([reveal.day_number(day) for day, *_rest in rows], np.int64)


def _instants(rows: Sequence[tuple[Any, ...]]) -> Ints:
    return np.array([reveal.moment(at) for _day, at, *_rest in rows], np.int64)


_EPOCH = f"DATE '{reveal.EPOCH:%Y-%m-%d}'"
_SHIFTS = np.array([12, 8, 4, 0])
# By the moment it was given too: an answer of the day of pairing may have been meant for nobody, or for somebody else.
GIVEN = f"""
    SELECT string_agg({answer_in("c")} || timestamptz_send(c.received_at), ''::bytea) FILTER (WHERE c.kind = 'full') AS answers,
        string_agg(int8send(c.day - {_EPOCH}) || timestamptz_send(c.received_at), ''::bytea) FILTER (WHERE {{has_line}}) AS lines,
        array_agg(c.shared_line) FILTER (WHERE {{has_line}}) AS sealed
    FROM checkins_checkin c
    WHERE c.person_id = author.person_id AND c.day >= GREATEST(author.joined_day, %(given_since)s::date)
        AND c.answered_at >= author.joined_at AND NOT c.kept_private
""".format(has_line="c.shared_line IS NOT NULL AND c.day >= %(lines_since)s::date")  # noqa: S608 (our own words)
"""What the member in the row `author` gave in that couple: one row."""
_GIVEN_IN = f"SELECT given.* FROM couples_membership author, LATERAL ({GIVEN}) given WHERE author.id = %(membership)s"  # noqa: S608 (as above)
