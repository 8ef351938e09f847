"""What check-ins hold of a person, and what was derived from the two."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.couples.models import Couple
from checkins.models import CheckIn, Decision, Episode, PatternDay, PatternState, Sheet, Submission
from checkins.queries import check_in_of

COVERED = (CheckIn, Submission, PatternState, PatternDay, Episode, Decision, Sheet)


def export(person: User) -> dict[str, Any]:
    """The person's own answers. What was derived from two people is neither's alone and is left out."""
    return {"check_ins": [check_in_of(one) for one in CheckIn.objects.visible_to(person).order_by("day")]}


def erase(person: User, *, now: datetime) -> None:
    """Own answers, and everything derived from them together with anyone else's."""
    CheckIn.objects.visible_to(person).delete()
    Submission.objects.filter(person=person).delete()
    couples = Couple.objects.filter(memberships__person=person)
    # Whoever derives anything holds the couple's state meanwhile, so it is waited for before the rest is touched.
    list(PatternState.objects.select_for_update().filter(couple__in=couples).order_by("couple_id").values_list("couple_id"))
    for derived in (Decision, Episode, PatternDay, PatternState):
        derived.objects.filter(couple__in=couples).delete()
    Sheet.objects.filter(link__couple__in=couples).delete()
