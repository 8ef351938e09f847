"""Therapists, and people who allow them something, short to write in a test."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from backend.accounts.models import User
from backend.care import services as care
from backend.care.models import CareLink, Therapist
from backend.consents import services as consents
from backend.consents.models import Consent
from tests.cast import EVENING, person, signed_in

ALL = tuple(Consent.Scope.values)


def applied(user: User, *, now: datetime = EVENING) -> Therapist:
    """An application as anybody may send it."""
    said = {"licence": f"L-{user.pk}", "practice": "Practice by the river", "jurisdiction": "Spain"}
    return care.apply(person=user, name=f"Dr {user.name}", now=now, **said)


def verified(user: User, *, now: datetime = EVENING) -> User:
    """The same person, looked up by an operator."""
    applied(user, now=now)
    care.decide(therapist_id=user.pk, state="verified", note="In the public register.", by=user, now=now)
    return user


def therapist(name: str = "Thea") -> User:
    return verified(person(name))


def signed_in_twice(user: User, *, hours_ago: float = 0) -> Client:
    """A client of somebody who has a second factor, and gave it so long ago."""
    TOTP.activate(user, generate_totp_secret())
    client = signed_in(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time() - hours_ago * 3600}]
    session.save()
    return client


def code_of(user: User, *, now: datetime = EVENING) -> tuple[CareLink, str]:
    return care.offer(therapist=user, label="The two from Tuesday", purpose="sessions", now=now)


def allow(
    someone: User, link: CareLink, code: str, *, scopes: Sequence[str] = ALL, days: int = 28, days_back: int = 84, now: datetime = EVENING
) -> Consent:
    """Enters the code and allows these scopes."""
    consents.enter_code(person=someone, code=code, address=f"2001:db8::{someone.pk:x}", now=now)
    return agree(someone, link, scopes=scopes, days=days, days_back=days_back, now=now)


def agree(someone: User, link: CareLink, *, scopes: Sequence[str], days: float, days_back: int, now: datetime) -> Consent:
    """Allows these scopes where the code was entered before."""
    terms = consents.Terms(scopes=scopes, days_back=days_back, ends_at=now + timedelta(days=days), wording_version=consents.WORDING_VERSION)
    return consents.approve(person=someone, link_id=link.pk, terms=terms, language="en", now=now)
