"""Figures for operators: counts, and nothing about a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checkins.models import PatternState
from config.metrics import figures
from notifications import services as notifications
from notifications.models import Delivery, ServiceLimit
from tests.cast import full_cast


def lines() -> list[str]:
    return [line for line in figures().decode().splitlines() if not line.startswith("#")]


@pytest.mark.django_db
def test_an_empty_installation_has_nothing_waiting():
    assert sorted(lines()) == ["ebb_decisions_waiting 0.0", "ebb_oldest_reminder_seconds 0.0", "ebb_reminders_waiting 0.0"]


@pytest.mark.django_db
def test_how_late_things_leave_is_told_by_channel_and_outcome():
    cast, now = full_cast(), datetime.now(UTC)
    device = notifications.register_device(person=cast.alice, kind="memory", endpoint="a phone", now=now)
    usual: dict[str, Any] = {
        "person": cast.alice,
        "kind": "test",
        "channel": "memory",
        "service": "memory",
        "device": device,
        "collapse_key": "k",
    }
    usual["expires_at"] = now + timedelta(hours=1)
    for minutes, lag in ((5, 10), (4, 20), (90, 3000)):
        due = now - timedelta(minutes=minutes)
        sent = due + timedelta(seconds=lag)
        Delivery.objects.create(**usual, due_at=due, state="sent", reason="accepted", sent_at=sent, handed_over_at=sent)
    Delivery.objects.create(**usual, due_at=now - timedelta(minutes=2), state="queued")
    ServiceLimit.objects.create(channel="memory", service="memory", not_before=now + timedelta(minutes=1))
    found = dict(line.rsplit(" ", 1) for line in lines())
    assert found['ebb_delivery_lag_seconds{channel="memory",outcome="sent",quantile="0.5"}'] == "15.0"
    assert found['ebb_delivery_lag_seconds{channel="memory",outcome="sent",quantile="1.0"}'] == "20.0"
    assert float(found['ebb_delivery_lag_seconds{channel="memory",outcome="waiting",quantile="0.99"}']) >= 120
    assert found['ebb_deliveries_recent{channel="memory",state="sent"}'] == "2.0"
    assert found['ebb_deliveries_held{channel="memory"}'] == "1.0"
    assert float(found['ebb_oldest_due_seconds{channel="memory"}']) >= 120
    assert found['ebb_services_slowed{channel="memory"}'] == "1.0"


@pytest.mark.django_db
def test_what_waits_is_counted_by_channel_and_state_and_names_nobody():
    cast, now = full_cast(), datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    PatternState.objects.create(couple=cast.couple, first_day=yesterday.date(), next_decision_at=yesterday)
    ServiceLimit.objects.create(channel="webpush", service="https://push.example", stopped_at=now, reason="http-403")
    for one in (cast.alice, cast.bob):
        notifications.register_device(person=one, kind="memory", endpoint=f"phone of {one.name}", now=now)
    notifications.queue_prompts(
        occasion=cast_occasion(),
        couple_id=cast.couple.pk,
        recipients=[
            notifications.Recipient(person_id=one.pk, zone=one.zone, item="the-pull", version=1, voice="either", language="en")
            for one in (cast.alice, cast.bob)
        ],
        now=now,
    )
    found = lines()
    assert 'ebb_deliveries{channel="memory",state="queued"} 2.0' in found
    assert 'ebb_services_stopped{channel="webpush"} 1.0' in found
    assert "ebb_decisions_waiting 1.0" in found
    text = figures().decode().lower()
    assert not any(word in text for word in ("alice", "bob", "example", "phone", "the-pull"))


@pytest.mark.django_db
def test_only_the_holder_of_the_token_reads_them(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a long token for the scraper"
    assert client.get("/metrics", headers={"Authorization": "Bearer guess"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")


def cast_occasion():
    from uuid import UUID

    return UUID(int=7)
