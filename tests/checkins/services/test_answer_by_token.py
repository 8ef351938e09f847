"""The one door that a push token opens."""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from backend import clock
from backend.accounts import services as accounts
from backend.calendar_days import day_closes, local_day
from backend.consents import services as consents
from checkins.models import CheckIn
from notifications.models import AnswerToken, Device, ReminderSlot
from tests import cast
from tests.answering import keep, quick

pytestmark = pytest.mark.django_db

URL = "/api/v1/answers/"


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def day(alice):
    return local_day(clock.now(), alice.zone)


def token_for(person, day, *, text="t" * 43, **changes):
    """A token as a reminder's push carries it."""
    now = clock.now()
    slot, _ = ReminderSlot.objects.get_or_create(person=person, day=day)
    device, _ = Device.objects.get_or_create(
        person=person,
        kind="memory",
        defaults={
            "endpoint": f"memory:{person.pk}",
            "endpoint_hash": bytes([person.pk % 256]) * 32,
            "created_at": now,
            "last_seen_at": now,
        },
    )
    given = {"expires_at": day_closes(day, person.zone)} | changes
    AnswerToken.objects.create(hash=hashlib.sha256(text.encode()).digest(), person=person, day=day, slot=slot, device=device, **given)
    return text


def give(token, word="as_usual", client_id=None, changes=None):
    data = {"token": token, "quick": word, "client_id": str(client_id or uuid4())} | (changes or {})
    return Client().post(URL, json.dumps(data), content_type="application/json")


def told(response):
    return response.status_code, {
        name: value for name, value in (response.json() if response.content else {}).items() if name != "request_id"
    }


def test_a_token_writes_the_one_answer_and_says_nothing(alice, day):
    answer = give(token_for(alice, day), "closer")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (CheckIn.objects.get().quick, CheckIn.objects.get().person, CheckIn.objects.get().day) == ("closer", alice, day)


def test_a_retry_succeeds_and_changes_nothing(alice, day):
    token, client_id = token_for(alice, day), uuid4()
    for _ in range(3):
        assert give(token, "closer", client_id).status_code == 204
    assert CheckIn.objects.get().version == 1


def test_a_token_is_used_once(alice, day):
    token = token_for(alice, day)
    give(token)
    assert told(give(token)) == told(give("wrong"))


def test_wrong_expired_and_used_tokens_are_told_alike(alice, day):
    used = token_for(alice, day, text="used")
    give(used)
    expired = token_for(alice, day - timedelta(days=1), text="expired", expires_at=clock.now())
    revoked = token_for(alice, day - timedelta(days=2), text="revoked", revoked_at=clock.now())
    answers = [told(give(token)) for token in ("wrong", used, expired, revoked, "é" * 200)]
    assert answers[0] == (404, answers[0][1])
    assert all(one == answers[0] for one in answers)
    assert CheckIn.objects.count() == 1


def test_a_token_of_a_day_that_closed_writes_nothing(alice, day):
    token = token_for(alice, day - timedelta(days=1), expires_at=clock.now() + timedelta(hours=1))
    assert give(token).status_code == 404
    assert not CheckIn.objects.exists()
    assert AnswerToken.objects.get().spent_at is None


def test_a_token_never_replaces_an_answer(alice, day):
    token = token_for(alice, day)
    keep(alice, day, quick("closer"), now=clock.now())
    assert give(token, "more_room").status_code in (204, 404)
    assert CheckIn.objects.get().quick == "closer"


def test_answering_in_the_app_ends_the_token(alice, day):
    token = token_for(alice, day)
    keep(alice, day, now=clock.now())
    assert give(token).status_code == 404


def test_a_pause_ends_the_tokens_made_before_it(alice, day):
    token = token_for(alice, day)
    consents.pause(person=alice, now=clock.now())
    assert told(give(token)) == told(give("wrong"))
    assert not CheckIn.objects.exists()


def test_no_token_writes_while_its_person_has_paused(alice, day):
    consents.pause(person=alice, now=clock.now())
    assert told(give(token_for(alice, day))) == told(give("wrong"))
    assert not CheckIn.objects.exists()


def test_private_mode_ends_the_tokens_made_before_it(alice, day):
    token = token_for(alice, day)
    accounts.set_pin(person=alice, pin="271828")
    assert told(give(token)) == told(give("wrong"))
    assert not CheckIn.objects.exists()


def test_after_the_account_is_gone_the_token_is_worth_nothing(alice, day):
    token = token_for(alice, day)
    alice.delete()
    assert told(give(token)) == told(give("wrong"))


def test_a_locked_account_cannot_be_written_to(alice, day):
    token = token_for(alice, day)
    alice.is_active = False
    alice.save()
    assert told(give(token)) == told(give("wrong"))


def test_after_the_answer_was_deleted_a_retry_does_not_bring_it_back(alice, day):
    token, client_id = token_for(alice, day), uuid4()
    give(token, client_id=client_id)
    CheckIn.objects.all().delete()
    assert give(token, client_id=client_id).status_code == 404
    assert not CheckIn.objects.exists()


def test_a_token_reads_nothing(alice, day):
    token = token_for(alice, day)
    for method in ("get", "put", "delete", "patch"):
        assert getattr(Client(), method)(URL, headers={"X-Session-Token": token}).status_code == 405
    assert Client().get("/api/v1/check-ins/", headers={"X-Session-Token": token}).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"token": 5},
        {"token": ""},
        {"token": "x" * 201},
        {"quick": "far"},
        {"quick": None},
        {"client_id": 5},
        {"note": "x"},
        {"day": "2026-01-01"},
    ],
)
def test_bad_input_is_refused(alice, day, changes):
    assert give(token_for(alice, day), changes=changes).status_code == 422
    assert not CheckIn.objects.exists()
