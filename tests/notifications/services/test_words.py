"""Which items may be sent."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.errors import NotFound
from notifications import services
from notifications.models import Retirement
from notifications.words import loader

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)


def test_all_that_ships_is_in_use():
    assert services.items_in_use() == {item.id: item.version for item in loader.shipped("en")}
    assert services.items_in_use(solo=True) == {item.id: item.version for item in loader.solo("en")}


def test_a_retired_version_rests_until_it_is_brought_back():
    services.retire(item="the-tide", version=1, now=NOW)
    assert "the-tide" not in services.items_in_use()
    services.bring_back(item="the-tide", version=1, now=NOW + timedelta(days=1))
    assert services.items_in_use()["the-tide"] == 1
    services.retire(item="the-tide", version=1, now=NOW + timedelta(days=2))
    assert "the-tide" not in services.items_in_use()
    assert Retirement.objects.count() == 2


def test_retiring_twice_and_bringing_back_what_is_in_use_change_nothing():
    services.bring_back(item="the-tide", version=1, now=NOW)
    services.retire(item="the-tide", version=1, now=NOW)
    services.retire(item="the-tide", version=1, now=NOW + timedelta(days=1))
    assert Retirement.objects.get().retired_at == NOW


def test_a_retired_item_stays_readable_for_those_who_received_it():
    services.retire(item="the-tide", version=1, now=NOW)
    assert loader.get("the-tide", 1, "es").text("either").title


@pytest.mark.parametrize("item, version", [("the-tide", 9), ("no-such-item", 1)])
def test_what_does_not_exist_is_not_retired(item, version):
    for verb in (services.retire, services.bring_back):
        with pytest.raises(NotFound):
            verb(item=item, version=version, now=NOW)
    assert not Retirement.objects.exists()


def test_the_suggestion_changes_every_monday_and_goes_round_all_items():
    weeks = [MONDAY + timedelta(weeks=n) for n in range(len(services.items_in_use(solo=True)))]
    shown = [services.suggestion_of(week=week, language="en", retired=frozenset()).id for week in weeks]
    assert sorted(shown) == sorted(services.items_in_use(solo=True))


def test_the_suggestion_is_about_oneself_alone_in_each_language():
    english, spanish = (services.suggestion_of(week=MONDAY, language=language, retired=frozenset()) for language in ("en", "es"))
    assert (english.id, english.is_solo, spanish.is_solo) == (spanish.id, True, True)
    assert (english.language, spanish.language) == ("en", "es")


def test_there_is_no_suggestion_once_all_are_retired():
    one, *others = services.items_in_use(solo=True).items()
    assert services.suggestion_of(week=MONDAY, language="en", retired=frozenset([one, *others])) is None
    assert services.suggestion_of(week=MONDAY, language="en", retired=frozenset(others)).id == one[0]
