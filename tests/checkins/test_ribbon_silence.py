"""Who falls silent, pauses, does not feel safe or has left quietly: to the other the ribbon looks the same (I1, safety rule 3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.consents import services as consents
from backend.couples import services as couples
from checkins.dashboard import dashboard_of
from checkins.models import Decision
from checkins.services import deciding, delete_check_in
from tests import cast
from tests.answering import full, item, keep, keep_many

pytestmark = pytest.mark.django_db

ONE, HOUR = timedelta(days=1), timedelta(hours=1)
PAIRED = date(2026, 3, 4)
# A Friday, and noon of it in Madrid: five hours after the reveal of Thursday.
FRIDAY = date(2026, 4, 3)
NOON = datetime(2026, 4, 3, 10, 0, tzinfo=UTC)
SHOWN_FOR = 72


def answers_of(who, n):
    """The days of two who have been pulling apart since a while."""
    apart = n >= 16
    return full(2 if apart else 6, 9 if apart else 6, 2) if who == "a" else full(6, 3 if apart else 6, 8 if apart else 4)


def two(name):
    """A couple with a month behind it, both opted in and sharing their levels; the last day answered is Thursday."""
    a, b = cast.person(f"A{name}"), cast.person(f"B{name}")
    couple = cast.pair(a, b, now=datetime(2026, 3, 4, 8, tzinfo=UTC))
    for who in (a, b):
        consents.choose(person=who, now=datetime(2026, 3, 4, 9, tzinfo=UTC), sharing="levels", prompt_mode="discreet", show_pattern=True)
    for who, side in ((a, "a"), (b, "b")):
        keep_many(who, {PAIRED + n * ONE: answers_of(side, n) for n in range((FRIDAY - PAIRED).days)})
    return a, b, couple


def falls_silent(who):
    pass


def pauses(who):
    keep(who, FRIDAY, full(9, 0, 9), now=NOON - HOUR)
    consents.pause(person=who, now=NOON)
    for n in range(1, 4):
        keep(who, FRIDAY + n * ONE, full(9, 0, 9))


def does_not_feel_safe(who):
    keep(who, FRIDAY, full(9, 0, 9), now=NOON - HOUR)
    consents.enter_safety(person=who, now=NOON)
    for n in range(1, 4):
        keep(who, FRIDAY + n * ONE, full(9, 0, 9))


def leaves_quietly(who):
    keep(who, FRIDAY, full(9, 0, 9), now=NOON - HOUR)
    couples.leave(person=who, quietly=True, now=NOON)
    # Free to be in another couple at once, and to answer there.
    cast.pair(who, cast.person(f"New{who.pk}"), now=NOON + HOUR)
    for n in range(1, 4):
        keep(who, FRIDAY + n * ONE, full(9, 0, 9))
    delete_check_in(person=who, day=FRIDAY + ONE, now=NOON + 3 * ONE)


def seen_by(who, *, hours):
    """Everything the one who stays reads, morning by morning, while they go on answering, sync late and delete."""
    seen = []
    for hour in hours:
        now = NOON + hour * HOUR
        deciding.decide_due(now=now)
        seen.append(dashboard_of(person=who, weeks=12, now=now))
        if hour == 8:
            keep(who, FRIDAY, full(5, 5, 5), now=now)
            delete_check_in(person=who, day=FRIDAY - 5 * ONE, now=now)
        if hour == 32:
            keep(who, FRIDAY + ONE, full(5, 5, 5), now=now)
            late = item(FRIDAY - 5 * ONE, full(5, 5, 5), answered_at=NOON - 5 * ONE)
            keep(who, late.day, late.answers, now=now, answered_at=late.answered_at)
    return seen


@pytest.fixture
def hours():
    """From the last look before noon of Friday to the last hour that a quiet leave is hidden; Monday's reveal is among them."""
    return [*range(0, SHOWN_FOR, 4), SHOWN_FOR - 1]


def test_the_ribbon_of_whom_one_fell_silent_grows_on_monday(hours):
    _a, b, _couple = two("x")
    deciding.decide_due(now=NOON - 2 * HOUR)
    seen = seen_by(b, hours=hours)
    assert len(seen[-1]["pattern"]) == len(seen[0]["pattern"]) + 1


@pytest.mark.parametrize("act", [pauses, does_not_feel_safe, leaves_quietly])
def test_i1_holding_back_and_leaving_quietly_look_like_falling_silent(act, hours):
    transcripts = []
    for name, does in (("silent", falls_silent), ("other", act)):
        a, b, _couple = two(name)
        deciding.decide_due(now=NOON - 2 * HOUR)
        does(a)
        transcripts.append(seen_by(b, hours=hours))
    assert transcripts[0] == transcripts[1]


def test_whom_one_left_quietly_gets_no_prompt_and_no_decision(hours):
    a, b, couple = two("x")
    deciding.decide_due(now=NOON - 2 * HOUR)
    leaves_quietly(a)
    seen_by(b, hours=hours)
    assert Decision.objects.filter(couple=couple).latest("day").day == FRIDAY


def test_when_the_quiet_time_is_over_nothing_is_assessed_any_more(hours):
    a, b, couple = two("x")
    deciding.decide_due(now=NOON - 2 * HOUR)
    leaves_quietly(a)
    seen_by(b, hours=hours)
    couples.end_quietly_left(now=NOON + SHOWN_FOR * HOUR)
    days = couple.pattern_days.count()
    for n in (4, 5):
        deciding.decide_due(now=NOON + n * ONE)
    assert couple.pattern_days.count() == days
    couple.pattern_state.refresh_from_db()
    assert couple.pattern_state.next_decision_at is None
    assert dashboard_of(person=b, weeks=12, now=NOON + 4 * ONE)["pattern"] is None


def test_what_was_answered_before_a_pause_is_not_used_where_it_is_not_shown():
    """Friday's answer would have appeared during the pause: neither line nor ribbon ever has it, also when the pause is over."""
    ribbons = []
    for name, answered in (("with", True), ("without", False)):
        a, b, _couple = two(name)
        deciding.decide_due(now=NOON - 2 * HOUR)
        if answered:
            keep(a, FRIDAY, full(9, 0, 9), now=NOON - HOUR)
        consents.pause(person=a, now=NOON)
        consents.resume(person=a, now=NOON + 2 * ONE)
        keep(a, FRIDAY + 3 * ONE, full(6, 6, 4))
        for n in range(1, 12):
            deciding.decide_due(now=NOON + n * ONE)
        ribbons.append(dashboard_of(person=b, weeks=12, now=NOON + 11 * ONE))
    assert ribbons[0] == ribbons[1]
