"""What a person shares with their partner, and when they hold everything back."""

from collections import defaultdict
from collections.abc import Collection, Iterable
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


def holds_of_each(people: Iterable[int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """`holds_of` each person who ever held something back. One statement for a batch."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for person_id, start, end in Hold.objects.filter(person_id__in=list(people)).values_list("person_id", "started_at", "ended_at"):
        found[person_id].append((start, end))
    return found


def running_holds(people: Iterable[int]) -> dict[int, set[str]]:
    """For each person with a running hold, its kinds. One statement for a batch."""
    found: dict[int, set[str]] = {}
    for person_id, kind in Hold.objects.running().filter(person_id__in=list(people)).values_list("person_id", "kind"):
        found.setdefault(person_id, set()).add(kind)
    return found


def members_of(couples: Collection[int]) -> dict[int, tuple[Membership, Membership]]:
    """Both memberships of each couple, side a first, with people, former zones and choices. Two statements for a batch."""
    rows = (
        Membership.objects.filter(couple_id__in=couples)
        .select_related("person", "couple", "choice")
        .prefetch_related("person__former_zones")
        .order_by("couple_id", "side")
    )
    pairs: dict[int, list[Membership]] = defaultdict(list)
    for row in rows:
        pairs[row.couple_id].append(row)
    return {couple: (pair[0], pair[1]) for couple, pair in pairs.items() if len(pair) == 2}
