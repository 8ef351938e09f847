"""Who is asking: the session token of an app, or the cookie of the web app together with a form token."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from backend.api.authentication import person_of_session
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def key(alice):
    return cast.signed_in(alice).session.session_key


@pytest.fixture
def token(alice):
    return cast.app_token(alice)


def ask(client, method="get", **headers):
    return getattr(client, method)("/api/v1/me/", b"{}" if method == "patch" else None, content_type="application/json", headers=headers)


def test_a_session_token_is_enough_for_everything(token):
    assert ask(Client(enforce_csrf_checks=True), X_Session_Token=token).status_code == 200
    assert ask(Client(enforce_csrf_checks=True), "patch", X_Session_Token=token).status_code == 200


def with_cookie(key, **cookies):
    client = Client(enforce_csrf_checks=True)
    client.cookies["session"] = key
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def test_the_cookie_alone_reads(key):
    assert ask(with_cookie(key)).status_code == 200


FORM_TOKEN = "a" * 32


@pytest.mark.parametrize(
    "cookies, headers",
    [
        ({}, {}),
        ({"form": FORM_TOKEN}, {}),
        ({}, {"X-CSRFToken": FORM_TOKEN}),
        ({"form": FORM_TOKEN}, {"X-CSRFToken": "b" * 32}),
        ({"form": FORM_TOKEN}, {"X-CSRFToken": FORM_TOKEN, "Origin": "https://elsewhere.example"}),
    ],
)
def test_the_cookie_alone_writes_nothing(key, cookies, headers):
    answer = ask(with_cookie(key, **cookies), "patch", **headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "form-check"
    assert answer["Content-Type"] == "application/problem+json"


def test_the_cookie_with_the_form_token_writes(key):
    assert ask(with_cookie(key, form=FORM_TOKEN), "patch", **{"X-CSRFToken": FORM_TOKEN}).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 40, "é", "' OR 1=1 --", "0" * 10_000, "%s"])
def test_a_wrong_token_is_nobody(alice, token):
    assert ask(Client(), X_Session_Token=token.encode().decode("latin-1")).status_code == 401


def test_a_wrong_token_is_not_helped_by_a_good_cookie(key):
    assert ask(with_cookie(key), X_Session_Token="wrong").status_code == 401


def test_an_ended_session_is_nobody(alice, token):
    Session.objects.filter(session_key=token).delete()
    assert ask(Client(), X_Session_Token=token).status_code == 401


def test_an_expired_session_is_nobody(alice, token):
    Session.objects.filter(session_key=token).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert ask(Client(), X_Session_Token=token).status_code == 401


def test_a_session_from_before_a_changed_password_is_nobody(alice, token):
    alice.set_password("another calm password")
    alice.save()
    assert ask(Client(), X_Session_Token=token).status_code == 401


def test_somebody_inactive_is_nobody(alice, token):
    alice.is_active = False
    alice.save()
    assert ask(Client(), X_Session_Token=token).status_code == 401


def test_a_session_that_nobody_signed_in_to_is_nobody(alice):
    session = SessionStore()
    session["visited"] = True
    session.save()
    assert person_of_session(str(session.session_key)) is None


def test_a_forged_session_is_nobody(alice, key):
    Session.objects.filter(session_key=key).update(session_data="forged")
    assert person_of_session(key) is None


def test_asking_who_it_is_costs_one_statement(token, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert ask(Client(), X_Session_Token=token).status_code == 200


def test_asking_sets_no_cookie(token):
    assert not ask(Client(), X_Session_Token=token).cookies
