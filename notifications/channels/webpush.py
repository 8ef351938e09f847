"""Web Push: to a browser on a phone, through that browser's push service."""

import hashlib
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import ClassVar, Final

import httpcore
from django.conf import settings
from django.utils import translation

from notifications.channels import vapid
from notifications.channels.aes128gcm import encrypt
from notifications.channels.base import NEUTRAL_LINE, OPEN_PATH, ChannelError, Message, Sent, WebPushAddress
from notifications.channels.pinned import Answer, PinnedClient
from notifications.endpoints import Endpoint, EndpointRefused, check_endpoint, check_keys

PADDED_BYTES: Final = 1024
"""Every plaintext has this length, so a reminder with its token looks like any other message."""
LONGEST_TTL: Final = 28 * 24 * 60 * 60
LONGEST_WAIT: Final = timedelta(days=1)


class WebPushChannel:
    """Encrypts, signs and posts one message to one subscription."""

    at_most_once: ClassVar[bool] = False

    def __init__(self, client: PinnedClient | None = None) -> None:
        self._client = client or PinnedClient()

    @cached_property
    def _vapid(self) -> vapid.Vapid:
        return vapid.from_settings()

    def send(self, message: Message) -> Sent:
        address = message.address
        if not isinstance(address, WebPushAddress):
            raise ChannelError.refused("wrong-address")
        if message.ttl_seconds < 1:
            raise ChannelError.refused("expired")
        try:
            endpoint = check_endpoint(address.endpoint)
            keys = check_keys(address.p256dh, address.auth)
        except EndpointRefused as error:
            # The device stays: a mistyped allow-list must not remove everybody's phones.
            raise ChannelError.refused(f"endpoint-{error.code}") from error
        try:
            body = encrypt(plaintext_of(message), receiver=keys.p256dh, auth=keys.auth, padded_to=PADDED_BYTES)
        except ValueError as error:
            raise ChannelError.refused("too-large") from error
        try:
            headers = headers_of(message) | {"Authorization": self._vapid.authorization(endpoint.origin)}
        except ValueError as error:
            raise ChannelError.stopped("vapid-key") from error
        raise_for(self._post(endpoint, headers=headers, body=body))
        return Sent()

    def _post(self, endpoint: Endpoint, *, headers: dict[str, str], body: bytes) -> Answer:
        try:
            return self._client.post(endpoint, headers=headers, body=body)
        except EndpointRefused as error:
            raise ChannelError.later(error.code) from error
        except httpcore.TimeoutException as error:
            raise ChannelError.later("timeout") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise ChannelError.later("unreachable") from error


def plaintext_of(message: Message) -> bytes:
    """The Declarative Web Push JSON: the constant line, the constant address, opaque values.

    Browsers without Declarative Web Push hand the same JSON to the service worker.
    """
    with translation.override(message.language):
        title = str(NEUTRAL_LINE)
    notification = {
        "title": title,
        "lang": message.language,
        "navigate": settings.SITE_URL.rstrip("/") + OPEN_PATH,
        "tag": topic_of(message.collapse_key),
        "data": {**message.payload, "id": str(message.delivery_id)},
    }
    content = {"web_push": 8030, "notification": notification, "mutable": True}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(message: Message) -> dict[str, str]:
    """What the push service reads; the same for every kind of message but for the time left."""
    return {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(min(message.ttl_seconds, LONGEST_TTL)),
        "Topic": topic_of(message.collapse_key),
        "Urgency": "normal",
        "User-Agent": "Ebb",
    }


def topic_of(collapse_key: str) -> str:
    """The collapse key as 32 url-safe characters, the most that a Topic may have (RFC 8030, 5.4)."""
    return vapid.b64(hashlib.sha256(collapse_key.encode()).digest()[:24])


def raise_for(answer: Answer) -> None:
    """Raise what the answer means for the delivery; return when it was accepted."""
    status, reason = answer.status, f"http-{answer.status}"
    if 200 <= status < 300:
        return
    if status in {404, 410}:
        raise ChannelError.gone(reason)
    if status in {401, 403}:
        raise ChannelError.stopped(reason)
    if status in {408, 425, 429} or status >= 500:
        raise ChannelError.later(reason, retry_after(answer.headers))
    # What is left: redirects, which we never follow, and requests the service will never like.
    raise ChannelError.refused(reason)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the service asks us to wait, at most a day; seconds or an HTTP date (RFC 9110, 10.2.3).

    A date is measured against the service's own Date, so that our clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    until = _instant(text)
    if until is None:
        return None
    here = _instant(headers.get("date", ""))
    seconds = until - (time.time() if here is None else here)
    return min(max(timedelta(seconds=seconds), timedelta(0)), LONGEST_WAIT)


def _instant(text: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
