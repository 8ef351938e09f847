"""The push service's side of VAPID: is this sender who the subscription was made for?

Written apart from the signing code on purpose, so that one mistake cannot hide in both.
"""

import base64
import binascii
import json
import re
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_VALIDITY = 24 * 60 * 60


class NotVouchedFor(Exception):
    """The request carries no acceptable VAPID token; ``status`` is what a push service answers."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def check_vapid(header: str, *, origin: str, application_server_key: str | None) -> None:
    """Check a VAPID header as RFC 8292 asks; raises `NotVouchedFor`.

    401 for a token that is missing, malformed, forged, expired or meant for someone else, 403
    for a good token of a sender other than the one the subscription was made with.
    """
    match = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)", header, re.ASCII)
    if match is None:
        raise NotVouchedFor(401, "no VAPID token")
    head, claims, signature, key = match.groups()
    _check_signature(f"{head}.{claims}", signature=_raw(signature), key=_raw(key))
    if _json(head).get("alg") != "ES256":
        raise NotVouchedFor(401, "the token is not signed with ES256")
    _check_claims(_json(claims), origin=origin)
    if application_server_key is not None and key != application_server_key:
        raise NotVouchedFor(403, "the subscription belongs to another sender")


def _check_signature(signed: str, *, signature: bytes, key: bytes) -> None:
    if len(signature) != 64:
        raise NotVouchedFor(401, "the signature has the wrong length")
    numbers = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        public.verify(numbers, signed.encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        raise NotVouchedFor(401, "the signature does not fit") from None


def _check_claims(claims: dict[str, Any], *, origin: str) -> None:
    if claims.get("aud") != origin:
        raise NotVouchedFor(401, "the token is for another push service")
    expires, now = claims.get("exp"), time.time()
    if not isinstance(expires, int) or not now < expires <= now + LONGEST_VALIDITY:
        raise NotVouchedFor(401, "the token has expired, or would live too long")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        raise NotVouchedFor(401, "the token names nobody to write to")


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise NotVouchedFor(401, "the token is not base64") from None


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(_raw(text))
    except ValueError:
        raise NotVouchedFor(401, "the token is not JSON") from None
    if not isinstance(value, dict):
        raise NotVouchedFor(401, "the token is not JSON")
    return value
