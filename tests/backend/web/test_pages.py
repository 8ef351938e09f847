"""What holds for every page: who may see it, and what the frame around it says."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import full_cast, person, signed_in

pytestmark = pytest.mark.django_db

PRIVATE = [
    "tonight",
    "history",
    "together",
    "words",
    "you",
    "you-profile",
    "you-pairing",
    "you-sharing",
    "you-therapists",
    "you-disclosures",
    "practice-application",
    "you-reminders",
    "you-devices",
    "you-leaving",
    "you-care",
    "you-private",
    "you-left",
    "usersessions_list",
    "account_change_password",
    "account_email",
]
OPEN = [
    "landing",
    "help",
    "install",
    "offline",
    "invitation-page",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_request_login_code",
    "deleted",
]


@pytest.fixture
def cast():
    return full_cast()


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_page_is_shown_to_a_member(cast, name):
    assert signed_in(cast.alice).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_page_is_shown_to_somebody_alone(cast, name):
    assert signed_in(cast.charlie).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_page_sends_a_stranger_to_the_sign_in_page(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", OPEN)
def test_an_open_page_is_shown_to_anyone(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PRIVATE)
def test_every_page_can_be_left_and_is_kept_by_no_cache(cast, name):
    answer = signed_in(cast.alice).get(reverse(name))
    page = answer.content.decode()
    assert re.search(r'<a class="exit" href="https://[^"]+" rel="noreferrer" data-leave>', page)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", [*PRIVATE, *OPEN])
def test_no_page_holds_a_script_or_a_style_of_its_own(cast, name):
    page = (Client() if name in OPEN else signed_in(cast.alice)).get(reverse(name)).content.decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", page)


def test_the_content_policy_allows_our_own_files_alone(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_may_tell_its_address_to_our_own_site_so_that_forms_are_known_as_ours(client):
    assert client.get("/").headers["Referrer-Policy"] == "same-origin"


def test_the_way_out_leads_where_the_operator_says(client, settings):
    settings.QUICK_EXIT_URL = "https://weather.example/"
    assert 'href="https://weather.example/"' in client.get("/").content.decode()


def test_a_page_that_does_not_exist_looks_the_same_as_somebody_elses(cast):
    alice = signed_in(cast.alice)
    nothing = alice.get("/words/00000000-0000-4000-8000-000000000000/")
    assert nothing.status_code == 404
    assert "Nothing is here" in nothing.content.decode()


def test_a_form_without_its_token_is_refused_with_a_calm_page(cast):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = careful.post("/tonight/", {})
    assert answer.status_code == 403
    assert "That page had waited too long" in answer.content.decode()


def test_the_front_door_leads_somebody_signed_in_to_the_evening():
    assert signed_in(person("Erin")).get("/").headers["Location"] == "/tonight/"


@pytest.mark.parametrize("name, called, known_as", [("manifest", "Ebb", "/"), ("manifest-notes", "Notes", "/notes")])
def test_a_manifest_says_nothing_of_what_the_app_is_for(client, name, called, known_as):
    manifest = client.get(reverse(name))
    assert manifest.headers["Content-Type"].startswith("application/manifest+json")
    body = manifest.json()
    assert (body["name"], body["short_name"], body["id"], body["start_url"]) == (called, called, known_as, "/tonight/")
    assert "description" not in body
    assert {icon["sizes"] for icon in body["icons"]} == {"192x192", "512x512"}


def test_a_browser_that_chose_the_neutral_name_finds_it_on_every_page(cast):
    alice = signed_in(cast.alice)
    assert alice.post("/install/", {"face": "notes"}).status_code == 302
    for name in ("tonight", "you", "landing", "help"):
        page = alice.get(reverse(name), follow=True).content.decode()
        assert "Ebb" not in re.sub(r"(?s)<main.*?</main>", "", page), name
        assert re.search(r"<title>[^<]*Notes</title>", page)
        assert '<link rel="manifest" href="/notes.webmanifest">' in page
        assert "web/notes-180.png" in page


def test_an_unknown_name_is_the_apps_own(client):
    client.post("/install/", {"face": "../../etc"})
    assert "· Ebb</title>" in client.get("/help/").content.decode()


@pytest.mark.parametrize("name", ["offline", "help"])
@pytest.mark.parametrize("language, word", [("en", "Leave this page"), ("es", 'lang="es"')])
def test_a_page_that_a_phone_keeps_is_the_same_for_everybody(cast, name, language, word):
    address = f"{reverse(name)}?language={language}&face=notes"
    everybodys = Client().get(address).content
    assert word in everybodys.decode()
    assert "data-anybody" in everybodys.decode()
    assert b"csrf" not in everybodys
    assert Client().get(address).content == everybodys
