from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar_days import ONE_DAY, day_closes, local_day, local_instant

ODD_ZONES = [
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/New_York",
    "Europe/Madrid",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
]

zones = st.sampled_from([*ODD_ZONES, *sorted(available_timezones())]).map(ZoneInfo)
instants = st.datetimes(datetime(2011, 12, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis wants bounds without a zone)
days = st.dates(date(2011, 12, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    "day, at, zone, expected",
    [
        (date(2026, 7, 1), time(7), "Europe/Madrid", "2026-07-01T05:00+00:00"),
        # The clock goes from 02:00 to 03:00: half past two is shifted forward.
        (date(2026, 3, 29), time(2, 30), "Europe/Madrid", "2026-03-29T01:30+00:00"),
        # The clock goes back from 03:00 to 02:00: half past two is the first of the two.
        (date(2026, 10, 25), time(2, 30), "Europe/Madrid", "2026-10-25T00:30+00:00"),
        # Lord Howe moves by half an hour.
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "2026-10-03T15:45+00:00"),
        # Apia left out 30 December 2011.
        (date(2011, 12, 30), time(7), "Pacific/Apia", "2011-12-30T17:00+00:00"),
        (date(2011, 12, 31), time(7), "Pacific/Apia", "2011-12-30T17:00+00:00"),
    ],
)
def test_a_wall_clock_time_has_one_instant(day, at, zone, expected):
    assert local_instant(day, at, ZoneInfo(zone)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "now, zone, expected",
    [
        ("2026-07-01T01:59:59+00:00", "Europe/Madrid", date(2026, 6, 30)),
        ("2026-07-01T02:00:00+00:00", "Europe/Madrid", date(2026, 7, 1)),
        ("2011-12-30T13:59:59+00:00", "Pacific/Apia", date(2011, 12, 29)),
        ("2011-12-30T14:00:00+00:00", "Pacific/Apia", date(2011, 12, 31)),
    ],
)
def test_the_day_rolls_over_at_four(now, zone, expected):
    assert local_day(datetime.fromisoformat(now), ZoneInfo(zone)) == expected


@given(instants, zones)
def test_every_instant_lies_between_the_beginning_of_its_day_and_its_close(now, zone):
    day = local_day(now, zone)
    assert local_instant(day, time(4), zone) <= now < day_closes(day, zone)


@given(instants, zones, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_days_never_run_backwards(now, zone, step):
    assert local_day(now, zone) <= local_day(now + step, zone)


@given(days, zones)
def test_a_day_closes_after_the_day_before(day, zone):
    assert day_closes(day, zone) <= day_closes(day + ONE_DAY, zone)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        local_day(datetime(2026, 7, 1), ZoneInfo("UTC"))  # noqa: DTZ001 (that is the point)
