"""Pairing and leaving: every write about a couple.

Wrong, expired, used and declined codes are told alike. Each person confirms privately; either leaves alone, at once.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop as _

from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.couples import codes
from backend.couples.models import CodeAttempt, Couple, Invitation, Membership
from backend.errors import Conflict, NotFound, SlowDown, Unprocessable

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=24)
TRIES_PER_PERSON = 5
TRIES_PER_ADDRESS = 20
ALARM_TRIES = 10_000
TRY_WINDOW = timedelta(hours=1)
QUIET_HOURS = timedelta(hours=72)


class CodeNotUsable(Unprocessable):
    """Wrong, expired, used, declined or cancelled: one answer for all."""

    code: ClassVar[str] = "code-not-usable"
    title: ClassVar[str] = _("This code cannot be used. Ask for a new one.")


class AlreadyPaired(Conflict):
    code: ClassVar[str] = "already-paired"
    title: ClassVar[str] = _("You are part of a couple already")


def invite(*, person: User, now: datetime) -> tuple[Invitation, str]:
    """A new invitation and its code, which is shown this once. An earlier unsettled one is cancelled. Raises AlreadyPaired."""
    with transaction.atomic():
        lock_accounts(person.pk)
        _must_be_single(person)
        _unsettled_of(person).update(state=Invitation.State.CANCELLED)
        Invitation.objects.sent_by(person).update(dropped_by_inviter=True)
        code = codes.new_code()
        invitation = Invitation.objects.create(inviter=person, code_hash=_code_hash(code), created_at=now, expires_at=now + LIFETIME)
    return invitation, codes.shown(code)


def accept_invitation(*, person: User, code: str, address: str, now: datetime) -> Invitation:
    """The invited person says yes; the inviting one has still to confirm. Raises SlowDown, CodeNotUsable, AlreadyPaired."""
    count_try(person=person, address=address, now=now)
    with transaction.atomic():
        lock_accounts(person.pk)
        _must_be_single(person)
        invitation = (
            Invitation.objects.select_for_update()
            .answerable(now)
            .exclude(inviter=person)
            .filter(code_hash=_code_hash(codes.typed(code)))
            .first()
        )
        if invitation is None:
            raise CodeNotUsable
        earlier = Invitation.objects.filter(accepted_by=person)
        earlier.filter(state=Invitation.State.ACCEPTED).update(state=Invitation.State.DECLINED)
        earlier.update(dropped_by_invited=True)
        invitation.state, invitation.accepted_by, invitation.accepted_at = Invitation.State.ACCEPTED, person, now
        invitation.save(update_fields=["state", "accepted_by", "accepted_at"])
    return invitation


def confirm_invitation(*, person: User, invitation_id: UUID, now: datetime) -> Couple:
    """The inviting person confirms who accepted, and the two are a couple. Raises NotFound, AlreadyPaired."""
    invitation = Invitation.objects.sent_by(person).filter(pk=invitation_id).select_related("inviter", "accepted_by").first()
    if invitation is None or invitation.accepted_by is None:
        raise NotFound
    try:
        with transaction.atomic():
            lock_accounts(invitation.inviter.pk, invitation.accepted_by.pk)
            moved = Invitation.objects.filter(pk=invitation_id, state=Invitation.State.ACCEPTED, expires_at__gt=now)
            if not moved.update(state=Invitation.State.CONFIRMED):
                raise NotFound
            couple = Couple.objects.create(created_at=now)
            for side, member in zip("ab", (invitation.inviter, invitation.accepted_by), strict=True):
                Membership.objects.create(couple=couple, person=member, side=side, joined_at=now, joined_day=local_day(now, member.zone))
            _settle_others([invitation.inviter, invitation.accepted_by])
    except IntegrityError as error:
        raise AlreadyPaired from error
    return couple


def decline_invitation(*, person: User, invitation_id: UUID, now: datetime) -> None:
    """Either the inviting or the invited person says no. To the other it goes on waiting, and then expires. Raises NotFound."""
    pending = Invitation.objects.visible_to(person).filter(pk=invitation_id).exclude(state=Invitation.State.OPEN)
    _drop(person, pending, invitation_id, to=Invitation.State.DECLINED)


def cancel_invitation(*, person: User, invitation_id: UUID) -> None:
    """Takes an invitation back before it is confirmed. Whoever accepted it sees it expire. Raises NotFound."""
    pending = Invitation.objects.visible_to(person).filter(pk=invitation_id, inviter=person)
    _drop(person, pending, invitation_id, to=Invitation.State.CANCELLED)


def _drop(person: User, pending: QuerySet[Invitation], invitation_id: UUID, *, to: Invitation.State) -> None:
    with transaction.atomic():
        invitation = pending.select_for_update().first()
        if invitation is None:
            raise NotFound
        side = "dropped_by_inviter" if invitation.inviter_id == person.pk else "dropped_by_invited"
        Invitation.objects.filter(pk=invitation_id).update(**{side: True})
        Invitation.objects.filter(pk=invitation_id, state__in=_UNSETTLED).update(state=to)


def _settle_others(pair: Sequence[User]) -> None:
    """Two who are a couple have nothing pending; whoever else waits for one of them sees it expire."""
    sent, taken = Invitation.objects.filter(inviter__in=pair), Invitation.objects.filter(accepted_by__in=pair)
    for invitations in (sent, taken):
        invitations.filter(state__in=_UNSETTLED).update(state=Invitation.State.CANCELLED)
    sent.update(dropped_by_inviter=True)
    taken.update(dropped_by_invited=True)


def leave(*, person: User, quietly: bool, now: datetime) -> None:
    """Ends the couple, at once and alone. Raises NotFound when there is none.

    Left quietly, the other's pages simply stop changing for up to 72 hours. Left openly, both memberships end now.
    """
    with transaction.atomic():
        # Pressed twice, the second press finds nobody to leave, rather than ending openly what the first left quietly.
        lock_accounts(person.pk)
        membership = Membership.objects.visible_to(person).active().first()
        if membership is None:
            raise NotFound
        couple = Couple.objects.select_for_update().get(pk=membership.couple_id)
        first_to_leave = couple.ended_at is None
        couple.ended_at = couple.ended_at or now
        couple.quiet_until = now + QUIET_HOURS if quietly and first_to_leave else None
        couple.save(update_fields=["ended_at", "quiet_until"])
        ending = Membership.objects.active().filter(couple=couple)
        if quietly and first_to_leave:
            ending = ending.filter(person=person)
        ending.update(ended_at=now)


def end_for_both(*, person: User, now: datetime) -> None:
    """Ends openly whatever couple the person is in or left quietly before: an account that goes leaves no still page behind."""
    with transaction.atomic():
        lock_accounts(person.pk)
        own, standing = Membership.objects.visible_to(person).values("couple"), Membership.objects.active().values("couple")
        ending = [couple.pk for couple in Couple.objects.select_for_update().filter(pk__in=own).filter(pk__in=standing)]
        Membership.objects.active().filter(couple__in=ending).update(ended_at=now)
        Couple.objects.filter(pk__in=ending).update(ended_at=Coalesce("ended_at", Value(now)), quiet_until=None)


def end_quietly_left(*, now: datetime) -> int:
    """Ends what is left of couples that were left quietly 72 hours ago. Returns how many."""
    with transaction.atomic():
        due = list(Couple.objects.select_for_update(skip_locked=True).filter(quiet_until__lte=now)[:500])
        Membership.objects.active().filter(couple__in=due).update(ended_at=now)
        Couple.objects.filter(pk__in=[couple.pk for couple in due]).update(quiet_until=None)
    return len(due)


_UNSETTLED = [Invitation.State.OPEN, Invitation.State.ACCEPTED]


def _unsettled_of(person: User) -> QuerySet[Invitation]:
    return Invitation.objects.filter(inviter=person, state__in=_UNSETTLED)


def lock_accounts(*accounts: int) -> None:
    """One step of a person at a time; several people in the order of their ids, so that nobody waits in a circle.

    Without their keys, since rows that merely name them may be written in the meantime.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk").values_list("pk"))


def _lock_address(address_hash: bytes) -> None:
    """One try of an address at a time, whoever makes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(address_hash[:8], signed=True)])


def _must_be_single(person: User) -> None:
    if Membership.objects.visible_to(person).active().exists():
        raise AlreadyPaired


def _code_hash(code: str) -> bytes:
    return codes.keyed_hash(code, key=settings.CODE_KEY, purpose="invitation")


def count_try(*, person: User, address: str, now: datetime) -> None:
    """Counts every try in the database, in a transaction of its own, so that a failure keeps its count. Raises SlowDown."""
    since = now - TRY_WINDOW
    address_hash = codes.keyed_hash(address, key=settings.CODE_KEY, purpose="address")
    with transaction.atomic():
        lock_accounts(person.pk)
        _lock_address(address_hash)
        by_person = CodeAttempt.objects.filter(person=person, at__gt=since).count()
        by_address = CodeAttempt.objects.filter(address_hash=address_hash, at__gt=since).count()
        if by_person >= TRIES_PER_PERSON or by_address >= TRIES_PER_ADDRESS:
            raise SlowDown(retry_after=int(TRY_WINDOW.total_seconds()))
        CodeAttempt.objects.create(person=person, address_hash=address_hash, at=now)
    if CodeAttempt.objects.filter(at__gt=since).count() >= ALARM_TRIES:
        log.error("alarm: %s or more invitation codes were tried within an hour", ALARM_TRIES)
