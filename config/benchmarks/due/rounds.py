"""The rounds of `due`, in a process of their own on the scratch database: `python -m config.benchmarks.due.rounds`."""

import sys
import time
from collections import defaultdict
from statistics import median

import django

django.setup()

from django.db import connection  # noqa: E402  (models load after the set-up)

from backend import nudge  # noqa: E402
from config.benchmarks.child import Spent, end_with, measured, tell  # noqa: E402
from config.benchmarks.due import contenders, people  # noqa: E402
from notifications.services import queue_due_reminders  # noqa: E402

IDLE_ROUNDS = 200
CONTENDERS = {
    "ebb": (contenders.ebb, 1.0),
    "bare statements": (contenders.bare_statements, 1.0),
    "ORM in bulk": (contenders.orm_in_bulk, 0.1),
    "a row at a time": (contenders.a_row_at_a_time, 0.01),
}
"""Each with the part of a round's people that it gets: the slow ones would take for ever, and rates compare all the same."""


def main(everybody: int, due: int, zones: int, rounds: int) -> None:
    nudge.publish = lambda *_: None  # type: ignore[assignment]  # nobody is to be woken here
    per_round = due // rounds
    sizes = [max(1, int(per_round * part)) for _, part in CONTENDERS.values()]
    people.make_people(people.zones(zones), sizes * rounds, people=everybody)
    idle = _idle_ms()
    rates: dict[str, list[tuple[float, float]]] = defaultdict(list)
    number = 0
    for turn in range(rounds):
        tell(f"round {turn + 1} of {rounds}")
        for (name, (claim, _)), size in zip(CONTENDERS.items(), sizes, strict=True):
            spent = Spent()
            with measured(spent):
                claim(people.minute(number))
            rates[name].append((size / spent.wall, size / max(spent.cpu, 1e-9)))
            number += 1
    end_with(
        {
            "contenders": {name: _figures(measures, size * rounds) for (name, measures), size in zip(rates.items(), sizes, strict=True)},
            "idle_ms": idle,
            "wrong": _wrong(sum(sizes) * rounds),
            "postgresql": ".".join(map(str, divmod(connection.cursor().connection.info.server_version, 10000))),
        }
    )


def _figures(measures: list[tuple[float, float]], people_in_all: int) -> dict[str, float]:
    return {
        "requests": people_in_all,
        "per_second": median(rate for rate, _ in measures),
        "per_cpu_second": median(rate for _, rate in measures),
    }


def _idle_ms() -> float:
    """The whole of a sweep that finds nobody, with a kept connection: the database's time, and ours around it."""
    times = []
    for _ in range(IDLE_ROUNDS):
        started = time.perf_counter()
        queue_due_reminders(now=people.IDLE)
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def _wrong(expected: int) -> int:
    """How many of those who were due have no delivery, or more than one, or one that is not of this day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT d.person_id FROM notifications_delivery d JOIN notifications_reminderslot s ON s.id = d.slot_id"
            " GROUP BY d.person_id HAVING count(*) = 1) AS one"
        )
        (right,) = cursor.fetchone() or (0,)
    return int(abs(expected - right))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
