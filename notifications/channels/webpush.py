"""Web Push: to a browser on a phone, through that browser's push service."""

import json
from functools import cached_property
from typing import ClassVar, Final

from django.conf import settings

from notifications.channels import vapid
from notifications.channels.aes128gcm import encrypt
from notifications.channels.base import OPEN_PATH, ChannelError, Message, Sent, WebPushAddress, neutral_line, tag_of
from notifications.channels.calling import call, retry_after
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.endpoints import EndpointRefused, check_endpoint, check_keys

PADDED_BYTES: Final = 1024
"""Every plaintext has this length, so a reminder with its token looks like any other message."""
LONGEST_TTL: Final = 28 * 24 * 60 * 60


class WebPushChannel:
    """Encrypts, signs and posts one message to one subscription."""

    at_most_once: ClassVar[bool] = False

    def __init__(self, client: PinnedClient | None = None) -> None:
        self._client = client or PinnedClient()

    @cached_property
    def _identities(self) -> vapid.Identities:
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
        headers = headers_of(message) | {"Authorization": self._identity(address).authorization(endpoint.origin)}
        raise_for(call(self._client, endpoint, headers=headers, body=body, begin_by=message.begin_by))
        return Sent()

    def _identity(self, address: WebPushAddress) -> vapid.Vapid:
        try:
            identity = self._identities.of(address.server_key)
        except ValueError as error:
            raise ChannelError.stopped("vapid-key") from error
        if identity is None:
            # Nobody else can reach this subscription. Its browser subscribes anew at the next visit.
            raise ChannelError.refused("vapid-key-retired")
        return identity


def plaintext_of(message: Message) -> bytes:
    """The Declarative Web Push JSON: the constant line, the constant address, opaque values.

    Browsers without Declarative Web Push hand the same JSON to the service worker.
    """
    notification = {
        "title": neutral_line(message.language),
        "lang": message.language,
        "navigate": settings.SITE_URL.rstrip("/") + OPEN_PATH,
        "tag": tag_of(message.collapse_key),
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
        "Topic": tag_of(message.collapse_key),
        "Urgency": "normal",
        "User-Agent": "Ebb",
    }


def raise_for(answer: Answer) -> None:
    """Raise what the answer means for the delivery; return when it was accepted."""
    status, reason = answer.status, f"http-{answer.status}"
    if 200 <= status < 300:
        return
    if status in {404, 410}:
        raise ChannelError.gone(reason)
    if status in {401, 403}:
        raise ChannelError.unrecognised(reason)
    if status in {408, 425, 429} or status >= 500:
        raise ChannelError.later(reason, retry_after(answer.headers))
    # What is left: redirects, which we never follow, and requests the service will never like.
    raise ChannelError.refused(reason)
