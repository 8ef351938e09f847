"""Every address that can be asked, as the resolver knows them, and somebody who asks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

OURS = ("backend", "checkins", "notifications", "config")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NAMES_SOMEBODYS_THING = {"prompt_id", "device_id", "invitation_id", "link_id", "note_id", "session_id", "day", "object_id"}

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_NAMED = {"app_label": "accounts", "url": "nowhere", "content_type_id": "1", "token": "guessed"}


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
    def is_page(self) -> bool:
        return not self.pattern.startswith(("api/", "_allauth/", "^api"))

    @property
    def parameters(self) -> set[str]:
        return {a or b for a, b in _PARAMETER.findall(self.pattern)} & NAMES_SOMEBODYS_THING

    def address(self, things: dict[str, Any]) -> str:
        filled = _PARAMETER.sub(lambda found: str({**_NAMED, **things}[found[1] or found[2]]), self.pattern)
        return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")


@cache
def routes() -> dict[str, Route]:
    """By pattern. No two routes may be written alike."""
    found = list(_walk(get_resolver(), ""))
    if len(found) != len({route.pattern for route in found}):
        raise ValueError("two routes are written alike")
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
