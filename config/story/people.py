"""A person with a phone, as far as Ebb can tell: every deed is an HTTP request that an app could make."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings

from config.story.log import Log, read_log
from config.story.plan import Answer, Side
from notifications.stand_ins.mail_server import MailServer
from notifications.stand_ins.push_service import PushService, Received, Subscription

ZONE = "Europe/Madrid"
MAIL_SECONDS = 30.0


class Unexpected(RuntimeError):
    """Ebb answered otherwise than the story needs."""

    def __init__(self, request: httpx.Request, response: httpx.Response) -> None:
        body = response.text[:300]
        super().__init__(f"{request.method} {request.url.path} was answered {response.status_code}: {body}")
        self.status = response.status_code


def ask(client: httpx.Client, method: str, path: str, *, expect: Sequence[int] = (200,), **options: Any) -> Any:
    """One request; the JSON of its answer, or None where there is none. Raises Unexpected for another status."""
    response = client.request(method, path, **options)
    if response.status_code not in expect:
        raise Unexpected(response.request, response)
    return response.json() if response.content else None


@dataclass
class Person:
    """One of the two. `chance` makes their client ids and reactions, the same for the same seed."""

    name: str
    side: Side
    client: httpx.Client
    phones: PushService
    chance: Random
    phone: Subscription = field(init=False)

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@example.org"

    # Arriving

    def sign_up(self, mail: MailServer) -> None:
        """Signs up, reads the code in the mail, types it, and stays signed in with the session token."""
        form = {
            "email": self.email,
            "password": secrets.token_urlsafe(16),
            "name": self.name,
            "timezone": ZONE,
            "adult": True,
            "agreement": True,
            "agreement_version": settings.AGREEMENT_VERSION,
        }
        self._keep_token(ask(self.client, "POST", "/_allauth/app/v1/auth/signup", json=form, expect=(401,)))
        text = mail.wait_for(self.email, MAIL_SECONDS).text
        code = re.search(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)\s*$", text, re.MULTILINE)
        if code is None:
            raise LookupError("the mail held no code on a line of its own")
        self._keep_token(ask(self.client, "POST", "/_allauth/app/v1/auth/email/verify", json={"key": code[1]}))
        ask(self.client, "PATCH", "/api/v1/me/", json={"name": self.name, "timezone": ZONE, "language": "en"})

    def _keep_token(self, answer: Mapping[str, Any]) -> None:
        token = answer["meta"].get("session_token")
        if token:
            self.client.headers["X-Session-Token"] = token

    def register_phone(self, push_key: str) -> None:
        self.phone = self.phones.subscribe(push_key)
        device = {"kind": "webpush", "endpoint": self.phone.endpoint, "p256dh": self.phone.p256dh, "auth": self.phone.auth, "name": "Phone"}
        ask(self.client, "POST", "/api/v1/devices/", json=device, expect=(201,))

    # Pairing

    def invite(self) -> tuple[str, str]:
        """The invitation's id and the code to pass on."""
        made = ask(self.client, "POST", "/api/v1/couples/invitations/", expect=(201,))
        return made["id"], made["code"]

    def accept(self, code: str) -> None:
        ask(self.client, "POST", "/api/v1/couples/accept/", json={"code": code})

    def confirm(self, invitation: str) -> None:
        ask(self.client, "POST", f"/api/v1/couples/invitations/{invitation}/confirm/", expect=(204,))

    def choose(self) -> None:
        ask(self.client, "PATCH", "/api/v1/choices/", json={"sharing": "levels", "prompt_mode": "responsive", "show_pattern": True})

    # Answering

    def answer(self, day: date, answer: Answer) -> None:
        ask(self.client, "PUT", f"/api/v1/check-ins/{day}/", json={"client_id": self._new_id(), **answer.body()}, expect=(201,))

    def answer_late(self, given: Sequence[tuple[date, datetime, Answer]]) -> None:
        """Sends what was answered offline, as one batch."""
        items = [{"date": str(day), "client_id": self._new_id(), "answered_at": at.isoformat(), **one.body()} for day, at, one in given]
        results = ask(self.client, "POST", "/api/v1/check-ins/batch/", json={"items": items})["results"]
        if [one["status"] for one in results] != [201] * len(items):
            raise LookupError("an answer given offline was not kept")

    def answer_from(self, push: Received, quick: str) -> None:
        """One tap on the notification: the token in it is all that is shown."""
        body = {"token": push.opaque["answer_token"], "quick": quick, "client_id": self._new_id()}
        with httpx.Client(base_url=self.client.base_url, timeout=self.client.timeout, trust_env=False) as anonymous:
            ask(anonymous, "POST", "/api/v1/answers/", json=body, expect=(204,))

    def _new_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    # Reading

    def prompts(self) -> list[dict[str, Any]]:
        """One's prompts as the list has them, the newest first."""
        results: list[dict[str, Any]] = []
        path: str | None = "/api/v1/prompts/"
        while path:
            page = ask(self.client, "GET", path)
            results += page["results"]
            path = page["next"]
        return results

    def read(self, prompt_id: str) -> dict[str, Any]:
        prompt: dict[str, Any] = ask(self.client, "GET", f"/api/v1/prompts/{prompt_id}/")
        return prompt

    def react(self, prompt_id: str) -> str:
        reaction = self.chance.choice(("helped", "helped", "not_now", "did_not_fit"))
        ask(self.client, "PUT", f"/api/v1/prompts/{prompt_id}/reaction/", json={"reaction": reaction})
        return reaction

    def received(self) -> list[Received]:
        return self.phones.received(self.phone)

    def log(self, since: date) -> Log:
        return read_log(ask(self.client, "GET", "/demo/log/", params={"since": str(since)}))
