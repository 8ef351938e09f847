"""Every change to an account that allauth does not make itself."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language

from backend import clock
from backend.accounts.models import Agreement, FormerZone, User

KEEP_ANSWERS = "keep-answers"
# In a row, from anywhere. From then on signing in needs a code by mail as well, so that nobody is locked out.
FAILURES_BEFORE_CODE = 100


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


def update_profile(*, person: User, now: datetime, **changes: Any) -> User:
    """Changes name, language or timezone. A new zone is stamped, so that what is to come is computed anew, and the
    former one is kept, so that what was revealed stays so."""
    with transaction.atomic():
        standing = User.objects.select_for_update().get(pk=person.pk)
        if "timezone" in changes and changes["timezone"] != standing.timezone:
            FormerZone.objects.create(user=standing, timezone=standing.timezone, until=now)
            changes["zone_changed_at"] = now
        for name, value in changes.items():
            setattr(person, name, value)
        person.save(update_fields=list(changes))
    return person


def count_failed_sign_in(*, email: str) -> None:
    """Counts a wrong password, in the database, so that emptying the cache forgives nobody."""
    User.objects.filter(email=email.lower()).update(failed_sign_ins=F("failed_sign_ins") + 1)


def forget_failed_sign_ins(*, user: User) -> None:
    """The person got in; failures are counted afresh."""
    if user.failed_sign_ins:
        User.objects.filter(pk=user.pk).update(failed_sign_ins=0)
        user.failed_sign_ins = 0
