"""Every write about reaching people. Read `prompts` and `reminders` for what is queued, `delivering` for how it leaves."""

from notifications.services.delivering import claim_due, deliver_due, resume_service
from notifications.services.devices import TooManyDevices, register_device, revoke_device
from notifications.services.preferences import change_preference, preference_of
from notifications.services.prompts import (
    Occasion,
    Recipient,
    cancel_couple,
    cancel_person,
    is_muted,
    mute,
    queue_occasions,
    queue_prompts,
    react,
    recent_items,
)
from notifications.services.reminders import close_slot, queue_due_reminders
from notifications.services.tokens import TokenOwner, mint_answer_tokens, redeem_answer_token

__all__ = [
    "Occasion",
    "Recipient",
    "TokenOwner",
    "TooManyDevices",
    "cancel_couple",
    "cancel_person",
    "change_preference",
    "claim_due",
    "close_slot",
    "deliver_due",
    "is_muted",
    "mint_answer_tokens",
    "mute",
    "preference_of",
    "queue_due_reminders",
    "queue_occasions",
    "queue_prompts",
    "react",
    "recent_items",
    "redeem_answer_token",
    "register_device",
    "resume_service",
    "revoke_device",
]
