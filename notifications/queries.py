"""Reads that need a name: what the packages below know about receivers, asked at the time of use."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from backend.accounts.models import User
from backend.consents.models import Hold
from backend.consents.queries import running_holds
from backend.couples.models import Membership
from notifications.models import Preference


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


def together(couple_ids: Collection[int]) -> frozenset[int]:
    """Which of these couples both people are still in."""
    members = Membership.objects.active().filter(couple_id__in=couple_ids, couple__ended_at=None)
    both = members.values("couple_id").annotate(people=Count("pk")).filter(people=2)
    return frozenset(both.values_list("couple_id", flat=True))


def preference_for(person: User) -> Preference:
    """How the person wants to be reached; the defaults, not saved, where nothing was ever chosen."""
    return Preference.objects.visible_to(person).first() or Preference(person=person)
