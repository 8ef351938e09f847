"""Puts prompts into the outbox. The ids follow from what is brought and where, so a repeat puts nothing twice.

Reminders come by the thousand, and `notifications.services.due` puts them out itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from backend import nudge
from notifications.models import Delivery, Device, Preference, Prompt

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
    return [
        Delivery(
            id=uuid5(prompt.pk, f"{channel}:{device_id or ''}"),
            person_id=prompt.person_id,
            kind=Delivery.Kind.PROMPT,
            channel=channel,
            service=service,
            device_id=device_id,
            prompt=prompt,
            collapse_key=prompt.pk.hex,
            due_at=prompt.slot_at,
            expires_at=prompt.expires_at,
        )
        for channel, service, device_id in places
    ]


def put_out(deliveries: list[Delivery], *, now: datetime) -> None:
    """Saves deliveries and wakes a worker for those that are due already. The sweep finds the others at their hour."""
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    if any(delivery.due_at <= now for delivery in deliveries):
        nudge.after_commit(DELIVER)
