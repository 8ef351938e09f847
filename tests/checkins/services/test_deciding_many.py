"""Many couples in a batch, and several workers at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkins import policy
from checkins.models import Decision, PatternState
from checkins.services import deciding
from notifications.models import Prompt
from tests import cast
from tests.answering import full, keep
from tests.mornings import FIRST, READY, choose
from tests.threads import at_once

pytestmark = pytest.mark.django_db

ONE, HOUR = timedelta(days=1), timedelta(hours=1)
PAIRED = cast.TODAY


@pytest.mark.parametrize("when", [FIRST, READY])
def test_a_batch_of_couples_costs_as_many_statements_as_a_few(heads, when):
    """On the second morning every couple is sent a prompt."""
    counts = []
    for size in (2, 20):
        PatternState.objects.update(next_decision_at=None)
        for n in range(size):
            a, b = cast.person(f"A{size}x{n}"), cast.person(f"B{size}x{n}")
            choose(cast.Cast(a, b, a, a, cast.pair(a, b)))
            keep(a, PAIRED)
        with CaptureQueriesContext(connection) as captured:
            assert deciding.decide_due(now=when) == size
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert Decision.objects.count() == 22
    assert Prompt.objects.count() == (44 if when == READY else 0)


def test_an_idle_sweep_costs_little(team, django_assert_max_num_queries):
    deciding.decide_due(now=FIRST)
    with django_assert_max_num_queries(6):
        assert deciding.decide_due(now=FIRST + HOUR) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_decide_each_morning_once(monkeypatch):
    monkeypatch.setattr(policy, "coin", lambda *_: 0.0)
    for n in range(6):
        a, b = cast.person(f"A{n}"), cast.person(f"B{n}")
        choose(cast.Cast(a, b, a, a, cast.pair(a, b)))
    results = at_once([partial(deciding.decide_due, now=READY)] * 3)
    assert not [one for one in results if isinstance(one, Exception)], results
    deciding.decide_due(now=READY)
    assert Decision.objects.count() == 6
    assert Prompt.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_answers_and_decisions_at_once_lose_neither():
    team = cast.full_cast()
    deciding.decide_due(now=FIRST)
    for n in range(1, 6):
        day, now = PAIRED + n * ONE, FIRST + n * ONE
        acts = [partial(keep, team.alice, day, full(3), now=now), partial(keep, team.bob, day, full(5), now=now)]
        results = at_once([*acts, partial(deciding.decide_due, now=now)])
        assert not [one for one in results if isinstance(one, Exception)], results
    PatternState.objects.update(next_decision_at=FIRST)
    deciding.decide_due(now=FIRST + 5 * ONE + HOUR)
    state = PatternState.objects.get()
    assert (state.assessed_through, state.dirty_from) == (PAIRED + 5 * ONE, None)
    assert Decision.objects.count() == 6
