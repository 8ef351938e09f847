"""An operator tries failed deliveries once more, after putting right why they failed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend import nudge
from notifications.models import Delivery, ReminderSlot
from notifications.services.endings import hides_no_second_copy
from notifications.services.outbox import DELIVER


def retry_failed(*, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Puts those that are still fresh back into the queue, with five tries ahead of them. Returns how many.

    What may have been handed over and could not hide a second copy stays as it is, and so does what is stale. The gate is
    asked again before each is sent.
    """
    with transaction.atomic():
        chosen = Delivery.objects.failed().filter(pk__in=delivery_ids, expires_at__gt=now)
        again = {one.pk: one.slot_id for one in chosen if not (one.handed_over_at and hides_no_second_copy(one))}
        slots = ReminderSlot.objects.filter(pk__in=[slot for slot in again.values() if slot])
        ids = list(slots.order_by("pk").select_for_update().values_list("pk", flat=True))
        ReminderSlot.objects.filter(pk__in=ids).move(ReminderSlot.State.OPEN, reason="")
        ready = list(
            Delivery.objects.failed().filter(pk__in=again).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
        )
        put_back = Delivery.objects.filter(pk__in=ready).move(
            Delivery.State.QUEUED, reason="", attempts=0, due_at=now, handed_over_at=None, lease_token=None, leased_until=None
        )
        if put_back:
            nudge.after_commit(DELIVER)
    return put_back
