"""A million people with a phone each, whose reminders fall where the benchmark wants them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection

from backend.calendar_days import local_day
from config.benchmarks.accounts import make_accounts
from config.benchmarks.child import tell
from config.benchmarks.loading import put_aside

BEGINNING = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
"""The first minute at which somebody is due; each later batch has a minute of its own."""
IDLE = BEGINNING - timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
TABLES = ("accounts_user", "notifications_device", "notifications_preference")


def minute(number: int) -> datetime:
    return BEGINNING + number * A_MINUTE


def zones(count: int) -> list[str]:
    """So many zones of the world, the same in every run."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix/", "right/", "Etc/")))[:count]


def make_people(names: Sequence[str], batches: Sequence[int], *, people: int) -> None:
    """`batches[n]` people are due at minute n, all others half a day later; everybody's hour fits their own clock and zone."""
    before = BEGINNING - timedelta(days=30)
    with connection.cursor() as cursor:
        with put_aside(cursor, TABLES):
            tell(f"making {people:,} accounts")
            make_accounts(cursor, count=people, zones=names, joined=before)
            tell(f"making {people:,} phones")
            cursor.execute(_DEVICES, {"people": people, "before": before})
            tell("planning their reminders")
            first = 1
            for number, size in enumerate(batches):
                _make_due(cursor, names, minute(number), first, size)
                first += size
            _make_due(cursor, names, BEGINNING + timedelta(hours=12), first, people - first + 1)
            tell("setting up indexes")
        tell("gathering statistics")
        # Not of tables that are empty still: a connection that took them for empty would go on reading them whole.
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


def _make_due(cursor: object, names: Sequence[str], at: datetime, first: int, size: int) -> None:
    clocks = [_clock(ZoneInfo(name), at) for name in names]
    values = {
        "first": first,
        "last": first + size - 1,
        "count": len(names),
        "at": at,
        "hours": [hour for hour, _ in clocks],
        "days": [day for _, day in clocks],
        "quiet_from": [_later(hour, 2) for hour, _ in clocks],
        "quiet_until": [_later(hour, 11) for hour, _ in clocks],
        "before": BEGINNING - timedelta(days=30),
    }
    cursor.execute(_PREFERENCES, values)  # type: ignore[attr-defined]


def _clock(zone: ZoneInfo, at: datetime) -> tuple[time, date]:
    """What the clock of that zone shows then, and whose day's reminder it is."""
    return at.astimezone(zone).time().replace(second=0), local_day(at, zone)


def _later(hour: time, hours: int) -> time:
    return (datetime.combine(date(2000, 1, 1), hour) + timedelta(hours=hours)).time()


_DEVICES = """
    INSERT INTO notifications_device (id, person_id, kind, service, endpoint, endpoint_hash, p256dh, auth, server_key, name,
                                      created_at, last_seen_at, revoked_reason)
    SELECT gen_random_uuid(), n, 'webpush', 'https://push.example.org', 'https://push.example.org/' || n, sha256(n::text::bytea),
           '', '', '', '', %(before)s, %(before)s, ''
    FROM generate_series(1, %(people)s) AS n
"""
_PREFERENCES = """
    INSERT INTO notifications_preference (person_id, reminders_on, reminder_time, quiet_from, quiet_until, email_on,
                                          next_reminder_at, next_reminder_day, ignored_in_a_row, computed_at)
    SELECT n, true, clock.hour, clock.quiet_from, clock.quiet_until, false, %(at)s, clock.day, 0, %(before)s
    FROM generate_series(%(first)s, %(last)s) AS n
    JOIN unnest(%(hours)s::time[], %(days)s::date[], %(quiet_from)s::time[], %(quiet_until)s::time[])
         WITH ORDINALITY AS clock(hour, day, quiet_from, quiet_until, place) ON clock.place = 1 + n %% %(count)s
"""
