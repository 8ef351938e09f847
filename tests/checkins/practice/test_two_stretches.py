"""Two stretches of days that a therapist chooses: within what both allow at that moment, and with a line for each look."""

from datetime import date, timedelta

import pytest

from backend.audit.models import Disclosure
from backend.care import services as care
from backend.consents import services as consents
from checkins.models import CheckIn, Episode
from tests.cast import EVENING, TODAY, pair, person, signed_in
from tests.checkins.practice.told import DAY, HIDES, plain
from tests.consenting import ALL, agree, allow, code_of, signed_in_twice, verified

pytestmark = pytest.mark.django_db

SAYS_NOTHING = "Not available at present."
DAYS = {
    "first_from": TODAY - 35 * DAY,
    "first_to": TODAY - 22 * DAY,
    "second_from": TODAY - 14 * DAY,
    "second_to": TODAY - DAY,
}
LEVELS = "<h2>Beside each other</h2>"


def said(days: dict[str, date]) -> dict[str, str]:
    return {name: day.isoformat() for name, day in days.items()}


def page(told, days=DAYS) -> str:
    answer = told.client.get(f"{told.address}periods/", said(days))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return plain(answer.content.decode())


def called(told, days=DAYS):
    return told.client.get(f"/api/v1{told.address}periods/", said(days))


def test_two_stretches_stand_beside_each_other_on_the_page_and_in_the_api_each_with_its_line(agreed):
    text = page(agreed)
    assert LEVELS in text
    assert "28 Jan to 10 Feb, 14 days" in text
    assert "18 Feb to 3 Mar, 14 days" in text
    assert "5.0 from 14 answers" in text
    assert "6.5 from 14 answers" in text
    answer = called(agreed)
    assert answer.status_code == 200
    told = answer.json()
    felt = told["people"][0]["questions"][0]
    assert (told["people"][0]["name"], felt["question"]) == ("Alice", "closeness_felt")
    assert felt["levels"]["answers"] == [14, 14]
    assert felt["levels"]["means"] == [5.0, 6.5]
    assert felt["levels"]["is_clear"] == (felt["levels"]["margin"] < 1.5)
    assert told["people"][0]["feeling_days"] == [0, 1]
    rows = list(Disclosure.objects.all())
    assert [(row.place, row.from_day, row.to_day) for row in rows] == [("comparison", TODAY - 35 * DAY, TODAY - DAY)] * 2
    assert rows[0].get_place_display() == "set two stretches of your days side by side"


def test_before_anything_is_chosen_nothing_is_shown_and_nothing_is_noted_down(agreed):
    text = plain(agreed.client.get(f"{agreed.address}periods/").content.decode())
    assert "Choose from what both allow, 23 January 2026 to 3 March 2026." in text
    assert "Alice" not in text
    assert LEVELS not in text
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"first_from": TODAY - 60 * DAY}, "Both allow the days from 23 January 2026 to 3 March 2026."),
        ({"second_to": TODAY}, "Both allow the days from 23 January 2026 to 3 March 2026."),
        ({"first_to": TODAY - 14 * DAY}, "The two stretches share days. Choose two that share none."),
        ({"first_to": TODAY - 36 * DAY}, "This stretch ends before it begins."),
    ],
)
def test_days_that_cannot_be_had_are_refused_with_a_sentence_and_without_a_line(agreed, change, sentence):
    text = page(agreed, DAYS | change)
    assert sentence in text
    assert "Alice" not in text
    answer = called(agreed, DAYS | change)
    assert answer.status_code == 422
    assert {one["detail"] for one in answer.json()["errors"]} == {sentence}
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "2026-13-45", "soon", "0001-01-01", "99999-01-01", "2026-02-01'--"])
def test_what_is_no_day_is_told_beside_its_field(agreed, nonsense):
    asked = said(DAYS) | {"first_from": nonsense}
    text = agreed.client.get(f"{agreed.address}periods/", asked).content.decode()
    assert "errorlist" in text
    assert LEVELS not in text
    answer = agreed.client.get(f"/api/v1{agreed.address}periods/", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/first_from"
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("a, b", [(ALL, ("levels",)), (("summary",), ALL), (("levels", "feelings"), ("feelings", "summary"))])
def test_p8_only_what_both_allow_is_compared(told, a, b):
    allow(told.alice, told.link, told.code, scopes=a)
    allow(told.bob, told.link, told.code, scopes=b)
    in_common, text, answer = set(a) & set(b), page(told), called(told).json()
    assert ("5.0 from 14 answers" in text) == ("levels" in in_common)
    assert ("Days counted" in text) == ("summary" in in_common)
    assert ("Days with feelings named" in text) == ("feelings" in in_common)
    assert set(answer["scopes"]) == in_common
    first = answer["people"][0]
    assert (first["questions"][0]["levels"] is not None) == ("levels" in in_common)
    assert (first["questions"][0]["weeks"] is not None) == (answer["prompts"] is not None) == ("summary" in in_common)
    assert (first["feeling_days"] is not None) == ("feelings" in in_common)
    assert [set(row.scopes) for row in Disclosure.objects.all()] == [in_common] * 2


def test_the_days_that_both_allow_begin_with_the_later_of_the_two(told):
    allow(told.alice, told.link, told.code, days_back=84)
    allow(told.bob, told.link, told.code, days_back=28)
    assert "Both allow the days from 4 February 2026 to 3 March 2026." in page(told)
    inside = {"first_from": TODAY - 28 * DAY, "first_to": TODAY - 22 * DAY}
    assert "4 Feb to 10 Feb, 7 days" in page(told, DAYS | inside)


def test_what_one_partner_alone_allows_is_not_there_to_compare(told):
    nobody = page(told)
    allow(told.alice, told.link, told.code)
    assert page(told) == nobody
    assert SAYS_NOTHING in nobody
    assert called(told).status_code == 404
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("why", HIDES)
def test_k1_k4_however_it_ends_the_next_comparison_says_the_same_few_words(agreed, at, why):
    link, _ = code_of(agreed.thea)
    nobody = agreed.client.get(f"/practice/{link.pk}/periods/").content.decode().replace(str(link.pk), "LINK")
    missing = agreed.client.get(f"/api/v1/practice/{link.pk}/periods/", said(DAYS))
    assert "Alice" in page(agreed)
    lines = Disclosure.objects.count()
    HIDES[why](agreed, at)
    assert page(agreed).replace(str(agreed.link.pk), "LINK") == plain(nobody)
    gone = called(agreed)
    assert gone.status_code == missing.status_code == 404
    assert gone.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert Disclosure.objects.count() == lines


def test_k4_it_ends_at_the_very_second(agreed, at):
    at(EVENING + 28 * DAY - timedelta(microseconds=1))
    assert LEVELS in page(agreed)
    at(EVENING + 28 * DAY)
    assert SAYS_NOTHING in page(agreed)


def test_another_therapist_a_partner_and_a_withdrawn_one_find_nothing(agreed):
    tina, otto, pia = verified(person("Tina")), person("Otto"), person("Pia")
    pair(otto, pia)
    link, code = code_of(tina)
    allow(otto, link, code)
    allow(pia, link, code)
    for client in (signed_in_twice(tina), signed_in(agreed.bob)):
        assert client.get(f"{agreed.address}periods/", said(DAYS)).status_code == 404
        assert client.get(f"/api/v1{agreed.address}periods/", said(DAYS)).status_code == 404
    care.decide(therapist_id=agreed.thea.pk, state="withdrawn", note="Licence ended.", by=agreed.thea, now=EVENING)
    assert agreed.client.get(f"{agreed.address}periods/", said(DAYS)).status_code == 404
    assert called(agreed).status_code == agreed.client.get("/api/v1/practice/").status_code == 404
    assert not Disclosure.objects.exists()


def test_nothing_is_compared_before_the_second_factor(agreed):
    agreed.thea.authenticator_set.all().delete()
    long_ago = signed_in_twice(agreed.thea, hours_ago=12.1)
    assert long_ago.get(f"{agreed.address}periods/", said(DAYS)).headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    for address in (f"/api/v1{agreed.address}periods/", "/api/v1/practice/"):
        answer = long_ago.get(address, said(DAYS))
        assert (answer.status_code, answer.json()["code"]) == (403, "reauth-required")
    assert not Disclosure.objects.exists()


def test_an_app_finds_the_therapists_couples_and_nothing_of_them(agreed):
    [only] = agreed.client.get("/api/v1/practice/").json()
    assert only == {"id": str(agreed.link.pk), "name": "The two from Tuesday", "purpose": "sessions", "ended": False}
    assert not Disclosure.objects.exists()


def test_thin_data_read_as_thin_and_ring_no_alarm(agreed):
    CheckIn.objects.exclude(day=TODAY - DAY).delete()
    text = page(agreed)
    assert "too few answers to say" in text
    assert "0 answers" in text
    told = called(agreed).json()["people"][0]["questions"][0]
    assert told["levels"] == {"answers": [0, 1], "means": None, "margin": None, "is_clear": None}
    assert told["weeks"]["way"] is None
    for word in ("alarm", "warning", "risk"):
        assert word not in text


def test_a_time_that_began_before_these_days_counts_on_its_days_among_them(agreed):
    couple = agreed.alice.memberships.get().couple
    Episode.objects.create(couple=couple, started_on=TODAY - 38 * DAY, ended_on=TODAY - 33 * DAY, direction="a_reaches")
    Episode.objects.create(couple=couple, started_on=TODAY - 3 * DAY, direction="b_reaches")
    assert called(agreed, DAYS | {"second_to": TODAY - 2 * DAY}).json()["episode_days"] == [3, 2]


def test_in_spanish(agreed):
    agreed.thea.language = "es"
    agreed.thea.save(update_fields=["language"])
    text = page(agreed)
    assert "28 ene al 10 feb, 14 días" in text
    assert "Two stretches" not in text
    assert "Ambas personas permiten los días del 23 de enero de 2026 al 3 de marzo de 2026." in page(agreed, DAYS | {"second_to": TODAY})


def test_k5_after_a_new_consent_the_window_is_the_new_one(agreed):
    agree(agreed.alice, agreed.link, scopes=ALL, days=28, days_back=0, now=EVENING)
    assert "Both allow the days from 4 March 2026 to 4 March 2026." in page(agreed)
    consents.withdraw(person=agreed.alice, link_id=agreed.link.pk, now=EVENING)
    assert SAYS_NOTHING in page(agreed)
