"""The people every test knows: Alice and Bob are a couple, Charlie is nobody to them, Dana is on staff."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.test import Client

from backend.accounts.models import User
from backend.api import app_sessions
from backend.couples import services as couples
from backend.couples.models import Couple

ZONE = "Europe/Madrid"
PASSWORD = "a calm long password"
# Wednesday, 20:30 in Madrid.
EVENING = datetime(2026, 3, 4, 19, 30, tzinfo=UTC)
TODAY = date(2026, 3, 4)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def person(name: str, *, zone: str = ZONE, **more: Any) -> User:
    """A signed-up person with this name, who agreed to everything."""
    email = f"{name.lower()}@example.org"
    made = User.objects.create_user(email, PASSWORD, name=name, timezone=zone, adult_confirmed_at=EVENING, zone_changed_at=LONG_AGO, **more)
    EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
    return made


def pair(a: User, b: User, *, now: datetime = EVENING) -> Couple:
    """Makes two people a couple the way they do it themselves."""
    invitation, code = couples.invite(person=a, now=now)
    couples.accept_invitation(person=b, code=code, address=f"2001:db8::{b.pk:x}", now=now)
    return couples.confirm_invitation(person=a, invitation_id=invitation.pk, now=now)


@dataclass(frozen=True)
class Cast:
    alice: User
    bob: User
    charlie: User
    dana: User
    couple: Couple


def full_cast(*, now: datetime = EVENING) -> Cast:
    """Everyone, with Alice and Bob paired at `now`."""
    alice, bob, charlie = person("Alice"), person("Bob"), person("Charlie")
    dana = person("Dana", is_staff=True)
    return Cast(alice, bob, charlie, dana, pair(alice, bob, now=now))


def signed_in(user: User) -> Client:
    """A client with this person's session, which the pages and the API both accept. Form tokens are not checked."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    # A sign-in through allauth writes this row; ending the session removes it.
    UserSession.objects.create(user=user, session_key=client.session.session_key, ip="127.0.0.1")
    return client


def app_token(user: User) -> str:
    """The token of an app on which this person is signed in."""
    session = signed_in(user).session
    session[app_sessions.MARK] = True
    session.save()
    return str(session.session_key)


def client_id() -> UUID:
    """A new client id, as a phone makes one for each write."""
    return uuid4()
