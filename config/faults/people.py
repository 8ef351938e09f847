"""People for a fault run, made in bulk: signed up, and where wanted signed in, paired and with a phone."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Max

from backend.accounts.models import User
from backend.api import app_sessions
from backend.calendar_days import local_day
from backend.couples.models import Couple, Membership
from config.faults.sink import Sink
from notifications.channels.aes128gcm import point_of
from notifications.channels.vapid import b64
from notifications.models import Device, Preference

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
A_BATCH = 2000


def make_people(count: int, *, zone: str = "UTC") -> list[User]:
    """So many people who signed up long ago. Nobody knows their passwords."""
    first = (User.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    people = [
        User(
            email=f"p{number}@example.org",
            password="!",
            timezone=zone,
            date_joined=LONG_AGO,
            zone_changed_at=LONG_AGO,
            adult_confirmed_at=LONG_AGO,
        )
        for number in range(first, first + count)
    ]
    return User.objects.bulk_create(people, batch_size=A_BATCH)


def sign_in(people: Sequence[User]) -> list[str]:
    """A session token for each."""
    tokens = [secrets.token_hex(16) for _ in people]
    store, until = SessionStore(), datetime.now(UTC) + timedelta(days=1)
    sessions, of_users = [], []
    for one, token in zip(people, tokens, strict=True):
        held = {
            SESSION_KEY: str(one.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: one.get_session_auth_hash(),
            app_sessions.MARK: True,
        }
        sessions.append(Session(session_key=token, session_data=store.encode(held), expire_date=until))
        of_users.append(UserSession(user=one, session_key=token, ip="127.0.0.1", user_agent="", created_at=LONG_AGO, last_seen_at=LONG_AGO))
    Session.objects.bulk_create(sessions, batch_size=A_BATCH)
    UserSession.objects.bulk_create(of_users, batch_size=A_BATCH)
    return tokens


def give_phones(people: Sequence[User], sink: Sink, *, each: int = 1) -> dict[str, str]:
    """`each` phones for everybody, behind the counting push service. Returns each phone's name by the device's id."""
    key = ec.generate_private_key(ec.SECP256R1())
    p256dh, auth = b64(point_of(key)), b64(secrets.token_bytes(16))
    names: dict[str, str] = {}
    devices = []
    for one in people:
        for _ in range(each):
            name = sink.new_phone()
            endpoint = sink.endpoint(name)
            device = Device(
                person=one,
                kind=Device.Kind.WEBPUSH,
                service=sink.origin,
                endpoint=endpoint,
                endpoint_hash=hashlib.sha256(endpoint.encode()).digest(),
                p256dh=p256dh,
                auth=auth,
                created_at=LONG_AGO,
                last_seen_at=LONG_AGO,
            )
            devices.append(device)
            names[str(device.pk)] = name
    Device.objects.bulk_create(devices, batch_size=A_BATCH)
    return names


def want_reminders(people: Sequence[User], *, at: datetime, by_mail: bool = False) -> None:
    """Everybody's next reminder is at `at`, and none of these people of one zone has quiet hours."""
    zone = people[0].zone
    wishes = [
        Preference(
            person=one,
            reminder_time=at.astimezone(zone).time().replace(second=0, microsecond=0),
            quiet_from=datetime.min.time(),
            quiet_until=datetime.min.time(),
            next_reminder_at=at,
            next_reminder_day=local_day(at, zone),
            email_on=by_mail,
            computed_at=at,
        )
        for one in people
    ]
    Preference.objects.bulk_create(wishes, batch_size=A_BATCH)


def pair(people: Sequence[User]) -> list[Couple]:
    """Makes couples of neighbours: the first with the second, the third with the fourth."""
    couples = Couple.objects.bulk_create([Couple(created_at=LONG_AGO) for _ in people[::2]], batch_size=A_BATCH)
    members = [
        Membership(couple=couples[number // 2], person=one, side="ab"[number % 2], joined_at=LONG_AGO, joined_day=LONG_AGO.date())
        for number, one in enumerate(people)
    ]
    Membership.objects.bulk_create(members, batch_size=A_BATCH)
    return couples
