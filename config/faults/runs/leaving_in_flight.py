"""N11: people delete their account, pause, leave, or remove a phone while messages to them are being sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from django.db import connection

from backend import clock
from backend.accounts.models import User
from backend.consents import services as consents
from backend.couples import services as couples
from backend.privacy import services as privacy
from config.faults.forked import read_starts
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, is_empty, noon_zone
from config.faults.people import give_phones, make_people, pair, want_reminders
from config.faults.results import Invariant, Result, none_of
from notifications import services
from notifications.models import Delivery, Device, ReminderSlot

RACES = 10_000
A_WAVE = 40
GRACE = 1.0
"""Seconds after which nothing may begin any more (P7)."""
WORKERS = 3
AT_ONCE = 8


@dataclass
class Race:
    """One person who ends something, the deliveries that this concerns, and when the ending had returned."""

    person: User
    how: str
    deliveries: set[str]
    done_at: float = 0.0


@dataclass
class Kept:
    """What was made for people who keep their account, and so must be found ended. A deleted account takes its rows along."""

    slots: int = 0
    deliveries: int = 0

    def add(self, wave: list[Race], people: list[User]) -> None:
        deleting = {race.person.pk for race in wave if race.how == "delete"}
        staying = [one.pk for one in people if one.pk not in deleting]
        self.slots += ReminderSlot.objects.filter(person__in=staying).count()
        self.deliveries += Delivery.objects.filter(person__in=staying).count()


def run(ground: Ground) -> Result:
    races: list[Race] = []
    kept = Kept()
    sink, journal = ground.sink(), ground.folder / "starts"
    for _ in range(WORKERS):
        ground.forked_worker(batch=10, starts=journal)
    total = ground.count(RACES, least=2 * A_WAVE)
    while len(races) < total:
        people = make_people(A_WAVE, zone=noon_zone(clock.now()))
        give_phones(people, sink)
        pair(people)
        wave = _queue(ground, people)
        kept.add(wave, people)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(partial(_end, ground), wave, _moments(ground, len(wave))))
        ground.wait_until(is_empty, what="the wave to end", progress=lambda: len(sink.arrivals))
        races += wave
        ground.say(f"{len(races)} of {total} races")
    starts = read_starts(journal)
    late = [at - race.done_at for race in races for one in race.deliveries for at in starts.get(one, []) if at > race.done_at]
    ran = sum(1 for race in races if not any(one in starts for one in race.deliveries))
    return Result(
        figures={
            "races": len(races),
            "stopped in time": ran,
            "sends begun within the second that remains": sum(seconds <= GRACE for seconds in late),
            "latest send, milliseconds after": round(1000 * max(late, default=0.0)),
        },
        invariants=[
            none_of("sends begun more than a second after", sum(seconds > GRACE for seconds in late)),
            Invariant("races in which the send was stopped", ran, ">=", 1),
            Invariant("races in which something was sent", len(races) - ran, ">=", 1),
            *all_add_up(slots=kept.slots, deliveries=kept.deliveries),
        ],
    )


def _queue(ground: Ground, people: list[User]) -> list[Race]:
    """A reminder and a message about the couple for everybody, and who of them ends what."""
    now = clock.now()
    want_reminders(people, at=now - timedelta(seconds=1))
    services.queue_due_reminders(now=now)
    _prompt_all(people)
    races = []
    for first, second in zip(people[::2], people[1::2], strict=True):
        how = ground.chance.choice(["delete", "pause", "leave openly", "leave quietly", "remove phone"])
        mine = Delivery.objects.filter(person=first)
        if how.startswith("leave"):
            mine = Delivery.objects.filter(person__in=[first, second], kind=Delivery.Kind.PROMPT)
        races.append(Race(first, how, {str(pk) for pk in mine.values_list("pk", flat=True)}))
    return races


def _prompt_all(people: list[User]) -> None:
    """A prompt for each couple, due at once rather than at half past eight."""
    occasions = []
    for first, second in zip(people[::2], people[1::2], strict=True):
        recipients = [services.Recipient(one.pk, one.zone, "two-cups", 1, "either", "en") for one in (first, second)]
        couple = first.memberships.get().couple_id
        occasions.append(services.Occasion(uuid4(), couple, recipients))
    services.queue_occasions(occasions=occasions, now=clock.now())
    Delivery.objects.filter(person__in=people, kind=Delivery.Kind.PROMPT).update(due_at=clock.now())


def _moments(ground: Ground, count: int) -> list[float]:
    """Moments of a second in which each ends what they end, spread over the time that sending the wave takes."""
    return [ground.chance.uniform(0.0, 0.5) for _ in range(count)]


def _end(ground: Ground, race: Race, moment: float) -> None:
    ground.pause(moment)
    try:
        _ENDINGS[race.how](race.person, clock.now())
        race.done_at = ground.seconds()
    finally:
        connection.close()


def _remove_phone(person: User, now: datetime) -> None:
    services.revoke_device(person=person, device_id=Device.objects.live().get(person=person).pk, now=now)


_ENDINGS: dict[str, Callable[[User, datetime], None]] = {
    "delete": lambda person, now: privacy.erase(person=person, now=now),
    "pause": lambda person, now: consents.pause(person=person, now=now),
    "leave openly": lambda person, now: couples.leave(person=person, quietly=False, now=now),
    "leave quietly": lambda person, now: couples.leave(person=person, quietly=True, now=now),
    "remove phone": _remove_phone,
}
