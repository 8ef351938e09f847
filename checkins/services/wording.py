"""Which words each of the two receives: one item for both, each in the voice of that person's own recent answers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings

from backend.accounts.models import User
from checkins import patterns, policy
from checkins.models import CheckIn, Decision
from notifications import services as notifications
from notifications.words import loader

ONE_DAY = timedelta(days=1)
DAYS_OF_OWN = 90


def items() -> dict[str, int]:
    """The items that may be sent, with their versions."""
    return notifications.items_in_use()


def recent_items(couples: Collection[int], since: date) -> dict[int, set[str]]:
    """Which items each couple received from `since` on."""
    recent: dict[int, set[str]] = defaultdict(set)
    for couple_id, item in Decision.objects.filter(couple_id__in=couples, sent=True, day__gte=since).values_list("couple_id", "item"):
        recent[couple_id].add(item)
    return recent


def voices_of(people: Sequence[int], day: date) -> dict[int, policy.Voice]:
    """The voice for each person on the morning of `day`, from their own closed answers only. One statement."""
    if not people:
        return {}
    days = [day - n * ONE_DAY for n in range(DAYS_OF_OWN, 0, -1)]
    place = {person: index for index, person in enumerate(people)}
    values = np.full((len(people), len(days), len(patterns.QUESTIONS)), np.nan)
    quick = np.zeros((len(people), len(days)), np.int64)
    rows = CheckIn.objects.filter(person_id__in=people, day__range=(days[0], days[-1])).defer("note", "shared_line")
    for row in rows:
        at = place[row.person_id], (row.day - days[0]).days
        if row.quick:
            quick[at] = patterns.QUICK_CODES[row.quick]
        else:
            values[at] = [np.nan if (value := getattr(row, name)) is None else value for name in patterns.QUESTIONS]
    weekday = np.tile([one.weekday() for one in days], (len(people), 1))
    leaning = patterns.own_leaning(patterns.own_course(values, weekday), quick)
    return {
        person: policy.voice(reaching=float(leaning.reaching[at]), making_room=float(leaning.making_room[at]))
        for person, at in place.items()
    }


def recipient_alone(person: User, *, day: date, now: datetime) -> notifications.Recipient | None:
    """Words about oneself only, for a person in the safety state; None when all were used within 28 days."""
    solo = notifications.items_in_use(solo=True)
    recent = notifications.recent_items([person.pk], now - policy.DAYS_WITHOUT_REPEAT * ONE_DAY)
    item = policy.choose_item(key=settings.POLICY_KEY.encode(), couple_id=-person.pk, day=day, items=solo, recent=recent)
    return recipient(person, item=item, version=solo[item], voice=loader.Voice.SOLO) if item else None


def recipient(person: User, *, item: str, version: int, voice: str) -> notifications.Recipient:
    """Who receives which words, in the language they chose."""
    return notifications.Recipient(person_id=person.pk, zone=person.zone, item=item, version=version, voice=voice, language=person.language)
