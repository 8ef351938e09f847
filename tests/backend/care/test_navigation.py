"""A therapist finds their couples where others find their evenings; whoever is in a couple keeps their own places."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.care import services as care
from tests.cast import EVENING, PASSWORD, pair, person, signed_in
from tests.consenting import applied, code_of, signed_in_twice, therapist, verified

pytestmark = pytest.mark.django_db

OWN = ["/tonight/", "/together/", "/words/", "/you/"]
PRACTICE = ["/practice/", "/practice/reads/", "/you/"]


def places(client: Client, address: str) -> tuple[list[str], list[str]]:
    """Where the navigation of a page leads, and which of it is said to be here."""
    page = client.get(address)
    assert page.status_code == 200, address
    [tabs] = re.findall(r'<nav class="tabs".*?</nav>', page.content.decode(), re.S)
    return re.findall(r'<a href="([^"]+)"', tabs), re.findall(r'<a href="([^"]+)" aria-current="page"', tabs)


def test_a_therapist_in_no_couple_finds_their_couples_on_every_page_of_theirs():
    thea = therapist()
    client, link = signed_in_twice(thea), code_of(thea)[0]
    here = {
        "/practice/": "/practice/",
        f"/practice/{link.pk}/": "/practice/",
        f"/practice/{link.pk}/periods/": "/practice/",
        f"/practice/{link.pk}/notes/": "/practice/",
        "/practice/offer/": "/practice/",
        "/practice/reads/": "/practice/reads/",
        "/practice/application/": "/you/",
        "/you/": "/you/",
        "/you/profile/": "/you/",
        "/accounts/2fa/": "/you/",
    }
    assert {address: places(client, address) for address in here} == {address: (PRACTICE, [tab]) for address, tab in here.items()}
    assert places(client, "/tonight/")[0] == OWN
    assert 'href="/tonight/"' in client.get("/you/").content.decode()


def test_a_therapist_who_is_in_a_couple_keeps_their_own_places_outside_the_practice():
    thea = therapist()
    pair(thea, person("Theo"))
    client = signed_in_twice(thea)
    for address in ("/practice/", "/practice/reads/", "/practice/offer/"):
        assert places(client, address)[0] == PRACTICE
    for address in ("/you/", "/tonight/", "/together/", "/you/therapists/", "/practice/application/"):
        assert places(client, address)[0] == OWN


@pytest.mark.parametrize("who", ["a member", "an applicant", "a therapist whose verification was taken back"])
def test_nobody_else_sees_a_change(who):
    ada = person("Ada")
    if who == "an applicant":
        applied(ada)
    elif who != "a member":
        verified(ada)
        care.decide(therapist_id=ada.pk, state="withdrawn", note="Licence ended.", by=ada, now=EVENING)
    client = signed_in(ada)
    for address in ("/tonight/", "/together/", "/words/", "/you/", "/you/profile/", "/practice/application/", "/accounts/2fa/"):
        assert places(client, address)[0] == OWN


def test_pages_of_an_evening_ask_nothing_for_it():
    client = signed_in(person("Ada"))
    for address in ("/tonight/", "/together/", "/words/"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert not [one for one in asked if "care_therapist" in one["sql"]]


@pytest.mark.parametrize("who, arrives", [("a member", "/tonight/"), ("a therapist", "/practice/"), ("both", "/tonight/")])
def test_everybody_arrives_where_their_day_is(who, arrives):
    ada = person("Ada")
    if who != "a member":
        verified(ada)
    if who == "both":
        pair(ada, person("Ben"))
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert answer.headers["Location"] == arrives
    assert client.get("/").headers["Location"] == arrives
