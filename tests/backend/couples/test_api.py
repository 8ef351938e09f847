"""Pairing and leaving over the API, and what outsiders are told."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from backend import clock
from backend.couples import services
from backend.couples.models import Invitation
from tests import cast

pytestmark = pytest.mark.django_db

BASE = "/api/v1/couples/"


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def bob():
    return cast.person("Bob")


def post(client, path, body=None):
    return client.post(BASE + path, json.dumps(body or {}), content_type="application/json")


def bytes_of(response):
    """Everything that was answered, without the request's own id."""
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, re.sub(rb'"request_id":"\w+"', b"", response.content)


def test_two_people_pair_and_part(alice, bob):
    hers, his = cast.signed_in(alice), cast.signed_in(bob)
    assert hers.get(BASE).json() == {"paired": False, "partner": None, "since": None}
    made = post(hers, "invitations/")
    assert made.status_code == 201
    code, invitation = made.json()["code"], made.json()["id"]
    assert made.json()["link"].endswith(f"/invitation/#{code}")
    assert hers.get(f"{BASE}invitations/").json()[0]["state"] == "open"
    accepted = post(his, "accept/", {"code": code.lower()})
    assert accepted.json()["other"] == "Alice"
    assert hers.get(f"{BASE}invitations/").json()[0] | {"expires_at": ""} == {
        "id": invitation,
        "sent_by_me": True,
        "state": "accepted",
        "other": "Bob",
        "expires_at": "",
    }
    assert post(hers, f"invitations/{invitation}/confirm/").status_code == 204
    assert hers.get(BASE).json()["partner"] == "Bob"
    assert his.get(BASE).json()["partner"] == "Alice"
    assert hers.get(f"{BASE}invitations/").json() == []
    assert post(his, "leave/").status_code == 204
    assert hers.get(BASE).json()["paired"] is False


def test_the_code_is_shown_once(alice):
    hers = cast.signed_in(alice)
    code = post(hers, "invitations/").json()["code"]
    assert code not in hers.get(f"{BASE}invitations/").content.decode()


def test_codes_that_cannot_be_used_are_told_alike(alice, bob):
    """Wrong, malformed, expired, used, declined, cancelled, one's own: the same bytes."""
    now = clock.now()
    answers = []
    _, own = services.invite(person=bob, now=now)

    def try_as(person, code):
        answers.append(bytes_of(post(cast.signed_in(person), "accept/", {"code": code})))

    def new(name, *, at=now):
        return services.invite(person=cast.person(name), now=at)

    expired = new("Expired", at=now - timedelta(hours=24))[1]
    _, used = new("Used")
    services.accept_invitation(person=cast.person("Taker"), code=used, address="", now=now)
    declined, declined_code = new("Declined")
    decliner = cast.person("Decliner")
    services.accept_invitation(person=decliner, code=declined_code, address="", now=now)
    services.decline_invitation(person=decliner, invitation_id=declined.pk, now=now)
    cancelled, cancelled_code = new("Cancelled")
    services.cancel_invitation(person=cancelled.inviter, invitation_id=cancelled.pk)
    for code in ("ABCDE-FGHJK", "?", expired, used, declined_code):
        try_as(alice, code)
    for code in (cancelled_code, own):
        try_as(bob, code)
    assert answers[0][0] == 422
    assert all(one == answers[0] for one in answers)


def test_whoever_guesses_too_often_waits(alice):
    client = cast.signed_in(alice)
    answers = [post(client, "accept/", {"code": "WRONG"}) for _ in range(6)]
    assert [one.status_code for one in answers] == [422] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["code"] == "slow-down"


def test_emptying_the_cache_forgives_nobody(alice):
    client = cast.signed_in(alice)
    for _ in range(5):
        post(client, "accept/", {"code": "WRONG"})
    cache.clear()
    assert post(client, "accept/", {"code": "WRONG"}).status_code == 429


@pytest.mark.parametrize("verb", ["confirm", "decline"])
def test_an_outsider_is_told_what_anybody_is_told_of_nothing(alice, bob, verb):
    now = clock.now()
    invitation, code = services.invite(person=alice, now=now)
    services.accept_invitation(person=bob, code=code, address="", now=now)
    outsider = cast.signed_in(cast.person("Charlie"))
    real = bytes_of(post(outsider, f"invitations/{invitation.pk}/{verb}/"))
    nothing = bytes_of(post(outsider, f"invitations/{uuid4()}/{verb}/"))
    assert real == nothing
    assert real[0] == 404
    assert Invitation.objects.get().state == "accepted"


def test_an_outsider_cancels_nothing(alice):
    invitation, _ = services.invite(person=alice, now=clock.now())
    outsider = cast.signed_in(cast.person("Charlie"))
    real = bytes_of(outsider.delete(f"{BASE}invitations/{invitation.pk}/"))
    assert real == bytes_of(outsider.delete(f"{BASE}invitations/{uuid4()}/"))
    assert real[0] == 404


@pytest.mark.parametrize("how", ["invited declines", "inviting declines", "inviting takes back"])
def test_declining_looks_like_waiting_and_then_like_expiry(alice, bob, how):
    now = clock.now()
    invitation, code = services.invite(person=alice, now=now)
    services.accept_invitation(person=bob, code=code, address="", now=now)
    who, other = (bob, alice) if how == "invited declines" else (alice, bob)
    waiting = cast.signed_in(other)
    before = bytes_of(waiting.get(f"{BASE}invitations/"))
    if how == "inviting takes back":
        services.cancel_invitation(person=who, invitation_id=invitation.pk)
    else:
        services.decline_invitation(person=who, invitation_id=invitation.pk, now=now)
    assert bytes_of(waiting.get(f"{BASE}invitations/")) == before
    assert cast.signed_in(who).get(f"{BASE}invitations/").json() == []
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now)
    assert waiting.get(f"{BASE}invitations/").json() == []


def test_confirming_what_was_declined_is_told_as_what_expired(alice, bob):
    seen = []
    for end in ("decline", "expire"):
        now = clock.now()
        invitation, code = services.invite(person=alice, now=now)
        services.accept_invitation(person=bob, code=code, address="", now=now)
        if end == "decline":
            services.decline_invitation(person=bob, invitation_id=invitation.pk, now=now)
        else:
            Invitation.objects.filter(pk=invitation.pk).update(expires_at=now)
        seen.append(bytes_of(post(cast.signed_in(alice), f"invitations/{invitation.pk}/confirm/")))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("verb", [services.decline_invitation, services.cancel_invitation])
def test_what_the_other_declined_can_still_be_put_aside(alice, bob, verb):
    now = clock.now()
    invitation, code = services.invite(person=alice, now=now)
    services.accept_invitation(person=bob, code=code, address="", now=now)
    services.decline_invitation(person=bob, invitation_id=invitation.pk, now=now)
    verb(person=alice, invitation_id=invitation.pk, **({"now": now} if verb is services.decline_invitation else {}))
    assert cast.signed_in(alice).get(f"{BASE}invitations/").json() == []


def test_one_step_at_a_time(alice, bob):
    cast.pair(alice, bob, now=clock.now())
    client = cast.signed_in(alice)
    assert post(client, "invitations/").json()["code"] == "already-paired"
    assert post(client, "accept/", {"code": "ABCDE-FGHJK"}).status_code == 409


@pytest.mark.parametrize(
    "path, body",
    [("accept/", {}), ("accept/", {"code": 5}), ("accept/", {"code": "a" * 41}), ("leave/", {"quietly": "yes"}), ("leave/", {"how": 1})],
)
def test_bad_input_is_refused(alice, path, body):
    assert post(cast.signed_in(alice), path, body).status_code == 422


def test_somebody_alone_cannot_leave(alice):
    assert post(cast.signed_in(alice), "leave/").status_code == 404


def test_quiet_leaving_leaves_the_others_answers_as_they_were(alice, bob):
    cast.pair(alice, bob, now=clock.now())
    his = cast.signed_in(bob)
    before = [bytes_of(his.get(path)) for path in (BASE, f"{BASE}invitations/", "/api/v1/choices/", "/api/v1/dashboard/")]
    assert post(cast.signed_in(alice), "leave/", {"quietly": True}).status_code == 204
    after = [bytes_of(his.get(path)) for path in (BASE, f"{BASE}invitations/", "/api/v1/choices/", "/api/v1/dashboard/")]
    assert before == after


def test_nobody_signed_in_is_told_to_sign_in(client):
    for path in ("", "invitations/"):
        assert client.get(BASE + path).status_code == 401
    for path in ("accept/", "leave/", "invitations/", f"invitations/{uuid4()}/confirm/"):
        assert post(client, path).status_code == 401
