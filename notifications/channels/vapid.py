"""Who we are to a push service: VAPID (RFC 8292), an ES256 token for each service's origin."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from threading import Lock
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from django.conf import settings

from notifications.channels.aes128gcm import point_of

VALID_SECONDS: Final = 12 * 60 * 60
"""Half of what RFC 8292 allows, so that a clock that is hours wrong still gets through."""
REUSED_SECONDS: Final = 11 * 60 * 60
REMEMBERED_ORIGINS: Final = 256
"""Below a listed domain there may be as many names as somebody likes to make up."""


class Vapid:
    """One signing key and its tokens, each made once per origin and reused for eleven hours. Origins not met for long are forgotten."""

    def __init__(self, private_key: str, *, subject: str) -> None:
        self._key = read_private_key(private_key)
        self._subject = subject
        self._made: dict[str, tuple[float, str]] = {}
        self._lock = Lock()
        self.public_key = b64(point_of(self._key))

    def authorization(self, origin: str) -> str:
        """The Authorization header for one push service.

        Push services live in real time, so this reads the machine's clock and not the product's.
        """
        now = time.time()
        with self._lock:
            made_at, header = self._made.pop(origin, (float("-inf"), ""))
            if not 0 <= now - made_at < REUSED_SECONDS:
                made_at, header = now, f"vapid t={self._token(origin, now)}, k={self.public_key}"
            self._made[origin] = (made_at, header)  # last again: the first is the one asked for longest ago
            if len(self._made) > REMEMBERED_ORIGINS:
                del self._made[next(iter(self._made))]
            return header

    def _token(self, origin: str, now: float) -> str:
        claims: dict[str, str | int] = {"aud": origin, "exp": int(now) + VALID_SECONDS, "sub": self._subject}
        signed = f"{_json_b64({'typ': 'JWT', 'alg': 'ES256'})}.{_json_b64(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Identities:
    """The key that browsers subscribe with now, and the one before it, which older subscriptions still know us by."""

    def __init__(self, current: Vapid, previous: Vapid | None) -> None:
        self.current = current
        self.previous = previous

    def of(self, server_key: str) -> Vapid | None:
        """Who we are to a subscription made with this public key; None where that key is no longer ours.

        Where nobody said which key it was, it is the older of the two: whoever subscribed since a key was turned says it.
        """
        if not server_key:
            return self.previous or self.current
        return next((one for one in (self.current, self.previous) if one and one.public_key == server_key), None)


def from_settings() -> Identities:
    """The installation's own identities."""
    previous = settings.VAPID_PREVIOUS_KEY
    return Identities(
        Vapid(settings.VAPID_PRIVATE_KEY, subject=settings.VAPID_SUBJECT),
        Vapid(previous, subject=settings.VAPID_SUBJECT) if previous else None,
    )


def application_server_key() -> str:
    """The public key a browser subscribes with, in url-safe base64."""
    return from_settings().current.public_key


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Read a P-256 key: PEM, or url-safe base64 of its 32-byte number or of PKCS 8.

    Raises `ValueError` that never repeats the text.
    """
    try:
        if "BEGIN" in text:
            # Environment files write a line break as the two characters backslash and n.
            key = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
        else:
            raw = unb64(text.strip())
            if len(raw) == 32:
                return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
            key = load_der_private_key(raw, password=None)
    except (ValueError, TypeError):
        raise ValueError("VAPID_PRIVATE_KEY is not a P-256 private key") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("VAPID_PRIVATE_KEY is not a P-256 private key")
    return key


def b64(raw: bytes) -> str:
    """Url-safe base64 without padding, as every part of Web Push writes it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The reverse of `b64`; raises `ValueError`."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not url-safe base64") from None


def _json_b64(value: Mapping[str, str | int]) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())
