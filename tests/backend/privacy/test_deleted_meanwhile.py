"""Somebody deletes their account on one device while another is asking for something."""

import pytest

from backend import clock
from backend.api.authentication import SessionAuthentication
from backend.calendar_days import local_day
from backend.privacy import services
from tests import cast
from tests.answering import body

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "method, path, data",
    [
        ("put", "check-ins/{today}/", body()),
        ("patch", "reminders/", {"reminder_time": "19:00"}),
        ("patch", "me/", {"timezone": "Asia/Tokyo"}),
        ("patch", "choices/", {"paused": True}),
        ("post", "couples/invitations/", None),
        ("post", "couples/accept/", {"code": "ABCDE-FGHJK"}),
        ("put", "prompts/mute/", {"days": 7}),
    ],
)
def test_whoever_is_gone_before_the_answer_is_told_to_sign_in(monkeypatch, method, path, data):
    alice = cast.person("Alice", zone="UTC")
    client = cast.signed_in(alice)
    client.raise_request_exception = False
    today = local_day(clock.now(), alice.zone)
    known = SessionAuthentication.authenticate

    def known_and_then_deleted(self, request):
        found = known(self, request)
        services.erase(person=alice, now=clock.now())
        return found

    monkeypatch.setattr(SessionAuthentication, "authenticate", known_and_then_deleted)
    answer = getattr(client, method)(f"/api/v1/{path.format(today=today)}", data, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "auth-required")
