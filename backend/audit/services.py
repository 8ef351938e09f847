"""The one door through which anything of a couple reaches somebody outside it.

Consent is read, the log is written and the data are read in one transaction: whoever shows something opens it, asks here for a
Grant, and hands the Grant to the query. Nothing else makes one.
"""

from collections.abc import Collection, Mapping
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
    consents: frozenset[UUID]


def disclose(
    *, therapist: User, place: str, weeks: int, links: Collection[UUID], now: datetime, scopes: Collection[str] = Consent.Scope.values
) -> dict[UUID, Grant]:
    """A Grant for each of these links that both partners allow at this moment, each with its row in the log.

    `weeks` is how far back is shown at most, `scopes` what the place can show at all. A link that shows nothing of it is not in
    the answer, whatever the reason, and leaves no row. Raises TryLater where the log cannot be written. To be called in the transaction that reads the data.
    """
    _must_be_in_a_transaction()
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=links)
    wanted = {link_id: one.scopes & frozenset(scopes) for link_id, one in allowed.items()}
    grants = {link_id: _grant(allowed[link_id], scopes=shown, weeks=weeks, now=now) for link_id, shown in wanted.items() if shown}
    return _noted_down(grants, allowed, therapist=therapist, place=place, now=now)


def window_of(*, therapist: User, link_id: UUID, now: datetime) -> tuple[date, date] | None:
    """The first and the last day that both allow at this moment, None where nothing is. Nobody's answers are in it, so it leaves no row."""
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=[link_id]).get(link_id)
    return _window(allowed, now) if allowed else None


def disclose_days(*, therapist: User, place: str, link_id: UUID, since: date, until: date, now: datetime) -> Grant | None:
    """A Grant for these very days of all that both allow, with its row in the log.

    None, and no row, unless both allow each of the days at this moment. Raises TryLater where the log cannot be written. To be called
    in the transaction that reads the data.
    """
    _must_be_in_a_transaction()
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=[link_id])
    one = allowed.get(link_id)
    if one is None:
        return None
    first, last = _window(one, now)
    if not first <= since <= until <= last:
        return None
    grant = _of_days(one, scopes=one.scopes, since=since, until=until)
    return _noted_down({link_id: grant}, allowed, therapist=therapist, place=place, now=now).get(link_id)


def prepare(*, therapist: User, link_id: UUID, weeks: int, now: datetime) -> Grant | None:
    """A Grant for making something in advance, which nobody sees before `hand_over` has let it go; None where nothing is allowed.

    Nothing is shown by it, so it leaves no row: the log never tells of a reading that did not happen.
    """
    _must_be_in_a_transaction()
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=[link_id]).get(link_id)
    return _grant(allowed, scopes=allowed.scopes, weeks=weeks, now=now) if allowed else None


def hand_over(
    *, therapist: User, place: str, link_id: UUID, consents: Collection[UUID], since: date, until: date, now: datetime
) -> Grant | None:
    """The Grant of `prepare` once more, with its row in the log, while it rests on the very same two consents.

    None, and no row, where either of them ended meanwhile or is held back, also if the same was allowed anew: what was made under
    a consent ends with it. Raises TryLater where the log cannot be written. To be called in the transaction that lets it go.
    """
    _must_be_in_a_transaction()
    allowed = allowed_by(therapist_id=therapist.pk, now=now, links=[link_id])
    one = allowed.get(link_id)
    if one is None or one.consents != frozenset(consents):
        return None
    grant = _of_days(one, scopes=one.scopes, since=since, until=until)
    return _noted_down({link_id: grant}, allowed, therapist=therapist, place=place, now=now).get(link_id)


def _must_be_in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("consent, log and data belong in one transaction")


def _noted_down(
    grants: dict[UUID, Grant], allowed: Mapping[UUID, Allowed], *, therapist: User, place: str, now: datetime
) -> dict[UUID, Grant]:
    """The same Grants, each with its row; none for somebody who is no therapist."""
    reader = Therapist.objects.visible_to(therapist).first()
    if not grants or reader is None:
        return {}
    try:
        Disclosure.objects.note_down(
            [
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
            ]
        )
    except DatabaseError as error:
        raise TryLater from error
    return grants


def _grant(allowed: Allowed, *, scopes: frozenset[str], weeks: int, now: datetime) -> Grant:
    first, last = _window(allowed, now)
    return _of_days(allowed, scopes=scopes, since=max(first, last - timedelta(days=7 * weeks - 1)), until=last)


def _window(allowed: Allowed, now: datetime) -> tuple[date, date]:
    """No day is shown before it is over for both. A consent that begins today shows its first day tomorrow."""
    yesterday = min(local_day(now, member.person.zone) for member in allowed.members) - timedelta(days=1)
    return allowed.since, max(allowed.since, yesterday)


def _of_days(allowed: Allowed, *, scopes: frozenset[str], since: date, until: date) -> Grant:
    return Grant(
        link_id=allowed.link.pk,
        couple_id=allowed.members[0].couple_id,
        members=allowed.members,
        scopes=scopes,
        since=since,
        until=until,
        consents=allowed.consents,
    )
