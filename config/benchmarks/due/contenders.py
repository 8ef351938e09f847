"""Who claims: Ebb's own service, and what it is measured against. Floor and peers write the same rows into the same tables."""

from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction

from notifications import services
from notifications.models import Delivery, Device, Preference, ReminderSlot
from notifications.schedule import REMINDER_FRESH, next_reminder, reminder_expires

BULK = 5000


def ebb(now: datetime) -> None:
    services.queue_due_reminders(now=now)


def bare_statements(now: datetime) -> None:
    """The floor: two inserts and an update over the set. It knows no zones, quiet hours, pauses or answers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BARE, {"now": now, "fresh": REMINDER_FRESH.total_seconds()})


def orm_in_bulk(now: datetime) -> None:
    """The careful way to write it with the ORM."""
    while _orm_batch(now):
        pass


def _orm_batch(now: datetime) -> int:
    with transaction.atomic():
        due = Preference.objects.filter(next_reminder_at__lte=now).select_related("person").order_by("next_reminder_at")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BULK])
        devices = {one.person_id: one for one in Device.objects.filter(person__in=[row.pk for row in rows], revoked_at=None)}
        slots = [_slot(row) for row in rows]
        ReminderSlot.objects.bulk_create(slots)
        Delivery.objects.bulk_create([_delivery(row, slot, devices[row.pk]) for row, slot in zip(rows, slots, strict=True)])
        for row in rows:
            _turn(row, now)
        Preference.objects.bulk_update(
            rows, ["next_reminder_at", "next_reminder_day", "last_reminder_at", "last_reminder_day", "ignored_in_a_row", "computed_at"], 500
        )
    return len(rows)


def a_row_at_a_time(now: datetime) -> None:
    """The plain way to write it with the ORM."""
    for row in Preference.objects.filter(next_reminder_at__lte=now).select_related("person"):
        with transaction.atomic():
            slot = _slot(row)
            slot.save(force_insert=True)
            for device in Device.objects.filter(person=row.person, revoked_at=None):
                _delivery(row, slot, device).save(force_insert=True)
            _turn(row, now)
            row.save()


def _slot(row: Preference) -> ReminderSlot:
    assert row.next_reminder is not None
    return ReminderSlot(person_id=row.pk, day=row.next_reminder.day)


def _delivery(row: Preference, slot: ReminderSlot, device: Device) -> Delivery:
    assert row.next_reminder is not None
    return Delivery(
        id=uuid4(),
        person_id=row.pk,
        kind=Delivery.Kind.REMINDER,
        channel=device.kind,
        service=device.service,
        device=device,
        slot=slot,
        collapse_key=slot.pk.hex,
        due_at=row.next_reminder.at,
        expires_at=reminder_expires(row.next_reminder, row.hours(row.person.zone)),
    )


def _turn(row: Preference, now: datetime) -> None:
    planned = row.next_reminder
    assert planned is not None
    row.last_reminder_at, row.last_reminder_day = planned.at, planned.day
    row.ignored_in_a_row += 1
    coming = next_reminder(hours=row.hours(row.person.zone), now=now, last=planned, ignored=row.ignored_in_a_row)
    row.next_reminder_at, row.next_reminder_day = (coming.at, coming.day) if coming else (None, None)
    row.computed_at = now


_BARE = """
    WITH due AS (
        SELECT p.person_id, p.next_reminder_at AS at, p.next_reminder_day AS day, v.id AS device_id, v.kind, v.service, gen_random_uuid() AS slot_id
        FROM notifications_preference p JOIN notifications_device v ON v.person_id = p.person_id AND v.revoked_at IS NULL
        WHERE p.next_reminder_at <= %(now)s
    ), slot AS (
        INSERT INTO notifications_reminderslot (id, person_id, day, state, reason) SELECT slot_id, person_id, day, 'open', '' FROM due
    ), delivery AS (
        INSERT INTO notifications_delivery
            (id, person_id, kind, channel, service, device_id, slot_id, collapse_key, state, reason, due_at, expires_at, attempts)
        SELECT gen_random_uuid(), person_id, 'reminder', kind, service, device_id, slot_id, replace(slot_id::text, '-', ''), 'queued', '',
            at, at + %(fresh)s * interval '1 second', 0
        FROM due
    )
    UPDATE notifications_preference AS p
    SET next_reminder_at = p.next_reminder_at + interval '1 day', next_reminder_day = p.next_reminder_day + 1, last_reminder_at = p.next_reminder_at,
        last_reminder_day = p.next_reminder_day, ignored_in_a_row = p.ignored_in_a_row + 1, computed_at = %(now)s
    WHERE p.next_reminder_at <= %(now)s
"""
