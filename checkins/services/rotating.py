"""Sealed texts move to the current key, batch by batch, while people go on writing.

A row is changed only if it still holds what was opened, so that an amendment in between wins and is never undone.
Rows under the current key are passed over, so that a run that was stopped goes on where it was.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from backend.encryption import Unreadable, current_key, open_sealed, seal
from checkins.models import CheckIn

BATCH = 500
COLUMNS = ("note", "shared_line")


@dataclass(frozen=True)
class Step:
    """One batch: the last row looked at, how many moved, and which could not be opened. `last` is None at the end."""

    last: int | None
    moved: int
    unreadable: tuple[int, ...]


def left_to_move() -> int:
    """How many check-ins hold a text that is not under the current key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM checkins_checkin WHERE {_OLD}", {"prefix": _prefix()})  # noqa: S608 (our own words)
        count: int = cursor.fetchone()[0]
    return count


def rotate_batch(*, after: int = 0, limit: int = BATCH) -> Step:
    """Moves the texts of up to `limit` check-ins with ids above `after` to the current key, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT, {"prefix": _prefix(), "after": after, "limit": limit})
        rows = list(CheckIn.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()]).order_by("pk"))
        moves, unreadable = [], []
        for row in rows:
            try:
                moves.append({"id": row.pk} | _moved(row))
            except Unreadable:
                unreadable.append(row.pk)
        if moves:
            cursor.executemany(_MOVE, moves)
        return Step(rows[-1].pk if rows else None, cursor.rowcount if moves else 0, tuple(unreadable))


def _moved(row: CheckIn) -> dict[str, bytes | None]:
    """The texts of a row as they are and under the current key. Raises Unreadable."""
    place = f"{row.person_id}:{row.day.isoformat()}"
    values: dict[str, bytes | None] = {}
    for column in COLUMNS:
        old = getattr(row, column)
        values[f"old_{column}"] = None if old is None else bytes(old)
        text = None if old is None else open_sealed(old, table="checkin", column=column, row=place)
        values[column] = None if text is None else seal(text, table="checkin", column=column, row=place)
    return values


def _prefix() -> bytes:
    """How every value sealed under the current key begins (backend/encryption.py)."""
    name = current_key()[0].encode()
    return bytes([1, len(name)]) + name


_OLD = " OR ".join(f"({column} IS NOT NULL AND substring({column} FOR octet_length(%(prefix)s)) <> %(prefix)s)" for column in COLUMNS)
_NEXT = f"SELECT id FROM checkins_checkin WHERE id > %(after)s AND ({_OLD}) ORDER BY id LIMIT %(limit)s"  # noqa: S608 (our own words)
_MOVE = """
    UPDATE checkins_checkin SET note = %(note)s, shared_line = %(shared_line)s
    WHERE id = %(id)s AND note IS NOT DISTINCT FROM %(old_note)s AND shared_line IS NOT DISTINCT FROM %(old_shared_line)s
"""
