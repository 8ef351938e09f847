"""How the stand-in reads a request to FCM's HTTP v1 API, and how it gives out access tokens (OAuth 2, RFC 7523).

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.stand_ins.exchange import Refused, Reply, Request, Taken
from notifications.stand_ins.phones import Phone

TOKEN_PATH: Final = "/token"
SEND_PATH: Final = "/v1/projects/"
PROJECT: Final = "ebb-stand-in"
SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
ACCESS_SECONDS: Final = 3599
MAX_BODY: Final = 4096
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(slots=True)
class Google:
    """One project with one service account, made for this stand-in."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), repr=False)
    given: dict[str, float] = field(default_factory=dict, repr=False)
    signed_in: int = 0

    def service_account(self, origin: str) -> str:
        """The file that Google would let its owner download."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "stand-in",
            "private_key": pem,
            "client_email": f"push@{PROJECT}.example.org",
            "token_uri": origin + TOKEN_PATH,
        }
        return json.dumps(account)

    def sign_in(self, request: Request, *, origin: str) -> Reply:
        """An access token for an assertion that this project's key has signed; raises `Refused`."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        if form.get("grant_type") != GRANT:
            raise Refused(400, "grant", _oauth_error("unsupported_grant_type"))
        try:
            audience = origin + TOKEN_PATH
            claims = jwt.decode(form.get("assertion", ""), self.key.public_key(), algorithms=["RS256"], audience=audience)
        except jwt.InvalidTokenError as error:
            raise Refused(400, "assertion", _oauth_error("invalid_grant")) from error
        if claims.get("scope") != SCOPE or claims.get("exp", 0) - claims.get("iat", 0) > 3600:
            raise Refused(400, "claims", _oauth_error("invalid_scope"))
        token = secrets.token_urlsafe(32)
        self.given[token] = time.time() + ACCESS_SECONDS
        self.signed_in += 1
        return _json(200, {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"})

    def read(self, request: Request, phone: Phone | None) -> Taken:
        """Check one message; raises `Refused`."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.given.get(bearer, 0) < time.time():
            raise error(401, "UNAUTHENTICATED")
        if request.path != f"{SEND_PATH}{PROJECT}/messages:send":
            raise error(403, "PERMISSION_DENIED")
        message = _checked_message(request)
        if phone is None or phone.gone_at is not None:
            raise error(404, "NOT_FOUND", "UNREGISTERED")
        android = message["android"]
        name = f"projects/{PROJECT}/messages/{secrets.token_hex(8)}"
        return Taken(
            phone.address,
            message,
            str(android.get("collapse_key", "")),
            str(message["data"].get("tag", "")),
            int(android["ttl"].removesuffix("s")),
            str(android.get("priority", "NORMAL")),
            _json(200, {"name": name}),
        )


def token_of(request: Request) -> str:
    """For which phone a message is, as far as it can be told."""
    try:
        return str(json.loads(request.body)["message"]["token"])
    except (ValueError, KeyError, TypeError):
        return ""


def error(status: int, word: str, fcm_code: str = "", *, retry_after: str = "") -> Refused:
    """An error as Google words it."""
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": fcm_code}] if fcm_code else []
    reply = _json(status, {"error": {"code": status, "message": word.lower(), "status": word, "details": details}})
    if retry_after:
        reply = Reply(status, headers={**reply.headers, "Retry-After": retry_after}, body=reply.body)
    return Refused(status, fcm_code or word, reply)


def _checked_message(request: Request) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
    try:
        message = json.loads(request.body)["message"]
        data, android = message["data"], message["android"]
    except (ValueError, KeyError, TypeError) as trouble:
        raise error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT") from trouble
    if not (isinstance(data, dict) and isinstance(android, dict)):
        raise error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
    wrong = (
        set(message) - {"token", "data", "android"},
        not all(isinstance(value, str) for value in data.values()),
        not re.fullmatch(r"[0-9]{1,7}s", str(android.get("ttl", ""))),
        android.get("priority") not in {"NORMAL", "HIGH"},
    )
    if any(wrong):
        raise error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
    return dict(message)


def _oauth_error(code: str) -> Reply:
    return _json(400, {"error": code})


def _json(status: int, content: dict[str, Any]) -> Reply:
    return Reply(status, headers={"Content-Type": "application/json"}, body=json.dumps(content).encode())
