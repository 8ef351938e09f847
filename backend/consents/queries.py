"""Reads about choices and holds that need a name. Asked at the time of use, never cached."""

from collections.abc import Iterable
from datetime import datetime

from backend.accounts.models import User
from backend.consents.models import Choice, Hold
from backend.couples.models import Membership


def choice_of(membership: Membership) -> Choice | None:
    """What the member chose in this couple, or None before any choice."""
    return Choice.objects.filter(membership=membership).first()


def own_choice(person: User) -> Choice | None:
    """What the person chose in the couple they are in; None before any choice, and outside a couple."""
    return Choice.objects.visible_to(person).filter(membership__ended_at=None).first()


def is_held(person: User | int) -> bool:
    """Whether the person's answers are their own at present: paused, or in the safety state."""
    return Hold.objects.running().filter(person=person).exists()


def is_paused(person: User) -> bool:
    return Hold.objects.visible_to(person).running().filter(kind=Hold.Kind.PAUSE).exists()


def in_safety(person: User) -> bool:
    return Hold.objects.visible_to(person).running().filter(kind=Hold.Kind.SAFETY).exists()


def holds_of(person: User | int) -> list[tuple[datetime, datetime | None]]:
    """Every time the person held their answers back: start, and end or None while it runs."""
    return list(Hold.objects.filter(person=person).order_by("started_at").values_list("started_at", "ended_at"))


def running_holds(people: Iterable[int]) -> dict[int, set[str]]:
    """For each person with a running hold, its kinds. One statement for a batch."""
    found: dict[int, set[str]] = {}
    for person_id, kind in Hold.objects.running().filter(person_id__in=list(people)).values_list("person_id", "kind"):
        found.setdefault(person_id, set()).add(kind)
    return found
