"""Who is asking: the session token of an app, or the session cookie of the web app. One statement per request."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from backend.api import app_sessions
from backend.api.awake import is_locked
from backend.errors import DomainError
from backend.statements import fetch_row

HEADER = "X-Session-Token"
PERSON_HEADER = "X-Person"


class FormCheckFailed(DomainError):
    status, code, title = 403, "form-check", "Please load the page again"


class SessionAuthentication(BaseAuthentication):
    """Knows a person by an allauth session. Signing out or changing the password ends it at once."""

    def authenticate(self, request: Request) -> tuple[Any, dict[str, Any]] | None:
        token, key = request.META.get("HTTP_X_SESSION_TOKEN"), _key_of(request)
        if not key:
            return None
        found = person_of_session(key)
        if found is None or not _is_meant(request, found[0]):
            return None
        if token and not found[1].get(app_sessions.MARK):
            return None
        if not token and is_locked(request._request, found[0], key):
            return None
        if not token:
            _check_form(request)
        return found

    def authenticate_header(self, request: Request) -> str:
        return HEADER


def _key_of(request: Request) -> str | None:
    """An app's token is the key of its session; a browser sends it as a cookie."""
    key: str | None = request.META.get("HTTP_X_SESSION_TOKEN") or request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return key


def person_of_session(key: str) -> tuple[Any, dict[str, Any]] | None:
    """The active person who is signed in with this session key and what the session holds, or None. One statement."""
    user_model = get_user_model()
    fields = user_model._meta.concrete_fields
    row = _session_row(key)
    if row is None:
        return None
    session = SessionStore().decode(row[0])
    user = user_model.from_db(connection.alias, [field.attname for field in fields], row[1:])
    if session.get(SESSION_KEY) != str(user.pk) or not user.is_active:
        return None
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    return user, session


def mark_of(person_id: int) -> str:
    """An opaque mark of a person, for a browser that several may use: what one of them left to be sent names its owner."""
    return hmac.new(settings.SECRET_KEY.encode(), f"phone:{person_id}".encode(), hashlib.sha256).hexdigest()[:32]


def _is_meant(request: Request, person: Any) -> bool:
    """Whether the call may be this person's: one that names its owner is nobody else's, whoever is signed in by now."""
    named = request.META.get("HTTP_X_PERSON")
    return named is None or constant_time_compare(named, mark_of(person.pk))


def _session_row(key: str) -> Any | None:
    """The first statement of a request. A kept connection that the database has closed since shows here and is replaced."""
    # This statement is the health check, so Django need not ask another before it.
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs leave it out
    try:
        return fetch_row(_statement(), [key])
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()
        return fetch_row(_statement(), [key])


@contextmanager
def changed_session(request: Request) -> Iterator[SessionBase]:
    """The caller's session, kept when the block ends. Raises NotAuthenticated where it has been ended meanwhile."""
    session = SessionStore(_key_of(request))
    yield session
    try:
        session.save()
    except UpdateError as error:
        raise NotAuthenticated from error


def confirmed_recently(request: Request) -> bool:
    """Whether the person proved within the last five minutes that it is them (allauth keeps when and how)."""
    return was_confirmed_recently(request.auth or {})


def was_confirmed_recently(session: Any) -> bool:
    """The same of a session, which may be a page's."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(record["at"] > time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)


@cache
def _statement() -> str:
    user = get_user_model()._meta
    columns = ", ".join(f'u."{field.column}"' for field in user.concrete_fields)
    return (
        f'SELECT s.session_data, {columns} FROM "{Session._meta.db_table}" s'  # noqa: S608 (names of our own tables)
        " JOIN usersessions_usersession us ON us.session_key = s.session_key"
        f' JOIN "{user.db_table}" u ON u.id = us.user_id'
        " WHERE s.session_key = %s AND s.expire_date > clock_timestamp()"
    )


class _FormCheck(CsrfViewMiddleware):
    def _reject(self, request: Any, reason: str) -> Any:
        return reason


def _check_form(request: Request) -> None:
    """The web app's requests must carry the form token, since the browser sends its cookie by itself."""
    check = _FormCheck(lambda _: None)  # type: ignore[arg-type]  # never called
    check.process_request(request._request)
    if check.process_view(request._request, None, (), {}):  # type: ignore[arg-type]  # REST framework does the same
        raise FormCheckFailed
