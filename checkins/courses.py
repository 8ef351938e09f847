"""The answers of many people as arrays, in one statement: what the pattern detector reads.

Each answer is packed into eight bytes inside the database and all of them travel as one value. A row for each answer
would cost several times more than everything that is worked out from it (`manage.py bench replay`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection

from checkins import patterns
from checkins.patterns.answers import Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days of one person that are read, both ends included; of those, what had arrived by `received_until`.

    `place` is the row of the arrays they go to: a person whose days are read in parts has several stretches of one place.
    """

    place: int
    person_id: int
    since: date
    through: date
    received_until: datetime | None = None


def read_courses(
    stretches: Sequence[Stretch], *, places: int, first: date, days: int, kept_private_too: bool = False
) -> tuple[Floats, Ints]:
    """Points [places, days, 4], nan where not answered, and one-tap codes [places, days], of the days from `first` on.

    What was kept private is as if it had not been given, unless the person's own pages ask.
    """
    values = np.full((places, days, len(patterns.QUESTIONS)), np.nan)
    quick = np.zeros((places, days), np.int64)
    with connection.cursor() as cursor:
        cursor.execute(
            _READ,
            {
                "places": [one.place for one in stretches],
                "people": [one.person_id for one in stretches],
                "since": [one.since for one in stretches],
                "through": [one.through for one in stretches],
                "received_until": [one.received_until for one in stretches],
                "first": first,
                "private": kept_private_too,
            },
        )
        packed = np.frombuffer(cursor.fetchone()[0] or b"", ">i8").astype(np.int64)
    at = packed >> 34, (packed >> 18) & 0xFFFF
    for question, bits in enumerate((14, 10, 6, 2)):
        points = (packed >> bits) & 15
        values[(*at, question)] = np.where(points == _MISSING, np.nan, points)
    quick[at] = packed & 3
    return values, quick


_MISSING = 15
# From the left: the place (24 bits), which day (16), four answers (4 each), one tap (2).
_READ = f"""
    SELECT string_agg(int8send(
        (stretch.place << 34) | ((c.day - %(first)s::date)::bigint << 18)
        | (COALESCE(c.closeness_felt, {_MISSING}) << 14) | (COALESCE(c.closeness_wanted, {_MISSING}) << 10)
        | (COALESCE(c.space_wanted, {_MISSING}) << 6) | (COALESCE(c.tension, {_MISSING}) << 2)
        | CASE c.quick {" ".join(f"WHEN '{word}' THEN {code:d}" for word, code in patterns.QUICK_CODES.items())} ELSE 0 END
    ), ''::bytea)
    FROM unnest(%(places)s::bigint[], %(people)s::bigint[], %(since)s::date[], %(through)s::date[], %(received_until)s::timestamptz[])
        AS stretch (place, person_id, since, through, received_until)
    JOIN checkins_checkin c ON c.person_id = stretch.person_id AND c.day BETWEEN stretch.since AND stretch.through
    WHERE (%(private)s OR NOT c.kept_private)
        AND (stretch.received_until IS NULL OR c.received_at <= stretch.received_until)
"""  # noqa: S608 (our own words)
