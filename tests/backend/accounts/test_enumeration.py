"""No answer reveals whether an e-mail address has an account."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from tests import cast
from tests.headless import SIGN_UP, App

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "alice@example.org", "nobody@example.org"
PAGE_SIGN_UP = {
    "password1": SIGN_UP["password"],
    "timezone": "Europe/Madrid",
    "adult": "on",
    "agreement": "on",
    "agreement_version": "2026-11",
}


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
        ("/accounts/signup/", PAGE_SIGN_UP),
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


@pytest.mark.parametrize("more, hashed", [({}, 1), ({"password": "short", "password1": "short"}, 0), ({"timezone": "Nowhere"}, 0)])
@pytest.mark.parametrize("by_page", [True, False])
def test_signing_up_takes_as_long_for_whoever_has_an_account(monkeypatch, by_page, more, hashed):
    """Hashing the password is what takes time, several hundred milliseconds of it."""
    times: list[int] = []
    encode = MD5PasswordHasher.encode

    def counted(*parts):
        times.append(1)
        return encode(*parts)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for email in (KNOWN, UNKNOWN):
        times.clear()
        if by_page:
            Client().post("/accounts/signup/", PAGE_SIGN_UP | more | {"email": email})
        else:
            App().post("auth/signup", email=email, **SIGN_UP | more)
        assert len(times) == hashed, email


def test_whoever_has_an_account_is_told_by_mail_alone():
    App().post("auth/signup", email=KNOWN, **SIGN_UP)
    assert [letter.to for letter in mail.outbox] == [[KNOWN]]
