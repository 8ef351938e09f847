"""Access tokens of a Google service account: OAuth 2 with a signed assertion (RFC 7523)."""

import json
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Self
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from notifications.channels.base import ChannelError
from notifications.channels.calling import call, json_of, retry_after
from notifications.channels.pinned import PinnedClient
from notifications.endpoints import own_endpoint

SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS: Final = 3600
EARLY_SECONDS: Final = 300
"""So much before its end a token is replaced."""
NEW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the file that Google lets its owner download says."""

    project: str
    email: str
    token_uri: str
    key_id: str
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises `ValueError` that never repeats the text."""
        try:
            found = json.loads(text)
            key = load_pem_private_key(found["private_key"].encode(), password=None)
            account = cls(found["project_id"], found["client_email"], found["token_uri"], found["private_key_id"], key)  # type: ignore[arg-type]  # asked next
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("not the file of a Google service account") from None
        if not isinstance(key, RSAPrivateKey) or urlsplit(account.token_uri).scheme != "https":
            raise ValueError("not the file of a Google service account")
        return account


class AccessTokens:
    """One token for the process, fetched when it is needed and good for almost an hour."""

    def __init__(self, account: ServiceAccount, client: PinnedClient) -> None:
        self._account = account
        self._client = client
        self._token = ""
        self._fetched_at = self._good_until = float("-inf")
        self._lock = Lock()

    def bearer(self) -> str:
        """A token that is good now. Raises `ChannelError`."""
        with self._lock:
            if time.monotonic() >= self._good_until:
                self._token, seconds = self._fetch()
                self._fetched_at = time.monotonic()
                self._good_until = self._fetched_at + max(seconds - EARLY_SECONDS, 1)
            return self._token

    def forget(self, token: str) -> bool:
        """The service does not take this token; returns whether a new one may mend that, since this one is not new itself."""
        with self._lock:
            if token != self._token:
                return True
            self._good_until = float("-inf")
            return time.monotonic() - self._fetched_at > NEW_SECONDS

    def _fetch(self) -> tuple[str, int]:
        endpoint = own_endpoint(self._account.token_uri, "")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"grant_type": GRANT, "assertion": self._assertion()}).encode()
        answer = call(self._client, endpoint, headers=headers, body=body)
        content = json_of(answer)
        if answer.status == 200 and isinstance(content.get("access_token"), str):
            seconds = content.get("expires_in")
            return content["access_token"], seconds if isinstance(seconds, int) else ASSERTION_SECONDS
        if answer.status in {408, 429} or answer.status >= 500 or answer.status == 200:
            raise ChannelError.later(f"sign-in-{answer.status}", retry_after(answer.headers))
        # Google says 400 invalid_grant for a key that was taken back, and for a clock that is wrong.
        raise ChannelError.stopped(f"sign-in-{answer.status}")

    def _assertion(self) -> str:
        now, account = int(time.time()), self._account
        claims = {"iss": account.email, "scope": SCOPE, "aud": account.token_uri, "iat": now, "exp": now + ASSERTION_SECONDS}
        return jwt.encode(claims, account.key, algorithm="RS256", headers={"kid": account.key_id})
