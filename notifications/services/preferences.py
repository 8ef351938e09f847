"""How a person wants to be reached, folded into the instant of the next reminder."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.errors import FieldError, Invalid
from notifications.models import Device, Preference
from notifications.schedule import Slot, covers, next_reminder

IN_QUIET_HOURS = "in-quiet-hours"


def preference_of(*, person: User, now: datetime) -> Preference:
    """The person's preference, made with its defaults on first use."""
    preference, _ = Preference.objects.get_or_create(person=person, defaults={"computed_at": now})
    return preference


def change_preference(*, person: User, now: datetime, **changes: Any) -> Preference:
    """Changes any of reminders_on, reminder_time, quiet_from, quiet_until and email_on. Raises Invalid."""
    preference_of(person=person, now=now)
    with transaction.atomic():
        preference = Preference.objects.select_for_update().get(person=person)
        for name, value in changes.items():
            setattr(preference, name, value)
        _must_be_reachable_hour(preference, changes)
        plan_anew(preference, person, now=now)
    return preference


def plan_anew(preference: Preference, person: User, *, now: datetime) -> None:
    """Computes the next reminder from everything that is known now, and saves. `preference` is locked by the caller."""
    planned = _planned(preference, person, now)
    preference.next_reminder_at = planned.at if planned else None
    preference.next_reminder_day = planned.day if planned else None
    preference.computed_at = now
    preference.save()


def _planned(preference: Preference, person: User, now: datetime) -> Slot | None:
    reachable = preference.email_on or Device.objects.live().filter(person=person).exists()
    if not (preference.reminders_on and reachable):
        return None
    return next_reminder(hours=preference.hours(person.zone), now=now, last=preference.last_reminder, ignored=preference.ignored_in_a_row)


def save_plans(preferences: Iterable[Preference], *, now: datetime) -> None:
    """Saves when each was reminded and will be, in one statement. The rows are locked by the caller."""
    rows = list(preferences)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_PLANS,
            [
                now,
                [row.pk for row in rows],
                [row.next_reminder_at for row in rows],
                [row.next_reminder_day for row in rows],
                [row.last_reminder_at for row in rows],
                [row.last_reminder_day for row in rows],
                [row.ignored_in_a_row for row in rows],
            ],
        )


def _must_be_reachable_hour(preference: Preference, changes: dict[str, Any]) -> None:
    if not preference.reminders_on or not covers(preference.quiet_from, preference.quiet_until, preference.reminder_time):
        return
    pointer = next((f"/{name}" for name in ("reminder_time", "quiet_from", "quiet_until") if name in changes), "")
    raise Invalid([FieldError(pointer, IN_QUIET_HOURS, _("The reminder would fall into your quiet hours."))])


_SAVE_PLANS = """
    UPDATE notifications_preference AS p
    SET next_reminder_at = plan.next_at, next_reminder_day = plan.next_day,
        last_reminder_at = plan.last_at, last_reminder_day = plan.last_day,
        ignored_in_a_row = plan.ignored, computed_at = %s
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::date[], %s::timestamptz[], %s::date[], %s::smallint[])
         AS plan(person_id, next_at, next_day, last_at, last_day, ignored)
    WHERE p.person_id = plan.person_id
"""
