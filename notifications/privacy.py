"""What notifications hold of a person: how to reach them, and what reached them."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from notifications import services
from notifications.models import AnswerToken, Delivery, Device, Preference, Prompt, ReminderSlot, Retirement, ServiceLimit

# Limits of services and retired items are about no person.
COVERED = (Preference, ReminderSlot, Device, Prompt, Delivery, AnswerToken, ServiceLimit, Retirement)


def export(person: User) -> dict[str, Any]:
    """Preferences, devices without their secrets, prompts and reminders with how each ended."""
    preference = Preference.objects.visible_to(person).values("reminders_on", "reminder_time", "quiet_from", "quiet_until", "email_on")
    return {
        "reminders": list(preference),
        "reminder_days": list(ReminderSlot.objects.visible_to(person).values("day", "state", "reason")),
        "devices": list(Device.objects.visible_to(person).values("name", "kind", "created_at", "revoked_at")),
        "prompts": list(Prompt.objects.visible_to(person).values("day", "item", "version", "voice", "reaction")),
    }


def erase(person: User, *, now: datetime) -> None:
    """First nothing more is sent, then everything goes."""
    services.cancel_person(person_id=person.pk, now=now)
    for model in (AnswerToken, Delivery, ReminderSlot, Prompt, Device, Preference):
        model.objects.filter(person=person).delete()
