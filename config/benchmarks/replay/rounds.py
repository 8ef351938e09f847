"""The rounds of `replay`, in a process of their own on the scratch database: `python -m config.benchmarks.replay.rounds`."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

import numpy as np  # noqa: E402  (models load after the set-up)
from django.db import connection  # noqa: E402

from checkins import patterns  # noqa: E402
from checkins.courses import Stretch, read_courses  # noqa: E402
from checkins.models import CheckIn  # noqa: E402
from checkins.patterns.answers import Floats, Ints  # noqa: E402
from checkins.patterns.simulate import FAMILIES, simulate  # noqa: E402
from checkins.services.deciding import BATCH  # noqa: E402
from config.benchmarks.accounts import make_accounts  # noqa: E402
from config.benchmarks.child import end_with, tell  # noqa: E402
from config.benchmarks.turns import in_turns  # noqa: E402

FIRST = date(2026, 1, 5)  # a Monday, as simulated couples begin on any day
OF_EACH_FAMILY = 20


def measure(couples: int, days: int, rounds: int) -> dict[str, Any]:
    """Figures of each contender, medians over rounds taken in turns."""
    tell(f"writing {days} days of {couples:,} couples")
    written = _written(couples, days)
    courses = list(_read(couples, days))
    few = max(couples // 10, 1)
    figures = in_turns(
        {
            "reading": (couples * days, lambda: _exhaust(_read(couples, days))),
            "arithmetic": (couples * days, lambda: _work_out(courses)),
            "row by row": (few * days, lambda: _row_by_row(few, days)),
        },
        rounds,
    )
    read = np.concatenate([course.values for course in courses])
    return {
        "contenders": figures,
        "answers": CheckIn.objects.count(),
        "wrong": int((~np.isclose(read, written, equal_nan=True)).any(axis=3).sum()),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "postgresql": ".".join(map(str, divmod(connection.cursor().connection.info.server_version, 10000))),
            "cpus": str(os.cpu_count()),
        },
    }


def _written(couples: int, days: int) -> Floats:
    """Couple n is persons 2n + 1 and 2n + 2, with the answers of simulated couples in turns. Returns them [couples, days, 2, 4]."""
    parts = [simulate(family, couples=min(OF_EACH_FAMILY, couples), days=days, seed=9).course.values for family in FAMILIES]
    made = np.concatenate(parts)
    values = made[np.resize(np.arange(len(made)), couples)]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with connection.cursor() as cursor:
        make_accounts(cursor, count=2 * couples, zones=["Europe/Madrid"], joined=at)
        with cursor.copy(_COPY) as copy:
            # Day by day, as answers arrive, so that those of one person lie as far apart as they do in life.
            for day in range(days):
                on = FIRST + timedelta(days=day)
                for couple, side in np.argwhere(~np.isnan(values[:, day, :, 0])).tolist():
                    points = [None if np.isnan(one) else int(one) for one in values[couple, day, side]]
                    copy.write_row((2 * couple + side + 1, on, *points, at, at, at, uuid4(), "full", [], 1, False))
        cursor.execute("ANALYZE checkins_checkin")
    return values


def _batches(couples: int) -> Iterator[range]:
    """As many couples at once as a morning takes."""
    for start in range(0, couples, BATCH):
        yield range(start, min(start + BATCH, couples))


def _read(couples: int, days: int) -> Iterator[patterns.Course]:
    """What Ebb does: one statement for each batch."""
    last = FIRST + timedelta(days=days - 1)
    for batch in _batches(couples):
        places = 2 * len(batch)
        stretches = [Stretch(place=n, person_id=2 * batch[0] + n + 1, since=FIRST, through=last) for n in range(places)]
        values, quick = read_courses(stretches, places=places, first=FIRST, days=days)
        yield _course(values, quick, days)


def _course(values: Floats, quick: Ints, days: int) -> patterns.Course:
    """The couples of a batch from the rows of their people."""
    weekday = np.tile(np.arange(days) % 7, (len(values) // 2, 1))
    return patterns.Course(values.reshape(-1, 2, days, 4).swapaxes(1, 2), quick.reshape(-1, 2, days).swapaxes(1, 2), weekday)


def _row_by_row(couples: int, days: int) -> None:
    """The plain way to read the same: a row of the ORM for each answer."""
    for batch in _batches(couples):
        values = np.full((2 * len(batch), days, 4), np.nan)
        people = range(2 * batch[0] + 1, 2 * batch[0] + 1 + len(values))
        rows = CheckIn.objects.filter(person_id__in=people, kept_private=False).defer("note", "shared_line")
        for row in rows:
            points = (getattr(row, name) for name in patterns.QUESTIONS)
            values[row.person_id - people[0], (row.day - FIRST).days] = [np.nan if one is None else one for one in points]
        _course(values, np.zeros(values.shape[:2], np.int64), days)


def _work_out(courses: Sequence[patterns.Course]) -> None:
    for course in courses:
        patterns.advance_course(patterns.initial_states(len(course.values)), course)


def _exhaust(courses: Iterator[patterns.Course]) -> None:
    for _ in courses:
        pass


_COPY = """
    COPY checkins_checkin (person_id, day, closeness_felt, closeness_wanted, space_wanted, tension, answered_at, received_at, updated_at,
                           client_id, kind, feelings, version, kept_private) FROM STDIN
"""

if __name__ == "__main__":
    end_with(measure(*map(int, sys.argv[1:])))
