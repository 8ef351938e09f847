"""Reads about therapists that need a name, with what is sealed opened for its author."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from backend.accounts.models import User
from backend.care.models import CareLink, CareNote, CareSession, Therapist
from backend.couples.models import Membership
from backend.encryption import open_sealed
from backend.errors import NotFound


def is_therapist_alone(user: Any) -> bool:
    """Whether this is a verified therapist who is in no couple. One statement."""
    in_couple = Exists(Membership.objects.active().filter(person=OuterRef("user")))
    return Therapist.objects.visible_to(user).verified().filter(~in_couple).exists()


def home_of(user: User) -> str:
    """Where somebody arrives: a therapist at their couples, and whoever is in a couple, therapist or not, at their evening."""
    return "practice" if is_therapist_alone(user) else "tonight"


def own_link(therapist: User, link_id: UUID) -> CareLink:
    """The therapist's own link. Raises NotFound for anybody else's, as for none."""
    link = CareLink.objects.visible_to(therapist).filter(pk=link_id).first()
    if link is None:
        raise NotFound
    return link


def label_of(link: CareLink) -> str:
    """What the therapist calls this couple. Raises encryption.Unreadable."""
    return open_sealed(bytes(link.label), table="carelink", column="label", row=str(link.pk))


def text_of(note: CareNote) -> str:
    """A therapist's own note. Raises encryption.Unreadable."""
    return open_sealed(bytes(note.text), table="carenote", column="text", row=str(note.pk))


def session_days(therapist: User, link_id: UUID) -> list[date]:
    """The days of sessions that the therapist marked for this couple, the first one first."""
    return list(CareSession.objects.visible_to(therapist).filter(link=link_id).order_by("day").values_list("day", flat=True))


def last_sessions(therapist: User, links: Collection[UUID]) -> dict[UUID, date]:
    """The day of the last session with each of these couples; those without one are not in it. One statement."""
    marked = CareSession.objects.visible_to(therapist).filter(link__in=links)
    return dict(marked.values("link").annotate(last=Max("day")).values_list("link", "last"))
