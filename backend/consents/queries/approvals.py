"""Who allows a therapist what. The visible set is what both partners' live consents have in common, and is empty otherwise."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from backend.accounts.models import User
from backend.care.models import CareLink, Therapist
from backend.consents.models import Consent, Hold
from backend.couples.models import Membership


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What both partners allow at this moment: side a first. No day before `since` is shown."""

    link: CareLink
    members: tuple[Membership, Membership]
    scopes: frozenset[str]
    since: date
    consents: frozenset[UUID]
    """The two it rests on. A consent is never amended, so the same two always allow the same."""


def allowed_by(*, therapist_id: int, links: Collection[UUID], now: datetime) -> dict[UUID, Allowed]:
    """For each of these links of the therapist that shows anything now, what it shows. Two statements, however many.

    Withdrawn, expired, paused, safety state, left, ended and never given are all the same: the link is not in the answer.
    """
    held = Hold.objects.running().filter(person=OuterRef("membership__person"))
    rows = (
        Consent.objects.live(now)
        .filter(
            ~Exists(held),
            link__in=CareLink.objects.standing().filter(pk__in=links, therapist=therapist_id),
            membership__ended_at=None,
            membership__couple=F("link__couple"),
            membership__couple__ended_at=None,
        )
        .exclude(membership__person=therapist_id)
        .select_related("link", "membership__person")
        .only(*_READ)
        .prefetch_related("membership__person__former_zones")
        .order_by("membership__side")
    )
    pairs: dict[UUID, list[Consent]] = defaultdict(list)
    for row in rows:
        pairs[row.link_id].append(row)
    found = {link_id: _in_common(*pair) for link_id, pair in pairs.items() if len(pair) == 2}
    return {link_id: allowed for link_id, allowed in found.items() if allowed.scopes}


def _in_common(a: Consent, b: Consent) -> Allowed:
    assert a.from_day
    assert b.from_day
    return Allowed(
        link=a.link,
        members=(a.membership, b.membership),
        scopes=frozenset(a.scopes) & frozenset(b.scopes),
        since=max(a.from_day, b.from_day),
        consents=frozenset((a.pk, b.pk)),
    )


_READ = (
    "scopes",
    "from_day",
    "link__therapist",
    "link__purpose",
    "membership__couple",
    "membership__side",
    "membership__joined_at",
    "membership__joined_day",
    "membership__person__name",
    "membership__person__timezone",
)
"""What those who are shown something need of consents and members: a caseload has many, and a whole row of each is dear."""


@dataclass(frozen=True, kw_only=True)
class Approval:
    """What a member reads about one therapist: who it is, and their own consent. Nothing of the partner's."""

    link_id: UUID
    therapist: Therapist
    purpose: str
    is_open: bool
    """Whether consent can be given: the therapist is verified and has not ended the link."""
    consent: Consent
    """The latest of this member."""
    is_live: bool


def approvals_of(person: User, *, now: datetime, link_id: UUID | None = None) -> list[Approval]:
    """Every therapist whose code the person entered in the couple they are in, the latest first."""
    own = Consent.objects.visible_to(person).filter(membership__ended_at=None).select_related("link__therapist__user")
    rows = (own if link_id is None else own.filter(link=link_id)).order_by("opened_at", "given_at")
    latest = {row.link_id: row for row in rows}
    return [
        Approval(
            link_id=row.link_id,
            therapist=row.link.therapist,
            purpose=row.link.get_purpose_display(),
            is_open=row.link.ended_at is None and row.link.therapist.is_verified,
            consent=row,
            is_live=row.is_live(now),
        )
        for row in reversed(latest.values())
    ]
