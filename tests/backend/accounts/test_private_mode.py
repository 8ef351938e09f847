"""A PIN before anything is shown: held by the server, so that no address and no script goes around it."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from backend.accounts import services
from backend.accounts.models import User
from backend.api.awake import COOKIE, LASTS
from backend.consents.queries import in_safety, is_paused
from tests.cast import PASSWORD, person, signed_in
from tests.headless import App

pytestmark = pytest.mark.django_db

PIN = "271828"


@pytest.fixture
def erin():
    return person("Erin")


@pytest.fixture
def browser(erin) -> Client:
    """Erin's browser, with the PIN set a moment ago."""
    client = signed_in(erin)
    assert client.post("/you/private/", {"pin": PIN}).headers["Location"] == "/you/private/"
    return client


def asleep(client: Client) -> Client:
    """The same browser after it was left: it has thrown its cookie away."""
    client.cookies.pop(COOKIE)
    return client


def test_the_pin_is_kept_hashed(browser):
    kept = User.objects.get().pin
    assert kept
    assert PIN not in kept


@pytest.mark.parametrize("pin", ["", "123", "12ab", "1234567890123", "١٢٣٤"])
def test_a_pin_is_four_to_twelve_digits(erin, pin):
    answer = signed_in(erin).post("/you/private/", {"pin": pin})
    assert answer.status_code == 200
    assert User.objects.get().pin == ""


def test_setting_it_does_not_lock_the_browser_that_sets_it(browser):
    assert browser.get("/tonight/").status_code == 200


@pytest.mark.parametrize("path", ["/tonight/", "/history/", "/you/", "/words/", "/accounts/email/", "/you/private/", "/you/delete/", "/"])
def test_a_locked_app_shows_no_page(browser, path):
    answer = asleep(browser).get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/lock/?next=")


@pytest.mark.parametrize("path", ["/help/", "/install/", "/offline/", "/manifest.webmanifest", "/sw.js"])
def test_what_belongs_to_everybody_stays_open(browser, path):
    assert asleep(browser).get(path).status_code == 200


def test_a_locked_app_neither_reads_nor_writes_through_the_api(browser):
    asleep(browser)
    assert browser.get("/api/v1/check-ins/").status_code == 401
    item = {"client_id": str(uuid4()), "date": now().date().isoformat(), "kind": "quick", "quick": "closer"}
    assert browser.post("/api/v1/check-ins/batch/", json.dumps({"items": [item]}), content_type="application/json").status_code == 401


def test_an_app_with_a_token_of_its_own_is_not_locked(browser, erin):
    app = App()
    app.post("auth/login", email=erin.email, password=PASSWORD)
    assert app.me().status_code == 200


def test_the_key_in_a_browsers_cookie_is_no_such_token(browser):
    app = App()
    app.token = browser.session.session_key
    assert app.me().status_code == 401
    assert app.ask("get", "auth/session").status_code == 410
    assert app.ask("get", "account/email").status_code == 410


def test_the_page_of_the_lock_tells_nothing_of_the_person(browser, erin):
    page = asleep(browser).get("/lock/").content.decode()
    assert erin.name not in page
    assert erin.email not in page
    assert 'class="tabs"' not in page


def test_the_pin_opens_it_and_leads_where_the_person_was_going(browser):
    asleep(browser)
    answer = browser.post("/lock/?next=/history/?page=2", {"pin": PIN})
    assert answer.headers["Location"] == "/history/?page=2"
    assert browser.get("/history/").status_code == 200


@pytest.mark.parametrize("action", ["/you/sharing/pause/", "/you/sharing/safe/"])
def test_what_was_pressed_at_a_locked_app_is_not_done_and_its_page_says_so(browser, erin, action):
    page = "/you/care/?from=here"
    answer = asleep(browser).post(action, headers={"Referer": f"http://testserver{page}"})
    assert answer.headers["Location"] == "/lock/?next=%2Fyou%2Fcare%2F%3Ffrom%3Dhere"
    assert "press it again" not in browser.get(answer.headers["Location"]).content.decode()
    assert browser.post(answer.headers["Location"], {"pin": PIN}).headers["Location"] == page
    assert "That was not done" in browser.get(page).content.decode()
    assert not is_paused(erin)


@pytest.mark.parametrize("came_from", [{}, {"Referer": "https://elsewhere.example/you/care/"}])
def test_what_was_sent_from_nowhere_leads_to_tonight(browser, came_from):
    assert asleep(browser).post("/you/sharing/pause/", headers=came_from).headers["Location"] == "/lock/?next=%2Ftonight%2F"


def test_getting_safe_needs_no_pin_and_opens_nothing(browser, erin):
    answer = asleep(browser).post("/you/sharing/safety/")
    assert in_safety(erin)
    assert answer.headers["Location"] == "/you/care/"
    assert COOKIE not in answer.cookies
    assert browser.get("/you/care/").headers["Location"].startswith("/lock/")
    # Ending it is for whoever knows the PIN.
    browser.post("/you/sharing/safe/")
    assert in_safety(erin)


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "/lock/", "/lock/?next=/history/"])
def test_it_leads_nowhere_else(browser, wanted):
    answer = asleep(browser).post(f"/lock/?{urlencode({'next': wanted})}", {"pin": PIN})
    assert answer.headers["Location"] == "/tonight/"


def test_coming_to_the_lock_locks(browser):
    browser.get("/lock/")
    assert browser.get("/tonight/").status_code == 302


def test_it_locks_by_itself_and_looking_at_pages_keeps_it_open(browser):
    began = now()
    for minutes in (4, 8, 12):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            assert browser.get("/tonight/").status_code == 200
    with time_machine.travel(began + timedelta(minutes=12) + LASTS + timedelta(seconds=1), tick=False):
        assert browser.get("/tonight/").status_code == 302


def test_an_open_browser_opens_no_other_one(browser, erin):
    other = signed_in(erin)
    other.cookies[COOKIE] = browser.cookies[COOKIE].value
    assert other.get("/tonight/").status_code == 302


def test_five_wrong_pins_end_the_session(browser):
    asleep(browser)
    for _ in range(5):
        answer = browser.post("/lock/", {"pin": "0000"})
        assert "That was not it." in answer.content.decode()
    assert browser.post("/lock/", {"pin": PIN}).headers["Location"] == "/accounts/login/"
    assert browser.get("/you/").headers["Location"].startswith("/accounts/login/")


def test_tries_are_counted_together_whatever_browser_they_come_from(erin):
    services.set_pin(person=erin, pin=PIN)
    for _ in range(5):
        assert not services.unlock(person=erin, pin="0000")
    with pytest.raises(services.TooManyTries):
        services.unlock(person=User.objects.get(), pin=PIN)


def test_the_right_pin_forgives_wrong_ones_until_there_were_ten(erin):
    """Else somebody who holds the phone now and then could try four between any two times it is opened."""
    services.set_pin(person=erin, pin=PIN)
    for wrong in (4, 4, 2):
        for _ in range(wrong):
            assert not services.unlock(person=erin, pin="0000")
        if wrong == 4:
            assert services.unlock(person=erin, pin=PIN)
            assert User.objects.get().pin_failures == 0
    with pytest.raises(services.TooManyTries):
        services.unlock(person=erin, pin=PIN)


def test_whoever_knows_the_pin_hears_of_wrong_ones(browser):
    asleep(browser)
    for _ in range(2):
        browser.post("/lock/", {"pin": "0000"})
    browser.post("/lock/", {"pin": PIN})
    assert "Before this, a wrong PIN was typed 2 times." in browser.get("/tonight/").content.decode()
    asleep(browser).post("/lock/", {"pin": PIN})
    assert "wrong PIN" not in browser.get("/tonight/").content.decode()


def test_signing_in_with_the_password_opens_it_and_forgives(erin):
    services.set_pin(person=erin, pin=PIN)
    User.objects.update(pin_failures=5, pin_failures_in_all=10)
    browser = Client()
    assert browser.post("/accounts/login/", {"login": erin.email, "password": PASSWORD}).status_code == 302
    assert browser.get("/tonight/").status_code == 200
    assert User.objects.values_list("pin_failures", "pin_failures_in_all").get() == (0, 0)


def test_changing_or_ending_it_asks_who_is_there(browser):
    for said in ({"pin": "1414"}, {"end": "1"}):
        assert browser.post("/you/private/", said).headers["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/you/private/", {"end": "1"}).headers["Location"] == "/you/private/"
    assert User.objects.get().pin == ""
    assert asleep(browser).get("/tonight/").status_code == 200
