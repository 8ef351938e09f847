"""What every page and every call for therapists asks first: a verified therapist, who gave a second factor in this session not long ago."""

import time
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator

from backend.accounts.models import User
from backend.accounts.requests import PersonCall, PersonRequest
from backend.care.models import Therapist
from backend.errors import NotFound, SecondFactorRequired

FACTOR_HOURS = 12
"""How long a session shows couples after the second factor was given."""


def must_be_therapist(request: PersonRequest) -> None:
    """Raises NotFound for everybody else, and SecondFactorRequired for a therapist who has none or gave it too long ago."""
    _ask(request.user, request.session)
    request.is_at_practice = True


def caller_must_be_therapist(request: PersonCall) -> None:
    """The same of a call to the API, whose session comes with whoever is asking."""
    _ask(request.user, request.auth or {})


def _ask(person: User, session: Any) -> None:
    if not Therapist.objects.visible_to(person).verified().exists():
        raise NotFound
    has_one = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
    if not has_one or not _given_lately(session):
        raise SecondFactorRequired(has_one=has_one)


def _given_lately(session: Any) -> bool:
    since = time.time() - FACTOR_HOURS * 3600
    return any(one["method"] == "mfa" and one["at"] > since for one in session.get(AUTHENTICATION_METHODS_SESSION_KEY, []))
