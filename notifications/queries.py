"""Reads that need a name: what the packages below know about receivers, asked at the time of use."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q

from backend.accounts.models import User
from backend.consents.models import Hold
from backend.consents.queries import running_holds
from backend.couples.models import Membership
from notifications.models import Delivery, Device, Preference, Prompt, ReminderSlot
from notifications.models.deliveries import OPEN_STATES
from notifications.reasons import rhythm
from notifications.words import loader


@dataclass(frozen=True, slots=True)
class Holds:
    """Who of the people asked about holds what back."""

    paused: frozenset[int]
    in_safety: frozenset[int]


def holds(person_ids: Collection[int]) -> Holds:
    """Who is paused and who is in the safety state, now."""
    running = running_holds(person_ids)
    return Holds(
        paused=frozenset(person for person, kinds in running.items() if Hold.Kind.PAUSE in kinds),
        in_safety=frozenset(person for person, kinds in running.items() if Hold.Kind.SAFETY in kinds),
    )


def paused_since_minted() -> Exists:
    """Of an answer token: whether its person has paused at any time since it was made, or pauses now."""
    pauses = Hold.objects.filter(person=OuterRef("person"), kind=Hold.Kind.PAUSE)
    return Exists(pauses.filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef("minted_at"))))


def together(couple_ids: Collection[int]) -> frozenset[int]:
    """Which of these couples both people are still in."""
    members = Membership.objects.active().filter(couple_id__in=couple_ids, couple__ended_at=None)
    both = members.values("couple_id").annotate(people=Count("pk")).filter(people=2)
    return frozenset(both.values_list("couple_id", flat=True))


def devices_of(person: User) -> list[tuple[Device, Delivery | None]]:
    """The live devices of a person, the latest seen first, each with the last notice that was sent there to try it."""
    tries = Delivery.objects.visible_to(person).filter(kind=Delivery.Kind.TEST).order_by("device_id", "-due_at").distinct("device_id")
    last = {one.device_id: one for one in tries}
    return [(device, last.get(device.pk)) for device in Device.objects.visible_to(person).live().order_by("-last_seen_at", "pk")]


@dataclass(frozen=True, slots=True)
class Felt:
    """A prompt that came, under its title, and how its receiver felt it; empty where nothing was said."""

    prompt_id: UUID
    day: date
    title: str
    language: str
    reaction: str


def latest_words(*, person: User, since: date, now: datetime, most: int = 5) -> list[Felt]:
    """The latest prompts that came to a person from the day `since` on, the newest first."""
    came = Prompt.objects.visible_to(person).arrived(now).filter(day__gte=since).order_by("-slot_at")[:most]
    read = [(one, loader.get(one.item, one.version, one.language)) for one in came]
    return [Felt(one.pk, one.day, item.text(one.voice).title, item.language, one.reaction or "") for one, item in read]


@dataclass(frozen=True, slots=True)
class Stock:
    """How many slots and deliveries there are in each state, and what must not be among them."""

    slots: Mapping[str, int]
    deliveries: Mapping[str, int]
    stranded_slots: int
    """Open, though nothing is on its way for them any more."""
    unexplained: int
    """Ended without a reason."""

    @property
    def slots_ended(self) -> int:
        return sum(count for state, count in self.slots.items() if state != ReminderSlot.State.OPEN)

    @property
    def deliveries_ended(self) -> int:
        return sum(count for state, count in self.deliveries.items() if state not in OPEN_STATES)


def take_stock() -> Stock:
    """Counts every slot and every delivery: whatever was created is in exactly one state."""
    on_their_way = Delivery.objects.open().filter(slot=OuterRef("pk"))
    return Stock(
        slots=_by_state(ReminderSlot),
        deliveries=_by_state(Delivery),
        stranded_slots=ReminderSlot.objects.filter(~Exists(on_their_way), state=ReminderSlot.State.OPEN).count(),
        unexplained=sum(model.objects.ended().filter(reason="").count() for model in (ReminderSlot, Delivery)),
    )


def handed_over_stale() -> list[UUID]:
    """Deliveries that were handed over when they had expired. There are none: the gate asks, and the database refuses."""
    return list(Delivery.objects.filter(handed_over_at__gte=F("expires_at")).values_list("pk", flat=True))


def _by_state(model: type[ReminderSlot] | type[Delivery]) -> dict[str, int]:
    return dict(model.objects.order_by("state").values_list("state").annotate(Count("pk")))


def rhythm_of(person: User) -> str:
    """How often reminders come to this person at present, and why not more often (`notifications.reasons`)."""
    preference = preference_for(person)
    return rhythm(
        is_on=preference.reminders_on,
        is_reachable=preference.email_on or Device.objects.visible_to(person).live().exists(),
        ignored=preference.ignored_in_a_row,
        is_planned=preference.next_reminder_at is not None,
    )


@dataclass(frozen=True, slots=True)
class ReminderDay:
    """What became of the reminder of one day, and of its ways to each device and the mailbox."""

    day: date
    state: str
    reason: str
    ways: Sequence[Delivery]


def reminder_days(person: User, *, count: int) -> list[ReminderDay]:
    """The last days of a person that had a reminder, newest first."""
    slots = list(ReminderSlot.objects.visible_to(person).order_by("-day")[:count])
    ways: dict[UUID | None, list[Delivery]] = defaultdict(list)
    found = Delivery.objects.visible_to(person).filter(slot__in=[slot.pk for slot in slots]).select_related("device")
    for one in found.order_by("channel", "pk"):
        ways[one.slot_id].append(one)
    return [ReminderDay(slot.day, slot.state, slot.reason, ways[slot.pk]) for slot in slots]


def felt_about(couple_id: int, *, since: date, until: date, now: datetime) -> list[tuple[date, list[str]]]:
    """The days on which a couple was prompted, the newest first, with how it was felt; not by whom, and never the words."""
    rows = Prompt.objects.arrived(now).filter(about_couple=couple_id, day__range=(since, until)).order_by("-day", "reaction")
    felt: dict[date, list[str]] = {}
    for day, reaction in rows.values_list("day", "reaction"):
        felt.setdefault(day, []).extend([reaction] if reaction else [])
    return list(felt.items())


def staying(person_ids: Collection[int], *, wait: bool = False) -> frozenset[int]:
    """Which of these accounts nobody is deleting at this moment; none of them can be until the transaction ends.

    One that is locked counts as going, unless there is time to `wait`: for those alone who hold nothing that others wait for.
    To be asked before rows that point to a person are written: what is written is checked against the account when the
    transaction commits, and whoever deletes it may be waiting for that very transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAYING if wait else f"{_STAYING} SKIP LOCKED", [list(person_ids)])
        return frozenset(pk for (pk,) in cursor.fetchall())


_STAYING = f"SELECT id FROM {User._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608 (our own table)


def preference_for(person: User) -> Preference:
    """How the person wants to be reached; the defaults, not saved, where nothing was ever chosen."""
    return Preference.objects.visible_to(person).first() or Preference(person=person)
