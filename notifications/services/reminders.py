"""The one reminder of a person's day: queued when it is due, closed when the day is answered."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from backend.statements import fetch_row
from notifications import queries
from notifications.models import Delivery, Preference, ReminderSlot
from notifications.schedule import Slot, next_reminder, reminder_after_move, reminder_expires
from notifications.services.outbox import Place, bring_reminder, places_of, put_out
from notifications.services.preferences import plan_anew, save_plans

BATCH = 500
LOOK_BACK_FOR_MOVES = timedelta(days=2)
ANSWERED = "answered"


def queue_due_reminders(*, now: datetime) -> int:
    """Queues the reminder of everyone whose hour has come. Returns for how many people it looked."""
    while _replan_moved(now) == BATCH:
        pass
    total = 0
    while taken := _queue_batch(now):
        total += taken
    return total


def close_slot(*, person_id: int, day: date, reason: str, now: datetime) -> None:
    """Nothing reminds of `day` any more: its reminder is closed, what waits in the outbox ends, its tokens are void.

    One statement, since it runs with every check-in. With the reason "answered" the daily reminder comes back after a
    time of fewer.
    """
    answered = reason == ANSWERED
    state = ReminderSlot.State.ANSWERED if answered else ReminderSlot.State.CANCELLED
    values: dict[str, Any] = {
        "person": person_id,
        "day": day,
        "slot": uuid4(),
        "state": state.value,
        "reason": reason,
        "now": now,
        "answered": answered,
        "sources": f"{{{','.join(ReminderSlot.objects.all().sources_of(state))}}}",
    }
    (ignored,) = fetch_row(_CLOSE_SLOT, values) or (0,)
    if answered and ignored > 1:
        _plan_anew([person_id], now=now)


def give_back(*, slot_ids: Collection[UUID], now: datetime) -> None:
    """Takes back that these reminders count as ignored, since no device was ever told of them."""
    person_ids = ReminderSlot.objects.filter(pk__in=slot_ids).values_list("person_id", flat=True)
    _plan_anew(person_ids, now=now, one_ignored_less=True)


def _plan_anew(person_ids: Collection[int], *, now: datetime, one_ignored_less: bool = False) -> None:
    with transaction.atomic():
        concerned = Preference.objects.filter(pk__in=person_ids).select_related("person").order_by("pk")
        for preference in concerned.select_for_update(of=("self",)):
            if one_ignored_less:
                preference.ignored_in_a_row = max(0, preference.ignored_in_a_row - 1)
            plan_anew(preference, preference.person, now=now)


def _replan_moved(now: datetime) -> int:
    """A new zone counts from the next day on; what was planned for today stays."""
    with transaction.atomic():
        moved = Preference.objects.moved(now - LOOK_BACK_FOR_MOVES).select_related("person")
        rows = list(moved.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        for row in rows:
            planned = row.next_reminder
            if planned is not None:
                hours = row.hours(row.person.zone)
                last, ignored = row.last_reminder, row.ignored_in_a_row
                _set_next(row, reminder_after_move(planned, hours=hours, now=now, last=last, ignored=ignored))
        save_plans(rows, now=now)
    return len(rows)


def _queue_batch(now: datetime) -> int:
    """The next people whose reminder is due: their day's slot, its deliveries and the reminder after it, as one act."""
    with transaction.atomic():
        due = Preference.objects.due(now).select_related("person")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        if not rows:
            return 0
        ids = [row.pk for row in rows]
        places, paused, closed = places_of(ids), queries.holds(ids).paused, _slots_of(rows)
        slots: dict[UUID, ReminderSlot] = {}
        deliveries: list[Delivery] = []
        for row in rows:
            at = planned_of(row)
            slot = None if (row.pk, at.day) in closed else _slot_for(row, at, places.get(row.pk, []), row.pk in paused, now)
            if slot is not None:
                slots[slot.pk] = slot
            if slot is not None and slot.state == ReminderSlot.State.OPEN:
                row.ignored_in_a_row += 1
                expires_at = reminder_expires(at, row.hours(row.person.zone))
                deliveries += bring_reminder(slot, places[row.pk], due_at=at.at, expires_at=expires_at)
            _turn_over(row, at, reachable=row.pk in places, now=now)
        save_plans(rows, now=now)
        ReminderSlot.objects.bulk_create(slots.values(), ignore_conflicts=True)
        # A day answered in this very moment has its slot from there; then nothing reminds of it.
        ours = set(ReminderSlot.objects.filter(pk__in=slots).values_list("pk", flat=True))
        put_out([one for one in deliveries if one.slot_id in ours], now=now)
    return len(rows)


def planned_of(row: Preference) -> Slot:
    """The reminder that is due: claimed rows always have one."""
    planned = row.next_reminder
    assert planned is not None
    return planned


def _slot_for(row: Preference, at: Slot, places: list[Place], paused: bool, now: datetime) -> ReminderSlot:
    slot = ReminderSlot(person_id=row.pk, day=at.day)
    if not places:
        slot.state, slot.reason = ReminderSlot.State.UNDELIVERABLE, "no-address"
    elif paused:
        slot.state, slot.reason = ReminderSlot.State.SUPPRESSED, "paused"
    elif reminder_expires(at, row.hours(row.person.zone)) <= now:
        slot.state, slot.reason = ReminderSlot.State.EXPIRED, "stale"
    return slot


def _turn_over(row: Preference, at: Slot, *, reachable: bool, now: datetime) -> None:
    """Moves the preference on to its next reminder. Somebody who cannot be reached has none, until a device registers."""
    row.last_reminder_at, row.last_reminder_day = at.at, at.day
    hours = row.hours(row.person.zone)
    _set_next(row, next_reminder(hours=hours, now=now, last=at, ignored=row.ignored_in_a_row) if reachable else None)


def _set_next(row: Preference, slot: Slot | None) -> None:
    row.next_reminder_at = slot.at if slot else None
    row.next_reminder_day = slot.day if slot else None


def _slots_of(rows: list[Preference]) -> set[tuple[int, date]]:
    """For which of these people the due day's slot exists already, as (person, day)."""
    days = {planned_of(row).day for row in rows}
    found = ReminderSlot.objects.filter(person_id__in=[row.pk for row in rows], day__in=days)
    return set(found.values_list("person_id", "day"))


# The preference comes first and the slot waits for it, in the order in which queue_due_reminders locks them.
# What is queued in the same moment is not seen here; the gate before each send asks for the slot's state again.
# Constants stand in the text, and the list is written out, since adapting them costs more than the statement's round trip.
_CLOSE_SLOT = f"""
    WITH before AS (
        SELECT ignored_in_a_row FROM notifications_preference WHERE person_id = %(person)s::bigint
    ), heard AS (
        UPDATE notifications_preference SET ignored_in_a_row = 0
        WHERE person_id = %(person)s::bigint AND %(answered)s::boolean AND ignored_in_a_row > 0
        RETURNING person_id
    ), closed AS (
        INSERT INTO notifications_reminderslot (id, person_id, day, state, reason)
        SELECT %(slot)s::uuid, %(person)s::bigint, %(day)s::date, %(state)s::varchar, %(reason)s::varchar FROM (SELECT count(*) FROM heard) AS first
        ON CONFLICT (person_id, day) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason
        WHERE notifications_reminderslot.state = ANY(%(sources)s::varchar[])
        RETURNING id
    ), ended AS (
        UPDATE notifications_delivery AS d
        SET state = '{Delivery.State.CANCELLED.value}', reason = 'slot-closed', lease_token = NULL, leased_until = NULL
        FROM closed WHERE d.slot_id = closed.id AND d.state IN ('{Delivery.State.QUEUED.value}', '{Delivery.State.SENDING.value}')
    ), voided AS (
        UPDATE notifications_answertoken AS t SET revoked_at = %(now)s::timestamptz
        FROM closed WHERE t.slot_id = closed.id AND t.revoked_at IS NULL AND t.spent_at IS NULL
    )
    SELECT COALESCE((SELECT ignored_in_a_row FROM before), 0)
"""  # noqa: S608  (our own constants)
