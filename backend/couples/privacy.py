"""What couples hold of a person: that they were in one, and since when. Not with whom: that is the other's too."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.couples import services
from backend.couples.models import CodeAttempt, Couple, Invitation, Membership

COVERED = (Couple, Membership, Invitation, CodeAttempt)


def export(person: User) -> dict[str, Any]:
    return {"couples": list(Membership.objects.filter(person=person).values("joined_day", "ended_at"))}


def erase(person: User, *, now: datetime) -> None:
    """Leaves openly, also what was left quietly before; the rows of the person go with the account."""
    services.end_for_both(person=person, now=now)
