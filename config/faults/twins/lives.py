"""Couples who live the same month twice: once with what Selma keeps to herself, once with calm days on which she no longer answers.

Pavel lives the same days in both, reads everything he can reach, and must not be able to tell which world he is in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession

from backend import clock
from backend.accounts.models import User
from backend.consents import services as consents
from backend.couples.models import Membership
from checkins.answers import LEVELS, Answers
from checkins.models import CheckIn, PatternDay
from checkins.services import deciding
from checkins.services.submitting import Item, submit_check_in
from config.faults.people import make_people, pair, sign_in
from config.faults.twins.recording import Recording, asked, notice
from config.faults.twins.routes import NAMES_SOMEBODYS_THING, Route, caller, is_ours, routes
from notifications import services as notifications
from notifications.channels.memory import MemoryChannel
from notifications.models import Device, Prompt

MADRID = ZoneInfo("Europe/Madrid")
ZONES = ("Europe/Madrid", "America/New_York", "Asia/Tokyo")
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
BEGINNING = datetime.combine(MONDAY, time(12), MADRID).astimezone(UTC)
ALONE, BEFORE = 28, 14
"""Days of answers before the pairing, and from it to the evening on which the worlds part: the first morning with a prompt is the next."""
EACH_DAY = ("api/v1/dashboard/", "api/v1/prompts/", "words/", "together/", "tonight/")
LOOKS_AROUND = 10
"""Every so many days he asks for everything that there is to ask for."""

# What somebody answers: felt, wanted and room, each give or take one.
Mood = tuple[int, int, int]
CALM, REACHES, DRAWS_BACK = (7, 6, 4), (4, 9, 2), (5, 2, 9)
# The calm twin of somebody who draws back, beside somebody who reaches: as fond of closeness.
FOND = (7, 9, 2)


@dataclass(frozen=True)
class Kind:
    """What Selma does on the evening of the parting, and what her twin does instead, beside no longer answering.

    Where the days `drew_apart` before, she shares nothing, and the days of the twin were calm. `answers_on` says whether the
    twin goes on answering as she does; `for_days` for how long it all lasts.
    """

    name: str
    acts: Callable[["Life"], None]
    drew_apart: bool = False
    sharing: str = "nothing"
    answers_on: bool = False
    for_days: int | None = None
    modes: tuple[str, str] = ("responsive", "responsive")


@dataclass
class Life:
    """One couple. `chance` decides what Selma does, `others` what Pavel does: the same in both worlds."""

    kind: Kind
    number: int
    selma: User
    pavel: User
    key: str
    phone: str
    chance: Random = field(init=False)
    others: Random = field(init=False)

    def begin(self, seed: int) -> None:
        self.chance, self.others = Random(f"selma {seed} {self.number}"), Random(f"pavel {seed} {self.number}")


@dataclass
class World:
    """One telling of some lives. `is_hidden`: with what she keeps to herself; else the calm twin."""

    lives: Sequence[Life]
    is_hidden: bool
    seed: int
    now: datetime = BEGINNING
    prompts: int = 0

    def at(self, day: int, hour: str) -> None:
        """Moves the clock to an hour of Pavel's day and lets everything run that is due by then."""
        self.now = _moment(day, hour)
        deciding.decide_due(now=self.now)
        notifications.queue_due_reminders(now=self.now)
        notifications.deliver_due(clock=lambda: self.now)

    def tell(self, days: int) -> list[list[Recording]]:
        """So many days after the parting. Returns what each Pavel recorded, day by day."""
        with patch.object(clock, "now", lambda: self.now):
            MemoryChannel.reset()
            for life in self.lives:
                life.begin(self.seed)
            self._what_was_before()
            self.at(BEFORE - 1, "22:10")
            for life in self.lives:
                self._part(life)
            recorded: list[list[Recording]] = [[] for _ in self.lives]
            for day in range(days):
                self._one_day(day, recorded)
            self.prompts = Prompt.objects.filter(person__in=[life.pavel for life in self.lives]).count()
        return recorded

    def alerts(self) -> int:
        """Couples for whom some day was one of an episode."""
        return PatternDay.objects.in_use().filter(alert=True).values("couple").distinct().count()

    def _what_was_before(self) -> None:
        rows = []
        for life in self.lives:
            apart = life.kind.drew_apart
            for day in range(-ALONE, BEFORE - 1):
                is_drawn = apart and day >= 0
                drawn = DRAWS_BACK if self.is_hidden else FOND
                rows.append(_answered(life.selma, day, drawn if is_drawn else CALM, life.chance))
                rows.append(_answered(life.pavel, day, REACHES if is_drawn else CALM, life.others))
        CheckIn.objects.bulk_create(rows, batch_size=2000)

    def _part(self, life: Life) -> None:
        if self.is_hidden or life.kind.answers_on:
            self._answer(life, life.selma)
        if self.is_hidden:
            life.kind.acts(life)

    def _one_day(self, number: int, recorded: list[list[Recording]]) -> None:
        day = BEFORE + number
        for hour in ("08:35", "15:00"):
            self.at(day, hour)
        for life, recordings in zip(self.lives, recorded, strict=True):
            recordings.append(self._look(life, is_thorough=number % LOOKS_AROUND == 2))
        MemoryChannel.reset()
        self.at(day, "20:05")
        for life in self.lives:
            if number == life.kind.for_days and self.is_hidden:
                consents.resume(person=life.selma, now=self.now)
            self._evening(life, number)

    def _evening(self, life: Life, number: int) -> None:
        is_over = life.kind.for_days is not None and number >= life.kind.for_days
        newest = Prompt.objects.visible_to(life.pavel).arrived(self.now).order_by("-slot_at").first()
        if newest is not None and life.others.random() < 0.3:
            reaction = life.others.choice(list(Prompt.Reaction)).value
            notifications.react(person=life.pavel, prompt_id=newest.pk, reaction=reaction, now=self.now)
        if life.others.random() < 0.8:
            self._answer(life, life.pavel)
        if life.kind.answers_on or is_over or self.is_hidden:
            self._answer(life, life.selma)

    def _answer(self, life: Life, person: User) -> None:
        """What is answered on a day hangs on that day alone, so that not answering changes no other."""
        mine = DRAWS_BACK if person is life.selma else REACHES
        day = (self.now.astimezone(person.zone) - timedelta(hours=4)).date()
        if CheckIn.objects.filter(person=person, day=day).exists():
            return
        chance = Random(f"{self.seed} {life.number} {person.name} {day}")
        levels = _levels(mine if life.kind.drew_apart else CALM, chance)
        answers = Answers(kind="full", note="only mine", shared_line="for you", **levels)
        submit_check_in(person=person, item=Item(day=day, client_id=_id(chance), answers=answers), now=self.now)

    def _look(self, life: Life, *, is_thorough: bool) -> Recording:
        """What Pavel gets from the pages he opens each day, and now and then from every address there is; and what his phone showed."""
        seen: dict[str, str] = {}
        newest = Prompt.objects.visible_to(life.pavel).arrived(self.now).order_by("-slot_at").first()
        things: dict[str, Any] = dict.fromkeys(NAMES_SOMEBODYS_THING, UUID(int=7))
        things |= {"object_id": life.pavel.pk, "day": self.now.astimezone(MADRID).date() - DAY}
        if newest:
            things["prompt_id"] = newest.pk
        recording: Recording = {}
        for route in _everything() if is_thorough else _each_day(has_prompt=newest is not None):
            address = route.address(things)
            recording[f"GET {route.pattern}"] = asked(caller(life.key, is_app=route.is_for_apps), seen, "GET", address)
        recording["notices"] = [notice(message, seen) for message in MemoryChannel.sent_to(life.phone)]
        return recording


def _each_day(*, has_prompt: bool) -> Iterator[Route]:
    yield from (routes()[pattern] for pattern in EACH_DAY)
    if has_prompt:
        yield routes()["words/<uuid:prompt_id>/"]


def _everything() -> Iterator[Route]:
    """What there is for a partner; how much was written to the log, or who was there, is for operators."""
    of_operators = ("admin/", "metrics", "healthz", "readyz")
    return (one for one in routes().values() if is_ours(one.view.__module__) and not one.pattern.startswith(of_operators))


def _answered(person: User, day: int, mood: Mood, chance: Random) -> CheckIn:
    """An answer of a day that is over, for many at once."""
    then = _moment(day, "19:00")
    moments: dict[str, Any] = dict.fromkeys(("answered_at", "received_at", "updated_at"), then)
    return CheckIn(person=person, day=MONDAY + day * DAY, client_id=_id(chance), kind="full", **moments, **_levels(mood, chance))


def _moment(day: int, hour: str) -> datetime:
    """An hour of Pavel's clock, so many days after the pairing."""
    return datetime.combine(MONDAY + day * DAY, time.fromisoformat(hour), MADRID).astimezone(UTC)


def _levels(mood: Mood, chance: Random) -> dict[str, Any]:
    return {name: min(10, max(0, level + chance.randint(-1, 1))) for name, level in zip(LEVELS, mood, strict=True)}


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def make_lives(kinds: Sequence[Kind], first: int, count: int) -> list[Life]:
    """So many couples, numbered from `first`, who have just paired and chosen; every kind in turn, one partner in another zone."""
    then = BEGINNING
    people = make_people(2 * count, zone="Europe/Madrid")
    keys = sign_in(people)
    UserSession.objects.filter(user__in=people).update(created_at=then, last_seen_at=then)
    couples = pair(people)
    Membership.objects.filter(couple__in=couples).update(joined_at=then, joined_day=MONDAY)
    lives = []
    for number, (selma, pavel) in enumerate(zip(people[::2], people[1::2], strict=True), start=first):
        selma.name, selma.timezone, pavel.name = "Selma", ZONES[number // len(kinds) % len(ZONES)], "Pavel"
        lives.append(Life(kinds[number % len(kinds)], number, selma, pavel, keys[people.index(pavel)], f"phone-{pavel.pk}"))
    User.objects.bulk_update(people, ["name", "timezone"])
    for life in lives:
        consents.choose(person=life.selma, now=then, sharing=life.kind.sharing, prompt_mode=life.kind.modes[0])
        consents.choose(person=life.pavel, now=then, sharing="levels", prompt_mode=life.kind.modes[1])
        for person in (life.selma, life.pavel):
            notifications.change_preference(person=person, now=then, reminders_on=True)
    Device.objects.bulk_create([_phone(person, then) for person in people])
    return lives


def _phone(person: User, then: datetime) -> Device:
    address = f"phone-{person.pk}"
    hashed = address.encode()
    return Device(
        person=person, kind="memory", service="memory", endpoint=address, endpoint_hash=hashed, created_at=then, last_seen_at=then
    )


def mutes(life: Life) -> None:
    notifications.mute(person=life.selma, days=365, now=clock.now())


def pauses(life: Life) -> None:
    consents.pause(person=life.selma, now=clock.now())


def feels_unsafe(life: Life) -> None:
    consents.enter_safety(person=life.selma, now=clock.now())


def wants_no_prompts(life: Life) -> None:
    consents.choose(person=life.selma, now=clock.now(), prompt_mode="none")


DISCREET = ("discreet", "discreet")
KINDS = (
    Kind("mutes", mutes, drew_apart=True),
    Kind("pauses", pauses, drew_apart=True),
    Kind("feels unsafe", feels_unsafe, drew_apart=True),
    Kind("wants no prompts", wants_no_prompts, drew_apart=True),
    Kind("mutes, in the discreet mode", mutes, drew_apart=True, modes=DISCREET),
    Kind("pauses, having shared her levels", pauses, sharing="levels"),
    Kind("feels unsafe, having shared the weekly picture", feels_unsafe, sharing="weekly", modes=DISCREET),
    Kind("mutes, and goes on sharing her levels", mutes, sharing="levels", answers_on=True, modes=DISCREET),
    Kind("pauses for ten days, having shared her levels", pauses, sharing="levels", for_days=10),
)
