"""FCM: to an app on an Android phone, by the HTTP v1 API.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import json
from functools import cached_property
from typing import Any, ClassVar, Final

from django.conf import settings

from notifications.channels.base import ChannelError, FcmAddress, Message, Sent, neutral_line, tag_of
from notifications.channels.calling import call, json_of, retry_after
from notifications.channels.google import AccessTokens, ServiceAccount
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.endpoints import Endpoint, own_endpoint

LONGEST_TTL: Final = 28 * 24 * 60 * 60


class FcmChannel:
    """Posts one data message for one registration token; the app shows it."""

    at_most_once: ClassVar[bool] = False

    def __init__(self, client: PinnedClient | None = None) -> None:
        self._client = client or PinnedClient(http2=True)

    @cached_property
    def _account(self) -> ServiceAccount:
        return ServiceAccount.read(settings.FCM_SERVICE_ACCOUNT)

    @cached_property
    def _tokens(self) -> AccessTokens:
        return AccessTokens(self._account, self._client)

    @cached_property
    def _endpoint(self) -> Endpoint:
        return own_endpoint(settings.FCM_URL, f"/v1/projects/{self._account.project}/messages:send")

    def send(self, message: Message) -> Sent:
        address = message.address
        if not isinstance(address, FcmAddress):
            raise ChannelError.refused("wrong-address")
        if message.ttl_seconds < 1:
            raise ChannelError.refused("expired")
        try:
            endpoint = self._endpoint
        except ValueError as error:
            raise ChannelError.stopped("fcm-settings") from error
        body = json.dumps(content_of(message, address), ensure_ascii=False, separators=(",", ":")).encode()
        token = self._tokens.bearer()
        answer = call(self._client, endpoint, headers=headers_of(token), body=body, begin_by=message.begin_by)
        if answer.status == 401 and self._tokens.forget(token):
            # Taken back before its time: the next try signs in anew.
            raise ChannelError.later("http-401")
        raise_for(answer)
        return Sent(reference=str(json_of(answer).get("name", "")))


def headers_of(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}


def content_of(message: Message, address: FcmAddress) -> dict[str, Any]:
    """A data message, since only the app can offer the two actions. High priority, or a sleeping phone gets it hours late."""
    tag = tag_of(message.collapse_key)
    data = {
        **message.payload,
        "title": neutral_line(message.language),
        "lang": message.language,
        "tag": tag,
        "id": str(message.delivery_id),
        "category": message.category,
    }
    android = {"collapse_key": tag, "ttl": f"{min(message.ttl_seconds, LONGEST_TTL)}s", "priority": "HIGH"}
    return {"message": {"token": address.token, "data": data, "android": android}}


def raise_for(answer: Answer) -> None:
    """Raise what the answer means for the delivery; return when it was accepted."""
    status, code = answer.status, _fcm_code(json_of(answer))
    reason = code or f"http-{status}"
    if 200 <= status < 300:
        return
    if code == "UNREGISTERED":
        raise ChannelError.gone(reason)
    if code in {"SENDER_ID_MISMATCH", "INVALID_ARGUMENT"}:
        # About this one token: whoever registers another app's must not stop everybody's messages.
        raise ChannelError.refused(reason)
    if status in {401, 403}:
        raise ChannelError.stopped(reason)
    if status in {408, 425, 429} or status >= 500:
        raise ChannelError.later(reason, retry_after(answer.headers))
    raise ChannelError.refused(reason)


def _fcm_code(content: dict[str, Any]) -> str:
    """FCM's own code among the details of a Google error; empty where there is none."""
    error = content.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    codes = [one["errorCode"] for one in details or [] if isinstance(one, dict) and isinstance(one.get("errorCode"), str)]
    return str(codes[0])[:40] if codes else ""
