"""Every call that can be made of Ebb: routes as the resolver knows them, with an address and a body for each."""

import json
import re
import uuid
from typing import Any

from django.core.cache import cache as shared_cache
from django.db import transaction

from backend.consents.services import WORDING_VERSION
from config.faults.twins.routes import NAMES_SOMEBODYS_THING, Route, caller, is_ours
from tests.project.access import world as made_up
from tests.project.access.world import Answer, World

OWN, THEIRS, MISSING = "own", "theirs", "missing"
"""Whose thing the address names: the caller's, Selma's, or nobody's."""

_NOTHING = {"day": made_up.NOBODYS_DAY, "object_id": 999_999_999}


def objects_of(route: Route) -> tuple[str, ...]:
    """Whose things can be named in the address."""
    return (OWN, THEIRS) if route.parameters else (OWN,)


def things_of(world: World, role: str, whose: str) -> dict[str, Any]:
    """What stands in the address for a caller of this role. The day that is Selma's is one that she alone answered."""
    if whose == MISSING:
        return {name: _NOTHING.get(name, uuid.UUID(int=7)) for name in NAMES_SOMEBODYS_THING}
    if whose == THEIRS or role == "anonymous":
        return {**world.objects["person"], "day": made_up.THEIR_DAY}
    return world.objects[role]


def call(world: World, role: str, route: Route, method: str, whose: str) -> Answer:
    """Makes one call and undoes what it did."""
    address = route.address(things_of(world, role, whose))
    client = caller(world.sessions.get(role), is_app=route.is_for_apps)
    with transaction.atomic():
        if method == "POST" or not is_ours(route.view.__module__):
            shared_cache.clear()  # who asks this often would be told to slow down
        came = client.generic(method, address, *_body(route, method), headers=HEADERS.get((method, route.pattern)))
        content = b"".join(came) if came.streaming else came.content
        transaction.set_rollback(True)
    # The moment of answering is nobody's secret, and could look like one.
    headers = {name: _plain(value, address) for name, value in came.headers.items() if name != "Expires"}
    return Answer(came.status_code, headers, _plain(content.decode("utf-8", "replace"), address), came.headers.get("Location", ""))


def _plain(text: str, address: str) -> str:
    return _BY_CHANCE.sub("BY-CHANCE", text.replace(address, "ADDRESS") if len(address) > 1 else text)


_BY_CHANCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|(?<=value=\")[A-Za-z0-9]{64}(?=\")")
"""The id of a request; the token of a form."""


def _body(route: Route, method: str) -> tuple[str, str]:
    if method not in ("POST", "PUT", "PATCH"):
        return "", "application/octet-stream"
    said = BODIES.get((method, route.pattern), {})
    if not route.is_page:
        return json.dumps(said), "application/json"
    return "&".join(f"{name}={value}" for name, value in said.items()), "application/x-www-form-urlencoded"


_ANSWER = {"kind": "full", "closeness_felt": 5, "closeness_wanted": 5, "space_wanted": 5}
_CLIENT_ID = str(uuid.UUID(int=11))
_DEVICE = {"endpoint": "https://fcm.googleapis.com/new", "name": "New", **made_up.browser_keys()}

HEADERS = {("PUT", "api/v1/check-ins/<day:day>/"): {"If-Match": '"1"'}}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "api/v1/me/"): {"name": "Anew"},
    ("PATCH", "api/v1/choices/"): {"prompt_mode": "discreet"},
    ("POST", "api/v1/couples/accept/"): {"code": "AAAAA-AAAAA"},
    ("PUT", "api/v1/check-ins/<day:day>/"): {"client_id": _CLIENT_ID, **_ANSWER},
    ("POST", "api/v1/check-ins/batch/"): {"items": [{"client_id": _CLIENT_ID, "date": made_up.TODAY.isoformat(), **_ANSWER}]},
    ("POST", "api/v1/answers/"): {"token": "guessed", "quick": "closer", "client_id": _CLIENT_ID},
    ("PUT", "api/v1/prompts/<uuid:prompt_id>/reaction/"): {"reaction": "helped"},
    ("PUT", "api/v1/prompts/mute/"): {"days": 7},
    ("PATCH", "api/v1/reminders/"): {"reminders_on": False},
    ("POST", "api/v1/devices/"): {"kind": "webpush", **_DEVICE},
    ("POST", "tonight/"): {"quick": "closer", "client_id": _CLIENT_ID},
    ("POST", "words/<uuid:prompt_id>/"): {"reaction": "helped"},
    ("POST", "words/mute/"): {"mute": "1"},
    ("POST", "you/profile/"): {"name": "Anew", "language": "en", "timezone": "Europe/Madrid"},
    ("POST", "you/sharing/"): {"sharing": "weekly", "prompt_mode": "discreet"},
    ("POST", "you/pairing/"): {"code": "AAAAA-AAAAA"},
    ("POST", "you/leaving/"): {"how": "quietly"},
    ("POST", "you/reminders/"): {"reminder_time": "20:00", "quiet_from": "22:00", "quiet_until": "07:00"},
    ("POST", "you/devices/"): _DEVICE,
    ("POST", "you/devices/<uuid:device_id>/name/"): {"name": "Anew"},
    ("POST", "you/delete/"): {"sure": "on"},
    ("POST", "you/therapists/"): {"code": "AAAAA-AAAAA"},
    ("POST", "you/therapists/<uuid:link_id>/"): {"scopes": "summary", "days_back": 0, "days": 28, "wording_version": WORDING_VERSION},
    ("POST", "practice/application/"): {"name": "Dr New", "licence": "N-1", "practice": "New", "jurisdiction": "Spain"},
    ("POST", "practice/offer/"): {"label": "New", "purpose": "sessions"},
    ("POST", "practice/<uuid:link_id>/notes/"): {"text": "New"},
    ("POST", "practice/<uuid:link_id>/sessions/"): {"day": "2026-02-01"},
}


def outcome(answer: Answer) -> str:
    """What a cell says: a status, or where somebody is sent to sign in."""
    if answer.location.startswith("/accounts/login/?next="):
        return "sign-in"
    if answer.location.startswith("/accounts/reauthenticate/?next="):
        return "reauthenticate"
    if answer.location.startswith("/admin/login/?next="):
        return "admin-sign-in"
    return str(answer.status)
