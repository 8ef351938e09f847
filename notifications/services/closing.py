"""A day was answered: nothing reminds of it any more.

This runs with every check-in, and there it is no statement of its own but a part of the one that keeps the answer.
"""

from datetime import date, datetime

from backend.statements import fetch_row
from notifications.models import Delivery, ReminderSlot
from notifications.services.reminders import plan_daily_again

_ANSWERED = ReminderSlot.State.ANSWERED
_SOURCES = ", ".join(f"'{state}'" for state in ReminderSlot.objects.all().sources_of(_ANSWERED))


def close_slot(*, person_id: int, day: date, now: datetime) -> None:
    """Closes the day's reminder, ends what waits in the outbox and voids its tokens.

    The daily reminder comes back after a time of fewer.
    """
    (ignored,) = fetch_row(_CLOSE_SLOT, {"person_id": person_id, "day": day, "now": now}) or (0,)
    resume_daily(person_id=person_id, ignored=ignored, now=now)


def resume_daily(*, person_id: int, ignored: int, now: datetime) -> None:
    """Plans the daily reminder again for somebody who had ignored so many in a row (IGNORED_BEFORE) and has answered now.

    Where this is not reached, since a process died, the nightly planning does the same.
    """
    if ignored > 1:
        plan_daily_again(person_id, now=now)


# For a statement that has a CTE named `cause`, of one row where the day is answered and of none where it is not, and the
# values person_id, day and now.
#
# The preference comes first and the slot waits for it, in the order in which queue_due_reminders locks them.
# What is queued in the same moment is not seen here; the gate before each send asks for the slot's state again.
# Constants stand in the text, since adapting them costs more than the statement's round trip.
CLOSING = f"""
    heard AS (
        UPDATE notifications_preference SET ignored_in_a_row = 0
        WHERE person_id = %(person_id)s::bigint AND ignored_in_a_row > 0 AND EXISTS (SELECT 1 FROM cause)
        RETURNING person_id
    ), closed AS (
        INSERT INTO notifications_reminderslot (id, person_id, day, state, reason)
        SELECT gen_random_uuid(), %(person_id)s::bigint, %(day)s::date, '{_ANSWERED.value}', 'answered'
        FROM cause, (SELECT count(*) FROM heard) AS first
        ON CONFLICT (person_id, day) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason
        WHERE notifications_reminderslot.state IN ({_SOURCES})
        RETURNING id
    ), ended AS (
        UPDATE notifications_delivery AS d
        SET state = '{Delivery.State.CANCELLED.value}', reason = 'slot-closed', lease_token = NULL, leased_until = NULL
        FROM closed WHERE d.slot_id = closed.id AND d.state IN ('{Delivery.State.QUEUED.value}', '{Delivery.State.SENDING.value}')
    ), voided AS (
        UPDATE notifications_answertoken AS t SET revoked_at = %(now)s::timestamptz
        FROM closed WHERE t.slot_id = closed.id AND t.revoked_at IS NULL AND t.spent_at IS NULL
    )
"""  # noqa: S608  (our own constants)
# How many reminders in a row had been ignored until then: a statement sees what was there before it.
IGNORED_BEFORE = "COALESCE((SELECT ignored_in_a_row FROM notifications_preference WHERE person_id = %(person_id)s::bigint), 0)"
_CLOSE_SLOT = f"WITH cause AS (SELECT 1), {CLOSING} SELECT {IGNORED_BEFORE}"
