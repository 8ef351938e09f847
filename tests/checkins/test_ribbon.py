"""The pattern week by week, only while both opted in, and never which of the two."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend import clock
from backend.calendar_days import local_day
from backend.consents import services as consents
from backend.couples import services as couples
from checkins.dashboard import dashboard_of
from checkins.models import PatternDay, PatternState
from checkins.reveal import week_of
from tests import cast

pytestmark = pytest.mark.django_db

ONE, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = date(2026, 3, 9)
NOON = datetime(2026, 3, 5, 11, 0, tzinfo=UTC)
# The reveal of the Sunday after it, in Madrid.
SHOWN = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)


@pytest.fixture
def team():
    return cast.full_cast(now=cast.EVENING - 6 * HOUR)


def ribbon_days(couple, start, days, **chances):
    PatternState.objects.get_or_create(couple=couple, defaults={"first_day": start, "model_version": "1"})
    base = {"p_a_reaches": 0.1, "p_b_reaches": 0.1, "p_apart": 0.1, "p_steady": 0.7, "enough": True, "alert": False, "model_version": "1"}
    PatternDay.objects.bulk_create(PatternDay(couple=couple, day=start + n * ONE, **(base | chances)) for n in range(days))


def ribbon(who, now=SHOWN + HOUR):
    return dashboard_of(person=who, weeks=4, now=now)["pattern"]


def opt_in(*people):
    for who in people:
        consents.choose(person=who, show_pattern=True, now=cast.EVENING)


def test_the_ribbon_is_shown_only_while_both_opted_in(team):
    ribbon_days(team.couple, MONDAY, 7)
    assert ribbon(team.alice) is None
    opt_in(team.alice)
    assert (ribbon(team.alice), ribbon(team.bob)) == (None, None)
    opt_in(team.bob)
    expected = [{"week": "2026-03-09", "state": "steady", "certainty": 0.7}]
    assert ribbon(team.alice) == ribbon(team.bob) == expected
    consents.choose(person=team.bob, show_pattern=False, now=NOON)
    assert ribbon(team.alice) is None


def test_the_ribbon_never_says_which_of_the_two(team):
    opt_in(team.alice, team.bob)
    ribbon_days(team.couple, MONDAY, 7, p_a_reaches=0.75, p_b_reaches=0.05, p_apart=0.1, p_steady=0.1)
    assert ribbon(team.alice) == ribbon(team.bob) == [{"week": "2026-03-09", "state": "one_reaching", "certainty": 0.8}]


@pytest.mark.parametrize(
    "chances, state",
    [
        ({"p_a_reaches": 0.25, "p_b_reaches": 0.1, "p_apart": 0.3, "p_steady": 0.35}, "unsure"),
        ({"p_apart": 0.7, "p_steady": 0.1}, "both_apart"),
        ({"enough": False}, "not_enough"),
    ],
)
def test_words_of_the_ribbon(team, chances, state):
    opt_in(team.alice, team.bob)
    ribbon_days(team.couple, MONDAY, 7, **chances)
    assert ribbon(team.alice)[0]["state"] == state


@pytest.mark.parametrize(
    "chances, state, words",
    [
        ({"enough": False}, "not_enough", "not enough answers yet"),
        ({"p_a_reaches": 0.25, "p_b_reaches": 0.1, "p_apart": 0.3, "p_steady": 0.35}, "unsure", "hard to say"),
    ],
)
def test_not_enough_and_unsure_are_said_as_such_to_apps_and_on_the_page(team, chances, state, words):
    opt_in(team.alice, team.bob)
    last_week = week_of(local_day(clock.now(), team.alice.zone)) - 7 * ONE
    ribbon_days(team.couple, last_week, 7, **chances)
    alice = cast.signed_in(team.alice)
    pattern = alice.get("/api/v1/dashboard/").json()["pattern"]
    assert [(week["week"], week["state"]) for week in pattern] == [(last_week.isoformat(), state)]
    page = alice.get("/together/").content.decode()
    assert f"<td>{words}</td>" in page
    assert "reaching" not in page


def test_a_week_that_is_not_over_is_not_on_the_ribbon(team):
    opt_in(team.alice, team.bob)
    ribbon_days(team.couple, MONDAY, 6)
    assert ribbon(team.alice, datetime(2026, 3, 15, 12, tzinfo=UTC)) == []


def test_after_parting_the_ribbon_is_gone_for_both(team):
    opt_in(team.alice, team.bob)
    ribbon_days(team.couple, MONDAY, 7)
    couples.leave(person=team.bob, quietly=False, now=SHOWN)
    assert (ribbon(team.alice), ribbon(team.bob)) == (None, None)


def test_the_ribbon_of_one_left_quietly_stays_still(team):
    opt_in(team.alice, team.bob)
    ribbon_days(team.couple, MONDAY, 7)
    before = ribbon(team.alice)
    couples.leave(person=team.bob, quietly=True, now=SHOWN)
    assert ribbon(team.alice) == before
    assert ribbon(team.bob) is None
