from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar_days import ONE_DAY, OwnClock, local_day
from checkins.reveal import (
    Level,
    Usual,
    day_closes,
    is_shown,
    last_revealed_day,
    picture_shown_from,
    reveal_at,
    visible_from,
    week_of,
    weekly_picture,
)

MADRID, AUCKLAND, HONOLULU = (OwnClock(ZoneInfo(name)) for name in ("Europe/Madrid", "Pacific/Auckland", "Pacific/Honolulu"))
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)

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
    "now, holds, kept_private, shown",
    [
        (NOON, [], False, True),
        (NOON - timedelta(seconds=1), [], False, False),
        (NOON, [], True, False),
        # A pause that covers the reveal hides the answer, then and afterwards.
        (NOON, [(NOON - timedelta(hours=1), None)], False, False),
        (NOON + timedelta(days=9), [(NOON - timedelta(hours=1), NOON + timedelta(days=1))], False, False),
        (NOON, [(NOON, None)], False, False),
        # A pause that ended before, or begins after the reveal, hides nothing of it.
        (NOON, [(NOON - timedelta(days=2), NOON)], False, True),
        (NOON + timedelta(days=2), [(NOON + timedelta(days=1), None)], False, True),
    ],
)
def test_what_is_shown(now, holds, kept_private, shown):
    assert is_shown(visible_from=NOON, now=now, holds=holds, kept_private=kept_private) is shown


def test_the_weekly_picture_appears_on_monday():
    monday = date(2026, 6, 22)
    assert week_of(date(2026, 6, 28)) == monday
    shown = picture_shown_from(monday, (MADRID, MADRID))
    assert shown == datetime(2026, 6, 29, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="Monday"):
        picture_shown_from(monday + ONE_DAY, (MADRID,))


@pytest.mark.parametrize(
    "values, expected",
    [
        ([6, 6, 6], None),
        ([6, None, 6, None, 6], None),
        ([6, 6, 6, 6], Level.USUAL),
        ([6, 7, 7, 7, None], Level.HIGH),
        ([5, 5, 5, 6, None], Level.LOW),
        ([0, 10, 6, 8], Level.USUAL),
    ],
)
def test_a_week_is_low_usual_or_high_from_four_answers(values, expected):
    usual = {"space_wanted": Usual(level=6.0, spread=1.2)}
    assert weekly_picture(week={"space_wanted": values}, usual=usual) == {"space_wanted": expected}
