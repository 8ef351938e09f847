"""The rounds of `read`, in a process of their own on the scratch database: `python -m config.benchmarks.read.rounds`."""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  (models load after the set-up)
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework.renderers import JSONRenderer  # noqa: E402
from rest_framework.serializers import ModelSerializer  # noqa: E402

from backend.accounts.models import User  # noqa: E402
from backend.audit.models import Disclosure  # noqa: E402
from backend.audit.services import disclose  # noqa: E402
from backend.care.models import CareLink  # noqa: E402
from backend.consents.models import Consent  # noqa: E402
from checkins.answers import LEVELS  # noqa: E402
from checkins.dashboard import SPANS, dashboard_of  # noqa: E402
from checkins.models import CheckIn  # noqa: E402
from checkins.practice.pictures import GLANCE_WEEKS, shown_of  # noqa: E402
from checkins.practice.trend import sides_of, trend_of  # noqa: E402
from checkins.practice.wording import in_words  # noqa: E402
from config.benchmarks.child import end_with, tell  # noqa: E402
from config.benchmarks.read import world  # noqa: E402
from config.benchmarks.turns import in_turns  # noqa: E402

WEEKS = SPANS[1]
DAYS = 7 * WEEKS
PRACTICE_WEEKS = world.DAYS // 7 + 1
A_ROUND = 20


class Row(ModelSerializer[CheckIn]):
    """The peer: every row with its own names."""

    class Meta:
        model = CheckIn
        fields = ("person", "day", "kind", *LEVELS)


def measure(rounds: int, couples: int = 40, many: int = 200) -> dict[str, Any]:
    """Figures of each contender, medians over rounds taken in turns. Those of the caseload are rates of couples."""
    tell(f"writing {world.DAYS} days of {many} couples")
    now = datetime.combine(datetime.now(UTC).date(), time(12), UTC)
    therapist, busy = world.make_world(couples=many, few=couples, now=now)
    one, other = User.objects.filter(pk__in=(1, 2)).order_by("pk")
    few = list(CareLink.objects.filter(therapist=therapist.pk).values_list("pk", flat=True))
    more = list(CareLink.objects.filter(therapist=busy.pk).values_list("pk", flat=True))
    people = range(1, 2 * couples + 1)
    since, glance = now.date() - timedelta(days=DAYS - 1), now.date() - timedelta(weeks=GLANCE_WEEKS + 1)
    return {
        "contenders": in_turns(
            {
                "ebb": (A_ROUND, _often(lambda: JSONRenderer().render(dashboard_of(person=one, weeks=WEEKS, now=now)))),
                "peer": (A_ROUND, _often(lambda: _rows((one.pk, other.pk), since))),
                "floor": (A_ROUND, _often(lambda: _floor((one.pk, other.pk), since))),
                "caseload": (couples, lambda: _caseload(therapist, few, PRACTICE_WEEKS, now)),
                "its peer": (couples, lambda: _rows(people, now.date() - timedelta(days=world.DAYS - 1))),
                f"of {many}": (many, lambda: _caseload(busy, more, PRACTICE_WEEKS, now)),
                f"{GLANCE_WEEKS} weeks": (couples, lambda: _caseload(therapist, few, GLANCE_WEEKS + 1, now)),
                "their peer": (couples, lambda: _rows(people, glance)),
                "trend": (A_ROUND, _often(lambda: _trend(therapist, few[0], now))),
            },
            rounds,
        ),
        "days": DAYS,
        "couples": couples,
        "many": many,
        "answers": CheckIn.objects.filter(person__in=(one, other), day__gte=since).count(),
        "shown": sum(level is not None for level in dashboard_of(person=one, weeks=WEEKS, now=now)["partner"]["closeness_felt"]),
        "pictures": sum(len(side.weeks) for pair in _sides(therapist, few, PRACTICE_WEEKS, now).values() for side in pair),
        "more_queries": _asked(_dashboard(one, SPANS[-1], now)) - _asked(_dashboard(one, SPANS[0], now)),
        "more_queries_of_many": _asked(lambda: _caseload(busy, more, PRACTICE_WEEKS, now))
        - _asked(lambda: _caseload(therapist, few[:1], PRACTICE_WEEKS, now)),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("django", "djangorestframework", "numpy", "psycopg")},
            "cpus": str(os.cpu_count()),
        },
    }


def _rows(people: Sequence[int], since: date) -> bytes:
    found: bytes = JSONRenderer().render(Row(CheckIn.objects.filter(person__in=people, day__gte=since), many=True).data)
    return found


def _floor(people: Sequence[int], since: date) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, [list(people), since])
        found: list[Any] = cursor.fetchall()
    return found


def _caseload(therapist: User, links: Sequence[UUID], weeks: int, now: datetime) -> bytes:
    sides = _sides(therapist, links, weeks, now)
    said: bytes = JSONRenderer().render(
        {
            str(link): [{week.isoformat(): dict(levels) for week, levels in side.weeks.items()} for side in pair]
            for link, pair in sides.items()
        }
    )
    return said


def _sides(therapist: User, links: Sequence[UUID], weeks: int, now: datetime) -> Any:
    """Consents, the rows of the log and the weeks in one transaction, as the page has them."""
    with transaction.atomic():
        scopes = {Consent.Scope.SUMMARY}
        grants = disclose(therapist=therapist, place=Disclosure.Place.CASELOAD, scopes=scopes, weeks=weeks, now=now, links=links)
        return sides_of(list(grants.values()), now=now)


def _trend(therapist: User, link: UUID, now: datetime) -> None:
    """One couple's weeks in pictures, tables and words: all that the page's template is given."""
    with transaction.atomic():
        grants = disclose(therapist=therapist, place=Disclosure.Place.TREND, weeks=WEEKS, now=now, links=[link])
        trend = trend_of(grants[link], now=now)
    shown_of(trend)
    in_words(trend)


def _often(work: Callable[[], object]) -> Callable[[], None]:
    def again() -> None:
        for _ in range(A_ROUND):
            work()

    return again


def _dashboard(person: User, weeks: int, now: datetime) -> Callable[[], object]:
    return lambda: dashboard_of(person=User.objects.get(pk=person.pk), weeks=weeks, now=now)


def _asked(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        work()
    return len(asked)


_FLOOR = f"SELECT person_id, day, kind, {', '.join(LEVELS)} FROM checkins_checkin WHERE person_id = ANY(%s) AND day >= %s"  # noqa: S608  (names of our own)

if __name__ == "__main__":
    end_with(measure(*map(int, sys.argv[1:])))
