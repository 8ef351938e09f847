"""What a person chose, and when they held back."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.consents.models import Choice, Hold

COVERED = (Choice, Hold)


def export(person: User) -> dict[str, Any]:
    choices = Choice.objects.visible_to(person).values(
        "sharing", "weekly_since", "levels_since", "prompt_mode", "show_pattern", "changed_at"
    )
    return {
        "choices": list(choices),
        "holds": list(Hold.objects.visible_to(person).values("kind", "started_at", "ended_at")),
    }


def erase(person: User, *, now: datetime) -> None:
    Choice.objects.visible_to(person).delete()
    Hold.objects.visible_to(person).delete()
