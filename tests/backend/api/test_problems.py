"""Every error of the API has one form, whatever raised it."""

import json

import pytest
from django.db import OperationalError
from rest_framework import exceptions

from backend.accounts import services as accounts
from backend.api.problems import field_errors, render
from backend.errors import (
    AuthRequired,
    Conflict,
    DomainError,
    FieldError,
    Invalid,
    NotFound,
    ReauthRequired,
    SlowDown,
    StaleVersion,
    TooLarge,
    TryLater,
    Unprocessable,
    VersionRequired,
)
from tests import cast

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def api(alice):
    client = cast.signed_in(alice)
    client.raise_request_exception = False
    return client


def assert_problem(response, status, code):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    body = json.loads(response.content)
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:problem:{code}")
    assert body["title"]
    assert body["request_id"] == response["X-Request-ID"] != ""
    return body


@pytest.mark.parametrize(
    "error, status, code",
    [
        (DomainError(), 400, "malformed"),
        (AuthRequired(), 401, "auth-required"),
        (ReauthRequired(), 403, "reauth-required"),
        (NotFound(), 404, "not-found"),
        (Conflict(), 409, "in-progress"),
        (StaleVersion({"version": 3}), 412, "stale-version"),
        (TooLarge(), 413, "too-large"),
        (Unprocessable(), 422, "validation"),
        (Invalid([FieldError("/a", "b", "c")]), 422, "validation"),
        (VersionRequired(), 428, "version-required"),
        (SlowDown(7), 429, "slow-down"),
        (TryLater(8), 503, "try-later"),
        (exceptions.ParseError(CANARY), 400, "malformed"),
        (exceptions.NotAuthenticated(CANARY), 401, "auth-required"),
        (exceptions.AuthenticationFailed(CANARY), 401, "auth-required"),
        (exceptions.PermissionDenied(CANARY), 404, "not-found"),
        (exceptions.NotFound(CANARY), 404, "not-found"),
        (exceptions.MethodNotAllowed(CANARY), 405, "method-not-allowed"),
        (exceptions.NotAcceptable(CANARY), 406, "not-acceptable"),
        (exceptions.UnsupportedMediaType(CANARY), 415, "unsupported-media-type"),
        (exceptions.Throttled(wait=12.2), 429, "slow-down"),
    ],
)
def test_every_family_has_its_status_and_code_and_repeats_nothing(error, status, code):
    rendered = render(error, "r1")
    assert rendered is not None
    assert rendered[0] == rendered[1]["status"] == status
    assert rendered[1]["code"] == code
    assert rendered[1]["request_id"] == "r1"
    assert CANARY not in json.dumps(rendered[1])


def test_some_families_say_more():
    assert render(StaleVersion({"version": 3}), "")[1]["current"] == {"version": 3}
    assert render(SlowDown(7), "")[2] == {"Retry-After": "7"}
    assert render(TryLater(8), "")[2] == {"Retry-After": "8"}
    assert render(exceptions.Throttled(wait=12.2), "")[2] == {"Retry-After": "13"}
    assert render(AuthRequired(), "")[2] == {"WWW-Authenticate": "X-Session-Token"}
    assert render(Invalid([FieldError("/a", "b", "c")]), "")[1]["errors"] == [{"pointer": "/a", "code": "b", "detail": "c"}]


def test_a_surprise_is_nobodys_family():
    assert render(RuntimeError(CANARY), "") is None


def test_nested_errors_become_pointers_into_the_body():
    error = exceptions.ValidationError(
        {
            "a": [exceptions.ErrorDetail("x", "max_value")],
            "b/c~": {"d": [exceptions.ErrorDetail("x", "invalid")]},
            "items": [{}, {"e": [exceptions.ErrorDetail("x", "required")]}],
            "indexed": {"2": [exceptions.ErrorDetail("x", "invalid_choice")]},
            "non_field_errors": [exceptions.ErrorDetail("x", "odd_one")],
        }
    )
    assert [(one.pointer, one.code) for one in field_errors(error)] == [
        ("/a", "out-of-range"),
        ("/b~1c~0/d", "invalid"),
        ("/items/1/e", "required"),
        ("/indexed/2", "unknown-choice"),
        ("", "odd-one"),
    ]


def test_nobody_is_answered_with_a_problem_and_told_how_to_sign_in(client):
    response = client.get("/api/v1/me/")
    assert_problem(response, 401, "auth-required")
    assert response["WWW-Authenticate"] == "X-Session-Token"


@pytest.mark.parametrize(
    "path",
    ["/api/v1/", "/api/v1/nothing", "/api/v1/nothing/", "/api/v1/me", "/api/v1/check-ins/2026-13-01/", "/api/v1/couples/invitations/7/"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_a_problem_for_everybody(api, client, path, method):
    assert_problem(getattr(client, method)(path), 404, "not-found")
    assert_problem(getattr(api, method)(path), 404, "not-found")


def test_addresses_beside_the_version_are_problems_too(client):
    assert_problem(client.get("/api/v2/me/"), 404, "not-found")
    assert_problem(client.get("/api/"), 404, "not-found")


@pytest.mark.parametrize("method, path", [("delete", "/api/v1/me/"), ("put", "/api/v1/couples/"), ("get", "/api/v1/couples/leave/")])
def test_a_method_that_is_not_there(api, method, path):
    response = getattr(api, method)(path)
    assert_problem(response, 405, "method-not-allowed")
    assert response["Allow"]


def test_a_form_that_is_not_offered(api):
    assert_problem(api.get("/api/v1/me/", headers={"Accept": "text/html"}), 406, "not-acceptable")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", ""]
)
def test_a_body_that_is_not_json(api, kind):
    assert_problem(api.patch("/api/v1/me/", b'{"name": "A"}', content_type=kind), 415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_a_body_that_is_json(api, kind):
    assert api.patch("/api/v1/me/", b'{"name": "A"}', content_type=kind).status_code == 200


def test_a_body_that_cannot_be_read(api):
    assert_problem(api.patch("/api/v1/me/", b'{"name": NaN}', content_type="application/json"), 400, "malformed")


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null", b"true"])
def test_a_body_that_is_no_object(api, body):
    assert_problem(api.patch("/api/v1/me/", body, content_type="application/json"), 422, "validation")


def test_a_body_that_is_too_large(api):
    body = json.dumps({"name": "a" * 70_000}).encode()
    assert_problem(api.patch("/api/v1/me/", body, content_type="application/json"), 413, "too-large")


def test_a_body_that_lies_about_its_length(api):
    body = json.dumps({"name": "a" * 70_000}).encode()
    response = api.generic("PATCH", "/api/v1/me/", body, content_type="application/json", CONTENT_LENGTH="17")
    assert response.status_code in (400, 413)


def test_unknown_fields_are_refused_and_named(api):
    body = assert_problem(api.patch("/api/v1/me/", {"nmae": "A", "is_staff": True}, content_type="application/json"), 422, "validation")
    assert [(one["pointer"], one["code"]) for one in body["errors"]] == [("/is_staff", "unknown-field"), ("/nmae", "unknown-field")]


@pytest.mark.parametrize(
    "body",
    [
        {"language": CANARY},
        {"timezone": CANARY},
        {"name": CANARY * 10},
        {"name": [CANARY]},
        {"name": 7},
        {"name": True},
        {"name": None},
        {"timezone": "posix/Europe/Madrid"},
        {"timezone": "../../etc/passwd"},
    ],
)
def test_a_detail_never_repeats_what_was_sent(api, body):
    response = api.patch("/api/v1/me/", body, content_type="application/json")
    assert_problem(response, 422, "validation")
    assert CANARY not in response.content.decode()


def test_a_surprise_is_told_by_its_request_id_alone(api, monkeypatch, caplog):
    def fail(**_):
        raise RuntimeError(CANARY)

    monkeypatch.setattr(accounts, "update_profile", fail)
    response = api.patch("/api/v1/me/", {"name": "A"}, content_type="application/json")
    body = assert_problem(response, 500, "unexpected")
    assert set(body) == {"type", "title", "status", "code", "request_id"}
    assert body["request_id"] in caplog.text


def test_an_unreachable_database_asks_to_try_later(api, monkeypatch):
    def fail(**_):
        raise OperationalError("the server is going down")

    monkeypatch.setattr(accounts, "update_profile", fail)
    response = api.patch("/api/v1/me/", {"name": "A"}, content_type="application/json")
    assert_problem(response, 503, "try-later")
    assert int(response["Retry-After"]) > 0


def test_each_request_has_an_id_of_its_own_that_nobody_chooses(client):
    first = client.get("/api/v1/me/", headers={"X-Request-ID": CANARY})
    second = client.get("/api/v1/me/")
    assert CANARY not in (first["X-Request-ID"], second["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_no_answer_is_kept_by_a_cache(api, client):
    for response in (api.get("/api/v1/me/"), client.get("/api/v1/me/"), client.get("/api/v1/none/")):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
