from datetime import UTC, datetime, timedelta

import pytest

from backend import clock
from backend.models import ClockOffset

pytestmark = pytest.mark.django_db


def test_now_is_the_databases_time_in_utc():
    before, present, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert present.tzinfo is not None
    assert before - timedelta(minutes=1) < present < after + timedelta(minutes=1)


def test_time_passes_within_a_transaction():
    assert clock.now() < clock.now()


def test_the_demo_clock_runs_ahead_by_everything_it_was_moved(settings):
    settings.DEMO_MODE = True
    start = clock.now()
    clock.move_ahead(timedelta(hours=9, seconds=0.5))
    moved = clock.move_ahead(timedelta(days=40))
    assert timedelta(0) <= moved - start - timedelta(days=40, hours=9, seconds=0.5) < timedelta(minutes=1)


def test_the_demo_clock_never_runs_back(settings):
    settings.DEMO_MODE = True
    with pytest.raises(ValueError, match="forward"):
        clock.move_ahead(timedelta(seconds=-1))


def test_outside_demo_mode_the_clock_cannot_be_moved():
    with pytest.raises(clock.ClockIsReal):
        clock.move_ahead(timedelta(hours=1))
    assert not ClockOffset.objects.exists()


def test_outside_demo_mode_an_offset_left_in_the_database_changes_nothing():
    ClockOffset.objects.create(id=1, ahead=timedelta(days=3))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
