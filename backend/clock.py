"""The one place where time enters. Everything else is handed `now`.

Time is the database's, so that workers with wrong clocks agree. In demo mode (and tests) an offset row moves it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from backend.models import ClockOffset


class ClockIsReal(Exception):
    """The clock can be moved in demo mode only."""


def now() -> datetime:
    """The present moment, aware, UTC."""
    with connection.cursor() as cursor:
        if settings.DEMO_MODE:
            cursor.execute("SELECT clock_timestamp() + COALESCE((SELECT ahead FROM backend_clockoffset), '0'::interval)")
        else:
            cursor.execute("SELECT clock_timestamp()")
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
