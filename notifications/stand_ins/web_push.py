"""How the stand-in reads a Web Push request (RFC 8030, 8291, 8292), as service and as browser."""

import json
import re
import secrets
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.stand_ins.exchange import Refused, Reply, Request, Taken
from notifications.stand_ins.phones import Browser
from notifications.stand_ins.vapid_check import NotVouchedFor, check_vapid

PATH: Final = "/push/"
MAX_BODY: Final = 4096


class Opener(Protocol):
    """Opens a body as the browser would; raises `ValueError`."""

    def __call__(self, body: bytes, *, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes: ...


def read(request: Request, browser: Browser | None, *, origin: str, opener: Opener) -> Taken:
    """Check and open one request; raises `Refused`."""
    if len(request.body) > MAX_BODY:
        raise Refused(413, "too large")
    if browser is None:
        raise Refused(404, "no such subscription")
    if browser.gone_at is not None:
        raise Refused(410, "unsubscribed")
    try:
        check_vapid(request.headers.get("authorization", ""), origin=origin, application_server_key=browser.application_server_key)
    except NotVouchedFor as error:
        raise Refused(error.status, error.reason) from error
    ttl, topic, urgency = _checked_headers(request)
    content = _opened(browser, request.body, opener)
    tag = str(content.get("notification", {}).get("tag", "") or topic)
    location = {"Location": f"{origin}/message/{secrets.token_urlsafe(8)}"}
    return Taken(browser.address, content, topic, tag, ttl, urgency, Reply(201, headers=location))


def _checked_headers(request: Request) -> tuple[int, str, str]:
    headers = request.headers
    ttl, topic, urgency = headers.get("ttl", ""), headers.get("topic", ""), headers.get("urgency", "normal")
    if not re.fullmatch(r"[0-9]{1,10}", ttl):
        raise Refused(400, "TTL is missing or not a number")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,32}", topic):
        raise Refused(400, "the topic is not 32 characters of url-safe base64 at most")
    if urgency not in {"very-low", "low", "normal", "high"}:
        raise Refused(400, "unknown urgency")
    if headers.get("content-encoding") != "aes128gcm":
        raise Refused(400, "the content is not encrypted with aes128gcm")
    return int(ttl), topic, urgency


def _opened(browser: Browser, body: bytes, opener: Opener) -> dict[str, Any]:
    try:
        content = json.loads(opener(body, private_key=browser.private_key, auth=browser.auth))
    except ValueError as error:
        raise Refused(400, f"the phone cannot read it: {error}") from error
    if not isinstance(content, dict):
        raise Refused(400, "the phone cannot read it: not a JSON object")
    return content
