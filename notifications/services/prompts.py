"""Prompts: from "these two, these words, this morning" to rows, and what a person does with theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.accounts.models import User
from backend.errors import NotFound
from notifications import queries
from notifications.models import AnswerToken, Delivery, Preference, Prompt, ReminderSlot
from notifications.schedule import Hours, prompt_expires, prompt_slot
from notifications.services.outbox import bring_prompt, places_of, put_out
from notifications.services.preferences import preference_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of the two, and the words for them. `voice` is one of `Prompt.Voice`."""

    person_id: int
    zone: ZoneInfo
    item: str
    version: int
    voice: str
    language: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """Prompts that go out as one: their receivers, and the couple they are about."""

    id: UUID
    couple_id: int | None
    recipients: Sequence[Recipient]


def queue_prompts(*, occasion: UUID, couple_id: int | None, recipients: Sequence[Recipient], now: datetime) -> list[Prompt]:
    """Queues the prompts of one occasion, all or none, each for the next 08:30 of its receiver's clock.

    Nobody who is muted or paused gets one, nobody in the safety state one about two people, and nobody a second on one
    day. Asking again for the same occasion changes nothing and returns what stands.
    """
    return queue_occasions(occasions=[Occasion(occasion, couple_id, recipients)], now=now)


def queue_occasions(*, occasions: Sequence[Occasion], now: datetime) -> list[Prompt]:
    """Queues many occasions with as many statements as one."""
    pairs = [(occasion, one) for occasion in occasions for one in occasion.recipients]
    if not pairs:
        return []
    ids = [one.person_id for _, one in pairs]
    with transaction.atomic():
        preferences = Preference.objects.in_bulk(ids)
        holds = queries.holds(ids)
        muted = is_muted(ids, now)
        wanted = [
            _prompt(occasion.id, occasion.couple_id, one, preferences.get(one.person_id), now)
            for occasion, one in pairs
            if one.person_id not in muted | holds.paused and (one.voice == Prompt.Voice.SOLO or one.person_id not in holds.in_safety)
        ]
        Prompt.objects.bulk_create(wanted, ignore_conflicts=True)
        standing = Prompt.objects.standing().filter(occasion__in=[occasion.id for occasion in occasions], person_id__in=ids)
        prompts = list(standing.order_by("person_id"))
        places = places_of(ids)
        put_out([one for prompt in prompts for one in bring_prompt(prompt, places[prompt.person_id])], now=now)
    return prompts


def _prompt(occasion: UUID, couple_id: int | None, one: Recipient, preference: Preference | None, now: datetime) -> Prompt:
    hours = preference.hours(one.zone) if preference else Hours(one.zone)
    slot = prompt_slot(now, hours)
    return Prompt(
        id=uuid5(occasion, f"prompt:{one.person_id}"),
        person_id=one.person_id,
        occasion=occasion,
        about_couple=None if one.voice == Prompt.Voice.SOLO else couple_id,
        item=one.item,
        version=one.version,
        voice=one.voice,
        language=one.language,
        day=slot.day,
        slot_at=slot.at,
        expires_at=prompt_expires(slot, hours),
    )


def cancel_couple(*, couple_id: int, now: datetime) -> None:
    """Nothing that is about this couple is sent any more. What has arrived stays its receiver's."""
    with transaction.atomic():
        Prompt.objects.standing().filter(about_couple=couple_id, slot_at__gt=now).update(cancelled_at=now)
        Delivery.objects.filter(prompt__about_couple=couple_id).let_go(Delivery.State.CANCELLED, reason="not-together")


def cancel_person(*, person_id: int, now: datetime) -> None:
    """Nothing that waits for this person is sent any more, and no push they hold can write for them."""
    with transaction.atomic():
        Prompt.objects.standing().filter(person_id=person_id, slot_at__gt=now).update(cancelled_at=now)
        ReminderSlot.objects.filter(person_id=person_id).move(ReminderSlot.State.CANCELLED, reason="person")
        Delivery.objects.filter(person_id=person_id).let_go(Delivery.State.CANCELLED, reason="person")
        AnswerToken.objects.filter(person_id=person_id).unused().update(revoked_at=now)


def mute(*, person: User, days: int, now: datetime) -> Preference:
    """No prompts for `days` days, those already queued included; 0 lifts it."""
    preference = preference_of(person=person, now=now)
    preference.prompts_muted_until = now + timedelta(days=days) if days else None
    with transaction.atomic():
        preference.save(update_fields=["prompts_muted_until"])
        if days:
            Prompt.objects.standing().filter(person=person, slot_at__gt=now).update(cancelled_at=now)
            Delivery.objects.filter(person=person, kind=Delivery.Kind.PROMPT).let_go(Delivery.State.SUPPRESSED, reason="muted")
    return preference


def is_muted(person_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Which of these people want no prompts at present."""
    return frozenset(Preference.objects.muted(now).filter(person_id__in=person_ids).values_list("person_id", flat=True))


def recent_items(person_ids: Collection[int], since: datetime) -> set[str]:
    """The ids of items that any of these people received, or is to receive, from `since` on."""
    return set(Prompt.objects.standing().filter(person_id__in=person_ids, slot_at__gte=since).values_list("item", flat=True))


def react(*, person: User, prompt_id: UUID, reaction: str | None, now: datetime) -> Prompt:
    """Keeps how a prompt was felt; None takes it back. Raises NotFound."""
    mine = Prompt.objects.visible_to(person).arrived(now).filter(pk=prompt_id)
    if not mine.update(reaction=reaction, reacted_at=now if reaction else None):
        raise NotFound
    return mine.get()
