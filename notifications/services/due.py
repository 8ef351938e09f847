"""Claims everyone whose reminder is due: slots, deliveries and each person's next reminder, in two statements a batch.

Many people share a zone and wishes, and then the next reminder is one calculation for all of them. So the first statement
locks who is due and says what matters of each, `notifications.schedule` is asked once for each sort of person, and the
second statement writes for all. docs/reference/benchmarks.md has what that is worth.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from backend import nudge
from backend.consents.models import Hold
from notifications.models import Delivery, ReminderSlot
from notifications.schedule import IGNORED_TO_SILENCE, Hours, Slot, next_reminder, reminder_expires
from notifications.services.outbox import DELIVER

log = logging.getLogger(__name__)

BATCH = 5000


class Due(NamedTuple):
    """Somebody whose reminder is due. `row` is the place of their locked preference, which holds until the transaction ends."""

    person_id: int
    row: str
    by_mail: bool


class Sort(NamedTuple):
    """Everything that the next reminder depends on. Beyond silence, more reminders ignored change nothing."""

    zone: str
    reminder_time: time
    quiet_from: time
    quiet_until: time
    at: datetime
    day: date
    ignored: int


class Plan(NamedTuple):
    """What one sort of people is written: this reminder, and the next where it was queued and where it was not."""

    day: date
    at: datetime
    expires_at: datetime
    told_at: datetime | None
    told_day: date | None
    untold_at: datetime | None
    untold_day: date | None


def queue_batch(now: datetime) -> int:
    """The next people whose reminder is due, as one act. Returns how many they were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "silence": IGNORED_TO_SILENCE, "batch": BATCH})
        rows = cursor.fetchall()
        if not rows:
            return 0
        people: dict[Sort, list[Due]] = defaultdict(list)
        for row in rows:
            person, sort = Due(*row[:3]), Sort(*row[3:])
            people[sort].append(person)
        plans = {sort: found for sort, those in people.items() if (found := _plan_or_leave(sort, those, now))}
        places = {sort: place for place, sort in enumerate(plans, start=1)}
        columns = [list(column) for column in zip(*plans.values(), strict=True)] or [[] for _ in Plan._fields]
        values: dict[str, Any] = {
            "now": now,
            "people": _array(one.person_id for sort in plans for one in people[sort]),
            "rows": _array(f'"{one.row}"' for sort in plans for one in people[sort]),
            "by_mail": _array(one.by_mail for sort in plans for one in people[sort]),
            "places": _array(places[sort] for sort in plans for _ in people[sort]),
            "unplanned": _array(one.person_id for sort, those in people.items() if sort not in plans for one in those),
            **dict(zip(Plan._fields, columns, strict=True)),
        }
        cursor.execute(_NO_LOOPS)
        cursor.execute(_CLAIM, values)
        (queued,) = cursor.fetchone() or (0,)
        if queued:
            nudge.after_commit(DELIVER)
    return len(rows)


def _array(values: Iterable[object]) -> str:
    """Written out, since adapting so long lists takes a fifth of the whole."""
    return f"{{{','.join(map(str, values))}}}"


def _plan_or_leave(sort: Sort, people: list[Due], now: datetime) -> Plan | None:
    try:
        return plan(sort, now)
    except Exception:
        # One row that cannot be read must not keep everybody else's reminder. The nightly look tries it again.
        log.exception("the reminders of %s people like person %s could not be planned", len(people), people[0].person_id)
        return None


@lru_cache(maxsize=20_000)
def plan(sort: Sort, now: datetime) -> Plan:
    """What these people are due, and what comes after it. Remembered, since the next batch of a sweep has the same sorts."""
    hours = Hours(ZoneInfo(sort.zone), sort.reminder_time, sort.quiet_from, sort.quiet_until)
    at = Slot(sort.at, sort.day)
    told = next_reminder(hours=hours, now=now, last=at, ignored=sort.ignored + 1)
    untold = next_reminder(hours=hours, now=now, last=at, ignored=sort.ignored)
    return Plan(sort.day, sort.at, reminder_expires(at, hours), *_parts(told), *_parts(untold))


def _parts(slot: Slot | None) -> tuple[datetime, date] | tuple[None, None]:
    return (slot.at, slot.day) if slot else (None, None)


_DUE = """
    SELECT p.person_id, p.ctid::text, p.email_on, u.timezone, p.reminder_time, p.quiet_from, p.quiet_until,
           p.next_reminder_at, p.next_reminder_day, LEAST(p.ignored_in_a_row, %(silence)s)
    FROM notifications_preference p JOIN accounts_user u ON u.id = p.person_id
    WHERE p.next_reminder_at <= %(now)s
    ORDER BY p.next_reminder_at LIMIT %(batch)s
    FOR UPDATE OF p SKIP LOCKED FOR KEY SHARE OF u SKIP LOCKED
"""
# The account is locked too: what is written is checked against it, and whoever deletes it must not wait for us meanwhile.

# So few or so many may share an hour that the planner expects a single row of thousands, and then looks at each for each: seconds
# a batch instead of milliseconds. Without loops it compares sets, which is right for any number here.
_NO_LOOPS = "SET LOCAL enable_nestloop = off"

# A day that is answered already has its slot, also one answered in this very moment: nothing is queued for it, and what
# was ignored before stays as it was. Somebody who cannot be reached has no next reminder, until a device registers.
# Preferences are found by their place: to look a batch up by its ids, the planner would rather read the whole table.
_CLAIM = f"""
    WITH plan AS (
        SELECT * FROM unnest(
            %(day)s::date[], %(at)s::timestamptz[], %(expires_at)s::timestamptz[],
            %(told_at)s::timestamptz[], %(told_day)s::date[], %(untold_at)s::timestamptz[], %(untold_day)s::date[]
        ) WITH ORDINALITY AS plan(day, at, expires_at, told_at, told_day, untold_at, untold_day, place)
    ), device AS MATERIALIZED (
        SELECT id, person_id, kind, service FROM notifications_device
        WHERE revoked_at IS NULL AND person_id = ANY(%(people)s::bigint[])
    ), hold AS (
        SELECT person_id FROM consents_hold
        WHERE kind = '{Hold.Kind.PAUSE.value}' AND ended_at IS NULL AND person_id = ANY(%(people)s::bigint[])
    ), due AS MATERIALIZED (
        SELECT one.person_id, plan.*, one.email_on, one.email_on OR d.person_id IS NOT NULL AS reachable, h.person_id IS NOT NULL AS paused
        FROM unnest(%(people)s::bigint[], %(by_mail)s::boolean[], %(places)s::bigint[]) AS one(person_id, email_on, place)
        JOIN plan USING (place)
        LEFT JOIN (SELECT DISTINCT person_id FROM device) AS d ON d.person_id = one.person_id
        LEFT JOIN hold h ON h.person_id = one.person_id
    ), slot AS (
        INSERT INTO notifications_reminderslot (id, person_id, day, state, reason)
        SELECT gen_random_uuid(), person_id, day,
            CASE WHEN NOT reachable THEN '{ReminderSlot.State.UNDELIVERABLE.value}' WHEN paused THEN '{ReminderSlot.State.SUPPRESSED.value}'
                WHEN expires_at <= %(now)s THEN '{ReminderSlot.State.EXPIRED.value}' ELSE '{ReminderSlot.State.OPEN.value}' END,
            CASE WHEN NOT reachable THEN 'no-address' WHEN paused THEN 'paused' WHEN expires_at <= %(now)s THEN 'stale' ELSE '' END
        FROM due
        ON CONFLICT (person_id, day) DO NOTHING
        RETURNING id, person_id, state
    ), told AS (
        SELECT slot.id, slot.person_id, due.at, due.expires_at, due.email_on
        FROM slot JOIN due USING (person_id) WHERE slot.state = '{ReminderSlot.State.OPEN.value}'
    ), queued AS (
        INSERT INTO notifications_delivery
            (id, person_id, kind, channel, service, device_id, slot_id, collapse_key, state, reason, due_at, expires_at, attempts)
        SELECT gen_random_uuid(), told.person_id, '{Delivery.Kind.REMINDER.value}', place.channel, place.service, place.device_id, told.id,
            replace(told.id::text, '-', ''), '{Delivery.State.QUEUED.value}', '', told.at, told.expires_at, 0
        FROM told JOIN (
            SELECT person_id, kind AS channel, service, id AS device_id FROM device
            UNION ALL
            SELECT person_id, 'email', 'email', NULL FROM due WHERE email_on
        ) AS place USING (person_id)
        RETURNING 1
    ), turned AS (
        UPDATE notifications_preference AS p
        SET last_reminder_at = due.at, last_reminder_day = due.day, computed_at = %(now)s,
            ignored_in_a_row = p.ignored_in_a_row + CASE WHEN told.id IS NULL THEN 0 ELSE 1 END,
            next_reminder_at = CASE WHEN NOT due.reachable THEN NULL WHEN told.id IS NULL THEN due.untold_at ELSE due.told_at END,
            next_reminder_day = CASE WHEN NOT due.reachable THEN NULL WHEN told.id IS NULL THEN due.untold_day ELSE due.told_day END
        FROM due LEFT JOIN told USING (person_id)
        WHERE p.ctid = ANY(%(rows)s::tid[]) AND p.person_id = due.person_id
    ), unplanned AS (
        UPDATE notifications_preference SET next_reminder_at = NULL, next_reminder_day = NULL, computed_at = %(now)s
        WHERE person_id = ANY(%(unplanned)s::bigint[])
    )
    SELECT count(*) FROM queued
"""  # noqa: S608  (our own constants)
