"""The ids of writes are forgotten once no phone can send them again."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend import clock
from backend.calendar_days import local_day
from checkins.models import CheckIn, Submission
from checkins.services import tidying
from tests.answering import body
from tests.cast import person, signed_in


@pytest.mark.django_db
def test_a_write_is_known_for_a_month_and_then_only_its_answer_stays(monkeypatch):
    alice = person("Alice")
    now, day = clock.now(), local_day(clock.now(), alice.zone)
    url, write = f"/api/v1/check-ins/{day}/", body(client_id=str(UUID(int=1)))
    assert signed_in(alice).put(url, write, content_type="application/json").status_code == 201
    monkeypatch.setattr(clock, "now", lambda: now + tidying.WRITES_KEPT - timedelta(days=2))
    assert tidying.tidy(now=clock.now()) == 0
    monkeypatch.setattr(clock, "now", lambda: now + tidying.WRITES_KEPT + timedelta(days=2))
    assert tidying.tidy(now=clock.now()) == 1
    assert not Submission.objects.exists()
    late = signed_in(alice).put(url, write, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (422, "too-old")
    assert CheckIn.objects.get().client_id == UUID(int=1)
