"""Every error of the API as one problem document (RFC 9457), with the statuses and codes of docs/reference/errors.md."""

import logging
import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.errors import AuthRequired, DomainError, FieldError, Invalid, SlowDown, StaleVersion, TryLater

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
UNEXPECTED = "Something went wrong on our side"

# Framework errors that carry nothing but a status.
_PLAIN: dict[type[Exception], tuple[int, str, str]] = {
    exceptions.NotAuthenticated: (401, "auth-required", "Please sign in"),
    exceptions.AuthenticationFailed: (401, "auth-required", "Please sign in"),
    exceptions.NotFound: (404, "not-found", "Not found"),
    Http404: (404, "not-found", "Not found"),
    exceptions.PermissionDenied: (404, "not-found", "Not found"),
    PermissionDenied: (404, "not-found", "Not found"),
    SuspiciousOperation: (400, "malformed", "This could not be read"),
    exceptions.ParseError: (400, "malformed", "This could not be read"),
    exceptions.MethodNotAllowed: (405, "method-not-allowed", "Not possible here"),
    exceptions.NotAcceptable: (406, "not-acceptable", "Not available in this form"),
    exceptions.UnsupportedMediaType: (415, "unsupported-media-type", "Please send JSON"),
}


def problem(status: int, code: str, title: str, *, request_id: str, **more: Any) -> dict[str, Any]:
    """The body of a problem document."""
    return {"type": f"urn:problem:{code}", "title": str(title), "status": status, "code": code, "request_id": request_id, **more}


def problem_response(request: HttpRequest, status: int, code: str, title: str) -> JsonResponse:
    """A problem document for what never reached a view."""
    body = problem(status, code, _(title), request_id=request_id_of(request))
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def request_id_of(request: Any) -> str:
    return getattr(request, "request_id", "")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Called by REST framework for whatever a view raises. A surprise is logged whole and told by its request id alone."""
    request_id = request_id_of(context["request"]._request)
    rendered = render(error, request_id)
    if rendered is None and _is_deleted(context["request"]):
        rendered = render(AuthRequired(), request_id)
    if rendered is None:
        log.error("unexpected error in request %s", request_id, exc_info=error)
        rendered = 500, problem(500, "unexpected", _(UNEXPECTED), request_id=request_id), {}
    set_rollback()
    status, body, headers = rendered
    context["view"].headers.update(headers)
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def _is_deleted(request: Any) -> bool:
    """Whether the person deleted their account, on another device, while this request was under way."""
    person = getattr(request, "_user", None)  # not `user`, which would ask who it is once more
    return person is not None and person.is_authenticated and not type(person).objects.filter(pk=person.pk).exists()


def render(error: Exception, request_id: str) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    """Status, body and headers for an error we know; None for a surprise."""
    if isinstance(error, DomainError):
        return _domain(error, request_id)
    if isinstance(error, exceptions.ValidationError):
        return _domain(Invalid(field_errors(error)), request_id)
    if isinstance(error, exceptions.Throttled):
        return _domain(SlowDown(math.ceil(getattr(error, "wait", None) or 1)), request_id)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("the database is away, request %s", request_id, exc_info=error)
        return _domain(TryLater(), request_id)
    for kind in type(error).__mro__:
        if kind in _PLAIN:
            status, code, title = _PLAIN[kind]
            headers = {"WWW-Authenticate": "X-Session-Token"} if status == 401 else {}
            return status, problem(status, code, _(title), request_id=request_id), headers
    return None


def _domain(error: DomainError, request_id: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(error, Invalid):
        more["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": str(e.detail)} for e in error.errors]
    if isinstance(error, StaleVersion):
        more["current"] = error.current
    if isinstance(error, SlowDown | TryLater):
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "X-Session-Token"
    return error.status, problem(error.status, error.code, _(error.title), request_id=request_id, **more), headers


def field_errors(error: exceptions.ValidationError) -> list[FieldError]:
    """REST framework's nested details as pointers into the body."""
    return list(_field_errors(error.get_full_details()))


def _field_errors(details: Any, pointer: str = "") -> Iterator[FieldError]:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        code = details["code"]
        # The framework's own words for this one repeat what was sent.
        words = _("This is not one of the choices.") if code == "invalid_choice" else details["message"]
        yield FieldError(pointer, _CODES.get(code, code.replace("_", "-")), words)
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _field_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{_escaped(name)}")
    else:
        for index, inner in enumerate(details):
            # A list of messages belongs to its field; a list of items has a number each.
            is_message = isinstance(inner, dict) and set(inner) == {"message", "code"}
            if inner:
                yield from _field_errors(inner, pointer if is_message else f"{pointer}/{index}")


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


_CODES = {
    "max_value": "out-of-range",
    "min_value": "out-of-range",
    "overflow": "out-of-range",
    "invalid_choice": "unknown-choice",
    "max_length": "too-long",
    "not_a_list": "invalid",
}
