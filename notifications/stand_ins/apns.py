"""How the stand-in reads a request to the Apple Push Notification service, which speaks HTTP/2 alone.

https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
"""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.stand_ins.exchange import Refused, Reply, Request, Taken
from notifications.stand_ins.phones import Phone

PATH: Final = "/3/device/"
KEY_ID: Final = "STANDIN001"
TEAM_ID: Final = "EBBTEAM001"
TOPIC: Final = "org.example.ebb"
MAX_BODY: Final = 4096
LONGEST_TOKEN_AGE: Final = 60 * 60


@dataclass(slots=True)
class Apple:
    """One team with one signing key, made for this stand-in."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)

    def signing_key(self) -> str:
        """The .p8 file that Apple would let its owner download."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def read(self, request: Request, phone: Phone | None) -> Taken:
        """Check one message; raises `Refused`."""
        headers = request.headers
        self._check_token(headers.get("authorization", ""))
        if headers.get("apns-topic") != TOPIC:
            raise error(400, "TopicDisallowed" if headers.get("apns-topic") else "MissingTopic")
        if not re.fullmatch(r"[0-9a-f]{64,200}", request.path.removeprefix(PATH)):
            raise error(400, "BadDeviceToken")
        content, expires = _checked_message(request)
        if phone is None:
            raise error(400, "BadDeviceToken")
        if phone.gone_at is not None:
            raise error(410, "Unregistered", at=phone.gone_at)
        collapse, now = headers.get("apns-collapse-id", ""), time.time()
        ttl = max(0, int(expires - now)) if expires else 0
        reply = Reply(200, headers={"apns-id": headers.get("apns-id", "")})
        return Taken(phone.address, content, collapse, collapse, ttl, headers.get("apns-priority", "10"), reply)

    def _check_token(self, authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise error(403, "MissingProviderToken")
        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(token, self.key.public_key(), algorithms=["ES256"], issuer=TEAM_ID)
        except jwt.InvalidTokenError as trouble:
            raise error(403, "InvalidProviderToken") from trouble
        if head.get("kid") != KEY_ID:
            raise error(403, "InvalidProviderToken")
        if not 0 <= time.time() - claims.get("iat", 0) < LONGEST_TOKEN_AGE:
            raise error(403, "ExpiredProviderToken")


def error(status: int, reason: str, *, at: float | None = None, retry_after: str = "") -> Refused:
    """An error as Apple words it; ``at`` is since when a token is dead, which Apple gives in milliseconds."""
    content: dict[str, Any] = {"reason": reason} | ({"timestamp": int(at * 1000)} if at is not None else {})
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Refused(status, reason, Reply(status, headers=headers, body=json.dumps(content).encode()))


def _checked_message(request: Request) -> tuple[dict[str, Any], int]:
    headers = request.headers
    if len(request.body) > MAX_BODY:
        raise error(413, "PayloadTooLarge")
    if len(headers.get("apns-collapse-id", "").encode()) > 64:
        raise error(400, "BadCollapseId")
    if headers.get("apns-push-type") != "alert":
        raise error(400, "InvalidPushType")
    if headers.get("apns-priority", "10") not in {"1", "5", "10"}:
        raise error(400, "BadPriority")
    if not re.fullmatch(r"[0-9]{1,12}", headers.get("apns-expiration", "0")):
        raise error(400, "BadExpirationDate")
    try:
        UUID(headers.get("apns-id", "0" * 32))
    except ValueError as trouble:
        raise error(400, "BadMessageId") from trouble
    try:
        content = json.loads(request.body)
        alert = content["aps"]["alert"]
    except (ValueError, KeyError, TypeError) as trouble:
        raise error(400, "PayloadEmpty") from trouble
    if not alert:
        raise error(400, "PayloadEmpty")
    return dict(content), int(headers.get("apns-expiration", "0"))
