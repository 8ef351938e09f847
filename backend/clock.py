"""The one place where time enters. Everything else is handed `now`.

Time is the database's, so that workers with wrong clocks agree. In demo mode (and tests) an offset row moves it.
"""

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from backend.models import ClockOffset


class ClockIsReal(Exception):
    """The clock can be moved in demo mode only."""


def now() -> datetime:
    """The present moment by the database's clock, aware, UTC.

    Asked of the database once a second; in between it is carried on by a counter that no change of this machine's clock
    moves. In demo mode it is asked every time, since the offset may change at any moment.
    """
    if settings.DEMO_MODE:
        return _asked("SELECT clock_timestamp() + COALESCE((SELECT ahead FROM backend_clockoffset), '0'::interval)")
    before = time.monotonic()
    if before - _latest[0].at > SAMPLE_SECONDS:
        moment = _asked("SELECT clock_timestamp()")
        _latest[0] = _Sample(moment, (before + time.monotonic()) / 2)
    sample = _latest[0]
    return sample.moment + timedelta(seconds=time.monotonic() - sample.at)


@dataclass(frozen=True)
class _Sample:
    """A moment of the database's, and the counter (seconds) when it was asked."""

    moment: datetime
    at: float


SAMPLE_SECONDS = 1.0
# One sample, replaced as a whole, so that threads never see half of one.
_latest = [_Sample(datetime.min.replace(tzinfo=UTC), -math.inf)]


def _asked(statement: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        moment: datetime = cursor.fetchone()[0]
    return moment


def move_ahead(by: timedelta) -> datetime:
    """Moves the demo clock forward and returns the new present. It never runs backwards."""
    if not settings.DEMO_MODE:
        raise ClockIsReal
    if by < timedelta(0):
        raise ValueError("the clock moves forward only")
    ClockOffset.objects.get_or_create(id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE backend_clockoffset SET ahead = ahead + make_interval(secs => %s)", [by.total_seconds()])
    return now()
