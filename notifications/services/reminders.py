"""The one reminder of a person's day: queued when it is due, and planned anew."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from backend.accounts.models import User
from backend.statements import fetch_row
from notifications.models import Preference, ReminderSlot
from notifications.schedule import Slot, next_reminder, reminder_after_move
from notifications.services.due import queue_batch
from notifications.services.outbox import places_of
from notifications.services.preferences import plan_anew, save_plans

log = logging.getLogger(__name__)

BATCH = 500
LOOK_BACK_FOR_MOVES = timedelta(days=2)
PLANS_HOLD = timedelta(days=1)


def queue_due_reminders(*, now: datetime) -> int:
    """Queues the reminder of everyone whose hour has come. Returns for how many people it looked."""
    somebody_moved, somebody_is_due = fetch_row(_ANYBODY, {"now": now, "since": now - LOOK_BACK_FOR_MOVES}) or (True, True)
    if not (somebody_moved or somebody_is_due):
        return 0
    while _replan_moved(now) == BATCH:
        pass
    total = 0
    while taken := queue_batch(now):
        total += taken
    return total


def plan_nightly(*, now: datetime) -> int:
    """Plans again what was planned more than a day ago, since the rules of a zone may have changed. Returns for how many people.

    Everybody else was planned anew by their last reminder. Run it once a day.
    """
    total, last = 0, 0
    while rows := _replan_old(now, after=last):
        total, last = total + len(rows), rows[-1].pk
    return total


def _replan_old(now: datetime, *, after: int) -> list[Preference]:
    with transaction.atomic():
        old = Preference.objects.may_be_reminded().filter(pk__gt=after, computed_at__lt=now - PLANS_HOLD).select_related("person")
        rows = list(old.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
        reachable = places_of([row.pk for row in rows])
        for row in rows:
            overdue = row.next_reminder_at is not None and row.next_reminder_at <= now
            if not overdue:
                _plan_or_leave(row, reachable=row.pk in reachable, now=now)
        save_plans(rows, now=now)
    return rows


def _plan_or_leave(row: Preference, *, reachable: bool, now: datetime) -> None:
    try:
        hours = row.hours(row.person.zone)
    except (ValueError, LookupError):
        log.exception("the reminder of person %s could not be planned", row.pk)
        return
    last, ignored = row.last_reminder, row.ignored_in_a_row
    _set_next(row, next_reminder(hours=hours, now=now, last=last, ignored=ignored) if reachable else None)


def plan_daily_again(person_id: int, *, now: datetime) -> None:
    """Plans the reminder of somebody who had ignored some and has answered since."""
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


def _set_next(row: Preference, slot: Slot | None) -> None:
    row.next_reminder_at = slot.at if slot else None
    row.next_reminder_day = slot.day if slot else None


# Most sweeps find nobody, and need no more than this. The first of an index costs the same among millions; whether any row
# lies below a bound, the planner may look for in the table itself.
_ANYBODY = f"""
    SELECT (SELECT max(zone_changed_at) FROM {User._meta.db_table}) > %(since)s::timestamptz,
           (SELECT min(next_reminder_at) FROM notifications_preference WHERE next_reminder_at IS NOT NULL) <= %(now)s::timestamptz
"""  # noqa: S608 (our own table)
