"""What operators see of the words, and what they may do with them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Prompt, Retirement
from notifications.words import loader
from tests.cast import person, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/retirement/"
ONE = f"{LIST}?item=the-tide&version=1"


@pytest.fixture
def operator():
    return signed_in(person("Susan", is_staff=True, is_superuser=True))


def test_every_item_is_listed_with_its_languages_review_and_verdict(operator):
    shown = operator.get(LIST).content.decode()
    for item in (*loader.shipped("en"), *loader.solo("en")):
        assert f"?item={item.id}&amp;version={item.version}" in shown
    assert shown.count("nothing found") == len(loader.every("en"))
    assert shown.count("en, es") == len(loader.every("en"))
    assert ">team<" in shown


def test_one_item_is_previewed_in_every_language_and_voice(operator):
    shown = operator.get(ONE).content.decode()
    for language in ("en", "es"):
        for text in loader.get("the-tide", 1, language).texts.values():
            assert text.title in shown
    assert shown.count("The linter found nothing.") == 2


def test_a_finding_of_the_linter_is_shown(operator, monkeypatch):
    monkeypatch.setattr("notifications.words.lint.LONGEST_BODY", 10)
    assert "characters, at most 10" in operator.get(ONE).content.decode()
    assert "6 findings" in operator.get(LIST).content.decode()


def test_an_item_is_retired_and_brought_back_and_nothing_else_is_changed(operator):
    assert operator.post(ONE, {"retire": "1"}).status_code == 302
    assert "the-tide" not in services.items_in_use()
    assert "(retired)" in operator.get(ONE).content.decode()
    assert ">retired<" in operator.get(LIST).content.decode()
    operator.post(ONE, {"bring_back": "1"})
    assert services.items_in_use()["the-tide"] == 1


@pytest.mark.parametrize("query", ["?item=no-such-item&version=1", "?item=the-tide&version=7", "?item=the-tide&version=x"])
def test_an_unknown_item_is_not_found(operator, query):
    assert operator.get(LIST + query).status_code == 404
    assert operator.post(LIST + query, {"retire": "1"}).status_code == 404
    assert not Retirement.objects.exists()


def test_staff_without_the_permission_see_and_change_nothing():
    staff = signed_in(person("Dana", is_staff=True))
    assert staff.get(LIST).status_code == 403
    assert staff.post(ONE, {"retire": "1"}).status_code == 403
    assert not Retirement.objects.exists()


def test_who_may_only_look_may_not_retire():
    dana = person("Dana", is_staff=True)
    dana.user_permissions.add(Permission.objects.get(codename="view_retirement"))
    staff = signed_in(dana)
    assert "Retire this version" not in staff.get(ONE).content.decode()
    assert staff.post(ONE, {"retire": "1"}).status_code == 403


def test_nothing_about_people_is_on_these_pages(operator):
    """No statement of the pages touches a prompt or an answer."""
    for address in (LIST, ONE):
        with CaptureQueriesContext(connection) as asked:
            operator.get(address)
        tables = " ".join(query["sql"] for query in asked)
        assert Prompt._meta.db_table not in tables
        assert "checkins_" not in tables
