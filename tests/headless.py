"""An app without pages: signs up and in over the headless API with nothing but JSON and its session token."""

import json
import re
from typing import Any

from django.core import mail
from django.test import Client

BASE = "/_allauth/app/v1"
SIGN_UP = {
    "password": "a calm long password",
    "timezone": "Europe/Madrid",
    "name": "Alice",
    "adult": True,
    "agreement": True,
    "agreement_version": "2026-11",
}


class App:
    """One installation of an app. Keeps the session token it is told, as a real one does."""

    def __init__(self, *, address: str = "203.0.113.10") -> None:
        self.token: str | None = None
        self.client = Client(REMOTE_ADDR=address)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"X-Session-Token": self.token} if self.token else {}
        where = path if path.startswith("/") else f"{BASE}/{path}"
        response = self.client.generic(
            method.upper(), where, _json(body), content_type="application/json", headers=headers | {"User-Agent": "Ebb app"}
        )
        self.client.cookies.clear()
        meta = response.json().get("meta", {}) if response.headers.get("Content-Type") == "application/json" else {}
        if isinstance(meta, dict) and "session_token" in meta:
            self.token = meta["session_token"]
        return response

    def post(self, path: str, **body: Any) -> Any:
        return self.ask("post", path, body)

    def me(self) -> Any:
        return self.ask("get", "/api/v1/me/")


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)


def code_in_mail(address: str) -> str:
    """The code in the last mail to this address."""
    letter = next(one for one in reversed(mail.outbox) if one.to == [address])
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(letter.body), re.MULTILINE)
    assert found, letter.body
    return found[1]


def signed_up(email: str = "alice@example.org", **changes: Any) -> App:
    """An app whose person has just signed up and confirmed their address."""
    app = App()
    app.post("auth/signup", email=email, **(SIGN_UP | changes))
    app.post("auth/email/verify", key=code_in_mail(email))
    return app
