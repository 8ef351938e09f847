"""How deliveries end, and what that means for the reminder they bring.

Everybody who ends deliveries of reminders locks their slots first, in the order of their ids.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.channels import UnknownChannel, channel_for
from notifications.gate import MAX_TRIES
from notifications.models import Delivery, ReminderSlot
from notifications.services.reminders import give_back

SWEEP_BATCH = 500

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
    states: dict[UUID, set[str]] = {slot_id: set() for slot_id in slot_ids}
    for delivery in Delivery.objects.filter(slot_id__in=slot_ids).only("slot_id", "state"):
        if delivery.slot_id is not None:
            states[delivery.slot_id].add(delivery.state)
    ends: dict[str, list[UUID]] = defaultdict(list)
    for slot_id, found in states.items():
        end = _end_of(found)
        if end is not None:
            ends[end].append(slot_id)
    for end, ids in ends.items():
        ReminderSlot.objects.filter(pk__in=ids).move(end)
    unseen = [slot_id for end, ids in ends.items() if end != ReminderSlot.State.SENT for slot_id in ids]
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

    What may have been handed over and could not hide a second copy is not tried again, and neither is what has cost
    five workers their lease.
    """
    total = 0
    while batch := list(Delivery.objects.lapsed(now)[:SWEEP_BATCH]):
        final = {one.pk for one in batch if one.attempts >= MAX_TRIES or _may_be_a_second_copy(one)}
        with transaction.atomic():
            slots = lock_slots(batch)
            lapsed = Delivery.objects.lapsed(now)
            lapsed.filter(pk__in=final).let_go(Delivery.State.FAILED, reason="lease-lapsed")
            again = [one.pk for one in batch if one.pk not in final]
            total += lapsed.filter(pk__in=again).let_go(Delivery.State.QUEUED, reason="lease-lapsed")
            settle(slots, now=now)
    return total


def _may_be_a_second_copy(delivery: Delivery) -> bool:
    if delivery.handed_over_at is None:
        return False
    try:
        return channel_for(delivery.channel).at_most_once
    except UnknownChannel:
        return True


def _end_of(states: set[str]) -> str | None:
    """What became of a slot, from the states of its deliveries; None while that is open."""
    if Delivery.State.SENT in states:
        return ReminderSlot.State.SENT
    if states & {Delivery.State.QUEUED, Delivery.State.SENDING}:
        return None
    return next((ReminderSlot.State(state) for state in _MOST_TELLING if state in states), None)
