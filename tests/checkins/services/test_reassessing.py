"""After the model changed: what it says and what an earlier version said stand side by side and never mix."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.consents import services as consents
from backend.couples import services as parting
from checkins import patterns
from checkins.dashboard import dashboard_of
from checkins.models import Decision, PatternDay, PatternState
from checkins.services import deciding, delete_check_in, reassessing
from tests import cast
from tests.answering import full, keep
from tests.checkins.earlier import EARLIER, ONE, START, as_an_earlier_model_left, couples_with_a_past, morning_after

pytestmark = pytest.mark.django_db

DAYS = 12
HERE = str(patterns.MODEL_VERSION)
NUMBERS = ("day", "p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert")


def said(couple, version):
    return list(PatternDay.objects.filter(couple=couple, model_version=version).order_by("day").values_list(*NUMBERS))


def all_of(couples):
    return {couple.pk: said(couple, HERE) for couple in couples}


def reassess_all(**more):
    steps, after = [], 0
    while (step := reassessing.reassess_batch(after=after, **more)).last is not None:
        after = step.last
        steps.append(step)
    return steps


def test_every_day_is_said_anew_and_what_the_earlier_version_said_stays():
    couples = couples_with_a_past(3, DAYS, alone=8)
    before, states = all_of(couples), dict(PatternState.objects.values_list("couple_id", "states"))
    as_an_earlier_model_left(couples)
    assert reassessing.left_to_reassess() == 3
    steps = reassess_all(limit=2)
    assert [(step.couples, step.days) for step in steps] == [(2, 2 * DAYS), (1, DAYS)]
    assert all_of(couples) == before
    assert dict(PatternState.objects.values_list("couple_id", "states")) == states
    assert {row[1:5] for couple in couples for row in said(couple, EARLIER)} == {(0.125, 0.125, 0.25, 0.5)}
    assert PatternDay.objects.count() == 2 * 3 * DAYS
    assert reassessing.left_to_reassess() == 0
    # The decision is explained by the version it was made with.
    for row in Decision.objects.all():
        assert row.state_day
        day = PatternDay.objects.get(couple=row.couple_id, day=row.state_day, model_version=row.model_version)
        assert (row.p_a_reaches, row.p_b_reaches, row.state_alert) == (day.p_a_reaches, day.p_b_reaches, day.alert)


def test_the_ribbon_shows_one_version_at_a_time():
    (couple,) = couples_with_a_past(1, DAYS)
    people = [one.person for one in couple.memberships.all()]
    for who in people:
        consents.choose(person=who, show_pattern=True, now=cast.EVENING)
    now = morning_after(DAYS)

    def ribbon():
        return dashboard_of(person=people[0], weeks=4, now=now)["pattern"]

    before = ribbon()
    as_an_earlier_model_left([couple])
    assert ribbon() != before
    assert ribbon()[-1] == {"week": "2026-03-09", "state": "steady", "certainty": 0.5}
    reassess_all()
    assert ribbon() == before


def test_stopped_half_way_each_couple_is_whole_and_the_next_run_goes_on():
    couples = couples_with_a_past(4, DAYS)
    before = all_of(couples)
    as_an_earlier_model_left(couples)
    reassessing.reassess_batch(limit=2)
    assert {len(said(couple, HERE)) for couple in couples[:2]} == {DAYS}
    assert {len(said(couple, HERE)) for couple in couples[2:]} == {0}
    assert reassessing.left_to_reassess() == 2
    assert sum(step.couples for step in reassess_all()) == 2
    assert all_of(couples) == before


def test_an_ordinary_night_with_the_state_of_another_version_rebuilds_the_couple():
    """Nobody ran the command: the morning does it for the couples it decides, all days of one version."""
    there, elsewhere = couples_with_a_past(1, DAYS, name="there"), couples_with_a_past(1, DAYS, name="elsewhere")
    as_an_earlier_model_left(there)
    for who in [one.person for couple in (*there, *elsewhere) for one in couple.memberships.all()]:
        keep(who, START + DAYS * ONE, full(6, 6, 4))
    deciding.decide_due(now=morning_after(DAYS + 1))
    rows = [[row[1:] for row in said(couple, HERE)] for couple in (*there, *elsewhere)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == DAYS + 1
    assert len(said(there[0], EARLIER)) == DAYS
    assert list(Decision.objects.filter(couple=there[0]).order_by("day").values_list("model_version", flat=True)) == [EARLIER, HERE]


def test_a_deleted_answer_is_gone_from_what_earlier_versions_said_too():
    (couple,) = couples_with_a_past(1, DAYS)
    as_an_earlier_model_left([couple])
    who = couple.memberships.get(side="a").person
    delete_check_in(person=who, day=START + 5 * ONE, now=morning_after(DAYS) + timedelta(hours=2))
    deciding.decide_due(now=morning_after(DAYS + 1))
    assert [row[0] for row in said(couple, EARLIER)] == [START + n * ONE for n in range(5)]
    assert len(said(couple, HERE)) == DAYS + 1


def test_a_late_answer_waits_for_its_morning():
    """Otherwise the ribbon would move at noon, and tell the partner that something had just come."""
    couples = couples_with_a_past(2, DAYS)
    as_an_earlier_model_left(couples)
    late = couples[0].memberships.get(side="a").person
    delete_check_in(person=late, day=START + 9 * ONE, now=morning_after(DAYS) + timedelta(hours=2))
    today = couples[1].memberships.get(side="a").person
    keep(today, START + DAYS * ONE)
    reassess_all()
    assert [len(said(couple, HERE)) for couple in couples] == [0, DAYS]
    assert (reassessing.left_to_reassess(), reassessing.waiting_for_their_morning()) == (0, 1)
    deciding.decide_due(now=morning_after(DAYS + 1))
    assert [len(said(couple, HERE)) for couple in couples] == [DAYS + 1, DAYS + 1]
    assert reassessing.waiting_for_their_morning() == 0


def test_who_was_left_quietly_is_served_like_anybody_and_who_parted_is_left_alone():
    couples = couples_with_a_past(3, DAYS)
    as_an_earlier_model_left(couples)
    for couple, quietly in zip(couples, (True, False), strict=False):
        parting.leave(person=couple.memberships.get(side="a").person, quietly=quietly, now=morning_after(DAYS))
    reassess_all()
    assert [len(said(couple, HERE)) for couple in couples] == [DAYS, 0, DAYS]


def test_a_named_couple_is_assessed_again_whatever_version_assessed_it():
    couples = couples_with_a_past(2, DAYS)
    before = all_of(couples)
    PatternDay.objects.update(p_steady=0.0)
    steps = reassess_all(couples=[couples[0].pk])
    assert [step.couples for step in steps] == [1]
    assert said(couples[0], HERE) == before[couples[0].pk]
    assert said(couples[1], HERE) != before[couples[1].pk]


@pytest.mark.parametrize("alone", [0, 20])
def test_a_batch_of_couples_costs_as_many_statements_as_a_few(alone):
    counts = []
    for size in (2, 12):
        couples = couples_with_a_past(size, 9, name=f"s{size}", alone=alone)
        as_an_earlier_model_left(couples)
        with CaptureQueriesContext(connection) as captured:
            assert reassessing.reassess_batch().couples == size
        counts.append(len(captured))
    assert counts[0] == counts[1]
