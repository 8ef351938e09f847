"""APNs: to an app on an iPhone, with a signing key and over HTTP/2.

https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
"""

import json
import time
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any, ClassVar, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings

from notifications.channels.base import ApnsAddress, ChannelError, Message, Sent, neutral_line, tag_of
from notifications.channels.calling import call, json_of, retry_after
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.channels.vapid import read_private_key
from notifications.endpoints import Endpoint, own_endpoint

REUSED_SECONDS: Final = 40 * 60
"""Apple wants a token that is less than an hour old, and a new one every twenty minutes at most."""


class ProviderToken:
    """The signing key's token. All processes date theirs alike, so that Apple sees one and not as many as there are workers."""

    def __init__(self, key: EllipticCurvePrivateKey, *, key_id: str, team_id: str) -> None:
        self._key, self._key_id, self._team_id = key, key_id, team_id
        self._made: tuple[int, str] = (0, "")
        self._lock = Lock()

    def bearer(self) -> str:
        issued_at = int(time.time()) // REUSED_SECONDS * REUSED_SECONDS
        with self._lock:
            if self._made[0] != issued_at:
                claims = {"iss": self._team_id, "iat": issued_at}
                self._made = issued_at, jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._key_id})
            return self._made[1]


class ApnsChannel:
    """Posts one alert for one device token."""

    at_most_once: ClassVar[bool] = False

    def __init__(self, client: PinnedClient | None = None) -> None:
        self._client = client or PinnedClient(http2=True)

    @cached_property
    def _token(self) -> ProviderToken:
        return ProviderToken(read_private_key(settings.APNS_KEY), key_id=settings.APNS_KEY_ID, team_id=settings.APNS_TEAM_ID)

    def send(self, message: Message) -> Sent:
        address = message.address
        if not isinstance(address, ApnsAddress):
            raise ChannelError.refused("wrong-address")
        if message.ttl_seconds < 1:
            raise ChannelError.refused("expired")
        try:
            endpoint, bearer = self._endpoint(address), self._token.bearer()
        except ValueError as error:
            raise ChannelError.stopped("apns-settings") from error
        body = json.dumps(content_of(message), ensure_ascii=False, separators=(",", ":")).encode()
        headers = headers_of(message) | {"authorization": f"bearer {bearer}"}
        answer = call(self._client, endpoint, headers=headers, body=body, begin_by=message.begin_by)
        raise_for(answer)
        return Sent(reference=answer.headers.get("apns-id", ""))

    def _endpoint(self, address: ApnsAddress) -> Endpoint:
        return own_endpoint(settings.APNS_URL, f"/3/device/{address.token}")


def content_of(message: Message) -> dict[str, Any]:
    """The neutral line, without a sound; the category names the actions that the app offers."""
    aps = {"alert": {"title": neutral_line(message.language)}, "category": message.category}
    return {"aps": aps, **message.payload, "id": str(message.delivery_id), "lang": message.language}


def headers_of(message: Message) -> dict[str, str]:
    """What the service reads. It wants the end of freshness as an instant, so here the machine's clock matters."""
    return {
        "apns-topic": settings.APNS_TOPIC,
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": str(int(time.time()) + message.ttl_seconds),
        "apns-collapse-id": tag_of(message.collapse_key),
        "apns-id": str(message.delivery_id),
    }


def raise_for(answer: Answer) -> None:
    """Raise what the answer means for the delivery; return when it was accepted."""
    status, content = answer.status, json_of(answer)
    reason = str(content.get("reason") or f"http-{status}")[:40]
    if 200 <= status < 300:
        return
    if status == 410 or reason == "BadDeviceToken":
        raise ChannelError.gone(reason, _since(content))
    if status in {401, 403}:
        raise ChannelError.stopped(reason)
    if status in {408, 429} or status >= 500:
        raise ChannelError.later(reason, retry_after(answer.headers))
    # Among them DeviceTokenNotForTopic: a token of another app, or a mistyped APNS_TOPIC that must not remove everybody's phones.
    raise ChannelError.refused(reason)


def _since(content: dict[str, Any]) -> datetime | None:
    """Since when the token is dead; Apple says it in milliseconds."""
    milliseconds = content.get("timestamp")
    if not isinstance(milliseconds, int) or not 0 < milliseconds < 10**14:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
