"""Why a reminder came, or did not, in plain words for the person it was for. Pure: codes in, sentences out.

About reminders only. Words about two people have one constant answer, whatever happened to them.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.schedule import IGNORED_TO_SILENCE, IGNORED_TO_WEEKLY

_REGISTER_AGAIN = _("The service no longer knows this device. Letting it show notices again puts that right.")
_BY_REASON: Final[Mapping[str, Promise]] = {
    "answered": _("You answered, so nothing more had to remind of the day."),
    "accepted": _("It was handed over to the service that brings it. Whether it was shown, nobody tells us."),
    "stale": _("It would have come too late, so it was left out."),
    "paused": _("You were taking a break."),
    "quiet-hours": _("It would have fallen into your quiet hours."),
    "inactive": _("The account was switched off."),
    "slot-closed": _("The day was answered before it left."),
    "no-address": _("There was no device, and no e-mail, where it could reach you."),
    "device-revoked": _("The device was removed before it left."),
    **dict.fromkeys(
        ("http-404", "http-410", "UNREGISTERED", "Unregistered", "ExpiredToken", "BadDeviceToken", "vapid-key-retired", "foreign-key"),
        _REGISTER_AGAIN,
    ),
    "lease-lapsed": _("Sending it was interrupted, and a second copy could not be ruled out, so it was left at that."),
}
_BY_STATE: Final[Mapping[str, Promise]] = {
    "open": _("It is on its way."),
    "queued": _("It is waiting to be sent."),
    "sending": _("It is being sent."),
    "expired": _("It could not be sent in time, so it was left out."),
    "suppressed": _("It was held back as you wished."),
    "cancelled": _("It was called off before it left."),
    "undeliverable": _("There was nowhere to send it."),
    "failed": _("The service that brings it did not take it."),
}
_RHYTHMS: Final[Mapping[str, Promise]] = {
    "off": _("Reminders are off."),
    "no-address": _("There is no device, and no e-mail, where one could reach you."),
    "silent": _("A few went by, so they stopped. They come back after your next answer."),
    "quiet-hours": _("Your hour lies in your quiet hours."),
    "weekly": _("A couple went by, so they come once a week. They come daily again after your next answer."),
    "daily": _("At most one a day, at your hour, unless the day is answered already."),
}


def explain(state: str, reason: str) -> str:
    """One sentence on what became of a reminder, or of its way to one device."""
    # Ends that only passing trouble led to share their states' sentences; a person can do nothing about a status code.
    return str(_BY_REASON.get(reason) or _BY_STATE.get(state) or _BY_STATE["failed"])


def rhythm(*, is_on: bool, is_reachable: bool, ignored: int, is_planned: bool) -> str:
    """How often reminders come at present, as a code that `explain_rhythm` puts into words."""
    if not is_on:
        return "off"
    if not is_reachable:
        return "no-address"
    if ignored >= IGNORED_TO_SILENCE:
        return "silent"
    if not is_planned:
        return "quiet-hours"
    return "weekly" if ignored >= IGNORED_TO_WEEKLY else "daily"


def explain_rhythm(code: str) -> str:
    return str(_RHYTHMS[code])
