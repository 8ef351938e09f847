"""What every request passes. The API takes the short way: what only pages need steps aside for it."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.usersessions.middleware import UserSessionsMiddleware
from csp.middleware import CSPMiddleware
from django.contrib import messages
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from rest_framework.exceptions import ParseError
from rest_framework.permissions import SAFE_METHODS

from backend.api.awake import COOKIE, is_locked, keep_awake
from backend.api.parsers import parse_json
from backend.api.problems import problem_response
from backend.errors import TooLarge

Handler = Callable[[HttpRequest], HttpResponse]

API_PREFIXES = ("/api/v1/", "/healthz", "/readyz", "/metrics")


class _PageOnly:
    """Mixed in before a middleware, lets the API pass it by."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API_PREFIXES):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # the middleware it is mixed into


class _PageView(_PageOnly):
    """The same for a middleware that also looks at the view."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        if request.path_info.startswith(API_PREFIXES):
            return None
        return super().process_view(request, *view)  # type: ignore[misc]  # as above


class PageSessionMiddleware(_PageOnly, SessionMiddleware):
    pass


class PageLocaleMiddleware(_PageOnly, LocaleMiddleware):
    pass


class PageCommonMiddleware(_PageOnly, CommonMiddleware):
    pass


class PageCsrfMiddleware(_PageView, CsrfViewMiddleware):
    pass


class PageAuthenticationMiddleware(_PageOnly, AuthenticationMiddleware):
    pass


class PageMessageMiddleware(_PageOnly, MessageMiddleware):
    pass


class PageUserSessionsMiddleware(_PageOnly, UserSessionsMiddleware):
    pass


class PageCspMiddleware(_PageOnly, CSPMiddleware):
    pass


class ApiHostMiddleware:
    """The API answers only under the names in ALLOWED_HOSTS, as pages do. Health and metrics are asked by address."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            try:
                request.get_host()
            except DisallowedHost:  # one made-up name after another would fill the log
                return problem_response(request, 400, "malformed", "This could not be read")
        return self.get_response(request)


class SignInBodyMiddleware:
    """Holds what is sent to allauth's API to the limits of ours: it reads any JSON, however deep, and fails on what is too deep."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/_allauth/") and request.method not in ("GET", "HEAD"):
            try:
                if request.body:
                    parse_json(request.body)
            except RequestDataTooBig:
                return problem_response(request, TooLarge.status, TooLarge.code, TooLarge.title)
            except ParseError:
                return problem_response(request, 400, "malformed", "This could not be read")
        return self.get_response(request)


class RequestIdMiddleware:
    """Gives every request an id that logs and problem documents name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]  # ours
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]  # ours
        return response


class PrivacyHeadersMiddleware:
    """Nothing a person reads is kept by a cache, and no page may use the phone's sensors."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        if not response.streaming and not response.has_header("Content-Length"):
            # Without it the server answers in chunks, a cost the API need not pay.
            response.headers["Content-Length"] = str(len(response.content))
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response


class LockMiddleware:
    """Where the app is locked, every page that is somebody's own leads to the PIN. Looking at pages keeps it open.

    What was pressed on a page that stayed open is not done: past the PIN that page comes back and says so. Only getting safe
    needs no PIN. It takes something back and shows nothing, and whoever presses it may have no second try.
    """

    open_to_all = frozenset(
        ("lock", "help", "install", "offline", "manifest", "manifest-notes", "service-worker", "account_logout", "healthz", "readyz")
    )
    done_without_pin = frozenset(("you-safety",))

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def process_view(self, request: Any, view: Any, _parts: Any, _named: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match.url_name in self.open_to_all or request.path_info.startswith(API_PREFIXES):
            return None
        user = request.user
        if not user.is_authenticated or not user.pin:
            return None
        if not is_locked(request, user, request.session.session_key or ""):
            request.renews_lock = True
            return None
        if match.url_name in self.done_without_pin:
            return None
        return HttpResponseRedirect(f"{reverse('lock')}?{urlencode({'next': _page_to_come_back_to(request)})}")

    def __call__(self, request: Any) -> Any:
        response = self.get_response(request)
        if getattr(request, "renews_lock", False) and COOKIE not in response.cookies and request.session.session_key:
            keep_awake(response, request.session.session_key)
        return response


def _page_to_come_back_to(request: HttpRequest) -> str:
    """The page that was asked for, or the one whose form was sent, which says that it has to be sent once more."""
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    messages.warning(request, gettext("That was not done, since the app was locked. If you still want it, please press it again."))
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return reverse("tonight")
    page = urlsplit(came_from)
    return urlunsplit(("", "", page.path, page.query, ""))


class PersonMiddleware:
    """Speaks the language a person chose; others get what their browser asks for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return self.get_response(request)
        # Read before the view runs: afterwards the same object may stand for nobody, where a view signed the person out.
        language = user.language
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers["Content-Language"] = language
        patch_vary_headers(response, ("Cookie",))
        return response
