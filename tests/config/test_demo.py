"""Demo mode: a clock that moves forward, and a log of what happened behind the scenes."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import NoReverseMatch, reverse

from backend import clock
from backend.couples.models import Membership
from checkins.models import Decision
from config.demo import clock as demo_clock
from config.demo.log import log_of
from notifications import services as notifications
from tests.cast import full_cast, person, signed_in

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def woken(monkeypatch):
    """Demo mode is on; the fixture is the list of tasks that were woken."""
    tasks: list[str] = []
    monkeypatch.setattr("backend.nudge.publish", lambda task, *ids: tasks.append(task))
    return tasks


@pytest.fixture
def demo(settings, woken):
    # Read before demo mode is on, so that the usual addresses stay the usual ones.
    import_module("config.urls")
    settings.DEMO_MODE = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"


def move(client: Client, body: object, **headers: str):
    return client.post("/demo/clock/", body, content_type="application/json", headers=headers)


def test_without_demo_mode_neither_address_exists(client):
    assert client.get("/demo/clock/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo-log")


def test_production_refuses_demo_mode(settings):
    settings.DEMO_MODE = True
    assert "ebb.E001" in {found.id for found in run_checks(include_deployment_checks=True)}


@pytest.mark.django_db
def test_without_demo_mode_the_clock_cannot_be_moved(woken):
    with pytest.raises(clock.ClockIsReal):
        demo_clock.move_ahead(timedelta(hours=1))
    assert woken == []


@pytest.mark.django_db
def test_seconds_ahead_move_the_clock_for_everyone_and_wake_the_sweeps(demo, woken, client):
    before = clock.now()
    answer = move(client, {"ahead_seconds": 3600})
    assert answer.status_code == 200
    assert clock.now() - before >= timedelta(hours=1)
    assert set(woken) == {"checkins.tasks.decide_due", "notifications.tasks.queue_due_reminders", "notifications.tasks.deliver_due"}
    assert datetime.fromisoformat(client.get("/demo/clock/").json()["now"]) >= before + timedelta(hours=1)


@pytest.mark.django_db
def test_tomorrow_morning_is_nine_by_the_clock_of_whoever_asks(demo):
    alice = person("Alice", zone="Europe/Madrid")
    answer = move(signed_in(alice), {"to": "tomorrow-morning"}).json()
    assert answer["zone"] == "Europe/Madrid"
    assert answer["local"][11:16] == "09:00"
    assert timedelta(hours=4) < clock.now() - datetime.now(UTC) <= timedelta(hours=30)


@pytest.mark.django_db
def test_a_zone_may_be_named_and_each_morning_follows_the_last(demo, client):
    mornings = [datetime.fromisoformat(move(client, {"to": "tomorrow-morning", "zone": "Asia/Tokyo"}).json()["now"]) for _ in range(3)]
    assert [morning.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") for morning in mornings] == ["09:00"] * 3
    assert {(later - earlier).total_seconds() // 60 for earlier, later in pairwise(mornings)} <= {24 * 60 - 1, 24 * 60}


@pytest.mark.parametrize(
    "moment, morning",
    [
        (datetime(2026, 3, 4, 23, 30, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=MADRID)),  # half past midnight: the evening's own
        (datetime(2026, 3, 4, 19, 30, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=MADRID)),
        (datetime(2026, 3, 28, 19, 30, tzinfo=UTC), datetime(2026, 3, 29, 9, tzinfo=MADRID)),  # the clock goes forward that night
    ],
)
def test_tomorrow_morning_by_the_calendar(monkeypatch, moment, morning):
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(demo_clock, "move_ahead", lambda by: moment + by)
    assert demo_clock.move_to_tomorrow_morning(MADRID) == morning


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wish",
    [
        {},
        [],
        {"to": "yesterday"},
        {"to": "tomorrow-morning", "zone": "Mars/Base"},
        {"ahead_seconds": -1},
        {"ahead_seconds": True},
        {"ahead_seconds": "60"},
        {"ahead_seconds": 1e300},
        {"ahead_seconds": 1, "to": "tomorrow-morning"},
    ],
)
def test_any_other_wish_is_refused_and_moves_nothing(demo, woken, client, wish):
    assert move(client, wish).status_code == 422
    assert woken == []
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.django_db
def test_only_json_moves_the_clock_so_that_no_foreign_page_can(demo, woken, client):
    assert client.post("/demo/clock/", {"ahead_seconds": "60"}).status_code == 415
    assert client.post("/demo/clock/", b"{", content_type="application/json").status_code == 400
    assert woken == []


@pytest.mark.django_db
def test_the_log_asks_who_is_there(demo, client):
    assert client.get("/demo/log/").status_code == 401
    assert client.get("/demo/log/", headers={"X-Session-Token": "made up"}).status_code == 401


@pytest.mark.django_db
def test_the_log_tells_a_person_alone_of_nothing(demo):
    log = signed_in(person("Charlie")).get("/demo/log/").json()
    assert (log["couple"], log["side"], log["decisions"], log["deliveries"], log["prompts"]) == (None, "", [], [], [])


@pytest.mark.django_db
def test_the_log_names_both_sides_of_ones_own_couple_and_nobody_else(demo, now):
    cast = full_cast()
    membership = Membership.objects.get(person=cast.alice)
    decision = Decision.objects.create(
        couple_id=membership.couple_id,
        day=now.date(),
        decided_at=now,
        available=True,
        reason="episode",
        mode="responsive",
        probability=0.9,
        coin=0.5,
        sent=True,
        in_trial=True,
        state_alert=True,
        policy_version="1",
        item="the-pull",
    )
    for one, side in ((cast.alice, "a"), (cast.bob, "b")):
        notifications.register_device(person=one, kind="memory", endpoint=f"phone-{side}", now=now)
    notifications.queue_prompts(
        occasion=decision.id,
        couple_id=membership.couple_id,
        recipients=[
            notifications.Recipient(person_id=one.pk, zone=one.zone, item="the-pull", version=1, voice="either", language="en")
            for one in (cast.alice, cast.bob)
        ],
        now=now,
    )
    log = signed_in(cast.alice).get("/demo/log/").json()
    assert log["side"] == "a"
    assert [(one["day"], one["coin"], one["sent"]) for one in log["decisions"]] == [("2026-11-18", 0.5, True)]
    assert sorted((one["side"], one["kind"], one["state"], one["decision"]) for one in log["deliveries"]) == [
        ("a", "prompt", "queued", str(decision.id)),
        ("b", "prompt", "queued", str(decision.id)),
    ]
    assert signed_in(cast.charlie).get("/demo/log/").json()["decisions"] == []
    later = signed_in(cast.bob).get("/demo/log/", {"since": "2026-12-24"}).json()
    assert (later["side"], later["decisions"], later["deliveries"]) == ("b", [], [])
    assert signed_in(cast.bob).get("/demo/log/", {"since": "no day"}).json()["decisions"]


@pytest.mark.django_db
def test_the_log_costs_the_same_however_much_is_in_it(demo, django_assert_max_num_queries, now):
    alice = full_cast().alice
    with django_assert_max_num_queries(8):
        log_of(alice, since=now.date())


def test_unknown_ids_are_no_part_of_the_log_address():
    with pytest.raises(NoReverseMatch):
        reverse("demo-log", args=[uuid4()])
