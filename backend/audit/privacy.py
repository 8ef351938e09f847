"""The log of a person's couples is theirs to take along. It is not deleted with an account: the other partner reads it too."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.audit.models import Disclosure

COVERED = (Disclosure,)
_SAID = ("at", "therapist_name", "practice", "place", "scopes", "from_day", "to_day", "purpose")


def export(person: User) -> dict[str, Any]:
    return {"disclosures": list(Disclosure.objects.visible_to(person).order_by("at").values(*_SAID))}


def erase(person: User, *, now: datetime) -> None:
    """Nothing: rows hold numbers and a therapist's name, no word of the person, and nobody may change the log."""
