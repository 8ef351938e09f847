"""What is kept of a therapist, and what a therapist keeps."""

from datetime import datetime
from typing import Any

from backend.accounts.models import User
from backend.care.models import CareLink, CareNote, CareSession, Therapist
from backend.care.queries import label_of, text_of

COVERED = (Therapist, CareLink, CareNote, CareSession)


def export(person: User) -> dict[str, Any]:
    """One's own application, the couples one offered a code to by one's own label, one's notes and sessions. Nothing of a couple's."""
    application = Therapist.objects.visible_to(person).values(
        "name", "licence", "practice", "jurisdiction", "state", "applied_at", "decided_at"
    )
    links = CareLink.objects.visible_to(person).prefetch_related("notes", "sessions").order_by("created_at")
    return {
        "therapist": list(application),
        "care_links": [
            {
                "label": label_of(link),
                "purpose": link.purpose,
                "created_at": link.created_at,
                "ended_at": link.ended_at,
                "notes": [{"text": text_of(note), "written_at": note.written_at} for note in link.notes.all()],
                "sessions": sorted(session.day for session in link.sessions.all()),
            }
            for link in links
        ],
    }


def erase(person: User, *, now: datetime) -> None:
    """The application with its links, notes and sessions. Consents to these links go with them; what was read stays in the couples' log."""
    Therapist.objects.visible_to(person).delete()
