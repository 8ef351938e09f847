"""Couples as nobody planned them, from their answers to what is kept and shown: `test_unusual_answers.py` has the numbers."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.accounts import services as accounts
from backend.calendar_days import OwnClock
from backend.consents import services as consents
from backend.couples import services as couples
from backend.errors import DomainError
from checkins.dashboard import dashboard_of
from checkins.models import CheckIn, Decision, Episode, PatternDay
from checkins.reveal import reveal_at
from checkins.services import deciding, delete_check_in
from tests import cast
from tests.answering import evening, full, keep, keep_many, quick

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
START = cast.TODAY
USUAL, REACHES, MAKES_ROOM = full(6, 6, 4), full(2, 9, 1), full(3, 2, 9)


def pair(name, a=(), b=(), *, first=None):
    """Two who paired at the start, with their answers by day from then on; None for a day without one."""
    alice, bob = first or cast.person(f"Alice{name}"), cast.person(f"Bob{name}")
    couple = cast.pair(alice, bob)
    for who, answers in ((alice, a), (bob, b)):
        consents.choose(person=who, sharing="levels", prompt_mode="discreet", show_pattern=True, now=cast.EVENING)
        give(who, answers)
    return alice, bob, couple


def give(who, answers, start=START):
    keep_many(who, {start + n * ONE: answer for n, answer in enumerate(answers) if answer is not None})


def morning(n, *zones):
    """Half an hour after day n was revealed."""
    there, here = (*zones, cast.ZONE, cast.ZONE)[:2]
    return reveal_at(START + n * ONE, OwnClock(ZoneInfo(there)), OwnClock(ZoneInfo(here))) + timedelta(minutes=30)


def said(couple):
    fields = ("day", "p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert")
    return list(PatternDay.objects.in_use().filter(couple=couple).order_by("day").values_list(*fields))


def states_of(who, n):
    return {week["state"] for week in dashboard_of(person=who, weeks=52, now=morning(n))["pattern"]}


def test_who_always_answers_0_or_10_is_so_and_nothing_follows():
    a, _b, couple = pair("", [full(10, 10, 0)] * 60, [full(10, 0, 10)] * 60)
    deciding.decide_due(now=morning(59))
    assert len(said(couple)) == 60
    assert not Episode.objects.filter(ended_on=None).exists()
    assert states_of(a, 59) == {"steady", "not_enough"}


def test_of_who_answers_once_a_month_there_is_never_enough_to_say():
    monthly = [USUAL if n % 30 == 0 else None for n in range(150)]
    a, b, couple = pair("", monthly, [USUAL] * 150)
    deciding.decide_due(now=morning(149))
    assert not any(row[5] or row[6] for row in said(couple))
    assert states_of(a, 149) == states_of(b, 149) == {"not_enough"}
    assert not Episode.objects.exists()


def test_a_partner_who_joins_late_is_waited_for():
    late = [None] * 30 + [MAKES_ROOM] * 10
    a, _b, couple = pair("", [USUAL] * 25 + [REACHES] * 15, late)
    deciding.decide_due(now=morning(39))
    assert [row[5] for row in said(couple)] == [False] * 36 + [True] * 4
    assert not any(row[6] for row in said(couple)[:36])
    assert states_of(a, 35) == {"not_enough"}
    assert not Decision.objects.filter(state_alert=True, day__lte=START + 36 * ONE).exists()


def test_a_month_deleted_is_as_if_it_had_never_been_answered():
    apart = [USUAL] * 25 + [MAKES_ROOM] * 35
    a, b, couple = pair("", [USUAL] * 25 + [REACHES] * 35, apart)
    deciding.decide_due(now=morning(59))
    assert Episode.objects.filter(couple=couple).exists()
    for n in range(25, 55):
        delete_check_in(person=b, day=START + n * ONE, now=morning(59) + timedelta(hours=1))
    deciding.decide_due(now=morning(60))
    _c, _d, never = pair("2", [USUAL] * 25 + [REACHES] * 35, apart[:25] + [None] * 30 + apart[55:])
    deciding.decide_due(now=morning(60))
    assert said(couple) == said(never)
    assert list(couple.episodes.values_list("started_on", "ended_on")) == list(never.episodes.values_list("started_on", "ended_on"))
    assert dashboard_of(person=a, weeks=12, now=morning(60)) == dashboard_of(person=_c, weeks=12, now=morning(60))


def test_three_answers_within_a_minute_from_three_devices_are_one():
    before = [USUAL] * 12
    _a, b, couple = pair("", [*before, USUAL], before)
    day = START + 12 * ONE
    now = evening(day, b)
    keep(b, day, quick("closer"), now=now)
    keep(b, day, MAKES_ROOM, now=now + timedelta(seconds=20))
    with pytest.raises(DomainError):
        keep(b, day, REACHES, now=now + timedelta(seconds=40))
    assert CheckIn.objects.filter(person=b, day=day).count() == 1
    deciding.decide_due(now=morning(12))
    _c, _d, once = pair("2", [*before, USUAL], [*before, MAKES_ROOM])
    deciding.decide_due(now=morning(12))
    assert said(couple) == said(once)


@pytest.mark.parametrize("there", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_who_moves_across_the_world_keeps_their_days_and_what_is_usual(there):
    before, after = [USUAL] * 20, [MAKES_ROOM] * 8
    _a, b, couple = pair("", before, before)
    _c, _d, stayed = pair("2", [*before, *[REACHES] * 8], [*before, *after])
    deciding.decide_due(now=morning(19))
    accounts.update_profile(person=b, timezone=there, now=morning(19) + timedelta(hours=5))
    give(_a, [REACHES] * 8, START + 20 * ONE)
    give(b, after, START + 20 * ONE)
    for n in range(20, 30):
        deciding.decide_due(now=morning(n, there))
    assert [row[0] for row in said(couple)][:28] == [START + n * ONE for n in range(28)]
    assert said(couple)[:28] == said(stayed)[:28]


def test_a_couple_formed_anew_knows_what_is_usual_for_each_and_nothing_of_the_old_couple():
    ribbons, days = [], []
    for world, old_partner in (("x", MAKES_ROOM), ("y", USUAL)):
        alice, _bob, old = pair(world, [USUAL] * 20 + [REACHES] * 10, [USUAL] * 20 + [old_partner] * 10)
        deciding.decide_due(now=morning(29))
        couples.leave(person=alice, quietly=False, now=morning(29) + timedelta(hours=3))
        carol = cast.person(f"Carol{world}")
        new = cast.pair(carol, alice, now=morning(29) + timedelta(hours=6))
        for who in (alice, carol):
            consents.choose(person=who, sharing="levels", show_pattern=True, now=morning(29) + timedelta(hours=7))
            give(who, [USUAL] * 15, START + 30 * ONE)
        deciding.decide_due(now=morning(44))
        days.append(said(new))
        ribbons.append(dashboard_of(person=alice, weeks=12, now=morning(44))["pattern"])
        assert old.pattern_days.visible_to(alice).count() == 0
    assert days[0] == days[1]
    assert ribbons[0] == ribbons[1]
    assert [row[5] for row in days[0]] == [False] * 6 + [True] * (len(days[0]) - 6)
