"""What is kept of a therapist, and what a therapist keeps."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.care.models import CareLink, CareNote, Therapist
from backend.care.queries import label_of, text_of

COVERED = (Therapist, CareLink, CareNote)


def export(person: User) -> dict[str, Any]:
    """One's own application, the couples one offered a code to by one's own label, and one's notes. Nothing of a couple's."""
    application = Therapist.objects.visible_to(person).values(
        "name", "licence", "practice", "jurisdiction", "state", "applied_at", "decided_at"
    )
    links = CareLink.objects.visible_to(person).prefetch_related("notes").order_by("created_at")
    return {
        "therapist": list(application),
        "care_links": [
            {
                "label": label_of(link),
                "purpose": link.purpose,
                "created_at": link.created_at,
                "ended_at": link.ended_at,
                "notes": [{"text": text_of(note), "written_at": note.written_at} for note in link.notes.all()],
            }
            for link in links
        ],
    }


def erase(person: User, *, now: datetime) -> None:
    """The application with its links and notes. Consents to these links go with them; what was read stays in the couples' log."""
    Therapist.objects.visible_to(person).delete()
