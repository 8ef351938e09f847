"""Which items may be sent: what the files ship, less what operators have retired."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from django.db import transaction

from backend.errors import NotFound
from notifications.models import Retirement
from notifications.words import loader


def items_in_use(*, solo: bool = False) -> dict[str, int]:
    """The items that may be sent, with their versions: those for two, or those about oneself alone."""
    return _in_use(set(Retirement.objects.standing().values_list("item", "version")), solo=solo)


def retire(*, item: str, version: int, now: datetime) -> None:
    """Sends this version to nobody any more, in no language; a newer one may come. Raises NotFound.

    Prompts that wait for their morning keep their words: both partners were given them as one act.
    """
    _known(item, version)
    with transaction.atomic():
        Retirement.objects.bulk_create([Retirement(item=item, version=version, retired_at=now)], ignore_conflicts=True)


def bring_back(*, item: str, version: int, now: datetime) -> None:
    """Lets a retired version be sent again. Raises NotFound."""
    _known(item, version)
    Retirement.objects.standing().filter(item=item, version=version).update(lifted_at=now)


@lru_cache(maxsize=64)
def suggestion_of(*, week: date, language: str, retired: frozenset[tuple[str, int]]) -> loader.Item | None:
    """The week's suggestion: one for everybody, about oneself alone. None when every item is among the `retired`, by id and version.

    It depends on the calendar week and nothing else, so two people who hold their phones side by side read the same,
    whatever either of them answered, chose or holds back; and it fits a person who does not feel safe.
    """
    versions = _in_use(retired, solo=True)
    if not versions:
        return None
    order = sorted(versions, key=lambda item: (sha256(f"week|{item}".encode()).digest(), item))
    item = order[week.toordinal() // 7 % len(order)]
    return loader.get(item, versions[item], language)


def _in_use(retired: Collection[tuple[str, int]], *, solo: bool) -> dict[str, int]:
    shipped = loader.solo(loader.FIRST_LANGUAGE) if solo else loader.shipped(loader.FIRST_LANGUAGE)
    return {item.id: item.version for item in shipped if (item.id, item.version) not in retired}


def _known(item: str, version: int) -> None:
    try:
        loader.get(item, version, loader.FIRST_LANGUAGE)
    except loader.UnknownItem:
        raise NotFound from None
