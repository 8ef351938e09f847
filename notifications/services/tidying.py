"""What is forgotten after a while: how a delivery ended matters to its person for some weeks, and then to nobody."""

from datetime import datetime, timedelta

from backend.batches import delete_all
from notifications.models import AnswerToken, Delivery, Device, ReminderSlot

DELIVERIES_KEPT = timedelta(days=30)
SLOTS_KEPT = timedelta(days=90)
DEVICES_KEPT = timedelta(days=60)


def tidy(*, now: datetime) -> int:
    """Deletes ended deliveries and answer tokens of a month ago, devices removed two months ago, and the ends of reminders of three.

    Returns how many rows.
    """
    old_tokens = AnswerToken.objects.filter(expires_at__lt=now - DELIVERIES_KEPT)
    old_deliveries = Delivery.objects.ended().filter(expires_at__lt=now - DELIVERIES_KEPT)
    # A token and a delivery point to their device and slot, and are gone long before them.
    old_devices = Device.objects.filter(revoked_at__lt=now - DEVICES_KEPT)
    old_slots = ReminderSlot.objects.ended().filter(day__lt=(now - SLOTS_KEPT).date())
    return sum(delete_all(rows) for rows in (old_tokens, old_deliveries, old_devices, old_slots))
