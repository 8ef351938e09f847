"""Every change to what a person shares with their partner and receives. Each is private and takes effect at once."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop as _

from backend.accounts.models import User
from backend.consents.models import Choice, Hold
from backend.couples.queries import active_membership
from backend.errors import Conflict


class NotPaired(Conflict):
    """These choices belong to a couple, and there is none."""

    code: ClassVar[str] = "not-paired"
    title: ClassVar[str] = _("You are not part of a couple")


def choose(*, person: User, now: datetime, **changes: Any) -> Choice:
    """Changes any of sharing, prompt_mode and show_pattern for the couple the person is in. Raises NotPaired.

    Sharing more begins now: what was revealed before is not opened in retrospect. Sharing less removes at once.
    """
    with transaction.atomic():
        membership = active_membership(person)
        if membership is None:
            raise NotPaired
        Choice.objects.get_or_create(membership=membership, defaults={"changed_at": now})
        choice = Choice.objects.select_for_update().get(membership=membership)
        if "sharing" in changes:
            choice.share(changes["sharing"], now)
        for name in ("prompt_mode", "show_pattern"):
            if name in changes:
                setattr(choice, name, changes[name])
        choice.changed_at = now
        choice.save()
    return choice


def pause(*, person: User, now: datetime) -> None:
    """Holds answers back and stops messages, until resumed."""
    _hold(person, Hold.Kind.PAUSE, now)


def resume(*, person: User, now: datetime) -> None:
    _release(person, Hold.Kind.PAUSE, now)


def enter_safety(*, person: User, now: datetime) -> None:
    """From now on the person's answers stay their own, and nobody can tell."""
    _hold(person, Hold.Kind.SAFETY, now)


def leave_safety(*, person: User, now: datetime) -> None:
    _release(person, Hold.Kind.SAFETY, now)


def _hold(person: User, kind: Hold.Kind, now: datetime) -> None:
    with transaction.atomic():
        # The person's row serialises two devices pressing at once.
        User.objects.select_for_update().get(pk=person.pk)
        Hold.objects.get_or_create(person=person, kind=kind, ended_at=None, defaults={"started_at": now})


def _release(person: User, kind: Hold.Kind, now: datetime) -> None:
    Hold.objects.running().filter(person=person, kind=kind).update(ended_at=now)
