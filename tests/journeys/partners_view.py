"""Two people in a story with a moving clock, and a recorder of everything that one of them can reach."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import transaction

from backend import clock
from backend.accounts.models import User
from backend.consents import services as consents
from backend.couples import services as couples
from checkins.services import deciding
from config.faults.twins.recording import Recorded, Recording, asked, notice
from config.faults.twins.routes import METHODS, NAMES_SOMEBODYS_THING, Route, caller, is_ours, routes
from notifications import services as notifications
from notifications.channels.memory import MemoryChannel
from notifications.models import Device, Prompt
from tests.cast import app_token
from tests.project.access.calls import BODIES, OWN
from tests.project.access.cells import declared
from tests.project.access.world import TODAY, person

MONDAY = date(2026, 3, 2)
MADRID = ZoneInfo("Europe/Madrid")
DAY = timedelta(days=1)
NOBODYS = UUID(int=7)


@dataclass
class Story:
    """Selma, whose answers are her own, and Pavel, who looks."""

    now: datetime
    selma: User = field(init=False)
    pavel: User = field(init=False)
    keys: dict[int, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    def at(self, day: date, hour: str) -> None:
        """Moves the clock to a time of Pavel's day and lets everything run that is due by then."""
        self.now = datetime.combine(day, time.fromisoformat(hour), MADRID).astimezone(UTC)
        deciding.decide_due(now=self.now)
        notifications.queue_due_reminders(now=self.now)
        notifications.deliver_due(clock=lambda: self.now)

    def ask(self, who: User, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """A call to the API by an app of this person. It must succeed."""
        client = caller(self.keys[who.pk], is_app=True)
        text = json.dumps(body) if body is not None else ""
        answer = client.generic(method, f"/api/v1/{address}", text, "application/json", headers=headers)
        assert answer.status_code < 300, (method, address, answer.content)
        return answer

    def begin(self, *, zone: str) -> None:
        """They sign up, pair, and Pavel chooses; Selma has chosen nothing yet."""
        self.selma, self.pavel = person("Selma", "selma@example.org", timezone=zone), person("Pavel", "pavel@example.org")
        for one in (self.selma, self.pavel):
            self.keys[one.pk] = app_token(one)
            UserSession.objects.filter(user=one).update(created_at=self.now, last_seen_at=self.now)
            Device.objects.create(
                person=one, kind="memory", service="memory", endpoint=one.name, endpoint_hash=one.name.encode(), name="Phone",
                created_at=self.now, last_seen_at=self.now,
            )  # fmt: skip
            notifications.preference_of(person=one, now=self.now)
            notifications.change_preference(person=one, now=self.now, reminders_on=True)
        invitation, code = couples.invite(person=self.pavel, now=self.now)
        couples.accept_invitation(person=self.selma, code=code, address="192.0.2.1", now=self.now)
        couples.confirm_invitation(person=self.pavel, invitation_id=invitation.pk, now=self.now)
        consents.choose(person=self.pavel, now=self.now, sharing="levels", prompt_mode="responsive", show_pattern=False)
        recipient = notifications.Recipient(self.pavel.pk, self.pavel.zone, "one-plain-line", 1, "either", "en")
        (prompt,) = notifications.queue_prompts(occasion=uuid4(), couple_id=None, recipients=[recipient], now=self.now - DAY)
        own = {"prompt_id": prompt.pk, "device_id": Device.objects.get(person=self.pavel).pk, "object_id": self.pavel.pk}
        self.things = {**dict.fromkeys(NAMES_SOMEBODYS_THING, NOBODYS), **own}
        assert Prompt.objects.visible_to(self.pavel).exists()


@contextmanager
def story(patch: pytest.MonkeyPatch, *, zone: str = "Europe/Madrid") -> Iterator[Story]:
    """A world of its own, with a clock of its own, that is gone afterwards."""
    with transaction.atomic():
        told = Story(datetime.combine(MONDAY, time(12), MADRID).astimezone(UTC))
        patch.setattr(clock, "now", lambda: told.now)
        patch.setattr("allauth.mfa.totp.internal.auth.generate_totp_secret", lambda *_: "A" * 32)
        MemoryChannel.reset()
        cache.clear()
        told.begin(zone=zone)
        # Refusals are recorded by the hundred; their warnings would drown everything else.
        logging.disable(logging.WARNING)
        yield told
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


READS = ("GET",)
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def within_reach(methods: Sequence[str]) -> list[tuple[Route, str]]:
    """Every route of ours, with those of the methods that a partner can use there. With all methods: every route there is
    but the operators', and what is refused too."""
    thoroughly = set(methods) == set(METHODS)
    return [
        (route, method)
        for pattern, route in routes().items()
        if not pattern.startswith("admin/") and (thoroughly or is_ours(route.view.__module__))
        for method in methods
        if thoroughly or declared()[pattern][method, OWN, "partner"].outcome != "405"
    ]


def record(told: Story, methods: Sequence[str] = READS) -> Recording:
    """What Pavel would get now from everything within his reach, each answer on its own, and what his phone showed since."""
    seen: dict[str, str] = {}
    recording: Recording = {}
    today = told.now.astimezone(MADRID).date()
    for route, method in within_reach(methods):
        for day in (today, today - DAY) if "day" in route.parameters else (today,):
            name = f"{method} /{route.pattern}" + (" yesterday" if day != today else "")
            recording[name] = _recorded(told, route, method, day, seen)
    recording["notices"] = [notice(message, seen) for message in MemoryChannel.sent_to("Pavel")]
    MemoryChannel.reset()
    return recording


def _recorded(told: Story, route: Route, method: str, day: date, seen: dict[str, str]) -> Recorded:
    client = caller(told.keys[told.pavel.pk], is_app=route.is_for_apps)
    said = json.dumps(BODIES.get((method, route.pattern), {})).replace(TODAY.isoformat(), day.isoformat())
    form = "&".join(f"{name}={value}" for name, value in json.loads(said).items())
    address = route.address({**told.things, "day": day})
    if route.is_page:
        return asked(client, seen, method, address, body=form, kind="application/x-www-form-urlencoded")
    return asked(client, seen, method, address, body=said)
