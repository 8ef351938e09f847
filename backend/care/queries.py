"""Reads about therapists that need a name, with what is sealed opened for its author."""

from backend.care.models import CareLink, CareNote
from backend.encryption import open_sealed


def label_of(link: CareLink) -> str:
    """What the therapist calls this couple. Raises encryption.Unreadable."""
    return open_sealed(bytes(link.label), table="carelink", column="label", row=str(link.pk))


def text_of(note: CareNote) -> str:
    """A therapist's own note. Raises encryption.Unreadable."""
    return open_sealed(bytes(note.text), table="carenote", column="text", row=str(note.pk))
