"""The one door through which anything of a couple reaches somebody outside it.

Consent is read, the log is written and the data are read in one transaction: whoever shows something opens it, asks here for a
Grant, and hands the Grant to the query. Nothing else makes one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction

from backend.accounts.models import User
from backend.audit.models import Disclosure
from backend.calendar_days import local_day
from backend.care.models import Therapist
from backend.consents.models import Consent
from backend.consents.queries import Allowed, allowed_by
from backend.couples.models import Membership
from backend.errors import TryLater


@dataclass(frozen=True, kw_only=True)
class Grant:
    """May show these scopes of these two, of the days from `since` to `until`. It is good for the transaction it was made in."""

    link_id: UUID
    couple_id: int
    members: tuple[Membership, Membership]
    scopes: frozenset[str]
    since: date
    until: date


def disclose(
    *, therapist: User, place: str, weeks: int, links: Collection[UUID], now: datetime, scopes: Collection[str] = Consent.Scope.values
) -> dict[UUID, Grant]:
    """A Grant for each of these links that both partners allow at this moment, each with its row in the log.

    `weeks` is how far back is shown at most, `scopes` what the place can show at all. A link that shows nothing of it is not in
    the answer, whatever the reason, and leaves no row. Raises TryLater where the log cannot be written. To be called in the transaction that reads the data.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("consent, log and data belong in one transaction")
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=links)
    wanted = {link_id: one.scopes & frozenset(scopes) for link_id, one in allowed.items()}
    grants = {link_id: _grant(allowed[link_id], scopes=shown, weeks=weeks, now=now) for link_id, shown in wanted.items() if shown}
    reader = Therapist.objects.visible_to(therapist).first()
    if not grants or reader is None:
        return {}
    try:
        Disclosure.objects.bulk_create(
            Disclosure(
                at=now,
                couple_number=grant.couple_id,
                therapist_number=therapist.pk,
                therapist_name=reader.name,
                practice=reader.practice,
                link_number=link_id,
                place=place,
                scopes=sorted(grant.scopes),
                from_day=grant.since,
                to_day=grant.until,
                purpose=allowed[link_id].link.purpose,
            )
            for link_id, grant in grants.items()
        )
    except DatabaseError as error:
        raise TryLater from error
    return grants


def _grant(allowed: Allowed, *, scopes: frozenset[str], weeks: int, now: datetime) -> Grant:
    """No day is shown before it is over for both. A consent that begins today shows its first day tomorrow."""
    yesterday = min(local_day(now, member.person.zone) for member in allowed.members) - timedelta(days=1)
    since = max(allowed.since, yesterday - timedelta(days=7 * weeks - 1))
    return Grant(
        link_id=allowed.link.pk,
        couple_id=allowed.members[0].couple_id,
        members=allowed.members,
        scopes=scopes,
        since=since,
        until=max(since, yesterday),
    )
