"""People with phones, for the tests of what reaches them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from backend.accounts.models import User
from notifications import services
from notifications.channels.base import Message
from notifications.channels.memory import MemoryChannel
from notifications.models import Delivery, Device, Preference, Prompt

A_MINUTE = timedelta(minutes=1)


def phone(person: User, name: str, *, now: datetime) -> Device:
    """A device that keeps what it is sent under `name`."""
    return services.register_device(person=person, kind="memory", endpoint=name, name=name, now=now)


def recipient(person: User, *, voice: str = "either", item: str = "two-cups") -> services.Recipient:
    return services.Recipient(person_id=person.pk, zone=person.zone, item=item, version=1, voice=voice, language=person.language)


def prompt_for(*people: User, now: datetime, couple_id: int | None = None, occasion: UUID | None = None, **more: Any) -> list[Prompt]:
    recipients = [recipient(person, **more) for person in people]
    return services.queue_prompts(occasion=occasion or uuid4(), couple_id=couple_id, recipients=recipients, now=now)


def remind(now: datetime) -> None:
    services.queue_due_reminders(now=now)


def deliver(now: datetime) -> None:
    services.deliver_due(clock=lambda: now)


def shown(name: str) -> list[Message]:
    """What the phone of that name shows."""
    return MemoryChannel.shown_to(name)


def states(**which: Any) -> list[str]:
    """States of deliveries, in the order of their places."""
    return list(Delivery.objects.filter(**which).order_by("channel", "device__name").values_list("state", flat=True))


def preference(person: User) -> Preference:
    return Preference.objects.get(person=person)


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Runs the verbs in threads with a database connection each, and returns what they returned."""

    def run(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def copies(verb: Callable[[], Any], count: int) -> Sequence[Callable[[], Any]]:
    return [verb] * count
