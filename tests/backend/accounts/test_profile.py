from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from backend import clock
from backend.accounts.models import User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def api(alice):
    return cast.signed_in(alice)


def test_a_person_reads_their_own_account(api):
    assert api.get("/api/v1/me/").json() == {"email": "alice@example.org", "name": "Alice", "timezone": "Europe/Madrid", "language": "en"}


def test_a_person_changes_their_name_and_language(api, alice):
    answer = api.patch("/api/v1/me/", {"name": "  Ali ", "language": "es"}, content_type="application/json")
    assert answer.json()["name"] == "Ali"
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Ali", "es")


def test_a_name_may_be_taken_away(api):
    assert api.patch("/api/v1/me/", {"name": ""}, content_type="application/json").json()["name"] == ""


def test_nothing_to_change_is_fine(api):
    assert api.patch("/api/v1/me/", {}, content_type="application/json").status_code == 200


def test_a_new_zone_is_stamped_and_the_same_zone_is_not(api, alice):
    before = User.objects.get(pk=alice.pk).zone_changed_at
    api.patch("/api/v1/me/", {"timezone": "Europe/Madrid"}, content_type="application/json")
    assert User.objects.get(pk=alice.pk).zone_changed_at == before
    api.patch("/api/v1/me/", {"timezone": "Pacific/Auckland"}, content_type="application/json")
    assert User.objects.get(pk=alice.pk).zone_changed_at > before


def test_a_seventh_move_within_a_day_has_to_wait_until_the_first_is_a_day_old(api, alice, monkeypatch):
    now = clock.now()
    for hour, zone in enumerate(["Asia/Tokyo", "UTC"] * 3):
        monkeypatch.setattr(clock, "now", lambda hour=hour: now + timedelta(hours=hour))
        assert api.patch("/api/v1/me/", {"timezone": zone}, content_type="application/json").status_code == 200
    refused = api.patch("/api/v1/me/", {"timezone": "Asia/Tokyo", "name": "Ali"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, "slow-down", str(19 * 3600))
    page = api.post("/you/profile/", {"name": "Ali", "language": "en", "timezone": "Asia/Tokyo"}).content.decode()
    assert "Please try again tomorrow." in page
    alice.refresh_from_db()
    assert (alice.timezone, alice.name) == ("UTC", "Alice")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    assert api.patch("/api/v1/me/", {"timezone": "Asia/Tokyo"}, content_type="application/json").status_code == 200


@pytest.mark.parametrize("field", ["email", "is_staff", "is_active", "adult_confirmed_at", "id", "password"])
def test_the_rest_of_an_account_cannot_be_changed_here(api, field):
    assert api.patch("/api/v1/me/", {field: "x"}, content_type="application/json").status_code == 422


@pytest.mark.parametrize("name", ["Madrid", "Europe/madrid", "posixrules", "localtime", "right/UTC", "", "UTC+1", "Europe/Madrid "])
def test_a_wrong_zone_is_refused(api, alice, name):
    answer = api.patch("/api/v1/me/", {"timezone": name}, content_type="application/json")
    alice.refresh_from_db()
    assert alice.timezone == "Europe/Madrid"
    assert answer.status_code == 422 or name.strip() == "Europe/Madrid"


def test_two_accounts_cannot_differ_by_case_alone(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ALICE@example.org")


def test_an_account_is_visible_to_itself_alone(alice):
    bob = cast.person("Bob")
    assert list(User.objects.visible_to(alice)) == [alice]
    assert bob not in User.objects.visible_to(alice)
    assert not User.objects.visible_to(AnonymousUser()).exists()
