"""Puts deliveries into the outbox. Their ids follow from what they bring and where, so a repeat puts nothing twice."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from backend import nudge
from notifications.models import Delivery, Device, Preference, Prompt, ReminderSlot

DELIVER = "notifications.tasks.deliver_due"

Place = tuple[str, str, UUID | None]
"""Channel, service, device; no device stands for the person's mailbox."""

MAILBOX: Place = ("email", "email", None)


def places_of(person_ids: Collection[int]) -> dict[int, list[Place]]:
    """Where each person can be reached: live devices, and the mailbox of those who want mail."""
    places: dict[int, list[Place]] = defaultdict(list)
    for device in Device.objects.live().filter(person_id__in=person_ids):
        places[device.person_id].append(place_of(device))
    for person_id in Preference.objects.filter(person_id__in=person_ids, email_on=True).values_list("person_id", flat=True):
        places[person_id].append(MAILBOX)
    return places


def place_of(device: Device) -> Place:
    return device.kind, device.service, device.pk


def bring_prompt(prompt: Prompt, places: Iterable[Place]) -> list[Delivery]:
    """Deliveries of a prompt, not saved yet."""
    return [_delivery(prompt.pk, place, prompt.person_id, prompt.slot_at, prompt.expires_at, prompt=prompt) for place in places]


def bring_reminder(slot: ReminderSlot, places: Iterable[Place], *, due_at: datetime, expires_at: datetime) -> list[Delivery]:
    """Deliveries of a reminder, not saved yet."""
    return [_delivery(slot.pk, place, slot.person_id, due_at, expires_at, slot=slot) for place in places]


def put_out(deliveries: list[Delivery], *, now: datetime) -> None:
    """Saves deliveries and wakes a worker for those that are due already. The sweep finds the others at their hour."""
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    if any(delivery.due_at <= now for delivery in deliveries):
        nudge.after_commit(DELIVER)


def _delivery(
    subject: UUID,
    place: Place,
    person_id: int,
    due_at: datetime,
    expires_at: datetime,
    *,
    prompt: Prompt | None = None,
    slot: ReminderSlot | None = None,
) -> Delivery:
    channel, service, device_id = place
    return Delivery(
        id=uuid5(subject, f"{channel}:{device_id or ''}"),
        person_id=person_id,
        kind=Delivery.Kind.PROMPT if prompt else Delivery.Kind.REMINDER,
        channel=channel,
        service=service,
        device_id=device_id,
        prompt=prompt,
        slot=slot,
        collapse_key=subject.hex,
        due_at=due_at,
        expires_at=expires_at,
    )
