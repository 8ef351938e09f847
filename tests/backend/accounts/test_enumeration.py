"""No answer reveals whether an e-mail address has an account."""

import re

import pytest
from django.core import mail
from django.test import Client

from tests import cast
from tests.headless import SIGN_UP, App

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "alice@example.org", "nobody@example.org"


@pytest.fixture(autouse=True)
def alice():
    return cast.person("Alice")


def answer_to(path, email, **body):
    """Everything an app can see, with what is new in every answer taken out."""
    app = App()
    response = app.post(path, email=email, **body)
    text = response.content.decode().replace(email, "EMAIL")
    if app.token:
        text = text.replace(app.token, "TOKEN")
    headers = {name for name, _ in response.items()}
    return response.status_code, re.sub(r'"session_token": ?"[^"]+"', "", text), headers


@pytest.mark.parametrize(
    "path, body",
    [
        ("auth/signup", SIGN_UP),
        ("auth/login", {"password": "wrong password"}),
        ("auth/code/request", {}),
        ("auth/password/request", {}),
    ],
)
def test_an_app_cannot_tell(path, body):
    assert answer_to(path, KNOWN, **body) == answer_to(path, UNKNOWN, **body)


@pytest.mark.parametrize(
    "path, follow_up, body",
    [
        ("auth/signup", ("auth/email/verify", "key"), SIGN_UP),
        ("auth/code/request", ("auth/code/confirm", "code"), {}),
        ("auth/password/request", ("auth/password/reset", "key"), {}),
    ],
)
def test_an_app_cannot_tell_from_the_step_after_either(path, follow_up, body):
    seen = []
    for email in (KNOWN, UNKNOWN):
        app = App()
        app.post(path, email=email, **body)
        more = {"password": "another calm password"} if "reset" in follow_up[0] else {}
        step = [app.post(follow_up[0], **({follow_up[1]: "AAAAAA"} | more)) for _ in range(4)]
        seen.append(
            [(one.status_code, re.sub(r'"session_token": ?"[^"]+"', "", one.content.decode()).replace(email, "EMAIL")) for one in step]
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "path, form",
    [
        (
            "/accounts/signup/",
            {
                "password1": SIGN_UP["password"],
                "timezone": "Europe/Madrid",
                "adult": "on",
                "agreement": "on",
                "agreement_version": "2026-11",
            },
        ),
        ("/accounts/login/", {"password": "wrong password"}),
        ("/accounts/login/code/", {}),
        ("/accounts/password/reset/", {}),
    ],
)
def test_a_page_cannot_tell(path, form):
    seen = []
    for email in (KNOWN, UNKNOWN):
        client = Client()
        # Signing in names its field for what it takes.
        response = client.post(path, form | {"email": email, "login": email}, follow=True)
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode()).replace(email, "EMAIL")
        seen.append((response.redirect_chain, response.status_code, page))
    assert seen[0] == seen[1]


def test_whoever_has_an_account_is_told_by_mail_alone():
    App().post("auth/signup", email=KNOWN, **SIGN_UP)
    assert [letter.to for letter in mail.outbox] == [[KNOWN]]
