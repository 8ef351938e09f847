"""What every request passes. The API takes the short way: what only pages need steps aside for it."""

import uuid
from collections.abc import Callable
from typing import Any

from allauth.usersessions.middleware import UserSessionsMiddleware
from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

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
