"""The rounds of `read`, in a process of their own on the scratch database: `python -m config.benchmarks.read.rounds`."""

import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from importlib.metadata import version
from random import Random
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.db import connection  # noqa: E402  (models load after the set-up)
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework.renderers import JSONRenderer  # noqa: E402
from rest_framework.serializers import ModelSerializer  # noqa: E402

from backend.accounts.models import User  # noqa: E402
from backend.consents import services as consents  # noqa: E402
from backend.couples import services as couples  # noqa: E402
from checkins.answers import LEVELS  # noqa: E402
from checkins.dashboard import SPANS, dashboard_of  # noqa: E402
from checkins.models import CheckIn  # noqa: E402
from config.benchmarks.accounts import make_accounts  # noqa: E402
from config.benchmarks.child import end_with, tell  # noqa: E402
from config.benchmarks.turns import in_turns  # noqa: E402

WEEKS = SPANS[1]
DAYS = 7 * WEEKS
A_ROUND = 20
SEED = 3


class Row(ModelSerializer[CheckIn]):
    """The peer: every row with its own names."""

    class Meta:
        model = CheckIn
        fields = ("person", "day", "kind", *LEVELS)


def measure(rounds: int) -> dict[str, Any]:
    """Figures of each contender, medians over rounds taken in turns."""
    tell(f"writing {DAYS} days of two people")
    now = datetime.combine(datetime.now(UTC).date(), time(12), UTC)
    one, other = _couple(now)
    since = now.date() - timedelta(days=DAYS - 1)

    def peer() -> object:
        return Row(CheckIn.objects.filter(person__in=(one, other), day__gte=since), many=True).data

    def floor() -> object:
        with connection.cursor() as cursor:
            cursor.execute(_FLOOR, [[one.pk, other.pk], since])
            return cursor.fetchall()

    figures = in_turns(
        {
            "ebb": (A_ROUND, _often(lambda: JSONRenderer().render(dashboard_of(person=one, weeks=WEEKS, now=now)))),
            "peer": (A_ROUND, _often(lambda: JSONRenderer().render(peer()))),
            "floor": (A_ROUND, _often(floor)),
        },
        rounds,
    )
    return {
        "contenders": figures,
        "days": DAYS,
        "answers": CheckIn.objects.count(),
        "shown": sum(level is not None for level in dashboard_of(person=one, weeks=WEEKS, now=now)["partner"]["closeness_felt"]),
        "more_queries": _queries(one, SPANS[-1], now) - _queries(one, SPANS[0], now),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("django", "djangorestframework", "psycopg")},
            "cpus": str(os.cpu_count()),
        },
    }


def _couple(now: datetime) -> tuple[User, User]:
    """Two people who share their levels and the pattern, each with an answer on most days."""
    chance, began = Random(SEED), now - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        make_accounts(cursor, count=2, zones=["UTC"], joined=began)
    one, other = User.objects.order_by("pk")
    invitation, code = couples.invite(person=one, now=began)
    couples.accept_invitation(person=other, code=code, address="127.0.0.1", now=began)
    couples.confirm_invitation(person=one, invitation_id=invitation.pk, now=began)
    for person in (one, other):
        consents.choose(person=person, now=began, sharing="levels", prompt_mode="responsive", show_pattern=True)
    days = [now.date() - timedelta(days=n) for n in range(DAYS)]
    given = [(person, day) for person in (one, other) for day in days if chance.random() < 0.9]
    CheckIn.objects.bulk_create(_answer(person, day, chance) for person, day in given)
    return one, other


def _answer(person: User, day: Any, chance: Random) -> CheckIn:
    at = datetime.combine(day, time(11), UTC)
    levels = {name: chance.randrange(11) for name in LEVELS}
    return CheckIn(person=person, day=day, kind="full", client_id=uuid4(), answered_at=at, received_at=at, updated_at=at, **levels)


def _often(work: Callable[[], object]) -> Callable[[], None]:
    def again() -> None:
        for _ in range(A_ROUND):
            work()

    return again


def _queries(person: User, weeks: int, now: datetime) -> int:
    with CaptureQueriesContext(connection) as asked:
        dashboard_of(person=User.objects.get(pk=person.pk), weeks=weeks, now=now)
    return len(asked)


_FLOOR = f"SELECT person_id, day, kind, {', '.join(LEVELS)} FROM checkins_checkin WHERE person_id = ANY(%s) AND day >= %s"  # noqa: S608  (names of our own)

if __name__ == "__main__":
    end_with(measure(*map(int, sys.argv[1:])))
