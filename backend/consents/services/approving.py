"""What a member allows a therapist to see: entering a code, approving, withdrawing. Each is private to that member."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.care.models import CareLink, CareLinkQuerySet
from backend.care.services import code_hash
from backend.consents.models import Consent
from backend.consents.services.sharing import NotPaired
from backend.couples.models import Membership
from backend.couples.queries import active_membership
from backend.couples.services import CodeNotUsable, count_try, lock_accounts
from backend.errors import FieldError, Invalid, NotFound, Unprocessable

LONGEST = timedelta(days=90)
# Of the words on the page (backend/consents/forms.py). Whoever changes them changes this, and older pages are asked again.
WORDING_VERSION = "2026-11"


class OldWording(Unprocessable):
    """The person read words that have changed since."""

    title: ClassVar[str] = _("The wording has changed. Please read it again.")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a member agrees to: which scopes, how many days back from today, and until when."""

    scopes: Collection[str]
    days_back: int
    ends_at: datetime
    wording_version: str


def enter_code(*, person: User, code: str, address: str, now: datetime) -> Consent:
    """Opens a consent that allows nothing yet. Entering the code again finds what stands. Raises SlowDown, NotPaired, CodeNotUsable.

    The first of a couple to enter it binds the code to the couple; it answers the second in the same way.
    """
    count_try(person=person, address=address, now=now)
    with transaction.atomic():
        membership = active_membership(person)
        if membership is None:
            raise NotPaired
        link = (
            CareLink.objects.standing().select_for_update(of=("self",)).filter(code_hash=code_hash(code), code_expires_at__gt=now).first()
        )
        if link is None or not _is_for(link, membership):
            raise CodeNotUsable
        if link.couple_id is None:
            link.couple_id = membership.couple_id
            link.save(update_fields=["couple"])
        consent, _is_new = Consent.objects.standing().get_or_create(
            link=link, membership=membership, defaults={"purpose": link.purpose, "opened_at": now}
        )
    return consent


def _locked(links: CareLinkQuerySet, person: User) -> CareLink | None:
    """The link, where it can carry a consent. The accounts are locked first, as by whoever deletes one of them, leaves or pairs."""
    found = links.values_list("therapist_id", flat=True).first()
    lock_accounts(person.pk, *([] if found is None else [found]))
    return links.standing().select_for_update(of=("self",)).first()


def _is_for(link: CareLink, membership: Membership) -> bool:
    """Not for another couple, and not for a couple that the therapist is one of."""
    if link.couple_id not in (None, membership.couple_id):
        return False
    return not Membership.objects.filter(couple=membership.couple_id, person=link.therapist_id).exists()


def approve(*, person: User, link_id: UUID, terms: Terms, language: str, now: datetime) -> Consent:
    """Gives a consent, in the place of an earlier one. Raises NotFound for a link that the person did not enter the code of,
    Invalid, and OldWording."""
    _check(terms, now)
    with transaction.atomic():
        link = _locked(CareLink.objects.filter(pk=link_id), person)
        membership = active_membership(person)
        own = Consent.objects.visible_to(person).filter(link=link, membership=membership)
        if link is None or membership is None or not own.exists():
            raise NotFound
        earlier = own.filter(state=Consent.State.GIVEN)
        earlier.filter(ends_at__lte=now).update(state=Consent.State.EXPIRED, ended_at=now)
        earlier.update(state=Consent.State.REPLACED, ended_at=now)
        given = {
            "state": Consent.State.GIVEN,
            "scopes": sorted(set(terms.scopes)),
            "purpose": link.purpose,
            "wording_version": terms.wording_version,
            "language": language,
            "from_day": max(membership.joined_day, local_day(now, person.zone) - timedelta(days=terms.days_back)),
            "given_at": now,
            "ends_at": terms.ends_at,
        }
        consent, _is_new = own.update_or_create(
            link=link, membership=membership, state=Consent.State.OPEN, defaults=given, create_defaults={**given, "opened_at": now}
        )
    return consent


def withdraw(*, person: User, link_id: UUID, now: datetime) -> None:
    """Ends what the person allowed, at once and for good; pressed twice it is still done. Raises NotFound."""
    own = Consent.objects.visible_to(person).filter(link=link_id)
    if not own.standing().update(state=Consent.State.WITHDRAWN, ended_at=now) and not own.exists():
        raise NotFound


def _check(terms: Terms, now: datetime) -> None:
    if terms.wording_version != WORDING_VERSION:
        raise OldWording
    errors = []
    if not terms.scopes:
        errors.append(FieldError("/scopes", "required", _("Choose at least one, or leave this page.")))
    if not set(terms.scopes) <= set(Consent.Scope.values):
        errors.append(FieldError("/scopes", "unknown-choice", _("This is not one of the choices.")))
    if not now < terms.ends_at <= now + LONGEST:
        errors.append(FieldError("/ends_at", "out-of-range", _("At most 90 days from now.")))
    if terms.days_back < 0:
        errors.append(FieldError("/days_back", "out-of-range", _("Today, or before it.")))
    if errors:
        raise Invalid(errors)
