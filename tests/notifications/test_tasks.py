"""The doors that beat and the nudges open."""

from datetime import timedelta

import pytest
from django.conf import settings

from notifications import tasks
from tests.cast import EVENING, person
from tests.notifications.post import phone, shown

EIGHT = EVENING - timedelta(minutes=30)


@pytest.mark.django_db
def test_the_two_sweeps_bring_a_reminder_to_its_phone(monkeypatch):
    phone(person("Alice"), "alice", now=EIGHT - timedelta(hours=1))
    monkeypatch.setattr("backend.clock.now", lambda: EIGHT)
    tasks.queue_due_reminders()
    tasks.deliver_due()
    assert len(shown("alice")) == 1


def test_beat_sweeps_both():
    swept = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.queue_due_reminders.name, tasks.deliver_due.name} <= swept
