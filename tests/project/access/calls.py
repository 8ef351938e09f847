"""Every call that can be made of Ebb: routes as the resolver knows them, with an address and a body for each."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

from tests.project.access import world as made_up
from tests.project.access.world import Answer, World

OURS = ("backend", "checkins", "notifications", "config")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OWN, THEIRS, MISSING = "own", "theirs", "missing"
"""Whose thing the address names: the caller's, Selma's, or nobody's."""

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_NAMED = {"app_label": "accounts", "url": "nowhere", "content_type_id": "1"}
_NOTHING = {"day": made_up.NOBODYS_DAY, "object_id": 999_999_999}
NAMES_SOMEBODYS_THING = {"prompt_id", "device_id", "invitation_id", "day", "object_id"}


@dataclass(frozen=True)
class Route:
    """One address of the resolver, written as its pattern."""

    pattern: str
    name: str | None
    view: Callable[..., Any]

    @property
    def is_for_apps(self) -> bool:
        """The sign-in of apps knows no browser's session."""
        return self.pattern.startswith("_allauth/")

    @property
    def parameters(self) -> set[str]:
        return {a or b for a, b in _PARAMETER.findall(self.pattern)} & NAMES_SOMEBODYS_THING

    @property
    def objects(self) -> tuple[str, ...]:
        """Whose things can be named in the address."""
        return (OWN, THEIRS) if self.parameters else (OWN,)

    def address(self, things: dict[str, Any]) -> str:
        filled = _PARAMETER.sub(lambda found: str({**_NAMED, **things}[found[1] or found[2]]), self.pattern)
        return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")


@cache
def routes() -> dict[str, Route]:
    found = list(_walk(get_resolver(), ""))
    assert len(found) == len({route.pattern for route in found}), "two routes are written alike"
    return {route.pattern: route for route in found}


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        pattern = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield Route(pattern, one.name, one.callback)
        else:
            yield from _walk(one, pattern)


def is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in OURS


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
    headers = {name: _plain(value, address) for name, value in came.headers.items()}
    return Answer(came.status_code, headers, _plain(content.decode("utf-8", "replace"), address), came.headers.get("Location", ""))


def _plain(text: str, address: str) -> str:
    return _BY_CHANCE.sub("BY-CHANCE", text.replace(address, "ADDRESS") if len(address) > 1 else text)


_BY_CHANCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|(?<=value=\")[A-Za-z0-9]{64}(?=\")")
"""The id of a request; the token of a form."""


_HANDLER = ClientHandler(enforce_csrf_checks=False)
"""One for all: loading the middleware takes longer than most calls."""


def caller(key: str | None, *, is_app: bool = False) -> Client:
    """A browser with this session; or, for the sign-in of apps, an app with the token of the session."""
    client = Client(raise_request_exception=False)
    client.handler = _HANDLER
    if key and is_app:
        client.defaults["HTTP_X_SESSION_TOKEN"] = key
    elif key:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def _body(route: Route, method: str) -> tuple[str, str]:
    if method not in ("POST", "PUT", "PATCH"):
        return "", "application/octet-stream"
    said = BODIES.get((method, route.pattern), {})
    if route.pattern.startswith(("api/", "_allauth/", "^api")):
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
    ("POST", "you/delete/"): {"sure": "on"},
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
