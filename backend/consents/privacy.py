"""What a person chose, what they allowed a therapist, and when they held back."""

from datetime import datetime
from typing import Any

from django.db.models import F

from backend.accounts.models import User
from backend.consents.models import Choice, Consent, Hold

COVERED = (Choice, Hold, Consent)
_TERMS = ("purpose", "scopes", "state", "wording_version", "language", "from_day", "opened_at", "given_at", "ends_at", "ended_at")


def export(person: User) -> dict[str, Any]:
    choices = Choice.objects.visible_to(person).values(
        "sharing", "weekly_since", "levels_since", "prompt_mode", "show_pattern", "changed_at"
    )
    consents = Consent.objects.visible_to(person).order_by("opened_at")
    return {
        "choices": list(choices),
        "holds": list(Hold.objects.visible_to(person).values("kind", "started_at", "ended_at")),
        "consents": list(consents.values(*_TERMS, therapist=F("link__therapist__name"), practice=F("link__therapist__practice"))),
    }


def erase(person: User, *, now: datetime) -> None:
    Choice.objects.visible_to(person).delete()
    Hold.objects.visible_to(person).delete()
    Consent.objects.visible_to(person).delete()
