"""What couples hold of a person: that they were in one, and since when. Not with whom: that is the other's too."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.couples import services
from backend.couples.models import CodeAttempt, Couple, Invitation, Membership
from backend.couples.queries import active_membership

COVERED = (Couple, Membership, Invitation, CodeAttempt)


def export(person: User) -> dict[str, Any]:
    return {"couples": list(Membership.objects.filter(person=person).values("joined_day", "ended_at"))}


def erase(person: User, *, now: datetime) -> None:
    """Leaves the couple openly; the rows of the person go with the account."""
    if active_membership(person):
        services.leave(person=person, quietly=False, now=now)
