"""Every write about reaching people. Read `prompts` and `reminders` for what is queued, `delivering` for how it leaves."""

from notifications.services.closing import CLOSING, IGNORED_BEFORE, close_slot, resume_daily
from notifications.services.delivering import claim_due, deliver_due
from notifications.services.devices import (
    TooManyDevices,
    name_device,
    register_device,
    remember_where,
    revoke_device,
    stop_where_session_ends,
)
from notifications.services.limits import resume_service
from notifications.services.mail import check_stop_token, stop_mail, stop_tokens
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
from notifications.services.reminders import plan_nightly, queue_due_reminders
from notifications.services.retrying import retry_failed
from notifications.services.tidying import tidy
from notifications.services.tokens import TokenOwner, mint_answer_tokens, redeem_answer_token
from notifications.services.trying import TriedJustNow, try_device
from notifications.services.words import bring_back, items_in_use, retire, suggestion_of

__all__ = [
    "CLOSING",
    "IGNORED_BEFORE",
    "Occasion",
    "Recipient",
    "TokenOwner",
    "TooManyDevices",
    "TriedJustNow",
    "bring_back",
    "cancel_couple",
    "cancel_person",
    "change_preference",
    "check_stop_token",
    "claim_due",
    "close_slot",
    "deliver_due",
    "is_muted",
    "items_in_use",
    "mint_answer_tokens",
    "mute",
    "name_device",
    "plan_nightly",
    "preference_of",
    "queue_due_reminders",
    "queue_occasions",
    "queue_prompts",
    "react",
    "recent_items",
    "redeem_answer_token",
    "register_device",
    "remember_where",
    "resume_daily",
    "resume_service",
    "retire",
    "retry_failed",
    "revoke_device",
    "stop_mail",
    "stop_tokens",
    "stop_where_session_ends",
    "suggestion_of",
    "tidy",
    "try_device",
]
