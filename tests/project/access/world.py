"""One world in which everybody has something to hide: ten kinds of people, each with rows of their own.

Selma is the person whose things the others ask for. She was once with Egon, is with Pavel now, shares her levels with him and
has everything a person can have. She and Pavel both allow Thea, a therapist, everything; Pavel alone allows Uwe. Una was a
therapist until her verification was taken back. Every secret of hers is a string that occurs nowhere else.
"""

import base64
import hashlib
import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.accounts.models import User
from backend.accounts.services import update_profile
from backend.api import app_sessions
from backend.audit.services import disclose
from backend.care import services as care
from backend.care.models import CareLink, Therapist
from backend.consents import services as consents
from backend.couples import services as couples
from backend.couples.models import Couple, Invitation, Membership
from checkins import services as checkins
from checkins.answers import Answers
from checkins.models import Decision, Episode, PatternDay, PatternState
from checkins.practice.files import making
from notifications import services as notifications
from notifications.models import Delivery, Device, Prompt, ReminderSlot
from tests.cast import PASSWORD, signed_in
from tests.consenting import allow, verified

NOW = datetime(2026, 3, 4, 19, 30, tzinfo=UTC)
"""A Wednesday evening."""
TODAY = date(2026, 3, 4)
BEGINNING = NOW - timedelta(days=40)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONSENTED = NOW - DAY

ROLES = ("anonymous", "unpaired", "person", "partner", "ex", "outsider", "therapist", "onesided", "staff", "superuser")
"""`therapist` is allowed everything by both partners; `onesided` is a therapist whom only the partner allows it; `unpaired`
was a therapist and keeps a link and a note. Who never was verified, was stopped or came too late is asked for in tests/checkins/practice."""
SIGNED_IN = ROLES[1:]

UNCONFIRMED = ("therapist", "staff")
"""Who signed in too long ago to take data along or to delete the account."""

HELD = datetime(2026, 2, 2, 19, 41, 23, tzinfo=UTC)
"""When Selma paused for an hour."""

OWN_DAY = TODAY
"""Everybody answered on this day."""
THEIR_DAY = TODAY - 7 * DAY
LEVELS = (9, 1, 8, 2, 7)
"""Selma's closeness on five days from `THEIR_DAY` on, which she alone answered."""
NOBODYS_DAY = TODAY - 30 * DAY

SECRETS: dict[str, str] = {
    "e-mail": "selma.canary@example.org",
    "name": "Selma-Canary",
    "zone": '"timezone":"Atlantic/Azores"',
    "hour": "18:17",
    "mute": '"muted_until":"2026-03-11T18:30',
    "choice": '"sharing":"levels"',
    "hold": "2026-02-02T19:41:23",
    "note": "canary note: the lighthouse",
    "line": "canary line: the harbour",
    "levels": ",".join(map(str, LEVELS)),
    "check-in": '"version":1,"answered_at":"2026-02-25',
    "pattern": '"week":"2026-02-09","state"',
    "device": "Canary phone",
    "endpoint": "canary-endpoint-of-selma",
    "keys": "canary-secret-key",
    "guest": "Guest-of-Selma",
    "reminder": "canary-reason-of-selma",
    "former zone": ':"Pacific/Chatham"',
    "consent": '"ends_at":"2026-03-29T',
    "reads": '"therapist_name":"Dr Thea"',
    "care label": "canary label: the pier",
    "care note": "canary care note: the jetty",
    "sheet": "%PDF-1.",
    "care session": 'datetime="2026-02-13"',
}
"""What Selma alone may see unless a cell says otherwise, by what it is called there."""

ON_PAGES = {
    "levels": r"<td>25 February</td>(<td>[^<]*</td>)?<td>9</td>|level,2026-02-25,2026-02-25,Selma-Canary,closeness_felt,9"
    r'|"effectiveDateTime": "2026-02-25",[^}]*\},[^}]*\}[^}]*"valueInteger": 9',
    "consent": r'until 29 March|"ends_at": "2026-03-29T',
    "reads": r'\d\d:\d\d(:\d\d)?( · |,)Dr Thea|They read: “Dr Thea|"therapist_name": "Dr Thea"',
}
"""How some of them are written on pages, as patterns."""

MARKS = {"a pattern": '"pattern":['}
"""What is no secret of hers, but belongs in a cell: that a pattern is shown at all."""


@dataclass(frozen=True)
class Answer:
    """What came back, without the address that was asked for and without what differs by chance."""

    status: int
    headers: dict[str, str]
    text: str
    location: str = field(default="", compare=False)
    """Where the caller is sent, as it was written."""


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    sessions: dict[str, str]
    objects: dict[str, dict[str, Any]]
    secrets: dict[str, re.Pattern[str]]

    def seen_in(self, answer: Answer) -> frozenset[str]:
        """Which of Selma's secrets an answer holds, its headers included."""
        text = f"{answer.headers}{answer.text}"
        return frozenset(name for name, pattern in self.secrets.items() if pattern.search(text))


def person(name: str, email: str, *, timezone: str = "Europe/Madrid", **more: Any) -> User:
    """An account with its confirmed address."""
    made = User(email=email, name=name, timezone=timezone, date_joined=BEGINNING, zone_changed_at=BEGINNING, **more)
    made.set_password(PASSWORD)
    made.save()
    EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
    return made


def pair(a: User, b: User, *, now: datetime) -> Couple:
    invitation, code = couples.invite(person=a, now=now)
    couples.accept_invitation(person=b, code=code, address=f"192.0.2.{a.pk % 250}", now=now)
    return couples.confirm_invitation(person=a, invitation_id=invitation.pk, now=now)


def build() -> World:
    """Makes the world in the present transaction, as it stands on the evening of `NOW`."""
    people = {
        "unpaired": person("Una", "una@example.org"),
        "person": person(SECRETS["name"], SECRETS["e-mail"], timezone="Pacific/Chatham"),
        "partner": person("Pavel", "pavel@example.org"),
        "ex": person("Egon", "egon@example.org"),
        "outsider": person("Olga", "olga@example.org"),
        "therapist": person("Thea", "thea@example.org"),
        "onesided": person("Uwe", "uwe@example.org"),
        "staff": person("Dana", "dana@example.org", is_staff=True),
        "superuser": person("Susan", "susan@example.org", is_staff=True, is_superuser=True),
    }
    selma = people["person"]
    update_profile(person=selma, now=BEGINNING, timezone="Atlantic/Azores")
    pair(selma, people["ex"], now=BEGINNING)
    couples.leave(person=people["ex"], quietly=False, now=BEGINNING + HOUR)
    _derive(pair(selma, people["partner"], now=BEGINNING + 2 * HOUR), monday=date(2026, 2, 9))
    _derive(pair(people["outsider"], person("Otto", "otto@example.org"), now=BEGINNING), monday=date(2026, 2, 16))
    _derive(pair(people["ex"], person("Nadja", "nadja@example.org"), now=BEGINNING + 2 * HOUR), monday=date(2026, 2, 2))
    for role in ("person", "partner", "outsider"):
        _opt_in(people[role], sharing="levels" if role == "person" else "weekly")
    _opt_in(User.objects.get(email="otto@example.org"), sharing="nothing")
    for answered, level in enumerate(LEVELS):
        _answer(selma, THEIR_DAY + answered * DAY, level=level, note=SECRETS["note"], line=SECRETS["line"])
    objects = {role: _own_rows(one, role) for role, one in people.items()}
    consents.pause(person=selma, now=HELD)
    consents.resume(person=selma, now=HELD + HOUR)
    for role, things in _care(people).items():
        objects[role] |= things
    notifications.mute(person=selma, days=7, now=NOW - HOUR)
    sessions = {role: _session(one, is_confirmed=role not in UNCONFIRMED) for role, one in people.items()}
    mine = objects["person"]
    texts = SECRETS | MARKS | {f"id of {name}": str(mine[name]) for name in ("prompt_id", "device_id", "invitation_id")}
    patterns = {name: "|".join(filter(None, (re.escape(text), ON_PAGES.get(name)))) for name, text in texts.items()}
    return World(people, sessions, objects, {name: re.compile(pattern) for name, pattern in patterns.items()})


def _session(one: User, *, is_confirmed: bool) -> str:
    """The key of a session of this person, good as a browser's cookie and as an app's token."""
    session = signed_in(one).session
    session[app_sessions.MARK] = True
    records = [{"method": "password", "at": time.time() + DAY.total_seconds()}] if is_confirmed else []
    if Therapist.objects.verified().filter(user=one).exists():
        TOTP.activate(one, generate_totp_secret())
        records.append({"method": "mfa", "at": time.time() - HOUR.total_seconds()})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    return str(session.session_key)


def _care(people: dict[str, User]) -> dict[str, dict[str, Any]]:
    """Links, consents, notes and a read; what of it stands in the addresses of each role."""
    thea, uwe = verified(people["therapist"], now=BEGINNING), verified(people["onesided"], now=BEGINNING)
    otto, una = User.objects.get(email="otto@example.org"), verified(people["unpaired"], now=BEGINNING)
    formerly = care.offer(therapist=una, label="Formerly", purpose="sessions", now=BEGINNING)
    both, alone, others = (
        care.offer(therapist=one, label=label, purpose="sessions", now=CONSENTED)
        for one, label in ((thea, SECRETS["care label"]), (uwe, "Two"), (thea, "Others"))
    )
    allow(people["person"], *both, days=26, now=CONSENTED)
    allow(people["partner"], *both, days=20, now=CONSENTED)
    allow(people["partner"], *alone, days=20, now=CONSENTED)
    allow(people["outsider"], *others, days=20, now=CONSENTED)
    allow(otto, *others, days=20, now=CONSENTED)
    disclose(therapist=thea, place="trend", weeks=4, links=[both[0].pk], now=NOW - 2 * HOUR)
    of_formerly = _noted(formerly[0], "One")
    care.decide(therapist_id=una.pk, state=Therapist.State.WITHDRAWN, note="The licence ended.", by=people["superuser"], now=CONSENTED)
    of_both, of_alone, of_others = (
        _noted(link, text) for (link, _), text in ((both, SECRETS["care note"]), (alone, "Two"), (others, "Three"))
    )
    sheet = making.ask(therapist=thea, link_id=both[0].pk, weeks=4, language="en", now=NOW)
    making.make(sheet_id=sheet.pk, clock=lambda: NOW)
    mine = {
        "person": of_both,
        "partner": of_alone,
        "onesided": of_alone,
        "therapist": of_others,
        "outsider": of_others,
        "unpaired": of_formerly,
    }
    return {role: mine.get(role) or {"link_id": uuid.uuid4(), "note_id": uuid.uuid4(), "session_id": uuid.uuid4()} for role in people}


def _noted(link: CareLink, text: str) -> dict[str, Any]:
    therapist = link.therapist.user
    note = care.write_note(therapist=therapist, link_id=link.pk, text=text, now=CONSENTED)
    session = care.mark_session(therapist=therapist, link_id=link.pk, day=date(2026, 2, 13 if text == SECRETS["care note"] else 14))
    return {"link_id": link.pk, "note_id": note.pk, "session_id": session.pk}


def _opt_in(one: User, *, sharing: str) -> None:
    consents.choose(person=one, now=BEGINNING + 3 * HOUR, sharing=sharing, prompt_mode="responsive", show_pattern=True)


def _derive(couple: Couple, *, monday: date) -> None:
    """A week of what is worked out from two, an episode in it and the decision after it."""
    PatternState.objects.create(couple=couple, first_day=monday, assessed_through=monday + 6 * DAY)
    for n in range(7):
        PatternDay.objects.create(
            couple=couple, day=monday + n * DAY, p_a_reaches=0.1, p_b_reaches=0.1, p_apart=0.1, p_steady=0.7, enough=True, alert=False
        )
    Episode.objects.create(couple=couple, started_on=monday, ended_on=monday + 3 * DAY, direction="a_reaches")
    Decision.objects.create(
        couple=couple, day=monday + 7 * DAY, decided_at=NOW - DAY, available=True, reason="calm", probability=0.05, coin=0.9,
        sent=False, in_trial=True, state_alert=False,
    )  # fmt: skip


def _answer(one: User, day: date, *, level: int, note: str | None = None, line: str | None = None) -> None:
    at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    answers = Answers(kind="full", closeness_felt=level, closeness_wanted=5, space_wanted=5, note=note, shared_line=line)
    checkins.submit_check_in(person=one, item=checkins.Item(day=day, client_id=uuid.uuid4(), answers=answers), now=at)


def _own_rows(one: User, role: str) -> dict[str, Any]:
    """A prompt, a device, an invitation that waits to be confirmed and a check-in, all of this person's own."""
    mine = role == "person"
    device = Device.objects.create(
        person=one,
        kind="webpush",
        service="https://fcm.googleapis.com",
        endpoint=f"https://fcm.googleapis.com/{SECRETS['endpoint'] if mine else role}",
        endpoint_hash=hashlib.sha256(role.encode()).digest(),
        p256dh=SECRETS["keys"] if mine else "",
        auth=SECRETS["keys"] if mine else "",
        name=SECRETS["device"] if mine else f"Phone of {role}",
        created_at=BEGINNING,
        last_seen_at=BEGINNING,
    )
    membership = Membership.objects.active().filter(person=one).first()
    recipient = notifications.Recipient(one.pk, one.zone, "one-plain-line", 1, "either", "en")
    (prompt,) = notifications.queue_prompts(
        occasion=uuid.uuid4(), couple_id=membership.couple_id if membership else None, recipients=[recipient], now=NOW - 2 * DAY
    )
    assert Prompt.objects.arrived(NOW).filter(pk=prompt.pk).exists()
    invitation = Invitation.objects.create(
        inviter=one,
        code_hash=uuid.uuid4().bytes,
        state="accepted",
        created_at=NOW - HOUR,
        expires_at=NOW + HOUR,
        accepted_by=person(SECRETS["guest"] if mine else f"Guest of {role}", f"guest-of-{role}@example.net"),
        accepted_at=NOW - HOUR,
    )
    _answer(one, OWN_DAY, level=6)
    if mine:
        ReminderSlot.objects.filter(person=one).update(reason=SECRETS["reminder"])
        notifications.change_preference(person=one, now=BEGINNING, reminder_time=datetime(2026, 1, 1, 18, 17).time())  # noqa: DTZ001 (a wall-clock hour)
    assert Delivery.objects.filter(person=one).exists()
    assert ReminderSlot.objects.filter(person=one).exists()
    return {
        "prompt_id": prompt.pk,
        "device_id": device.pk,
        "invitation_id": invitation.pk,
        "day": OWN_DAY,
        "object_id": one.pk,
    }


def browser_keys() -> dict[str, str]:
    """The keys of a push subscription, as a browser makes them."""
    point = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"p256dh": _base64(point), "auth": _base64(bytes(16))}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
