"""Every write about a therapist: applying, being verified, offering a code, letting a couple go, a note, the day of a session."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from backend.accounts.models import User
from backend.care.models import CareLink, CareNote, CareSession, Therapist
from backend.couples import codes
from backend.encryption import seal
from backend.errors import Conflict, NotFound

CODE_LIFETIME = timedelta(days=14)
CODE_PURPOSE = "care"


class AlreadyDecided(Conflict):
    """The application stands; only an operator moves it from here."""

    title: ClassVar[str] = _("Your application has been decided already")


class NoSuchMove(Conflict):
    """Somebody else moved it first, or it cannot be moved there from where it is."""

    title: ClassVar[str] = "This cannot be decided from where it stands"


def apply(*, person: User, name: str, licence: str, practice: str, jurisdiction: str, now: datetime) -> Therapist:
    """Asks to be verified, for the first time or again after a refusal. Raises AlreadyDecided."""
    said = {"name": name, "licence": licence, "practice": practice, "jurisdiction": jurisdiction}
    fresh = {**said, "state": Therapist.State.APPLIED, "applied_at": now, "decided_at": None, "decided_by": None, "note": ""}
    with transaction.atomic():
        therapist, is_new = Therapist.objects.get_or_create(user=person, defaults=fresh)
        if is_new:
            return therapist
        open_to_change = Therapist.objects.filter(pk=person.pk, state__in=(Therapist.State.APPLIED, Therapist.State.DECLINED))
        if not open_to_change.update(**fresh):
            raise AlreadyDecided
    therapist.refresh_from_db()
    return therapist


def decide(*, therapist_id: int, state: str, note: str, by: User, now: datetime) -> None:
    """An operator verifies, declines or withdraws, and says how they know. Raises NoSuchMove."""
    allowed = [before for before, after in Therapist.MOVES.items() if state in after]
    moved = Therapist.objects.filter(pk=therapist_id, state__in=allowed)
    if not note.strip() or not moved.update(state=state, note=note, decided_by=by, decided_at=now):
        raise NoSuchMove


def offer(*, therapist: User, label: str, purpose: str, now: datetime) -> tuple[CareLink, str]:
    """A link for one couple, and its code for the two of them, which is shown this once and good for two weeks."""
    code, link_id = codes.new_code(), uuid4()
    link = CareLink.objects.create(
        id=link_id,
        therapist_id=therapist.pk,
        label=seal(label, table="carelink", column="label", row=str(link_id)),
        purpose=purpose,
        code_hash=code_hash(code),
        created_at=now,
        code_expires_at=now + CODE_LIFETIME,
    )
    return link, codes.shown(code)


def code_hash(code: str) -> bytes:
    """What is kept of a code: a keyed hash, another one than an invitation's."""
    return codes.keyed_hash(codes.typed(code), key=settings.CODE_KEY, purpose=CODE_PURPOSE)


def let_go(*, therapist: User, link_id: UUID, now: datetime) -> None:
    """The therapist ends a link, for good; their notes stay theirs. Raises NotFound."""
    mine = CareLink.objects.visible_to(therapist).filter(pk=link_id)
    if not mine.exists():
        raise NotFound
    mine.filter(ended_at=None).update(ended_at=now)


def write_note(*, therapist: User, link_id: UUID, text: str, now: datetime) -> CareNote:
    """Keeps a note for the therapist alone, also when nothing of the couple is shown any more. Raises NotFound."""
    link = CareLink.objects.visible_to(therapist).filter(pk=link_id).first()
    if link is None:
        raise NotFound
    note_id = uuid4()
    sealed = seal(text, table="carenote", column="text", row=str(note_id))
    return CareNote.objects.create(id=note_id, link=link, text=sealed, written_at=now)


def delete_note(*, therapist: User, link_id: UUID, note_id: UUID) -> None:
    """Takes a note away for good. Raises NotFound."""
    deleted, _by_model = CareNote.objects.visible_to(therapist).filter(pk=note_id, link=link_id).delete()
    if not deleted:
        raise NotFound


def mark_session(*, therapist: User, link_id: UUID, day: date) -> CareSession:
    """Marks the day of a session, for the therapist alone; once, however often it is asked. Raises NotFound."""
    link = CareLink.objects.visible_to(therapist).filter(pk=link_id).first()
    if link is None:
        raise NotFound
    session, _is_new = CareSession.objects.get_or_create(link=link, day=day)
    return session


def unmark_session(*, therapist: User, link_id: UUID, session_id: UUID) -> None:
    """Takes the mark away. Raises NotFound."""
    deleted, _by_model = CareSession.objects.visible_to(therapist).filter(pk=session_id, link=link_id).delete()
    if not deleted:
        raise NotFound
