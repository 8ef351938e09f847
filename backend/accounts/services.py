"""Every change to an account that allauth does not make itself."""

import math
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_noop

from backend import clock
from backend.accounts.models import Agreement, FormerZone, User
from backend.errors import DomainError, SlowDown

KEEP_ANSWERS = "keep-answers"
# In a row, from anywhere. From then on signing in needs a code by mail as well, so that nobody is locked out.
FAILURES_BEFORE_CODE = 100
PIN_TRIES = 5
# Forgiven by signing in alone, not by the right PIN: otherwise whoever holds the phone now and then could go on trying for months.
PIN_TRIES_IN_ALL = 10
MOVES, MOVES_WITHIN = 6, timedelta(days=1)


class TooManyTries(DomainError):
    """Five wrong PINs in a row, or ten in all: only signing in anew helps."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "auth-required"


class MovedTooOften(SlowDown):
    """Six changes of the time zone within a day; one more has to wait."""

    title: ClassVar[str] = gettext_noop("The time zone was changed several times today. Please try again tomorrow.")


def agreement_version() -> str:
    """The version of the consent wording now shown (locale-independent)."""
    version: str = settings.AGREEMENT_VERSION
    return version


@transaction.atomic
def complete_sign_up(*, user: User, name: str, timezone: str) -> User:
    """Adds to a new account what sign-up asked for, with the agreement and the version of its wording."""
    now = clock.now()
    language = (get_language() or "en").split("-")[0]
    user.name, user.timezone, user.zone_changed_at, user.adult_confirmed_at = name, timezone, now, now
    user.language = language if language in dict(settings.LANGUAGES) else "en"
    user.save()
    Agreement.objects.get_or_create(
        user=user, wording=KEEP_ANSWERS, version=agreement_version(), defaults={"language": user.language, "given_at": now}
    )
    return user


def stop_what_ends_with(session: SessionBase) -> None:
    """Somebody signs out: what went to this browser or app goes there no more. Call it before the session ends."""
    for path in settings.SIGN_OUT_STEPS:
        import_string(path)(session=session, now=clock.now())


def home_of(user: User) -> str:
    """The name of the page on which this person arrives."""
    name: str = import_string(settings.HOME_OF)(user)
    return name


def update_profile(*, person: User, now: datetime, **changes: Any) -> User:
    """Changes name, language or timezone. A new zone is stamped, so that what is to come is computed anew, and the
    former one is kept, so that what was revealed stays so. Raises MovedTooOften."""
    with transaction.atomic():
        standing = User.objects.select_for_update().get(pk=person.pk)
        if "timezone" in changes and changes["timezone"] != standing.timezone:
            _check_moves(standing, now)
            FormerZone.objects.create(user=standing, timezone=standing.timezone, until=now)
            changes["zone_changed_at"] = now
        for name, value in changes.items():
            setattr(person, name, value)
        person.save(update_fields=list(changes))
    return person


def _check_moves(person: User, now: datetime) -> None:
    """Every former zone is looked at whenever days of this person or their partner are, so there must not be very many."""
    lately = list(person.former_zones.filter(until__gt=now - MOVES_WITHIN).values_list("until", flat=True))
    if len(lately) >= MOVES:
        raise MovedTooOften(retry_after=math.ceil((lately[0] + MOVES_WITHIN - now).total_seconds()))


def set_pin(*, person: User, pin: str) -> None:
    """Locks the app on every browser of this person: from now on it asks for the PIN. An empty one ends that."""
    person.pin, person.pin_failures, person.pin_failures_in_all = make_password(pin) if pin else "", 0, 0
    person.save(update_fields=["pin", "pin_failures", "pin_failures_in_all"])


def unlock(*, person: User, pin: str) -> bool:
    """Whether this is the PIN. Each try is counted before it is looked at. Raises TooManyTries after five wrong ones in a row or ten in all.

    From then on only signing in anew helps, so that so short a secret cannot be found by trying.
    """
    mine = User.objects.filter(pk=person.pk)
    tries_left = mine.filter(pin_failures__lt=PIN_TRIES, pin_failures_in_all__lt=PIN_TRIES_IN_ALL)
    if not tries_left.update(pin_failures=F("pin_failures") + 1, pin_failures_in_all=F("pin_failures_in_all") + 1):
        raise TooManyTries
    if not check_password(pin, person.pin):
        return False
    # This one was no failure. It may be that signing in elsewhere has forgiven all of them meanwhile.
    mine.update(pin_failures=0, pin_failures_in_all=Greatest(F("pin_failures_in_all") - 1, 0))
    return True


def count_failed_sign_in(*, email: str) -> None:
    """Counts a wrong password, in the database, so that emptying the cache forgives nobody."""
    User.objects.filter(email=email.lower()).update(failed_sign_ins=F("failed_sign_ins") + 1)


def forget_failed_sign_ins(*, user: User) -> None:
    """The person got in; failures are counted afresh."""
    if user.failed_sign_ins or user.pin_failures or user.pin_failures_in_all:
        User.objects.filter(pk=user.pk).update(failed_sign_ins=0, pin_failures=0, pin_failures_in_all=0)
        user.failed_sign_ins = user.pin_failures = user.pin_failures_in_all = 0
