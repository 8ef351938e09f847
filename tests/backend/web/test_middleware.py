"""What every request passes before it is answered."""

import json

import pytest
from django.test import Client

from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "bad host", "10.0.0.1", "testserver:port", "@testserver"])
@pytest.mark.parametrize("path", ["/api/v1/couples/", "/api/v1/answers/", "/api/v1/schema/", "/api/v1/nothing/"])
def test_the_api_answers_under_its_own_names_only(path, host):
    client = cast.signed_in(cast.person("Alice"))
    answer = client.get(path, headers={"Host": host})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "malformed"
    assert host not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/tonight/", "/api/docs/", "/_allauth/app/v1/config"])
def test_so_do_pages_and_signing_in(path):
    assert Client().get(path, headers={"Host": "evil.example"}).status_code == 400


def test_health_is_asked_by_address():
    assert Client().get("/healthz", headers={"Host": "10.0.0.1"}).status_code == 200


def test_the_api_answers_under_its_own_name():
    assert cast.signed_in(cast.person("Alice")).get("/api/v1/couples/", headers={"Host": "testserver:8123"}).status_code == 200


@pytest.mark.parametrize(
    "body, status, code",
    [
        (b"[" * 60_000, 400, "malformed"),
        (b'{"email":' * 7 + b"1" + b"}" * 7, 400, "malformed"),
        (b'{"email": "a", "email": "b"}', 400, "malformed"),
        (b'{"email": "\\u0000", "password": "\\ud800"}', 400, "malformed"),
        (b"\xff", 400, "malformed"),
        (b"x" * 65_537, 413, "too-large"),
    ],
)
@pytest.mark.parametrize("path", ["auth/login", "auth/signup", "auth/code/request", "auth/sessions"])
def test_signing_in_has_the_limits_of_the_api(path, body, status, code):
    answer = Client().post(f"/_allauth/app/v1/{path}", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.content)["code"] == code


def test_signing_in_still_reads_what_it_should():
    alice = cast.person("Alice")
    answer = Client().post(
        "/_allauth/app/v1/auth/login", {"email": alice.email, "password": cast.PASSWORD}, content_type="application/json"
    )
    assert answer.status_code == 200
