"""I3: what is private is found where it belongs and nowhere else.

Two people do everything Ebb offers, over HTTP, with strings that occur nowhere else. Afterwards the database, Redis, the logs,
the tasks, the notices and the mails are searched for each of them.
"""

import base64
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from backend import clock, nudge
from backend.accounts.models import User
from checkins.services import deciding
from notifications import services as notifications
from notifications.channels.memory import MemoryChannel
from notifications.models import Device
from tests.cast import person, signed_in
from tests.project.access.world import browser_keys

NOW = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
FORM = {"timezone": "Europe/Madrid", "adult": "on", "agreement": "on", "agreement_version": settings.AGREEMENT_VERSION}
LEVELS = {"kind": "full", "closeness_felt": 6, "closeness_wanted": 6, "space_wanted": 3}

BELONGS = {
    "e-mail": {
        "database accounts_user.email",
        "database account_emailaddress.email",
        "mail to",
        # How this very session proved who it is; a forgotten password, until its code is given.
        "session account_authentication_methods",
        "session account_password_reset_verification",
    },
    "name": {"database accounts_user.name"},
    "note": set(),
    "shared line": set(),
    "password": set(),
    "invitation code": set(),
    "answer token": {"notice payload"},
    "push endpoint": {"database notifications_device.endpoint"},
    "push key": {"database notifications_device.p256dh"},
    "push secret": {"database notifications_device.auth"},
    "session": {"database django_session.session_key", "database usersessions_usersession.session_key"},
}
"""Where each private thing may be found. Sealed, hashed or gone is not found at all."""


@dataclass
class Places:
    """Everything that is kept or sent, as text, by the place where it is."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, place: str, value: Any) -> None:
        raw = bytes(value) if isinstance(value, bytes | memoryview) else None
        self.found.setdefault(place, []).append(raw.decode("utf-8", "replace") if raw is not None else str(value))

    def holding(self, canary: str) -> set[str]:
        """The places with the string, also where it is written in base64 or as hexadecimal digits."""
        wanted = (canary, canary.encode().hex(), base64.b64encode(canary.encode()).decode().rstrip("="))
        return {place for place, texts in self.found.items() if any(one in text for text in texts for one in wanted)}


def everywhere(caplog: pytest.LogCaptureFixture, tasks: list[str]) -> Places:
    places = Places()
    for place, value in (*_database(), *_sessions(), *_redis(), *_notices(), *_mails()):
        places.add(place, value)
    for record in caplog.records:
        places.add("log", f"{record.name} {record.getMessage()} {record.exc_text or ''} {record.args}")
    for task in tasks:
        places.add("task", task)
    return places


def _database() -> Iterator[tuple[str, Any]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name for column in cursor.description]
            yield from ((f"database {table}.{name}", value) for row in cursor for name, value in zip(names, row, strict=True))


def _sessions() -> Iterator[tuple[str, Any]]:
    """What is in a session is packed and signed, so it is looked at unpacked too."""
    return ((f"session {name}", value) for session in Session.objects.all() for name, value in session.get_decoded().items())


def _redis() -> Iterator[tuple[str, Any]]:
    server = redis.Redis.from_url(settings.REDIS_URL)
    for key in server.scan_iter():
        yield "redis key", key
        kind = server.type(key)
        values: list[Any] = []
        if kind == b"string":
            values = [server.get(key)]
        elif kind == b"list":
            values = server.lrange(key, 0, -1)
        elif kind == b"hash":
            values = list(server.hgetall(key).values())
        yield from (("redis value", value) for value in values)
        if kind == b"list":
            yield from (("redis message", base64.b64decode(json.loads(value)["body"])) for value in values)
    server.close()


def _notices() -> Iterator[tuple[str, Any]]:
    for message in MemoryChannel.sent:
        yield "notice payload", json.dumps(dict(message.payload))
        yield "notice", f"{message.kind} {message.collapse_key} {message.ttl_seconds} {message.language} {message.delivery_id}"


def _mails() -> Iterator[tuple[str, Any]]:
    for message in mail.outbox:
        yield "mail to", message.to
        yield (
            "mail",
            f"{message.subject} {message.body} {getattr(message, 'alternatives', '')} {message.extra_headers} {message.from_email}",
        )


@dataclass
class Happened:
    """What two people did, and the strings that should not have gone anywhere."""

    canaries: dict[str, str]
    places: Places


@pytest.fixture
def happened(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Iterator[Happened]:
    tasks: list[str] = []
    publish = nudge.publish

    def remembered(task: str, *ids: Any) -> bool:
        tasks.append(f"{task} {ids}")
        return publish(task, *ids)

    monkeypatch.setattr(nudge, "publish", remembered)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    server = redis.Redis.from_url(settings.REDIS_URL)
    server.flushdb()
    MemoryChannel.reset()
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        canaries = live()
    with django_capture_on_commit_callbacks(execute=True):
        nudge.publish("notifications.tasks.deliver_due")
    yield Happened(canaries, everywhere(caplog, tasks))
    MemoryChannel.reset()
    server.flushdb()
    server.close()


def live() -> dict[str, str]:
    """A person signs up, pairs, answers, is reminded and answers from the notice; things go wrong too."""
    keys = browser_keys()
    canaries = {
        "e-mail": "canary.heron@example.org",
        "name": "Canary-Kestrel",
        "note": "canary of the note: a heron at dusk",
        "shared line": "canary of the line: a kite at noon",
        "password": "canary-password-wren-4471",
        "push endpoint": "canary-endpoint-plover",
        "push key": keys["p256dh"],
        "push secret": base64.urlsafe_b64encode(b"canary secret 16").decode().rstrip("="),
    }
    erin, browser = sign_up(canaries)
    canaries["session"] = str(browser.session.session_key)
    ask = caller(browser)
    canaries["invitation code"] = ask("POST", "couples/invitations/", {}, 201)["code"].replace("-", "")
    finn = caller(signed_in(person("Finn")))
    invited = finn("POST", "couples/accept/", {"code": canaries["invitation code"]}, 200)
    ask("POST", f"couples/invitations/{invited['id']}/confirm/", {}, 204)
    ask("PATCH", "choices/", {"sharing": "levels", "prompt_mode": "responsive", "show_pattern": True}, 200)
    endpoint = f"https://fcm.googleapis.com/{canaries['push endpoint']}"
    device = {"kind": "webpush", "endpoint": endpoint, "p256dh": keys["p256dh"], "auth": canaries["push secret"], "name": "Phone"}
    ask("POST", "devices/", device, 201)
    words = {"note": canaries["note"], "shared_line": canaries["shared line"]}
    # Answers that are refused, in each way in which they can be, name nothing either.
    ask("PUT", "check-ins/2026-03-03/", {"client_id": str(uuid4()), **LEVELS, **words}, 201)
    ask("PUT", "check-ins/2026-03-03/", {"client_id": str(uuid4()), **LEVELS, **words, "space_wanted": 99}, 422)
    ask("PUT", "check-ins/2026-03-03/", {"client_id": str(uuid4()), **LEVELS, **words, canaries["note"]: 1}, 422)
    ask("PUT", "check-ins/2026-03-03/", {"client_id": str(uuid4()), **LEVELS, **words}, 422)
    for address in ("dashboard/", "check-ins/", "me/", "devices/", "couples/"):
        ask("GET", address, None, 200)
    browser.get("/history/")
    canaries["answer token"] = answer_from_a_notice(erin)
    return canaries


def sign_up(canaries: dict[str, str]) -> tuple[User, Client]:
    """Through the pages, with a code by mail, a wrong password and a forgotten one on the way."""
    browser = Client()
    browser.post("/accounts/signup/", {"email": canaries["e-mail"], "password1": canaries["password"], "name": canaries["name"], **FORM})
    code = re.search(r"^\s*([A-Z0-9-]{6,10})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    browser.post("/accounts/confirm-email/", {"code": code[1]})
    erin = User.objects.get(email=canaries["e-mail"])
    browser.post("/accounts/logout/")
    Client().post("/accounts/password/reset/", {"email": canaries["e-mail"]})
    browser.post("/accounts/login/", {"login": canaries["e-mail"], "password": f"not {canaries['password']}"})
    browser.post("/accounts/login/", {"login": canaries["e-mail"], "password": canaries["password"]})
    assert browser.get("/you/").status_code == 200
    return erin, browser


def caller(browser: Client) -> Callable[[str, str, Any, int], Any]:
    """Asks the API in the name of the person who is signed in there, and expects one status."""

    def ask(method: str, address: str, body: Any, status: int) -> Any:
        answer = browser.generic(method, f"/api/v1/{address}", json.dumps(body) if body is not None else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    return ask


def answer_from_a_notice(erin: User) -> str:
    """The reminder comes to a second phone; its token answers, and is tried again afterwards."""
    Device.objects.filter(person=erin).update(kind="memory", service="memory")
    deciding.decide_due(now=NOW)
    evening = NOW + timedelta(hours=1)
    notifications.queue_due_reminders(now=evening)
    notifications.deliver_due(clock=lambda: evening)
    (token,) = [message.payload["answer_token"] for message in MemoryChannel.sent if "answer_token" in message.payload]
    for client_id, status in ((uuid4(), 204), (uuid4(), 404)):
        body = json.dumps({"token": token, "quick": "closer", "client_id": str(client_id)})
        assert Client().post("/api/v1/answers/", body, "application/json").status_code == status
    return token


def test_i3_what_is_private_is_found_where_it_belongs_and_nowhere_else(happened: Happened):
    assert {name: happened.places.holding(canary) for name, canary in happened.canaries.items()} == BELONGS
    shown = happened.canaries["invitation code"]
    assert happened.places.holding(f"{shown[:5]}-{shown[5:]}") == set(), "as people read it"


def test_i3_every_place_was_searched(happened: Happened):
    kinds = {place.split()[0] for place in happened.places.found}
    assert kinds == {"database", "session", "redis", "log", "task", "notice", "mail"}
    assert {"redis key", "redis value", "redis message", "mail", "mail to"} <= set(happened.places.found)
    assert any("checkin.note" in place for place in happened.places.found)


@pytest.mark.parametrize(
    "hidden", [str, str.encode, lambda text: text.encode().hex(), lambda text: base64.b64encode(text.encode()).decode()]
)
def test_i3_a_canary_is_found_however_it_is_written(hidden: Callable[[str], Any]):
    places = Places()
    places.add("somewhere", hidden("a canary that sings"))
    assert places.holding("a canary that sings") == {"somewhere"}
    assert places.holding("another bird") == set()


def test_i3_a_canary_that_escapes_is_found(happened: Happened, caplog: pytest.LogCaptureFixture):
    note = happened.canaries["note"]
    logging.getLogger("checkins").info("kept %s", note)
    cache.set("last-note", note)
    User.objects.filter(email=happened.canaries["e-mail"]).update(name=note[:40])
    mail.send_mail("About you", note, None, ["somebody@example.org"])
    found = everywhere(caplog, [f"checkins.tasks.look ({note!r},)"]).holding(note[:40])
    assert found == {"log", "redis value", "database accounts_user.name", "mail", "task"}
