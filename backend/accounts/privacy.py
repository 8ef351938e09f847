"""What accounts hold of a person."""

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from backend.accounts.models import Agreement, FormerZone, User

COVERED = (User, Agreement, FormerZone)


def export(person: User) -> dict[str, Any]:
    return {
        "account": {
            "email": person.email,
            "name": person.name,
            "timezone": person.timezone,
            "language": person.language,
            "private_mode": bool(person.pin),
            "joined": person.date_joined.isoformat(),
        },
        "former_zones": list(FormerZone.objects.visible_to(person).values("timezone", "until")),
        "agreements": list(person.agreements.values("wording", "version", "language", "given_at")),
    }


def erase(person: User, *, now: datetime) -> None:
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    person.delete()
