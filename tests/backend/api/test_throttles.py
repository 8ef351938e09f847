import pytest
from django.test import Client
from redis.exceptions import ConnectionError as Away

from backend.api import throttles
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def _few(monkeypatch):
    for kind in (throttles.PersonThrottle, throttles.AddressThrottle):
        monkeypatch.setattr(kind, "THROTTLE_RATES", {"person": "3/day", "address": "2/day", "answer": "1/day"})


@pytest.fixture
def key():
    return cast.app_token(cast.person("Alice"))


def statuses(times, **where):
    return [Client().get("/api/v1/me/", **where).status_code for _ in range(times)]


@pytest.mark.usefixtures("_few")
def test_a_person_may_ask_so_often_and_no_more(key):
    assert statuses(4, headers={"X-Session-Token": key}) == [200, 200, 200, 429]


@pytest.mark.usefixtures("_few")
def test_one_person_does_not_use_up_what_another_has(key):
    other = cast.app_token(cast.person("Bob"))
    statuses(4, headers={"X-Session-Token": key})
    assert statuses(1, headers={"X-Session-Token": other}) == [200]


def answer(**where):
    body = {"token": "wrong", "quick": "closer", "client_id": "6f1d6f0e-8a6a-4a50-9f4e-2f6f3c1d0b11"}
    return Client().post("/api/v1/answers/", body, content_type="application/json", **where).status_code


@pytest.mark.usefixtures("_few")
def test_who_is_not_signed_in_is_counted_by_address():
    assert [answer(REMOTE_ADDR="203.0.113.1") for _ in range(2)] == [404, 429]
    assert answer(REMOTE_ADDR="203.0.113.2") == 404


@pytest.mark.usefixtures("_few")
def test_an_address_cannot_be_made_up_in_a_header():
    assert [answer(headers={"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(2)] == [404, 429]


@pytest.mark.usefixtures("_few")
def test_who_must_wait_is_told_how_long(key):
    statuses(3, headers={"X-Session-Token": key})
    answer = Client().get("/api/v1/me/", headers={"X-Session-Token": key})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "slow-down"
    assert 0 < int(answer["Retry-After"]) <= 24 * 3600


def test_without_the_cache_nobody_is_kept_from_asking(key, monkeypatch):
    def away(*_):
        raise Away

    monkeypatch.setattr(throttles, "_count", away)
    assert statuses(1, headers={"X-Session-Token": key}) == [200]
