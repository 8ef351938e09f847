"""Closed days are assessed once, and late answers end where answers in order would have ended."""

import random
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.calendar_days import OwnClock
from backend.consents import services as consents
from backend.consents.queries import members_of
from checkins import patterns
from checkins.models import CheckIn, Episode, PatternDay, PatternState
from checkins.reveal import last_revealed_day, reveal_at
from checkins.services import assessing, deciding, delete_check_in, submit_check_in
from tests import cast
from tests.answering import evening, full, item, keep, quick

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
START = cast.TODAY


def morning(day, zone):
    """Half an hour after `day` was revealed to two people of one zone."""
    return reveal_at(day, OwnClock(zone), OwnClock(zone)) + timedelta(minutes=30)


def reaching_and_apart(chance, n):
    """Alice reaches and Bob makes room from the 20th day on; before it, days like any other."""
    apart = 20 <= n < 32
    alice = full(2 if apart else chance.randint(5, 7), 9 if apart else chance.randint(5, 7), 1 if apart else chance.randint(3, 4))
    bob = full(3 if apart else chance.randint(5, 7), 2 if apart else chance.randint(5, 7), 9 if apart else chance.randint(3, 4))
    return alice, bob


def live(team, days, *, seed=1, skipped=frozenset(), through=None):
    """Both answer every evening, and every morning is decided. `skipped` are (name, n) not answered."""
    chance = random.Random(seed)
    for n in range(days):
        day = START + n * ONE
        for who, answers in zip((team.alice, team.bob), reaching_and_apart(chance, n), strict=True):
            if (who.name, n) not in skipped:
                keep(who, day, answers)
        deciding.decide_due(now=morning(day, team.alice.zone))


def derived(couple):
    days = [
        (
            row.day,
            round(row.p_a_reaches, 9),
            round(row.p_b_reaches, 9),
            round(row.p_apart, 9),
            round(row.p_steady, 9),
            row.enough,
            row.alert,
        )
        for row in PatternDay.objects.filter(couple=couple).order_by("day")
    ]
    episodes = list(Episode.objects.filter(couple=couple).order_by("started_on").values_list("started_on", "ended_on", "direction"))
    state = PatternState.objects.get(couple=couple)
    kept = [(one.day, np.round(one.numbers, 9).tolist()) for one in patterns.unpack_states(bytes(state.states))]
    return days, episodes, state.assessed_through, kept


def in_order(days, **more):
    """What two other people with the same answers, all in time, end with."""
    alice, bob = cast.person("Alice2"), cast.person("Bob2")
    couple = cast.pair(alice, bob)
    named = cast.Cast(alice, bob, alice, alice, couple)
    live(named, days, **more)
    return couple


def test_every_closed_day_has_a_picture_and_probabilities_add_up(team):
    live(team, 10)
    rows = list(PatternDay.objects.order_by("day"))
    assert [row.day for row in rows] == [START + n * ONE for n in range(10)]
    for row in rows:
        assert row.p_a_reaches + row.p_b_reaches + row.p_apart + row.p_steady == pytest.approx(1)
    assert [row.enough for row in rows] == [False] * 6 + [True] * 4


def test_days_of_silence_are_days_too(team):
    live(team, 4, skipped={(name, n) for name in ("Alice", "Bob") for n in (1, 2)})
    assert PatternDay.objects.count() == 4


def test_an_episode_opens_when_days_pull_apart_and_closes_when_they_do_not(team):
    live(team, 26)
    episode = Episode.objects.get()
    assert episode.ended_on is None
    assert episode.direction == "a_reaches"
    assert START + 19 * ONE < episode.started_on < START + 26 * ONE
    for n in range(26, 60):
        for who in (team.alice, team.bob):
            keep(who, START + n * ONE, full(6, 6, 3))
        deciding.decide_due(now=morning(START + n * ONE, team.alice.zone))
    episode = Episode.objects.get()
    assert episode.ended_on is not None
    assert not PatternDay.objects.get(day=episode.ended_on + ONE).alert
    alerts = set(PatternDay.objects.filter(alert=True).values_list("day", flat=True))
    assert alerts == {episode.started_on + n * ONE for n in range((episode.ended_on - episode.started_on).days + 1)}


def test_a_day_is_not_assessed_twice(team, monkeypatch):
    live(team, 3)
    calls = []
    monkeypatch.setattr(patterns, "advance", lambda *given: calls.append(given))
    for hours in (0, 1, 12):
        deciding.decide_due(now=morning(START + 2 * ONE, team.alice.zone) + timedelta(hours=hours))
    PatternState.objects.update(next_decision_at=morning(START + 2 * ONE, team.alice.zone))
    deciding.decide_due(now=morning(START + 2 * ONE, team.alice.zone) + timedelta(hours=13))
    assert not calls


@pytest.mark.parametrize("late_by", [2, 5, 7])
def test_c5_a_late_answer_ends_where_answers_in_order_would_have(team, late_by):
    missing = {("Bob", 20), ("Bob", 21), ("Alice", 21)}
    days = 22 + late_by
    live(team, days, skipped=missing)
    chance = random.Random(1)
    now = evening(START + days * ONE, team.bob, 12)
    for n in range(days):
        pair = reaching_and_apart(chance, n)
        for who, answers in zip((team.alice, team.bob), pair, strict=True):
            if (who.name, n) in missing and days - n <= 7:
                submit_check_in(person=who, item=item(START + n * ONE, answers, answered_at=evening(START + n * ONE, who)), now=now)
            elif (who.name, n) in missing:
                keep(who, START + n * ONE, answers)  # as if it had come in its time; the couple is told all the same
    assert PatternState.objects.get().dirty_from is not None
    PatternState.objects.update(next_decision_at=now)
    deciding.decide_due(now=now)
    assert derived(team.couple) == derived(in_order(days))


def test_c5_a_deleted_answer_leaves_no_trace(team):
    live(team, 24)
    delete_check_in(person=team.bob, day=START + 21 * ONE, now=evening(START + 24 * ONE, team.bob, 12))
    delete_check_in(person=team.bob, day=START + 5 * ONE, now=evening(START + 24 * ONE, team.bob, 12))
    PatternState.objects.update(next_decision_at=cast.EVENING)
    deciding.decide_due(now=morning(START + 23 * ONE, team.alice.zone) + timedelta(hours=1))
    assert derived(team.couple) == derived(in_order(24, skipped={("Bob2", 21), ("Bob2", 5)}))


def test_a_late_answer_may_close_an_episode_that_silence_held_open(team):
    live(team, 24)
    assert Episode.objects.filter(ended_on=None).exists()
    now = evening(START + 24 * ONE, team.bob, 12)
    for n in range(20, 24):
        delete_check_in(person=team.alice, day=START + n * ONE, now=now)
        delete_check_in(person=team.bob, day=START + n * ONE, now=now)
    PatternState.objects.update(next_decision_at=now)
    deciding.decide_due(now=now)
    assert not Episode.objects.exists()


def test_what_is_kept_private_is_as_if_it_had_not_been_given(team):
    consents.pause(person=team.bob, now=evening(START + 20 * ONE, team.bob, 12))
    live(team, 24)
    held = set(range(24))
    assert CheckIn.objects.filter(person=team.bob, kept_private=True).count() == len(held)
    assert derived(team.couple) == derived(in_order(24, skipped={("Bob2", n) for n in held}))


def test_swapping_the_two_mirrors_everything(team):
    live(team, 26)
    chance = random.Random(1)
    a, b = cast.person("Swapped"), cast.person("Other")
    couple = cast.pair(b, a)
    for n in range(26):
        first, second = reaching_and_apart(chance, n)
        keep(a, START + n * ONE, first)
        keep(b, START + n * ONE, second)
        deciding.decide_due(now=morning(START + n * ONE, a.zone))
    mine = PatternDay.objects.filter(couple=team.couple).order_by("day").values_list("p_a_reaches", "p_b_reaches", "alert")
    theirs = PatternDay.objects.filter(couple=couple).order_by("day").values_list("p_b_reaches", "p_a_reaches", "alert")
    assert list(mine) == list(theirs)
    assert Episode.objects.get(couple=couple).direction == "b_reaches"


def test_what_was_answered_alone_seeds_what_is_usual():
    alice, bob = cast.person("Alice"), cast.person("Bob")
    for n in range(1, 30):
        keep(alice, START - n * ONE, full(2, 9, 1))
    couple = cast.pair(alice, bob)
    fresh = cast.pair(cast.person("Erin"), cast.person("Frank"))
    erin = fresh.memberships.get(side="a").person
    for n in range(12):
        for who in (alice, erin):
            keep(who, START + n * ONE, full(2, 9, 1))
        for who in (bob, fresh.memberships.get(side="b").person):
            keep(who, START + n * ONE, full(6, 6, 4))
        deciding.decide_due(now=morning(START + n * ONE, alice.zone))
    known = PatternDay.objects.filter(couple=couple).latest("day").p_a_reaches
    unknown = PatternDay.objects.filter(couple=fresh).latest("day").p_a_reaches
    assert known < unknown


def test_states_of_another_version_are_rebuilt(team):
    live(team, 12)
    before = derived(team.couple)
    PatternState.objects.update(states=b"from another model", dirty_from=START + 11 * ONE, next_decision_at=cast.EVENING)
    deciding.decide_due(now=morning(START + 11 * ONE, team.alice.zone) + timedelta(hours=1))
    assert derived(team.couple) == before


def test_quick_answers_count_as_answers(team):
    for n in range(10):
        for who in (team.alice, team.bob):
            keep(who, START + n * ONE, quick())
        deciding.decide_due(now=morning(START + n * ONE, team.alice.zone))
    assert PatternDay.objects.latest("day").enough


def test_a_batch_of_couples_costs_as_many_statements_as_a_few():
    counts = []
    for size in (2, 20):
        couples = []
        for n in range(size):
            a, b = cast.person(f"A{size}x{n}"), cast.person(f"B{size}x{n}")
            couples.append(cast.pair(a, b).pk)
            keep(a, START)
            keep(b, START, quick("more_room"))
        deciding._begin_new_couples(cast.EVENING)
        states = list(PatternState.objects.filter(couple_id__in=couples))
        members = members_of(couples)
        through = dict.fromkeys(couples, last_revealed_day(morning(START, a.zone), (a.own_clock, a.own_clock)))
        with CaptureQueriesContext(connection) as captured:
            assessing.assess(states=states, members=members, through=through)
        counts.append(len(captured))
    assert counts[0] == counts[1]
