"""Taking a copy of everything, and taking everything away, on pages."""

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from backend.accounts.models import User
from tests.cast import PASSWORD, full_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return full_cast()


def confirmed(someone: User, *, seconds_ago: float = 0) -> Client:
    """A client whose person proved so long ago that it is them."""
    client = signed_in(someone)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds_ago}]
    session.save()
    return client


@pytest.mark.parametrize("ask", [lambda client: client.get("/you/delete/"), lambda client: client.post("/you/delete/copy/")])
def test_who_was_not_asked_lately_is_asked_first(cast, ask):
    for client in (signed_in(cast.alice), confirmed(cast.alice, seconds_ago=301)):
        assert ask(client).headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_the_password_opens_the_page(cast):
    client = signed_in(cast.alice)
    address = client.get("/you/delete/").headers["Location"]
    answer = client.post(address, {"password": PASSWORD, "next": "/you/delete/"})
    assert answer.headers["Location"] == "/you/delete/"
    assert client.get("/you/delete/").status_code == 200


def test_a_copy_is_a_file_of_ones_own(cast):
    copy = confirmed(cast.alice).post("/you/delete/copy/")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="ebb.json"'
    text = copy.content.decode()
    assert "alice@example.org" in text
    assert "bob@example.org" not in text


def test_nothing_is_deleted_before_the_tick(cast):
    client = confirmed(cast.alice)
    assert "This field is required." in client.post("/you/delete/", {"sure": ""}).content.decode()
    assert User.objects.filter(email="alice@example.org").exists()


def test_the_account_is_deleted_and_the_person_signed_out(cast):
    client = confirmed(cast.alice)
    assert client.post("/you/delete/", {"sure": "on"}).headers["Location"] == "/deleted/"
    assert not User.objects.filter(email="alice@example.org").exists()
    assert User.objects.filter(email="bob@example.org").exists()
    assert "It is all deleted" in client.get("/deleted/").content.decode()
    assert client.get("/tonight/").status_code == 302
