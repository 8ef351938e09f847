from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar_days import ONE_DAY, OwnClock, local_day
from checkins.reveal import (
    EPOCH,
    day_closes,
    day_number,
    day_of,
    is_shown,
    is_weekend,
    last_revealed_day,
    moment,
    reveal_at,
    reveals_of,
    week_of,
)

MADRID, AUCKLAND, HONOLULU = (OwnClock(ZoneInfo(name)) for name in ("Europe/Madrid", "Pacific/Auckland", "Pacific/Honolulu"))
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def visible_from(day, received, clocks):
    """The same of one answer, as dates and instants."""
    after = reveals_of(clocks, since=day, now=received).after(np.array([day_number(day)]), np.array([moment(received)]))
    return EPOCH + timedelta(microseconds=int(after[0]))


zones = st.sampled_from(["Australia/Lord_Howe", "Pacific/Apia", *sorted(available_timezones())]).map(lambda name: OwnClock(ZoneInfo(name)))
pairs = st.tuples(zones, zones)
days = st.dates(date(2011, 12, 20), date(2035, 12, 31))
delays = st.timedeltas(timedelta(days=-1), timedelta(days=9))


def test_a_day_is_revealed_when_the_later_clock_passes_seven():
    assert reveal_at(date(2026, 7, 1), MADRID, HONOLULU) == datetime(2026, 7, 2, 17, tzinfo=UTC)
    assert reveal_at(date(2026, 7, 1), MADRID, AUCKLAND) == datetime(2026, 7, 2, 5, tzinfo=UTC)


@given(days, pairs)
def test_a_day_is_revealed_only_once_closed_for_both_whichever_partner_is_named_first(day, pair):
    revealed = reveal_at(day, *pair)
    assert revealed == reveal_at(day, *reversed(pair))
    assert all(revealed > day_closes(day, clock.zone) or local_day(revealed, clock.zone) > day for clock in pair)


@given(days, pairs)
def test_reveals_come_in_the_order_of_days(day, pair):
    assert reveal_at(day, *pair) <= reveal_at(day + ONE_DAY, *pair)


@given(days, pairs, delays)
def test_an_answer_appears_at_the_first_reveal_after_it_arrived(day, pair, delay):
    received = reveal_at(day, *pair) + delay
    appears = visible_from(day, received, pair)
    assert appears > received
    assert appears >= reveal_at(day, *pair)
    earlier = [reveal_at(day + step * ONE_DAY, *pair) for step in range(12)]
    assert appears == min(instant for instant in earlier if instant > received)


@given(days, pairs, zones, delays)
def test_moving_to_another_zone_changes_no_reveal_that_has_been(day, pair, there, delay):
    here, other = pair
    moved_at = reveal_at(day, *pair) + delay
    moved = OwnClock(there.zone, ((here.zone, moved_at),))
    for near in (day + step * ONE_DAY for step in range(-3, 12)):
        before, after = reveal_at(near, here, other), reveal_at(near, moved, other)
        assert after == before if before < moved_at else after >= moved_at


@given(days, pairs, st.timedeltas(timedelta(0), timedelta(hours=23)))
def test_when_an_answer_came_before_its_reveal_makes_no_difference(day, pair, before):
    revealed = reveal_at(day, *pair)
    assert visible_from(day, revealed - before - timedelta(seconds=1), pair) == revealed


@given(days, pairs, delays)
def test_the_last_revealed_day_is_the_last_one(day, pair, delay):
    now = reveal_at(day, *pair) + delay
    last = last_revealed_day(now, pair)
    assert reveal_at(last, *pair) <= now < reveal_at(last + ONE_DAY, *pair)


@pytest.mark.parametrize(
    "now, holds, shown",
    [
        (NOON, [], True),
        (NOON - timedelta(seconds=1), [], False),
        # A pause that covers the reveal hides the answer, then and afterwards.
        (NOON, [(NOON - timedelta(hours=1), None)], False),
        (NOON + timedelta(days=9), [(NOON - timedelta(hours=1), NOON + timedelta(days=1))], False),
        (NOON, [(NOON, None)], False),
        # A pause that ended before, or begins after the reveal, hides nothing of it.
        (NOON, [(NOON - timedelta(days=2), NOON)], True),
        (NOON + timedelta(days=2), [(NOON + timedelta(days=1), None)], True),
    ],
)
def test_what_is_shown(now, holds, shown):
    other = NOON + timedelta(days=40)
    assert is_shown(visible_from=np.array([moment(NOON), moment(other)]), now=moment(now), holds=holds).tolist() == [shown, False]


def test_a_week_begins_on_monday():
    assert week_of(date(2026, 6, 28)) == date(2026, 6, 22) == week_of(date(2026, 6, 22))


@given(days, pairs, delays, zones)
def test_the_reveals_of_many_days_are_those_of_each(day, pair, delay, there):
    moved = (pair[0], OwnClock(there.zone, ((pair[1].zone, reveal_at(day, *pair) + delay),)))
    for clocks in (pair, moved):
        reveals = reveals_of(clocks, since=day, now=reveal_at(day, *clocks))
        near = [day + step * ONE_DAY for step in range(9)]
        each = [moment(reveal_at(one, *clocks)) for one in near]
        assert reveals.of(np.array([day_number(one) for one in near])).tolist() == each
        assert (np.diff(reveals.instants) >= 0).all()


@given(st.datetimes(timezones=st.just(UTC)))
def test_days_and_instants_are_counted_without_loss(at):
    assert EPOCH + timedelta(microseconds=moment(at)) == at
    assert day_of(day_number(at.date())) == at.date()
    assert is_weekend(np.array([day_number(at.date())])).all() == (at.weekday() >= 5)
