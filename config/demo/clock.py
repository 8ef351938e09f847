"""The demo clock: it moves forward only, and every part that waits for an hour is woken at once."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend import clock, nudge
from backend.calendar_days import ONE_DAY, local_day, local_instant

MORNING = time(9)
"""Half an hour after the morning's prompts are due, and well within the time in which they are still sent."""
FARTHEST = timedelta(days=3660)
"""One move goes no further, so that a slip of the hand does not leave the calendar."""

SWEEPS = ("checkins.tasks.decide_due", "notifications.tasks.queue_due_reminders", "notifications.tasks.deliver_due")


def move_ahead(by: timedelta) -> datetime:
    """Moves the clock forward and returns the new present. Raises ValueError for a move back or beyond `FARTHEST`."""
    if by > FARTHEST:
        raise ValueError("the clock moves ten years at most")
    now = clock.move_ahead(by)
    for sweep in SWEEPS:
        nudge.publish(sweep)
    return now


def move_to_tomorrow_morning(zone: ZoneInfo) -> datetime:
    """Moves the clock to 09:00 of the next day in `zone` and returns the new present.

    The day is Ebb's, which begins at 04:00: half past midnight still belongs to the evening, and its morning is near.
    """
    now = clock.now()
    return move_ahead(local_instant(local_day(now, zone) + ONE_DAY, MORNING, zone) - now)
