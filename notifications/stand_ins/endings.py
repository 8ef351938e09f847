"""Scripted endings by name: the ways in which push services let one down, each as the platform words it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from notifications.stand_ins import apns, fcm
from notifications.stand_ins.exchange import Reply

STALL_SECONDS: Final = 15.0
LATE_SECONDS: Final = 3.0
WAIT_SECONDS: Final = 30
OVERSIZED: Final = 8 * 1024 * 1024


def _until_a_date() -> dict[str, str]:
    now = datetime.now(UTC)
    until = now + timedelta(seconds=WAIT_SECONDS)
    return {"Date": format_datetime(now, usegmt=True), "Retry-After": format_datetime(until, usegmt=True)}


ANYWHERE: Final[Mapping[str, Callable[[], Reply]]] = {
    "429-seconds": lambda: Reply(429, headers={"Retry-After": str(WAIT_SECONDS)}),
    "429-date": lambda: Reply(429, headers=_until_a_date()),
    "500": lambda: Reply(500),
    "503": lambda: Reply(503, headers={"Retry-After": str(WAIT_SECONDS)}),
    "stall": lambda: Reply(stall_seconds=STALL_SECONDS),
    "drip": lambda: Reply(200, drip=True),
    "reset": lambda: Reply(reset=True),
    "late": lambda: Reply(200, stall_seconds=LATE_SECONDS, accepts=True),
    "taken-then-reset": lambda: Reply(reset=True, accepts=True),
    "redirect": lambda: Reply(301, headers={"Location": "http://127.0.0.1/"}),
    "oversized": lambda: Reply(200, body=b"x" * OVERSIZED),
    "400": lambda: Reply(400),
    "401": lambda: Reply(401),
    "403": lambda: Reply(403),
    "404": lambda: Reply(404),
    "410": lambda: Reply(410),
    "413": lambda: Reply(413),
}

FCM: Final[Mapping[str, Callable[[], Reply]]] = {
    "UNREGISTERED": lambda: fcm.error(404, "NOT_FOUND", "UNREGISTERED").reply,
    "INVALID_ARGUMENT": lambda: fcm.error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT").reply,
    "SENDER_ID_MISMATCH": lambda: fcm.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH").reply,
    "QUOTA_EXCEEDED": lambda: fcm.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", retry_after=str(WAIT_SECONDS)).reply,
    "UNAVAILABLE": lambda: fcm.error(503, "UNAVAILABLE", "UNAVAILABLE", retry_after=str(WAIT_SECONDS)).reply,
    "INTERNAL": lambda: fcm.error(500, "INTERNAL", "INTERNAL").reply,
    "THIRD_PARTY_AUTH_ERROR": lambda: fcm.error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR").reply,
    "UNAUTHENTICATED": lambda: fcm.error(401, "UNAUTHENTICATED").reply,
    "PERMISSION_DENIED": lambda: fcm.error(403, "PERMISSION_DENIED").reply,
}

APNS: Final[Mapping[str, Callable[[], Reply]]] = {
    "BadDeviceToken": lambda: apns.error(400, "BadDeviceToken").reply,
    "DeviceTokenNotForTopic": lambda: apns.error(400, "DeviceTokenNotForTopic").reply,
    "BadTopic": lambda: apns.error(400, "BadTopic").reply,
    "ExpiredProviderToken": lambda: apns.error(403, "ExpiredProviderToken").reply,
    "InvalidProviderToken": lambda: apns.error(403, "InvalidProviderToken").reply,
    "Unregistered": lambda: apns.error(410, "Unregistered", at=_now()).reply,
    "ExpiredToken": lambda: apns.error(410, "ExpiredToken", at=_now()).reply,
    "PayloadTooLarge": lambda: apns.error(413, "PayloadTooLarge").reply,
    "TooManyRequests": lambda: apns.error(429, "TooManyRequests").reply,
    "TooManyProviderTokenUpdates": lambda: apns.error(429, "TooManyProviderTokenUpdates").reply,
    "InternalServerError": lambda: apns.error(500, "InternalServerError").reply,
    "ServiceUnavailable": lambda: apns.error(503, "ServiceUnavailable", retry_after=str(WAIT_SECONDS)).reply,
    "Shutdown": lambda: apns.error(503, "Shutdown").reply,
}

ENDINGS: Final[Mapping[str, Callable[[], Reply]]] = {**ANYWHERE, **FCM, **APNS}


def ending(name: str) -> Reply:
    """The reply of that name; raises `KeyError`."""
    return ENDINGS[name]()


def _now() -> float:
    return datetime.now(UTC).timestamp()
