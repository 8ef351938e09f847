"""When people are reached: tables of cases, then properties over every zone."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar_days import day_closes, local_day
from notifications import schedule
from notifications.schedule import Hours, Slot

MADRID = ZoneInfo("Europe/Madrid")
HOME = Hours(MADRID)
ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix/", "right/", "Etc/")))
HOUR = timedelta(hours=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
clock_times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
hours = st.builds(Hours, zones, clock_times, clock_times, clock_times)
default_hours = st.builds(Hours, zones)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "instant, until",
    [
        ("2026-03-04T20:59", None),
        ("2026-03-04T21:00", "2026-03-05T06:00"),
        ("2026-03-05T05:59", "2026-03-05T06:00"),
        ("2026-03-05T06:00", None),
        # The night in which the clock goes forward is an hour shorter.
        ("2026-03-28T21:30", "2026-03-29T05:00"),
        # The night in which it goes back is one hour longer.
        ("2026-10-25T05:30", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_run_over_midnight(instant, until):
    assert schedule.quiet_until(utc(instant), HOME) == (utc(until) if until else None)


def test_equal_ends_mean_no_quiet_hours():
    never = Hours(MADRID, quiet_from=time(9), quiet_until=time(9))
    assert schedule.quiet_until(utc("2026-03-04T08:00"), never) is None
    assert schedule.quiet_again(utc("2026-03-04T08:00"), never) is None


def test_quiet_hours_by_day_serve_those_who_work_at_night():
    by_day = Hours(MADRID, quiet_from=time(8), quiet_until=time(16))
    assert schedule.prompt_slot(utc("2026-03-04T06:10"), by_day) == Slot(utc("2026-03-04T15:00"), date(2026, 3, 4))


@pytest.mark.parametrize(
    "ignored, expected",
    [(0, "2026-03-05T19:00"), (1, "2026-03-05T19:00"), (2, "2026-03-11T19:00"), (3, "2026-03-11T19:00"), (4, None), (9, None)],
)
def test_ignored_reminders_become_rarer(ignored, expected):
    last = Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    found = schedule.next_reminder(hours=HOME, now=utc("2026-03-04T19:00"), last=last, ignored=ignored)
    assert (found.at if found else None) == (utc(expected) if expected else None)


def test_the_first_reminder_is_today_when_its_hour_has_not_passed():
    assert schedule.next_reminder(hours=HOME, now=utc("2026-03-04T18:59")) == Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    assert schedule.next_reminder(hours=HOME, now=utc("2026-03-04T19:00")) == Slot(utc("2026-03-05T19:00"), date(2026, 3, 5))


def test_a_reminder_after_midnight_belongs_to_the_evening_before():
    night = Hours(MADRID, reminder_time=time(0, 30), quiet_from=time(2), quiet_until=time(7))
    assert schedule.next_reminder(hours=night, now=utc("2026-03-04T12:00")) == Slot(utc("2026-03-04T23:30"), date(2026, 3, 4))


def test_a_reminder_in_quiet_hours_is_left_out():
    assert schedule.next_reminder(hours=Hours(MADRID, reminder_time=time(23)), now=utc("2026-03-04T12:00")) is None


def test_a_time_that_the_clock_skips_is_shifted_forward():
    early = Hours(MADRID, reminder_time=time(2, 30), quiet_from=time(5), quiet_until=time(7))
    assert schedule.next_reminder(hours=early, now=utc("2026-03-28T12:00")) == Slot(utc("2026-03-29T01:30"), date(2026, 3, 28))


def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two():
    early = Hours(MADRID, reminder_time=time(2, 30), quiet_from=time(5), quiet_until=time(7))
    assert schedule.next_reminder(hours=early, now=utc("2026-10-24T12:00")) == Slot(utc("2026-10-25T00:30"), date(2026, 10, 24))


def test_a_time_that_would_be_shifted_past_the_days_end_comes_just_before_it():
    # Helsinki skips from 03:00 to 04:00, where the day rolls over.
    early = Hours(ZoneInfo("Europe/Helsinki"), reminder_time=time(3, 30), quiet_from=time(5), quiet_until=time(7))
    found = schedule.next_reminder(hours=early, now=utc("2026-03-28T12:00"))
    assert found == Slot(utc("2026-03-29T00:59"), date(2026, 3, 28))


def test_travelling_east_brings_no_second_reminder_within_twenty_hours():
    last = Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    tokyo = Hours(ZoneInfo("Asia/Tokyo"))
    # 20:00 in Tokyo is only 16 hours later and 20 hours later is quiet there.
    assert schedule.next_reminder(hours=tokyo, now=utc("2026-03-05T01:00"), last=last) == Slot(utc("2026-03-06T11:00"), date(2026, 3, 6))


def test_an_earlier_hour_waits_until_twenty_hours_have_passed():
    last = Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    noon = Hours(MADRID, reminder_time=time(12))
    assert schedule.next_reminder(hours=noon, now=utc("2026-03-04T20:00"), last=last) == Slot(utc("2026-03-05T15:00"), date(2026, 3, 5))


def test_a_new_zone_counts_from_the_next_day():
    planned = Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    new_york = Hours(ZoneInfo("America/New_York"))
    assert schedule.reminder_after_move(planned, hours=new_york, now=utc("2026-03-04T17:00")) == planned
    tomorrow = Slot(utc("2026-03-05T19:00"), date(2026, 3, 5))
    assert schedule.reminder_after_move(tomorrow, hours=new_york, now=utc("2026-03-04T20:00"), last=planned) == Slot(
        utc("2026-03-06T01:00"), date(2026, 3, 5)
    )


@pytest.mark.parametrize(
    "zone, now, moved_to",
    [
        # In Tokyo the hour planned for the 5th falls into the night to the 6th.
        ("Asia/Tokyo", "2026-03-04T20:00", "2026-03-06T11:00"),
        # In Auckland it is the 6th already.
        ("Pacific/Auckland", "2026-03-05T17:00", "2026-03-06T07:00"),
    ],
)
def test_what_was_planned_for_another_day_of_the_new_clock_is_planned_anew(zone, now, moved_to):
    planned = Slot(utc("2026-03-05T19:00"), date(2026, 3, 5))
    last = Slot(utc("2026-03-04T19:00"), date(2026, 3, 4))
    found = schedule.reminder_after_move(planned, hours=Hours(ZoneInfo(zone)), now=utc(now), last=last)
    assert found is not None
    assert found.at == utc(moved_to)


@pytest.mark.parametrize(
    "at, day, expires",
    [
        ("2026-03-04T19:00", date(2026, 3, 4), "2026-03-04T21:00"),
        ("2026-03-04T20:30", date(2026, 3, 4), "2026-03-04T21:00"),
        ("2026-03-04T08:00", date(2026, 3, 4), "2026-03-04T10:00"),
    ],
)
def test_a_reminder_expires_after_two_hours_or_when_it_gets_quiet(at, day, expires):
    assert schedule.reminder_expires(Slot(utc(at), day), HOME) == utc(expires)


def test_a_reminder_expires_with_its_day():
    night = Hours(MADRID, reminder_time=time(3, 30), quiet_from=time(10), quiet_until=time(11))
    assert schedule.reminder_expires(Slot(utc("2026-03-05T02:30"), date(2026, 3, 4)), night) == utc("2026-03-05T03:00")


@pytest.mark.parametrize(
    "now, at",
    [
        ("2026-03-04T06:00", "2026-03-04T07:30"),
        ("2026-03-04T07:30", "2026-03-04T07:30"),
        # A sweep that is late does not move the morning to the next day.
        ("2026-03-04T08:20", "2026-03-04T07:30"),
        ("2026-03-04T08:30", "2026-03-05T07:30"),
        ("2026-03-28T20:00", "2026-03-29T06:30"),
    ],
)
def test_a_prompt_comes_at_half_past_eight_of_the_own_clock(now, at):
    assert schedule.prompt_slot(utc(now), HOME).at == utc(at)


def test_a_prompt_waits_for_the_end_of_quiet_hours():
    late = Hours(MADRID, quiet_until=time(10))
    assert schedule.prompt_slot(utc("2026-03-04T06:00"), late) == Slot(utc("2026-03-04T09:00"), date(2026, 3, 4))


def test_a_prompt_expires_when_it_gets_quiet_or_after_six_hours():
    slot = schedule.prompt_slot(utc("2026-03-04T06:00"), HOME)
    assert schedule.prompt_expires(slot, HOME) == slot.at + 6 * HOUR
    siesta = Hours(MADRID, quiet_from=time(10), quiet_until=time(12))
    assert schedule.prompt_expires(slot, siesta) == utc("2026-03-04T09:00")


@pytest.mark.parametrize("at, covered", [(time(21, 59), False), (time(22), True), (time(3), True), (time(7), False)])
def test_which_hours_are_quiet(at, covered):
    assert schedule.covers(time(22), time(7), at) is covered
    assert schedule.covers(time(7), time(22), at) is not covered


@given(hours, instants)
def test_a_prompt_never_falls_into_quiet_hours_and_expires_before_they_begin(wishes, now):
    slot = schedule.prompt_slot(now, wishes)
    assert schedule.quiet_until(slot.at, wishes) is None
    expires = schedule.prompt_expires(slot, wishes)
    assert slot.at < expires <= slot.at + schedule.PROMPT_FRESH
    quiet = schedule.quiet_again(slot.at, wishes)
    assert quiet is None or expires <= quiet


@given(hours, instants, st.integers(0, 5))
def test_a_reminder_lies_ahead_in_its_own_day_and_outside_quiet_hours(wishes, now, ignored):
    slot = schedule.next_reminder(hours=wishes, now=now, ignored=ignored)
    if slot is None:
        return
    assert slot.at > now
    assert local_day(slot.at, wishes.zone) == slot.day
    assert schedule.quiet_until(slot.at, wishes) is None
    assert slot.at < schedule.reminder_expires(slot, wishes) <= day_closes(slot.day, wishes.zone)


@given(default_hours, instants)
def test_every_day_of_every_zone_has_one_reminder(wishes, now):
    slot = schedule.next_reminder(hours=wishes, now=now)
    for _ in range(10):
        assert slot is not None
        following = schedule.next_reminder(hours=wishes, now=slot.at, last=slot)
        assert following is not None
        assert following.day == slot.day + timedelta(days=1)
        assert following.at - slot.at >= schedule.BETWEEN_REMINDERS
        slot = following


@given(st.lists(st.tuples(zones, st.integers(1, 60)), min_size=1, max_size=8), instants)
def test_no_itinerary_brings_two_reminders_within_twenty_hours_or_two_on_one_day(itinerary, now):
    planned: Slot | None = None
    sent: list[Slot] = []
    for zone, stay in itinerary:
        wishes = Hours(zone)
        last = sent[-1] if sent else None
        planned = schedule.reminder_after_move(planned, hours=wishes, now=now, last=last)
        until = now + stay * HOUR
        while planned is not None and planned.at <= until:
            sent.append(planned)
            planned = schedule.next_reminder(hours=wishes, now=planned.at, last=planned)
        now = until
    for earlier, later in itertools.pairwise(sent):
        assert later.at - earlier.at >= schedule.BETWEEN_REMINDERS
        assert later.day > earlier.day
