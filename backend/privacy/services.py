"""Taking one's data away: a copy of it, or all of it for good. Each app says for itself what it holds."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.db import OperationalError, models, transaction
from psycopg.errors import DeadlockDetected

from backend.accounts.models import User

log = logging.getLogger(__name__)


class Provider(Protocol):
    """A module `privacy` of an app. `COVERED` are the models it answers for; a test fails for a model nobody covers."""

    COVERED: tuple[type[models.Model], ...]
    export: Callable[[User], dict[str, Any]]
    erase: Callable[..., None]


def providers() -> Iterator[Provider]:
    """In the order of erasing: what was derived first, the account last."""
    for path in settings.PRIVACY_PROVIDERS:
        yield import_module(path)


def export_of(person: User) -> dict[str, Any]:
    """Everything Ebb keeps that is this person's own, opened and readable. Nothing of a partner's."""
    copy: dict[str, Any] = {}
    for provider in providers():
        copy |= provider.export(person)
    return copy


def _erase(number: int, now: datetime) -> None:
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=number)
        for provider in providers():
            provider.erase(person, now=now)


def erase(*, person: User, now: datetime) -> None:
    """Deletes the account and everything of the person's, and their influence on what was derived from two. For good."""
    number = person.pk
    for tries_left in (2, 1, 0):
        try:
            _erase(number, now)
            break
        except OperationalError as error:
            # Somebody wrote for this person in the same moment, and each waited for the other. Now they are done.
            if not (tries_left and isinstance(error.__cause__, DeadlockDetected)):
                raise
    log.info("account %s was erased at its person's wish", number)
