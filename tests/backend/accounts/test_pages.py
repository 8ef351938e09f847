"""Signing up, and a person's own place."""

import re

import pytest
from django.core import mail

from backend.accounts.models import Agreement, User
from tests.cast import PASSWORD, full_cast, person, signed_in
from tests.headless import code_in_mail

pytestmark = pytest.mark.django_db


def sign_up(**changes: str) -> dict[str, str]:
    """What a filled-in sign-up form sends."""
    filled = {
        "email": "erin@example.org",
        "password1": PASSWORD,
        "name": "Erin",
        "timezone": "America/Lima",
        "adult": "on",
        "agreement": "on",
        "agreement_version": "2026-11",
    }
    return filled | changes


def test_sign_up_asks_for_a_code_by_mail_and_keeps_what_was_agreed(client, settings):
    settings.AGREEMENT_VERSION = "2026-11"
    assert client.post("/accounts/signup/", sign_up()).status_code == 302
    erin = User.objects.get(email="erin@example.org")
    assert (erin.name, erin.timezone) == ("Erin", "America/Lima")
    assert erin.adult_confirmed_at is not None
    assert Agreement.objects.get(user=erin).version == "2026-11"
    waiting = client.get("/accounts/confirm-email/")
    assert "A code is on its way" in waiting.content.decode()
    code = re.search(r"^\s*([A-Z0-9-]{6,10})\s*$", str(mail.outbox[0].body), re.M)
    assert code
    assert client.post("/accounts/confirm-email/", {"code": code[1]}).headers["Location"] == "/tonight/"


@pytest.mark.parametrize(
    "missing, field",
    [("adult", "id_adult"), ("agreement", "id_agreement"), ("timezone", "id_timezone"), ("password1", "id_password1")],
)
def test_without_an_answer_nobody_is_signed_up_and_what_was_typed_stays(client, settings, missing, field):
    settings.AGREEMENT_VERSION = "2026-11"
    page = client.post("/accounts/signup/", {name: value for name, value in sign_up().items() if name != missing}).content.decode()
    assert not User.objects.exists()
    assert f'id="{field}_error"' in page
    assert 'value="erin@example.org"' in page
    assert missing == "timezone" or '<option value="America/Lima" selected>' in page


def test_an_older_wording_is_asked_again(client, settings):
    settings.AGREEMENT_VERSION = "2027-01"
    page = client.post("/accounts/signup/", sign_up()).content.decode()
    assert "The wording has changed" in page
    assert 'name="agreement_version" value="2027-01"' in page


def test_signing_up_with_a_known_address_looks_like_any_other(client, settings):
    settings.AGREEMENT_VERSION = "2026-11"
    person("Erin")
    answer = client.post("/accounts/signup/", sign_up())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/confirm-email/")


def test_the_mails_are_short_and_name_no_couple(client, settings):
    settings.AGREEMENT_VERSION = "2026-11"
    client.post("/accounts/signup/", sign_up())
    assert mail.outbox[0].subject == "Your code"
    assert "partner" not in mail.outbox[0].body


def test_the_profile_is_changed_and_kept():
    erin = person("Erin")
    answer = signed_in(erin).post("/you/profile/", {"name": "Rin", "language": "es", "timezone": "Asia/Tokyo"})
    assert answer.headers["Location"] == "/you/"
    erin.refresh_from_db()
    assert (erin.name, erin.language, erin.timezone) == ("Rin", "es", "Asia/Tokyo")


def test_a_zone_that_does_not_exist_is_told_beside_its_field():
    erin = person("Erin")
    page = signed_in(erin).post("/you/profile/", {"name": "Rin", "language": "en", "timezone": "Mars/Olympus"}).content.decode()
    assert "Choose a time zone from the list." in page
    assert 'value="Rin"' in page
    erin.refresh_from_db()
    assert erin.name == "Erin"


def test_an_unusual_zone_of_ones_own_stays_in_the_list():
    assert 'value="EST5EDT" selected' in signed_in(person("Erin", zone="EST5EDT")).get("/you/profile/").content.decode()


def test_signed_in_places_are_ones_own():
    cast = full_cast()
    page = signed_in(cast.alice).get("/accounts/sessions/").content.decode()
    assert page.count("this one") == 1
    assert "Sign out here" in page


def test_a_new_password_is_asked_for_in_plain_words_with_what_went_wrong_beside_it():
    client = signed_in(person("Erin"))
    pages = [client.get("/accounts/password/change/")]
    pages.append(client.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "short", "password2": "other"}))
    said = [page.content.decode() for page in pages]
    for page in said:
        assert page.count("At least ten characters. A few words in a row are easy to remember and hard to guess.") == 1
        assert "entirely numeric" not in page
    assert 'class="errorlist"' in said[1]


def test_the_same_where_it_was_forgotten(client):
    person("Erin")
    client.post("/accounts/password/reset/", {"email": "erin@example.org"})
    code = code_in_mail("erin@example.org")
    page = client.post("/accounts/password/reset/confirm/", {"code": code}, follow=True).content.decode()
    assert page.count('type="password"') == 2
    assert "At least ten characters." in page
