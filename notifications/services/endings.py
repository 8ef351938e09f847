"""How deliveries end, and what that means for the reminder they bring.

Everybody who ends deliveries of reminders locks their slots first, in the order of their ids.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from notifications.channels import UnknownChannel, channel_for
from notifications.gate import MAX_TRIES
from notifications.models import Delivery, ReminderSlot
from notifications.services.reminders import give_back

SWEEP_BATCH = 500

ACCEPTED = "accepted"
"""By the push service or mail server, which is the last fact we know."""
LAPSED = "lease-lapsed"

# A slot none of whose deliveries was sent tells the ending that says most about why.
_MOST_TELLING = (
    Delivery.State.EXPIRED,
    Delivery.State.FAILED,
    Delivery.State.SUPPRESSED,
    Delivery.State.CANCELLED,
    Delivery.State.UNDELIVERABLE,
)


def lock_slots(deliveries: Iterable[Delivery]) -> list[UUID]:
    """Locks the slots of these deliveries and returns the ids of those whose reminder is still open."""
    ids = {one.slot_id for one in deliveries if one.slot_id is not None}
    if not ids:
        return []
    slots = ReminderSlot.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    return [pk for pk, state in slots.values_list("pk", "state") if state == ReminderSlot.State.OPEN]


def settle(slot_ids: Collection[UUID], *, now: datetime) -> None:
    """Carries the end of deliveries over to their open slots, which the caller has locked."""
    if not slot_ids:
        return
    states: dict[UUID, dict[str, str]] = {slot_id: {} for slot_id in slot_ids}
    for slot_id, state, reason in Delivery.objects.filter(slot_id__in=slot_ids).order_by("pk").values_list("slot_id", "state", "reason"):
        if slot_id is not None:
            states[slot_id].setdefault(state, reason)
    ends: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for slot_id, found in states.items():
        end = _end_of(found)
        if end is not None:
            ends[end, found[end]].append(slot_id)
    for (end, reason), ids in ends.items():
        ReminderSlot.objects.filter(pk__in=ids).move(end, reason=reason)
    unseen = [slot_id for (end, _), ids in ends.items() if end != ReminderSlot.State.SENT for slot_id in ids]
    if unseen:
        # After the commit, because a preference is locked before slots, never after.
        transaction.on_commit(lambda: give_back(slot_ids=unseen, now=now))


def expire_stale(*, now: datetime) -> int:
    """Ends what waited past the moment at which it makes sense. Returns how many deliveries."""
    total = 0
    while batch := list(Delivery.objects.stale(now)[:SWEEP_BATCH]):
        with transaction.atomic():
            slots = lock_slots(batch)
            still = Delivery.objects.stale(now).filter(pk__in=[one.pk for one in batch])
            total += still.let_go(Delivery.State.EXPIRED, reason="stale")
            settle(slots, now=now)
    return total


def take_back_lapsed(*, now: datetime) -> int:
    """Puts back what a worker took and did not bring to an end. Returns how many deliveries.

    What may have been handed over and could not hide a second copy is not tried again, and neither is what was under way
    when five workers were lost. What only waited beside it has not been tried.
    """
    total = 0
    while batch := list(Delivery.objects.lapsed(now)[:SWEEP_BATCH]):
        final = {one.pk for one in batch if one.handed_over_at and (one.attempts >= MAX_TRIES or hides_no_second_copy(one))}
        with transaction.atomic():
            slots = lock_slots(batch)
            lapsed = Delivery.objects.lapsed(now)
            lapsed.filter(pk__in=final).let_go(Delivery.State.FAILED, reason=LAPSED)
            again = lapsed.filter(pk__in=[one.pk for one in batch if one.pk not in final])
            total += again.filter(handed_over_at=None).let_go(Delivery.State.QUEUED, reason="waited", attempts=F("attempts") - 1)
            total += again.let_go(Delivery.State.QUEUED, reason=LAPSED)
            settle(slots, now=now)
    return total


def hides_no_second_copy(delivery: Delivery) -> bool:
    try:
        return channel_for(delivery.channel).at_most_once
    except UnknownChannel:
        return True


def _end_of(states: Collection[str]) -> str | None:
    """What became of a slot, from the states of its deliveries; None while that is open."""
    if Delivery.State.SENT in states:
        return ReminderSlot.State.SENT
    if Delivery.State.QUEUED in states or Delivery.State.SENDING in states:
        return None
    return next((ReminderSlot.State(state) for state in _MOST_TELLING if state in states), None)
